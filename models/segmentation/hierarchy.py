"""A tree of regions: the smallest are basins between boundaries, and the faintest boundary vanishes first.

Watershed of the boundary strength, then greedy merging of the two neighbours whose common boundary is weakest on
average, which gives an ultrametric contour map (Arbeláez, Maire, Fowlkes, Malik, "Contour detection and
hierarchical image segmentation", PAMI 2011).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numba
import numpy as np
from skimage.segmentation import watershed

from models.segmentation.merging import COLOUR_BINS, TEXTURE_BINS, Leaves, Merges, Rule, merged

_LEVEL_STEPS = 110
"""Dips in the strength shallower than 1/this do not start a basin of their own."""

_LIGHTEST, _WIDEST = 100.0, 48.0  # the histograms' reach along L, and to both sides along a and b


@dataclass(frozen=True)
class RegionTree:
    """Regions from specks to the whole picture. Nodes 0..K-1 are leaves, then merges in order, root last.

    `leaves`: H×W int32, the leaf of each pixel. `parent`: N int32, -1 for the root. `level`: N float32, the
    boundary strength at which a node came into being, never falling towards the root. `area`: N int64, pixels.
    `rank`: H×W int32, leaves numbered so that every node is the range first[node] ≤ rank < last[node].
    """

    leaves: np.ndarray
    parent: np.ndarray
    level: np.ndarray
    area: np.ndarray
    rank: np.ndarray
    first: np.ndarray
    last: np.ndarray

    @property
    def leaf_count(self) -> int:
        """How many leaves there are."""
        return (len(self.parent) + 1) // 2

    def mask(self, node: int) -> np.ndarray:
        """H×W bool: the pixels of a node."""
        return (self.rank >= self.first[node]) & (self.rank < self.last[node])

    def path(self, node: int) -> list[int]:
        """The node and all that contain it, ending with the root."""
        nodes = [int(node)]
        while self.parent[nodes[-1]] >= 0:
            nodes.append(int(self.parent[nodes[-1]]))
        return nodes

    def persistence(self, node: int) -> float:
        """By how much the boundary around the node is stronger than the strongest one inside it."""
        above = self.parent[node]
        return float(self.level[above] - self.level[node]) if above >= 0 else 0.0

    def common_ancestor(self, nodes: list[int]) -> int:
        """The smallest node that contains all of the given ones."""
        first, last = min(self.first[n] for n in nodes), max(self.last[n] for n in nodes)
        node = nodes[0]
        while self.first[node] > first or self.last[node] < last:
            node = int(self.parent[node])
        return int(node)

    def contours(self) -> np.ndarray:
        """H×W float32: the level at which what lies left and right, or above and below, of a pixel's rim is merged;
        0 inside leaves (the ultrametric contour map)."""
        return _contours(self.leaves, self.parent, self.level, self.first, self.last)

    def sums(self, leaf_values: np.ndarray) -> np.ndarray:
        """Per node, the sum of a K or K×C array of leaf values; N or N×C."""
        total = np.zeros((len(self.parent), *leaf_values.shape[1:]), np.float64)
        total[: self.leaf_count] = leaf_values
        for node in range(len(self.parent) - 1):  # children come before their parents
            total[self.parent[node]] += total[node]
        return total


@numba.njit(cache=True, nogil=True)
def _contours(
    leaves: np.ndarray, parent: np.ndarray, level: np.ndarray, first: np.ndarray, last: np.ndarray
) -> np.ndarray:
    height, width = leaves.shape
    result = np.zeros((height, width), np.float32)
    for y in range(height):
        for x in range(width):
            for down in range(2):
                yy, xx = y + down, x + 1 - down
                if yy == height or xx == width or leaves[y, x] == leaves[yy, xx]:
                    continue
                node, other = leaves[y, x], first[leaves[yy, xx]]
                while other < first[node] or other >= last[node]:
                    node = parent[node]
                result[y, x] = max(result[y, x], level[node])
                result[yy, xx] = max(result[yy, xx], level[node])
    return result


def region_tree(strength: np.ndarray, colour: np.ndarray, colour_weight: float = 0.0) -> RegionTree:
    """The tree of an H×W float32 boundary strength.

    `colour` is H×W×3 float32 CIELAB. With `colour_weight` the difference of two neighbours' mean colours counts
    besides their common boundary (1.0: a ΔE of 40 weighs like a boundary of strength 1).
    """
    return region_trees(strength, colour, None, [Rule.weighted(1.0, colour_weight)])[0]


def region_trees(
    strength: np.ndarray, colour: np.ndarray, textons: np.ndarray | None, rules: Sequence[Rule]
) -> tuple[RegionTree, ...]:
    """A tree for every rule, all over the same leaves.

    `strength` H×W float32, `colour` H×W×3 float32 CIELAB, `textons` H×W uint8 below TEXTURE_BINS: only rules with a
    network need them.
    """
    labels, leaves = grown_leaves(strength, colour, textons)
    return tuple(_numbered(labels, merged(leaves, rule)) for rule in rules)


def grown_leaves(strength: np.ndarray, colour: np.ndarray, textons: np.ndarray | None) -> tuple[np.ndarray, Leaves]:
    """The basins of the strength, H×W int32 from 0, and what is known of each."""
    smooth = cv2.GaussianBlur(strength, (0, 0), 0.8)
    labels = _basins(smooth)
    flat, count = labels.ravel(), int(labels.max()) + 1
    colours = np.stack([np.bincount(flat, colour[..., c].ravel(), count) for c in range(3)], axis=1)
    pairs, border, length = adjacency(labels, smooth)
    return labels, Leaves(
        np.bincount(flat, minlength=count).astype(np.float64),
        colours,
        np.zeros((count, 0)) if textons is None else _histograms(labels, colour, textons, count),
        np.bincount(flat, smooth.ravel(), count),
        pairs,
        border,
        length.astype(np.float64),
    )


def _histograms(labels: np.ndarray, colour: np.ndarray, textons: np.ndarray, count: int) -> np.ndarray:
    """K×(COLOUR_BINS + TEXTURE_BINS): pixels of every leaf in each bin."""
    bins = COLOUR_BINS // 3
    scaled = [colour[..., 0] / _LIGHTEST, (colour[..., 1] / _WIDEST + 1) / 2, (colour[..., 2] / _WIDEST + 1) / 2]
    planes = [(np.clip(s * bins, 0, bins - 1).astype(np.int64), bins) for s in scaled]
    planes.append((np.minimum(textons, TEXTURE_BINS - 1).astype(np.int64), TEXTURE_BINS))
    base = labels.astype(np.int64)
    return np.concatenate(
        [np.bincount((base * n + p).ravel(), minlength=count * n).reshape(count, n) for p, n in planes], axis=1
    ).astype(np.float64)


def _basins(strength: np.ndarray) -> np.ndarray:
    """Watershed basins, H×W int32 from 0."""
    floored = np.round(strength * _LEVEL_STEPS) / _LEVEL_STEPS
    lowest = (cv2.erode(floored, np.ones((5, 5), np.uint8)) == floored).astype(np.uint8)
    _, markers = cv2.connectedComponents(lowest, connectivity=8, ltype=cv2.CV_32S)
    return watershed(strength, markers).astype(np.int32) - 1


def adjacency(leaves: np.ndarray, strength: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which leaves touch: E×2 int32 pairs, and per pair the summed strength along the border and its length."""
    firsts, seconds, weights = [], [], []
    for a, b, s, t in (
        (leaves[:, :-1], leaves[:, 1:], strength[:, :-1], strength[:, 1:]),
        (leaves[:-1], leaves[1:], strength[:-1], strength[1:]),
    ):
        border = a != b
        firsts.append(np.minimum(a[border], b[border]))
        seconds.append(np.maximum(a[border], b[border]))
        weights.append(np.maximum(s[border], t[border]))
    count = int(leaves.max()) + 1
    keys = np.concatenate(firsts).astype(np.int64) * count + np.concatenate(seconds)
    unique, index = np.unique(keys, return_inverse=True)
    total = np.bincount(index, np.concatenate(weights), minlength=len(unique))
    pairs = np.stack([unique // count, unique % count], axis=1).astype(np.int32)
    return pairs, total, np.bincount(index, minlength=len(unique))


def _numbered(leaves: np.ndarray, merges: Merges) -> RegionTree:
    """Number the leaves so that every node is a range."""
    parent, level, area = merges.parent, merges.level, merges.area
    children = merges.children.tolist()
    count = (len(parent) + 1) // 2
    size = np.ones(len(parent), np.int32)
    for index, (a, b) in enumerate(children):
        size[count + index] = size[a] + size[b]
    first = np.zeros(len(parent), np.int32)
    for index in range(len(children) - 1, -1, -1):
        a, b = children[index]
        first[a] = first[count + index]
        first[b] = first[a] + size[a]
    return RegionTree(leaves, parent, level, area, first[:count][leaves], first, first + size)
