"""Where the eye goes, without weights: boundary connectivity, barrier distance, border models, focus.

All work on a reduced picture (longest side about WORKING_LONGEST) and return maps of its size in [0, 1].
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numba
import numpy as np
import scipy.sparse as sparse
from scipy.sparse.csgraph import dijkstra

from models.geometry import Extent
from models.segmentation.boundaries import boundary_strength, to_lab
from models.segmentation.hierarchy import RegionTree, region_tree
from models.segmentation.superpixels import Superpixels, split

WORKING_LONGEST = 360
_TREE_COLOUR = 0.5  # weight of the colours' difference beside that of the boundary
_SAME_COLOUR = 10.0  # CIELAB distance over which two patches count as one surface (Zhu 2014: σ_clr)
_NEAR = 0.4  # distance, in picture sides, over which contrast counts (Zhu 2014: σ_spa)


@dataclass(frozen=True)
class Scene:
    """A picture made ready for grounding: its reduced copy and what every prompt needs of it.

    `rgb` h×w×3 uint8, `lab` h×w×3 float32, `boundary` h×w float32, `saliency` h×w float32 in [0, 1];
    `extent` is the full picture's.
    """

    extent: Extent
    rgb: np.ndarray
    lab: np.ndarray
    boundary: np.ndarray
    patches: Superpixels
    saliency: np.ndarray

    @classmethod
    def of(cls, rgb: np.ndarray) -> Scene:
        """Prepare an H×W×3 uint8 sRGB picture."""
        small = reduced(rgb)
        lab = to_lab(small)
        boundary = boundary_strength(small)
        patches = split(lab, boundary)
        return cls(Extent.of(rgb), small, lab, boundary, patches, combined(small, lab, patches))

    @cached_property
    def tree(self) -> RegionTree:
        """The reduced picture's regions, merged by boundary and colour."""
        return region_tree(self.boundary, self.lab, _TREE_COLOUR)


def reduced(rgb: np.ndarray, longest: int = WORKING_LONGEST) -> np.ndarray:
    """The picture with its longest side at most `longest`, area-averaged, contiguous."""
    extent = Extent.of(rgb)
    small = extent.fit_within(longest)
    if small == extent:
        return np.ascontiguousarray(rgb)
    return cv2.resize(rgb, tuple(small), interpolation=cv2.INTER_AREA)


def combined(rgb: np.ndarray, lab: np.ndarray, patches: Superpixels) -> np.ndarray:
    """The mean of the cues, with a preference for the middle: h×w float32 in [0, 1]."""
    del rgb
    cues = [
        stretched(patches.paint(boundary_connectivity(patches))),
        stretched(barrier_distance(lab) + 0.8 * border_contrast(lab)),
    ]
    mean = np.mean(cues, axis=0).astype(np.float32)
    return stretched(mean * (0.35 + 0.65 * centre_prior(mean.shape)))


def stretched(values: np.ndarray) -> np.ndarray:
    """Shifted to start at 0 and scaled so that the 99.5th percentile is 1, then clipped."""
    values = values - values.min()
    return np.clip(values / max(float(np.percentile(values, 99.5)), 1e-6), 0, 1).astype(np.float32)


def centre_prior(shape: tuple[int, ...]) -> np.ndarray:
    """A broad bump in the middle: photographers aim."""
    y, x = (np.linspace(-1, 1, side, dtype=np.float32) for side in shape[:2])
    return np.exp(-((y[:, None] / 0.84) ** 2 + (x[None] / 0.84) ** 2) / 1.2)


def border_contrast(lab: np.ndarray) -> np.ndarray:
    """How unlike the picture's four borders a colour is: h×w float32 in [0, 1].

    Mahalanobis distance to each border's colours; the largest of the four is left out, since the subject may
    touch one side (Zhang 2015, the MB+ extension).
    """
    height, width = lab.shape[:2]
    band = max(3, int(0.08 * min(height, width)))
    distances = []
    for rim in (lab[:band], lab[-band:], lab[:, :band], lab[:, -band:]):
        colours = rim.reshape(-1, 3)
        inverse = np.linalg.inv(np.cov(colours.T) + 5.0 * np.eye(3)).astype(np.float32)
        away = lab - colours.mean(axis=0)
        distance = np.sqrt(np.maximum(np.einsum("hwi,ij,hwj->hw", away, inverse, away, optimize=True), 0))
        distances.append(distance / max(float(distance.max()), 1e-6))
    total = np.sum(distances, axis=0) - np.max(distances, axis=0)
    return (total / max(float(total.max()), 1e-6)).astype(np.float32)


def barrier_distance(lab: np.ndarray) -> np.ndarray:
    """The minimum barrier distance to the border, summed over the channels: h×w float32 in [0, 1].

    Zhang, Sclaroff, Lin, Shen, Price, Mech, "Minimum barrier salient object detection at 80 FPS", ICCV 2015.
    """
    smooth = cv2.medianBlur(np.ascontiguousarray(lab, dtype=np.float32), 5)
    total = np.zeros(lab.shape[:2], np.float32)
    for channel in range(3):
        total += _minimum_barrier(np.ascontiguousarray(smooth[..., channel]), 4)
    total = cv2.GaussianBlur(total, (0, 0), 2.0)
    return total / max(float(total.max()), 1e-6)


@numba.njit(cache=True)
def _minimum_barrier(image: np.ndarray, sweeps: int) -> np.ndarray:
    height, width = image.shape
    cost = np.full((height, width), np.float32(1e6))
    cost[0], cost[-1], cost[:, 0], cost[:, -1] = 0, 0, 0, 0
    high, low = image.copy(), image.copy()
    for sweep in range(sweeps):
        step = 1 if sweep % 2 == 0 else -1
        for i in range(1, height - 1):
            y = i if step == 1 else height - 1 - i
            for j in range(1, width - 1):
                x = j if step == 1 else width - 1 - j
                value = image[y, x]
                for neighbour in range(2):
                    yy, xx = (y - step, x) if neighbour == 0 else (y, x - step)
                    top, bottom = max(high[yy, xx], value), min(low[yy, xx], value)
                    if top - bottom < cost[y, x]:
                        cost[y, x] = top - bottom
                        high[y, x], low[y, x] = top, bottom
    return cost


def boundary_connectivity(patches: Superpixels) -> np.ndarray:
    """Saliency of each patch: contrast with probable background, then a quadratic that evens it out.

    Zhu, Liang, Wei, Sun, "Saliency optimization from robust background detection", CVPR 2014: a patch is
    background as far as its surface runs along the border (eq. 4-6). K floats.
    """
    background = background_probability(patches)
    colour = _distances(patches.lab)
    near = np.exp(-(_distances(patches.place) ** 2) / (2 * _NEAR**2))
    contrast = (colour * near * background * patches.area).sum(axis=1)
    contrast /= max(contrast.max(), 1e-9)
    first, second = patches.links.pairs.T
    smooth = np.zeros((patches.count, patches.count))
    smooth[first, second] = np.exp(-(colour[first, second] ** 2) / (2 * _SAME_COLOUR**2)) + 0.1
    smooth += smooth.T
    system = np.diag(background + contrast + smooth.sum(axis=1)) - smooth
    return np.linalg.solve(system, contrast)


def background_probability(patches: Superpixels) -> np.ndarray:
    """P(background) of each patch from its boundary connectivity (Zhu 2014, eq. 6): K floats in [0, 1)."""
    pairs = patches.links.pairs
    rim = np.flatnonzero(patches.border > 0)
    along = np.stack(np.triu_indices(len(rim), 1), -1)
    edges = np.concatenate([pairs, rim[along]])
    step = np.linalg.norm(patches.lab[edges[:, 0]] - patches.lab[edges[:, 1]], axis=1)
    step = np.maximum(step - 3.0, 0.0) + 0.01  # neighbours differ a little on any real surface
    graph = sparse.coo_matrix((step, (edges[:, 0], edges[:, 1])), shape=(patches.count,) * 2).tocsr()
    geodesic = dijkstra(graph, directed=False)
    same = np.exp(-(geodesic**2) / (2 * _SAME_COLOUR**2))
    span, length = same.sum(axis=1), same[:, rim].sum(axis=1)
    return 1.0 - np.exp(-(length**2 / span) / 2.0)


def _distances(points: np.ndarray) -> np.ndarray:
    return np.linalg.norm(points[:, None] - points[None], axis=-1)
