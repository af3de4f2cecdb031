"""The best two-sided labelling that a region tree allows, found exactly in one pass from the leaves up."""

from __future__ import annotations

import numpy as np

from models.segmentation.hierarchy import RegionTree

# A cut along a border without any strength costs this much for every pixel of the smaller side's breadth,
CUT_COST = 6.0
# and e times less for every further step of strength.
STRENGTH_STEP = 0.12


def cheapest_cut(tree: RegionTree, odds: np.ndarray) -> np.ndarray:
    """Which pixels are in, when each gains `odds` by being in and loses them by being out.

    `odds` is an H×W map of log odds. Every region of the tree is in, or out, or divided into its two parts; to
    divide costs the more the fainter the boundary between them is. H×W bool. This is the optimum over all
    prunings (as in Breiman 1984, cost-complexity pruning, with two labels).
    """
    leaves, nodes = tree.leaf_count, len(tree.parent)
    gain = tree.sums(np.bincount(tree.leaves.ravel(), odds.ravel(), leaves))
    children: list[list[int]] = [[] for _ in range(nodes)]
    for node in range(nodes - 1):
        children[tree.parent[node]].append(node)
    best, divided = np.abs(gain), np.zeros(nodes, bool)
    for node in range(leaves, nodes):
        first, second = children[node]
        breadth = np.sqrt(min(tree.area[first], tree.area[second]))
        apart = best[first] + best[second] - CUT_COST * breadth * np.exp(-tree.level[node] / STRENGTH_STEP)
        if apart > best[node]:
            best[node], divided[node] = apart, True
    inside = np.zeros(leaves + 1, np.int32)  # changes along the rank, summed up below
    pending = [nodes - 1]
    while pending:
        node = pending.pop()
        if divided[node]:
            pending += children[node]
        elif gain[node] > 0:
            inside[tree.first[node]] += 1
            inside[tree.last[node]] -= 1
    return np.cumsum(inside)[tree.rank] > 0
