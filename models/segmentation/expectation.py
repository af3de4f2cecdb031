"""What people would have drawn around a click, as far as the tree that merges as they do can tell.

Each level of that tree is the chance that people part what the merge joins. On the way up from a click the chances
that everything below was joined and the next merge is not give every node a probability; a region is good when it is
expected to overlap with whatever was meant.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.geometry import Point
from models.segmentation.hierarchy import RegionTree

_SMALLEST, _LARGEST = 0.002, 0.8  # shares of the picture that a click may mean


def likely_nodes(tree: RegionTree, point: Point) -> tuple[np.ndarray, np.ndarray]:
    """The nodes over a point (x, y in the tree's pixels) and their probabilities, which sum to 1."""
    path = np.array(tree.path(int(tree.leaves[point.y, point.x])))
    joined = np.clip(tree.level[path], 0.0, 1.0)  # of the leaf: 0
    parted = np.append(joined[1:], 1.0)
    chance = parted * np.cumprod(1.0 - joined)
    shares = tree.area[path] / tree.leaves.size
    fitting = (shares > _SMALLEST) & (shares <= _LARGEST)
    if not fitting.any() or chance[fitting].sum() < 1e-9:
        return path[:1], np.ones(1)
    return path[fitting], chance[fitting] / chance[fitting].sum()


def expected_overlaps(tree: RegionTree, masks: Sequence[np.ndarray], point: Point, step: int) -> np.ndarray:
    """N×2: the expected IoU of every mask with what a click at `point` means, and the chance that it is just that.

    `masks` are bool, `step` times smaller than the tree's pixels; `point` is in the tree's.
    """
    nodes, chances = likely_nodes(tree, point)
    rank = tree.rank[:: 2 * step, :: 2 * step]
    height, width = (min(a, (b + 1) // 2) for a, b in zip(rank.shape, masks[0].shape, strict=True))
    places = rank[:height, :width].ravel()
    under = (places >= tree.first[nodes, None]) & (places < tree.last[nodes, None])
    over = np.stack([mask[::2, ::2][:height, :width].ravel() for mask in masks]).astype(np.float32)
    shared = over @ under.T.astype(np.float32)
    union = over.sum(axis=1)[:, None] + under.sum(axis=1)[None] - shared
    overlap = shared / np.maximum(union, 1.0)
    return np.stack([overlap @ chances, (overlap > 0.85) @ chances], axis=1)
