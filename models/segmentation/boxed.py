"""Regions that a loosely drawn box might mean, from several sources, before anybody ranks them."""

from __future__ import annotations

import cv2
import numpy as np

from models.geometry import Bounds, Extent
from models.mask import bounds
from models.segmentation.candidates import (
    CUT,
    DRAWN,
    FILLING,
    JOINED,
    TREE_CUT,
    TREE_SOURCES,
    Analysis,
    Region,
    distinct,
    filled,
    from_small,
    recut,
)
from models.segmentation.hierarchy import RegionTree
from models.segmentation.refine import graph_cut
from models.segmentation.tight_box import BoxPatches, cuts_in_box


def regions_in_box(analysis: Analysis, box: Bounds) -> list[Region]:
    """Distinct regions that a loosely drawn box may mean, the whole box among them; box at working size."""
    allowed = box.padded(max(1, round(0.04 * (box.width + box.height)))).clipped(analysis.extent)
    patches = BoxPatches.of(analysis.lab, analysis.strength, analysis.trees[1], box)
    found = [Region(patches.painted(chosen), FILLING) for chosen in cuts_in_box(patches)]
    for tree, source in zip(analysis.trees, TREE_SOURCES, strict=True):
        found += _nodes_in_box(tree, source, box, allowed)
    for share in (0.0, 0.12):
        inner = _inset(box, share)
        cut = _cut_in_box(analysis, box, inner)
        if cut is not None:
            found.append(Region(cut, CUT))
    best = sorted((r for r in found if r.grown), key=lambda r: -_box_fit(r.mask, box))[:2]
    found += [Region(recut(analysis, r.mask), TREE_CUT, r.persistence) for r in best]
    inside = np.zeros(analysis.strength.shape, bool)
    inside[allowed.slices] = True
    whole = np.zeros_like(inside)
    whole[box.slices] = True
    tidy = [Region(filled(r.mask & inside), r.source, r.persistence) for r in found]
    enough = [r for r in tidy if np.count_nonzero(r.mask) > 0.08 * box.area]
    return [*distinct(enough), Region(whole, DRAWN)]


def _inset(box: Bounds, share: float) -> Bounds:
    dx, dy = round(share * box.width), round(share * box.height)
    return Bounds(box.x0 + dx, box.y0 + dy, max(box.x1 - dx, box.x0 + dx + 1), max(box.y1 - dy, box.y0 + dy + 1))


def _cut_in_box(analysis: Analysis, box: Bounds, inner: Bounds) -> np.ndarray | None:
    """A graph cut whose background is the ring around the box and whose first guess is `inner`."""
    small = Extent.of(analysis.small)
    scale = small.width / analysis.extent.width
    x0, y0 = int(box.x0 * scale), int(box.y0 * scale)
    x1, y1 = max(x0 + 2, round(box.x1 * scale)), max(y0 + 2, round(box.y1 * scale))
    at_small = Bounds(x0, y0, x1, y1).clipped(small)
    ring = Bounds(
        x0 - at_small.width // 2, y0 - at_small.height // 2, x1 + at_small.width // 2, y1 + at_small.height // 2
    ).clipped(small)
    labels = np.full((small.height, small.width), cv2.GC_BGD, np.uint8)
    labels[at_small.slices] = cv2.GC_PR_BGD
    guess = Bounds(*(round(v * scale) for v in inner)).clipped(small)
    labels[guess.slices] = cv2.GC_PR_FGD
    window = np.ascontiguousarray(labels[ring.slices])
    if not (window == cv2.GC_BGD).any():
        window[:1], window[-1:], window[:, :1], window[:, -1:] = (cv2.GC_BGD,) * 4
    cut = graph_cut(np.ascontiguousarray(analysis.small[ring.slices]), window, rounds=4)
    if cut is None:
        return None
    whole = np.zeros(labels.shape, bool)
    whole[ring.slices] = cut
    return from_small(analysis, whole)


def _nodes_in_box(tree: RegionTree, source: str, box: Bounds, allowed: Bounds) -> list[Region]:
    """The nodes whose own bounds fit the box best, and everything that lies within the box, joined."""
    count = tree.leaf_count
    inside = np.zeros(tree.leaves.shape)
    inside[allowed.slices] = 1.0
    held = tree.sums(np.bincount(tree.leaves.ravel(), inside.ravel(), minlength=count)) / tree.area
    extents = _node_bounds(tree)
    x0, y0 = np.maximum(extents[:, 0], box.x0), np.maximum(extents[:, 1], box.y0)
    x1, y1 = np.minimum(extents[:, 2], box.x1), np.minimum(extents[:, 3], box.y1)
    shared = np.maximum(x1 - x0, 0) * np.maximum(y1 - y0, 0)
    own = (extents[:, 2] - extents[:, 0]) * (extents[:, 3] - extents[:, 1])
    fit = shared / (own + box.area - shared) * held**2
    fit[tree.area < 0.1 * box.area] = 0.0
    best = [int(n) for n in np.argsort(-fit)[:6] if fit[n] > 0.1]
    regions = [Region(tree.mask(n), source, tree.persistence(n)) for n in best]
    kept = held > 0.9
    top = np.flatnonzero(kept & ~np.append(kept, False)[tree.parent])
    touching = np.zeros(len(tree.parent), bool)  # what lies along the frame is background seen through the slack
    margin = 0.02 * (box.width + box.height) / 2
    for n in top:
        left, upper, right, lower = extents[n]
        sides = (left < box.x0 + margin, upper < box.y0 + margin, right > box.x1 - margin, lower > box.y1 - margin)
        touching[n] = sum(sides) >= 1 and tree.area[n] < 0.1 * box.area
    chosen = [tree.mask(int(n)) for n in top if not touching[n]]
    if chosen:
        regions.append(Region(np.logical_or.reduce(chosen), JOINED))
    return regions


def _node_bounds(tree: RegionTree) -> np.ndarray:
    """N×4: x0, y0, x1, y1 of every node, half-open."""
    count = tree.leaf_count
    height, width = tree.leaves.shape
    ys, xs = np.divmod(np.arange(height * width), width)
    flat = tree.leaves.ravel()
    extents = np.tile(np.array([width, height, 0, 0]), (len(tree.parent), 1))
    np.minimum.at(extents[:, 0], flat, xs)
    np.minimum.at(extents[:, 1], flat, ys)
    np.maximum.at(extents[:, 2], flat, xs + 1)
    np.maximum.at(extents[:, 3], flat, ys + 1)
    for node in range(2 * count - 2):
        above = tree.parent[node]
        extents[above, :2] = np.minimum(extents[above, :2], extents[node, :2])
        extents[above, 2:] = np.maximum(extents[above, 2:], extents[node, 2:])
    return extents


def _box_fit(mask: np.ndarray, box: Bounds) -> float:
    """IoU of the mask's bounds and the box."""
    own = bounds(mask.astype(np.float32))
    shared = own.intersection(box).area
    return shared / max(1, own.area + box.area - shared)
