"""A tree of regions: the smallest are basins between boundaries, and the faintest boundary vanishes first.

Watershed of the boundary strength, then greedy merging of the two neighbours whose common boundary is weakest on
average, which gives an ultrametric contour map (Arbeláez, Maire, Fowlkes, Malik, "Contour detection and
hierarchical image segmentation", PAMI 2011).
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import cv2
import numpy as np
from skimage.segmentation import watershed

_LEVEL_STEPS = 110
"""Dips in the strength shallower than 1/this do not start a basin of their own."""

_SMALL_SHARE = 0.002
"""Regions below this share of the picture merge more readily: they are specks, not things."""


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

    def sums(self, leaf_values: np.ndarray) -> np.ndarray:
        """Per node, the sum of a K or K×C array of leaf values; N or N×C."""
        total = np.zeros((len(self.parent), *leaf_values.shape[1:]), np.float64)
        total[: self.leaf_count] = leaf_values
        for node in range(len(self.parent) - 1):  # children come before their parents
            total[self.parent[node]] += total[node]
        return total


def region_tree(strength: np.ndarray, colour: np.ndarray, colour_weight: float = 0.0) -> RegionTree:
    """The tree of an H×W float32 boundary strength.

    `colour` is H×W×3 float32 CIELAB. With `colour_weight` the difference of two neighbours' mean colours counts
    besides their common boundary (1.0: a ΔE of 40 weighs like a boundary of strength 1).
    """
    smooth = cv2.GaussianBlur(strength, (0, 0), 0.8)
    leaves = _basins(smooth)
    return _merged(leaves, smooth, colour, colour_weight)


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


def _merged(leaves: np.ndarray, strength: np.ndarray, colour: np.ndarray, colour_weight: float) -> RegionTree:
    count = int(leaves.max()) + 1
    flat = leaves.ravel()
    area = np.bincount(flat, minlength=count).astype(float).tolist() + [0.0] * (count - 1)
    means = [np.bincount(flat, colour[..., c].ravel(), minlength=count) for c in range(3)]
    sums = [tuple(values) for values in np.stack(means, axis=1).tolist()] + [(0.0, 0.0, 0.0)] * (count - 1)
    pairs, totals, lengths = adjacency(leaves, strength)
    neighbours: list[dict[int, tuple[float, int]]] = [{} for _ in range(2 * count - 1)]
    for (a, b), total, length in zip(pairs.tolist(), totals.tolist(), lengths.tolist(), strict=True):
        neighbours[a][b] = neighbours[b][a] = (total, length)
    small = _SMALL_SHARE * flat.size

    def cost(a: int, b: int, total: float, length: int) -> float:
        value = total / length
        smaller = min(area[a], area[b])
        if colour_weight:
            p, q, m, n = sums[a], sums[b], area[a], area[b]
            squared = sum((x / m - y / n) ** 2 for x, y in zip(p, q, strict=True))
            value += colour_weight * min(squared**0.5, 60.0) / 40.0
        return value * min(1.0, smaller / small) ** 0.25

    heap = [(cost(a, b, t, n), a, b, n) for a in range(count) for b, (t, n) in neighbours[a].items() if a < b]
    heapq.heapify(heap)
    parent, level = np.full(2 * count - 1, -1, np.int32), np.zeros(2 * count - 1, np.float32)
    children: list[tuple[int, int]] = []
    highest, node = 0.0, count
    while heap:
        value, a, b, length = heapq.heappop(heap)
        if neighbours[a].get(b, (0.0, -1))[1] != length:
            continue  # one of the two has been merged since, or their border has grown
        highest = max(highest, value)
        parent[a] = parent[b] = node
        level[node], area[node] = highest, area[a] + area[b]
        p, q = sums[a], sums[b]
        sums[node] = (p[0] + q[0], p[1] + q[1], p[2] + q[2])
        children.append((a, b))
        joined = neighbours[a]
        for other, (total, n) in neighbours[b].items():
            before = joined.get(other, (0.0, 0))
            joined[other] = (before[0] + total, before[1] + n)
        joined.pop(a, None)
        joined.pop(b, None)
        neighbours[node], neighbours[a], neighbours[b] = joined, {}, {}
        for other, (total, n) in joined.items():
            links = neighbours[other]
            links.pop(a, None)
            links.pop(b, None)
            links[node] = (total, n)
            heapq.heappush(heap, (cost(node, other, total, n), other, node, n))
        node += 1
    return _numbered(leaves, parent, level, np.array(area, np.int64), children)


def _numbered(
    leaves: np.ndarray, parent: np.ndarray, level: np.ndarray, area: np.ndarray, children: list[tuple[int, int]]
) -> RegionTree:
    """Number the leaves so that every node is a range."""
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
