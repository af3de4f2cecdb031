"""Regions a click or a brush stroke might mean, from several sources, before anybody ranks them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from models.geometry import Extent, Point
from models.mask import fill_holes
from models.segmentation.boundaries import WORKING_LONGEST, strength_and_textons, to_lab
from models.segmentation.hierarchy import RegionTree, region_trees
from models.segmentation.merging import Rule, learned_rule
from models.segmentation.refine import graph_cut

CUT_LONGEST = 160
_COLOUR_WEIGHTS = (0.0, 1.2)
_SMALLEST, _LARGEST = 0.003, 0.65
_PATH_LENGTHS = (8, 8, 12)  # of every tree
_DISC_SHARES = (0.08, 0.17)

TREE, MERGED, CUT, TREE_CUT, JOINED, FILLING, DRAWN = (
    "tree",
    "merged",
    "cut",
    "tree+cut",
    "joined",
    "filling",
    "drawn",
)
TREE_SOURCES = (TREE, TREE, MERGED)
"""Of the nodes of every tree of an `Analysis`."""
SOURCES = (TREE, MERGED, CUT, TREE_CUT, JOINED, DRAWN)


@dataclass(frozen=True)
class Analysis:
    """What all prompts on one picture share, at a working size of at most 480 px.

    `rgb`: h×w×3 uint8; `lab`: h×w×3 float32 CIELAB; `strength`: h×w float32 boundary strength; `textons`: h×w uint8
    below TEXTONS; `trees`: region trees that merge by boundary alone, by boundary and colour, and as people do
    (`merging`); `small`: the picture at 160 px for graph cuts.
    """

    rgb: np.ndarray
    lab: np.ndarray
    strength: np.ndarray
    textons: np.ndarray
    trees: tuple[RegionTree, ...]
    small: np.ndarray

    @property
    def extent(self) -> Extent:
        """The working size."""
        return Extent.of(self.rgb)


@dataclass(frozen=True)
class Region:
    """A candidate: h×w bool at working size, where it comes from (one of SOURCES), and for a tree's node by how
    much its boundary outweighs what is inside."""

    mask: np.ndarray
    source: str
    persistence: float = 0.0

    @property
    def grown(self) -> bool:
        """Whether boundaries alone made it: it is a node of a tree."""
        return self.source in (TREE, MERGED)


def analyse(rgb: np.ndarray, rule: Rule | None = None) -> Analysis:
    """Measure boundaries and grow the region trees of an H×W×3 uint8 sRGB picture of any size.

    `rule` takes the place of the shipped one that merges as people do.
    """
    working = Extent.of(rgb).fit_within(WORKING_LONGEST)
    if working != Extent.of(rgb):
        rgb = cv2.resize(rgb, tuple(working), interpolation=cv2.INTER_AREA)
    lab = to_lab(rgb)
    oriented, textons = strength_and_textons(rgb)
    strength = oriented.max(axis=0)
    smooth = cv2.GaussianBlur(lab, (0, 0), 1.0)
    rules = [*(Rule.weighted(1.0, weight) for weight in _COLOUR_WEIGHTS), rule or learned_rule()]
    trees = region_trees(strength, smooth, textons, rules)
    small = cv2.resize(rgb, tuple(working.fit_within(CUT_LONGEST)), interpolation=cv2.INTER_AREA)
    return Analysis(np.ascontiguousarray(rgb), lab, strength, textons, trees, small)


def regions_at_points(analysis: Analysis, positive: Sequence[Point], negative: Sequence[Point] = ()) -> list[Region]:
    """Distinct regions that hold every positive point and no negative one; points at working size."""
    found = [
        region
        for tree, source, most in zip(analysis.trees, TREE_SOURCES, _PATH_LENGTHS, strict=True)
        for region in _on_path(tree, source, most, positive, negative)
    ]
    found += _cuts_at_points(analysis, positive, negative)
    tidy = (_held_together(r, positive, negative) for r in distinct(found))
    kept = distinct([r for r in tidy if r is not None])
    return kept or [_discs(analysis, positive, negative)]


def regions_under_stroke(analysis: Analysis, stroke: np.ndarray) -> list[Region]:
    """Distinct regions that a painted stroke (h×w bool, working size) may mean, the stroke itself among them."""
    painted = max(1, np.count_nonzero(stroke))
    found: list[Region] = []
    for tree, source in zip(analysis.trees, TREE_SOURCES, strict=True):
        count = tree.leaf_count
        covered = tree.sums(np.bincount(tree.leaves.ravel(), stroke.ravel().astype(float), minlength=count))
        found += [
            Region(tree.mask(int(n)), source, tree.persistence(int(n)))
            for n in np.flatnonzero(covered > 0.8 * painted)
            if tree.area[n] <= _LARGEST * stroke.size
        ]
        for share in (0.35, 0.6):
            mostly = covered > share * tree.area
            top = mostly & ~np.append(mostly, False)[tree.parent] & (covered > 0.02 * painted)
            if top.any():
                joined = np.logical_or.reduce([tree.mask(int(n)) for n in np.flatnonzero(top)])
                found.append(Region(joined, JOINED))
    cut = _cut_under_stroke(analysis, stroke)
    if cut is not None:
        found.append(Region(cut, CUT))
    tidy = [Region(filled(r.mask), r.source, r.persistence) for r in found if r.mask.any()]
    return [*distinct(tidy), Region(stroke, DRAWN)]


def distinct(regions: Sequence[Region], alike: float = 0.93) -> list[Region]:
    """Without regions whose IoU with an earlier one is above `alike`."""
    if not regions:
        return []
    flat = np.stack([r.mask[::2, ::2].ravel() for r in regions]).astype(np.float32)
    shared, areas = flat @ flat.T, flat.sum(axis=1)
    overlap = shared / np.maximum(areas[:, None] + areas[None] - shared, 1.0)
    kept: list[int] = []
    for index in range(len(regions)):
        if areas[index] and all(overlap[index, other] <= alike for other in kept):
            kept.append(index)
    return [regions[i] for i in kept]


def _leaf(tree: RegionTree, point: Point) -> int:
    return int(tree.leaves[point.y, point.x])


def _on_path(
    tree: RegionTree, source: str, most: int, positive: Sequence[Point], negative: Sequence[Point]
) -> list[Region]:
    """Nodes above all positive points, less the parts that belong with the negative ones."""
    leaves = [_leaf(tree, p) for p in positive]
    start = tree.common_ancestor(leaves)
    size = tree.leaves.size
    nodes = [n for n in tree.path(start) if _SMALLEST * size < tree.area[n] <= _LARGEST * size]
    nodes.sort(key=lambda n: -tree.persistence(n))
    regions = [Region(tree.mask(n), source, tree.persistence(n)) for n in nodes[:most]]
    if len(positive) > 1:
        regions += _joined_paths(tree, leaves)
    if not negative:
        return regions
    carved = np.zeros(tree.leaves.shape, bool)
    ranks = [tree.first[leaf] for leaf in leaves]
    for point in negative:
        part = None
        for node in tree.path(_leaf(tree, point)):
            if any(tree.first[node] <= rank < tree.last[node] for rank in ranks):
                break
            part = node
        if part is not None:
            carved |= tree.mask(part)
    return [Region(r.mask & ~carved, r.source, r.persistence) for r in regions]


def _joined_paths(tree: RegionTree, leaves: Sequence[int]) -> list[Region]:
    """For several points on several parts: every point's own region of about one size, joined."""
    regions = []
    for share in (0.01, 0.03, 0.08):
        parts = []
        for leaf in leaves:
            fitting = [n for n in tree.path(leaf) if tree.area[n] <= share * tree.leaves.size]
            parts.append(max(fitting or [leaf], key=lambda n: tree.persistence(n) * tree.area[n] ** 0.5))
        regions.append(Region(np.logical_or.reduce([tree.mask(n) for n in set(parts)]), JOINED))
    return regions


def _held_together(region: Region, positive: Sequence[Point], negative: Sequence[Point]) -> Region | None:
    """Only the connected parts under a positive point, holes filled; None when a point is on the wrong side."""
    mask = region.mask.copy()
    for point in negative:
        cv2.circle(mask.view(np.uint8), tuple(point), 2, 0, -1)
    _, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)
    wanted = {int(labels[p.y, p.x]) for p in positive}
    if 0 in wanted:
        return None
    mask = filled(np.isin(labels, list(wanted)), negative)
    if any(mask[p.y, p.x] for p in negative):
        return None
    return Region(mask, region.source, region.persistence)


def _discs(analysis: Analysis, positive: Sequence[Point], negative: Sequence[Point]) -> Region:
    """Where no boundary tells anything: a small disc around every positive point, up to the nearest negative."""
    mask = np.zeros(analysis.strength.shape, np.uint8)
    for point in positive:
        nearest = min((np.hypot(point.x - n.x, point.y - n.y) for n in negative), default=np.inf)
        radius = int(min(0.04 * analysis.extent.diagonal, 0.6 * nearest))
        cv2.circle(mask, tuple(point), max(0, radius), 1, -1)
    return Region(mask > 0, DRAWN)


def filled(mask: np.ndarray, keep_open: Sequence[Point] = ()) -> np.ndarray:
    """Small holes closed, unless a point of `keep_open` lies in one."""
    closed = fill_holes(mask.astype(np.float32), int(0.03 * np.count_nonzero(mask))) >= 0.5
    return mask if any(closed[p.y, p.x] for p in keep_open) else closed


def _to_small(analysis: Analysis, point: Point) -> Point:
    small = Extent.of(analysis.small)
    scale = small.width / analysis.extent.width
    return Point(int(point.x * scale), int(point.y * scale)).clipped(small)


def from_small(analysis: Analysis, mask: np.ndarray) -> np.ndarray:
    """A mask at the size for graph cuts brought to working size, h×w bool."""
    return cv2.resize(mask.astype(np.float32), tuple(analysis.extent), interpolation=cv2.INTER_LINEAR) > 0.5


def _shrunk(analysis: Analysis, mask: np.ndarray) -> np.ndarray:
    size = tuple(Extent.of(analysis.small))
    return cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA) >= 0.5


def _cuts_at_points(analysis: Analysis, positive: Sequence[Point], negative: Sequence[Point]) -> list[Region]:
    """Graph cuts of discs of several sizes against all that is far away."""
    small = Extent.of(analysis.small)
    inside = [_to_small(analysis, p) for p in positive]
    outside = [_to_small(analysis, p) for p in negative]
    far = np.ones((small.height, small.width), np.uint8)
    for p in inside:
        far[p.y, p.x] = 0
    distance = cv2.distanceTransform(far, cv2.DIST_L2, 5)
    seed = max(2.0, 0.018 * small.diagonal)
    frame = np.zeros(distance.shape, bool)
    frame[:1], frame[-1:], frame[:, :1], frame[:, -1:] = True, True, True, True
    regions = []
    for share in _DISC_SHARES:
        labels = np.full(distance.shape, cv2.GC_PR_BGD, np.uint8)
        labels[distance <= share * small.diagonal] = cv2.GC_PR_FGD
        labels[(distance > max(3.2 * share, 0.1) * small.diagonal) | frame] = cv2.GC_BGD
        for p in outside:
            cv2.circle(labels, tuple(p), int(seed), cv2.GC_BGD, -1)
        for p in inside:
            cv2.circle(labels, tuple(p), int(seed), cv2.GC_FGD, -1)
        cut = graph_cut(analysis.small, labels, rounds=2)
        if cut is not None:
            cut = cv2.morphologyEx(cut.astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)) > 0
            regions.append(Region(from_small(analysis, cut), CUT))
    return regions


def recut(analysis: Analysis, mask: np.ndarray) -> np.ndarray:
    """The region's colours against its surroundings', in a wide band around its edge."""
    hard = _shrunk(analysis, mask)
    band = 0.03 * Extent.of(analysis.small).diagonal
    depth = cv2.distanceTransform(hard.astype(np.uint8), cv2.DIST_L2, 3)
    distance = cv2.distanceTransform((~hard).astype(np.uint8), cv2.DIST_L2, 3)
    labels = np.where(hard, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[depth > min(band, 0.6 * float(depth.max(initial=0.0)))] = cv2.GC_FGD
    labels[distance > 2 * band] = cv2.GC_BGD
    cut = graph_cut(analysis.small, labels, rounds=2)
    return mask if cut is None else from_small(analysis, cut)


def _cut_under_stroke(analysis: Analysis, stroke: np.ndarray) -> np.ndarray | None:
    """A graph cut grown from the stroke's core against what is further from it than its own size."""
    small = _shrunk(analysis, stroke)
    if not small.any():
        return None
    depth = cv2.distanceTransform(small.astype(np.uint8), cv2.DIST_L2, 3)
    distance = cv2.distanceTransform((~small).astype(np.uint8), cv2.DIST_L2, 3)
    reach = max(4.0, 0.6 * float(np.sqrt(np.count_nonzero(small))))
    labels = np.where(small, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[depth >= 0.6 * float(depth.max())] = cv2.GC_FGD
    labels[distance > reach] = cv2.GC_BGD
    cut = graph_cut(analysis.small, labels, rounds=3)
    return None if cut is None else from_small(analysis, cut)
