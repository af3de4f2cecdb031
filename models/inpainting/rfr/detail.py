"""Fine detail for what a network filled too smoothly, taken from the surroundings.

A network leaves out grain, and a filling that was computed small has no detail above its scale at all. Detail here is
the picture less its Gaussian; it is copied in patches from those known places whose coarse colours are nearest
(example-based super-resolution after Freeman, Jones and Pasztor, 2002), and only as much of it as the filling lacks.
Overlapping patches are weighted so that variances add up to one, not weights: a mean of grains would be no grain.
"""

from __future__ import annotations

import cv2
import numpy as np
from scipy.spatial import KDTree

_LEAST_SIDE = 8  # pixels of a patch
_EXAMPLES = 6000
_CELLS = 4  # a patch is compared by the mean colours of 4×4 cells
_ALIKE = 8  # nearest examples, of which one is taken by chance
_FEWEST = 16  # examples; with fewer, nothing is known about the grain


def with_detail(
    picture: np.ndarray, hole: np.ndarray, known: np.ndarray, *, sigma: float, rng: np.random.Generator
) -> np.ndarray:
    """Return H×W×3 float32 with detail finer than `sigma` pixels added inside the hole, where it is weaker than nearby.

    `picture` is H×W×3 float32 in [0, 1], filled already; `hole` and `known` are H×W bool, and examples come from
    `known`. Outside the hole nothing changes.
    """
    if not hole.any():
        return picture
    side = max(_LEAST_SIDE, 2 * round(2 * sigma))
    coarse = _smoothed(picture, hole | known, sigma)
    detail = picture - coarse
    examples = _examples(known, side, rng)
    if len(examples) < _FEWEST:
        return picture
    places = _grid(hole, side)
    tree = KDTree(_descriptors(coarse, examples, side))
    _, alike = tree.query(_descriptors(coarse, places, side), k=_ALIKE)
    # one and the same nearest example side by side would show as a pattern
    chosen = np.take_along_axis(alike, rng.integers(_ALIKE, size=(len(places), 1)), axis=1)[:, 0]
    taken, variance = _gathered(detail, examples[chosen], places, side)
    present = _smoothed(np.square(detail).mean(axis=2, keepdims=True), hole, side / 2)
    lacking = np.sqrt(np.clip(1.0 - present / np.maximum(variance, 1e-10), 0.0, 1.0))
    result = picture.copy()
    result[hole] = np.clip(picture + lacking * taken, 0.0, 1.0)[hole]
    return result


def _smoothed(values: np.ndarray, where: np.ndarray, sigma: float) -> np.ndarray:
    """A Gaussian over the pixels of `where` alone; H×W×C."""
    weight = where.astype(np.float32)
    spread = np.maximum(cv2.GaussianBlur(weight, (0, 0), sigma), 1e-4)[..., None]
    blurred = cv2.GaussianBlur(values * weight[..., None], (0, 0), sigma)
    return blurred.reshape(values.shape) / spread


def _examples(known: np.ndarray, side: int, rng: np.random.Generator) -> np.ndarray:
    """N×2 int (row, column): corners of patches that are known altogether, at most _EXAMPLES of them."""
    if min(known.shape) < side:
        return np.empty((0, 2), np.intp)
    # whole patches are where the count of known pixels, a difference of integrals, is complete
    total = cv2.integral(known.astype(np.uint8))
    count = total[side:, side:] - total[side:, :-side] - total[:-side, side:] + total[:-side, :-side]
    corners = np.flatnonzero(count == side * side)
    if len(corners) > _EXAMPLES:
        corners = np.sort(rng.choice(corners, _EXAMPLES, replace=False))
    return np.stack(np.unravel_index(corners, count.shape), axis=1)


def _grid(hole: np.ndarray, side: int) -> np.ndarray:
    """N×2 int: corners, half a patch apart, of the patches that cover the hole; they stay inside the picture."""
    step = side // 2
    starts = [np.unique(np.append(np.arange(0, length - side, step), length - side)) for length in hole.shape]
    touched = cv2.dilate(hole.astype(np.uint8), np.ones((side, side), np.uint8), anchor=(0, 0))
    rows, columns = np.meshgrid(*starts, indexing="ij")
    chosen = touched[rows, columns] > 0
    return np.stack([rows[chosen], columns[chosen]], axis=1)


def _descriptors(coarse: np.ndarray, corners: np.ndarray, side: int) -> np.ndarray:
    """N×48 float32: mean colours of the cells of each patch."""
    cell = side // _CELLS
    means = cv2.blur(coarse, (cell, cell), anchor=(0, 0))
    offsets = np.arange(_CELLS) * cell
    rows = corners[:, 0, None, None] + offsets[None, :, None]
    columns = corners[:, 1, None, None] + offsets[None, None, :]
    return means[rows, columns].reshape(len(corners), -1)


def _gathered(detail: np.ndarray, sources: np.ndarray, places: np.ndarray, side: int) -> tuple[np.ndarray, np.ndarray]:
    """Detail put together from patches (H×W×3), and its local variance in its sources (H×W×1)."""
    ramp = np.sin((np.arange(side) + 0.5) * (np.pi / side)).astype(np.float32)
    window = np.outer(ramp, ramp)[..., None]
    total = np.zeros_like(detail)
    variance = np.zeros((*detail.shape[:2], 1), np.float32)
    weights = np.full((*detail.shape[:2], 1), 1e-8, np.float32)
    for (row, column), (y, x) in zip(places.tolist(), sources.tolist(), strict=True):
        patch = detail[y : y + side, x : x + side]
        spot = np.s_[row : row + side, column : column + side]
        total[spot] += window * patch
        variance[spot] += window**2 * np.square(patch).mean()
        weights[spot] += window**2
    return total / np.sqrt(weights), variance / weights
