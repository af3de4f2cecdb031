"""The mirror image of a thing in the water or on the polished floor under it.

A flat mirror shows what stands on it upside down, from the line where they meet. Where that line lies differs over the
thing's width (a car meets the floor at each wheel), so the thing's underside is followed column by column and the
flipped picture is compared with what lies below, in blocks, by normalised cross-correlation of the lightness' detail.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from models.checking.neighbourhood import Neighbourhood
from models.mask import Mask

_LONGEST = 320  # pixels a side of the crop that is looked at
_LEAST_HEIGHT = 8  # pixels of the crop: below it there is nothing to compare
_SLIDE = 0.12  # of the thing's height: how far the mirror line may lie from the underside
_COLUMNS = 12  # blocks the thing's width is compared in
_ALIKE = 0.35  # correlation from which a block is mirrored
_MOST_BLOCKS = 0.5  # share of the blocks that must be mirrored


@dataclass(frozen=True)
class Reflection:
    """`mask` H×W float32 (0 or 1): where the mirror image lies; `likeness` its mean correlation, 0 without one."""

    mask: Mask
    likeness: float


def reflection(before: np.ndarray, target: Mask, hole: Mask) -> Reflection:
    """The mirror image under the target, outside the hole.

    before: H×W×3 uint8 or uint16; target and hole: H×W float32, see `leftovers`.
    """
    none = Reflection(np.zeros(target.shape, np.float32), 0.0)
    if not np.any(target >= 0.5):
        return none
    near = Neighbourhood.around(before, target, hole, _LONGEST)
    grey = cv2.cvtColor(near.rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    columns = np.flatnonzero(near.target.any(axis=0))
    if len(columns) < _COLUMNS:
        return none
    top, bottom = _outline(near.target, columns)
    height = round(float(np.median(bottom - top)))
    below = grey.shape[0] - int(np.median(bottom))
    if height < _LEAST_HEIGHT or below < _LEAST_HEIGHT:
        return none
    found = [
        _best_mirror(grey, part, bottom[index], min(height, below))
        for part, index in zip(
            np.array_split(columns, _COLUMNS), np.array_split(np.arange(len(columns)), _COLUMNS), strict=True
        )
    ]
    alike = np.array([likeness for likeness, _ in found])
    if np.mean(alike > _ALIKE) < _MOST_BLOCKS:
        return none
    mirrored = np.zeros(near.target.shape, bool)
    for part, index, (_, line) in zip(
        np.array_split(columns, _COLUMNS), np.array_split(np.arange(len(columns)), _COLUMNS), found, strict=True
    ):
        for column, at in zip(part, index, strict=True):
            end = 2 * (bottom[at] + line) - top[at]
            mirrored[bottom[at] : min(end, grey.shape[0]), column] = True
    return Reflection(near.in_picture(mirrored & ~near.hole), float(alike[alike > _ALIKE].mean()))


def _outline(target: np.ndarray, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For every column the first row of the thing, and the row under it, which follows the hull of its underside."""
    top = target[:, columns].argmax(axis=0)
    under = target.shape[0] - target[::-1, columns].argmax(axis=0)
    hull = cv2.convexHull(np.stack([columns, under], axis=-1).astype(np.int32))[:, 0]
    lower = hull[hull[:, 1] >= np.interp(hull[:, 0], columns[[0, -1]], under[[0, -1]])]
    lower = lower[np.argsort(lower[:, 0])]
    return top, np.rint(np.interp(columns, lower[:, 0], lower[:, 1])).astype(int)


def _best_mirror(grey: np.ndarray, columns: np.ndarray, bottom: np.ndarray, depth: int) -> tuple[float, int]:
    """The highest correlation of a block with its mirror image, and how far the mirror line lies under `bottom`."""
    best = (0.0, 0)
    slide = max(1, round(_SLIDE * depth))
    distance = np.arange(2, depth)
    for line in range(-slide, slide + 1):
        above = (bottom + line)[None] - distance[:, None]
        below = (bottom + line)[None] + distance[:, None] - 1
        inside = (above.min(axis=1) >= 0) & (below.max(axis=1) < grey.shape[0])
        if np.count_nonzero(inside) < _LEAST_HEIGHT:
            continue
        thing, image = grey[above[inside], columns[None]], grey[below[inside], columns[None]]
        best = max(best, (_correlation(thing, image), line))
    return best


def _correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Of two equal blocks, without their slow gradients; 0 where either shows nothing."""
    one, other = (block - cv2.GaussianBlur(block, (0, 0), 6.0) for block in (first, second))
    spread = float(one.std() * other.std())
    return 0.0 if min(one.std(), other.std()) < 1.5 else float((one * other).mean() / spread)
