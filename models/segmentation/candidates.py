"""Regions a click, a box or a brush stroke might mean, from several sources, before anybody ranks them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from models.geometry import Bounds, Extent, Point
from models.mask import bounds, fill_holes
from models.segmentation.boundaries import WORKING_LONGEST, oriented_strength, to_lab
from models.segmentation.hierarchy import RegionTree, region_tree
from models.segmentation.refine import graph_cut

CUT_LONGEST = 160
_COLOUR_WEIGHTS = (0.0, 1.2)
_SMALLEST, _LARGEST = 0.003, 0.65
_PATH_LENGTH = 13
_DISC_SHARES = (0.08, 0.17)

TREE, CUT, TREE_CUT, JOINED, DRAWN = "tree", "cut", "tree+cut", "joined", "drawn"
SOURCES = (TREE, CUT, TREE_CUT, JOINED, DRAWN)


@dataclass(frozen=True)
class Analysis:
    """What all prompts on one picture share, at a working size of at most 480 px.

    `rgb`: h×w×3 uint8; `lab`: h×w×3 float32 CIELAB; `strength`: h×w float32 boundary strength; `trees`: region
    trees that merge by boundary alone and by boundary and colour; `small`: the picture at 160 px for graph cuts.
    """

    rgb: np.ndarray
    lab: np.ndarray
    strength: np.ndarray
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


def analyse(rgb: np.ndarray) -> Analysis:
    """Measure boundaries and grow the region trees of an H×W×3 uint8 sRGB picture of any size."""
    working = Extent.of(rgb).fit_within(WORKING_LONGEST)
    if working != Extent.of(rgb):
        rgb = cv2.resize(rgb, tuple(working), interpolation=cv2.INTER_AREA)
    lab = to_lab(rgb)
    strength = oriented_strength(rgb).max(axis=0)
    smooth = cv2.GaussianBlur(lab, (0, 0), 1.0)
    trees = tuple(region_tree(strength, smooth, weight) for weight in _COLOUR_WEIGHTS)
    small = cv2.resize(rgb, tuple(working.fit_within(CUT_LONGEST)), interpolation=cv2.INTER_AREA)
    return Analysis(np.ascontiguousarray(rgb), lab, strength, trees, small)


def regions_at_points(analysis: Analysis, positive: Sequence[Point], negative: Sequence[Point] = ()) -> list[Region]:
    """Distinct regions that hold every positive point and no negative one; points at working size."""
    found = [region for tree in analysis.trees for region in _on_path(tree, positive, negative)]
    found += _cuts_at_points(analysis, positive, negative)
    strongest = max((r for r in found if r.source == TREE), key=lambda r: r.persistence, default=None)
    if strongest is not None:
        found.append(Region(_recut(analysis, strongest.mask), TREE_CUT, strongest.persistence))
    tidy = (_held_together(r, positive, negative) for r in distinct(found))
    kept = distinct([r for r in tidy if r is not None])
    return kept or [_discs(analysis, positive, negative)]


def regions_in_box(analysis: Analysis, box: Bounds) -> list[Region]:
    """Distinct regions that a loosely drawn box may mean, the whole box among them; box at working size."""
    allowed = box.padded(max(1, round(0.04 * (box.width + box.height)))).clipped(analysis.extent)
    found: list[Region] = []
    for tree in analysis.trees:
        found += _nodes_in_box(tree, box, allowed)
    for share in (0.0, 0.12):
        inner = _inset(box, share)
        cut = _cut_in_box(analysis, box, inner)
        if cut is not None:
            found.append(Region(cut, CUT))
    best = sorted((r for r in found if r.source == TREE), key=lambda r: -_box_fit(r.mask, box))[:2]
    found += [Region(_recut(analysis, r.mask), TREE_CUT, r.persistence) for r in best]
    inside = np.zeros(analysis.strength.shape, bool)
    inside[allowed.slices] = True
    whole = np.zeros_like(inside)
    whole[box.slices] = True
    tidy = [Region(_filled(r.mask & inside), r.source, r.persistence) for r in found]
    enough = [r for r in tidy if np.count_nonzero(r.mask) > 0.08 * box.area]
    return [*distinct(enough), Region(whole, DRAWN)]


def regions_under_stroke(analysis: Analysis, stroke: np.ndarray) -> list[Region]:
    """Distinct regions that a painted stroke (h×w bool, working size) may mean, the stroke itself among them."""
    painted = max(1, np.count_nonzero(stroke))
    found: list[Region] = []
    for tree in analysis.trees:
        count = tree.leaf_count
        covered = tree.sums(np.bincount(tree.leaves.ravel(), stroke.ravel().astype(float), minlength=count))
        found += [
            Region(tree.mask(int(n)), TREE, tree.persistence(int(n)))
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
    tidy = [Region(_filled(r.mask), r.source, r.persistence) for r in found if r.mask.any()]
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


def _on_path(tree: RegionTree, positive: Sequence[Point], negative: Sequence[Point]) -> list[Region]:
    """Nodes above all positive points, less the parts that belong with the negative ones."""
    leaves = [_leaf(tree, p) for p in positive]
    start = tree.common_ancestor(leaves)
    size = tree.leaves.size
    nodes = [n for n in tree.path(start) if _SMALLEST * size < tree.area[n] <= _LARGEST * size]
    nodes.sort(key=lambda n: -tree.persistence(n))
    regions = [Region(tree.mask(n), TREE, tree.persistence(n)) for n in nodes[:_PATH_LENGTH]]
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
    mask = _filled(np.isin(labels, list(wanted)), negative)
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


def _filled(mask: np.ndarray, keep_open: Sequence[Point] = ()) -> np.ndarray:
    """Small holes closed, unless a point of `keep_open` lies in one."""
    filled = fill_holes(mask.astype(np.float32), int(0.03 * np.count_nonzero(mask))) >= 0.5
    return mask if any(filled[p.y, p.x] for p in keep_open) else filled


def _to_small(analysis: Analysis, point: Point) -> Point:
    small = Extent.of(analysis.small)
    scale = small.width / analysis.extent.width
    return Point(int(point.x * scale), int(point.y * scale)).clipped(small)


def _from_small(analysis: Analysis, mask: np.ndarray) -> np.ndarray:
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
            regions.append(Region(_from_small(analysis, cut), CUT))
    return regions


def _recut(analysis: Analysis, mask: np.ndarray) -> np.ndarray:
    """The region's colours against its surroundings', in a wide band around its edge."""
    hard = _shrunk(analysis, mask)
    band = 0.03 * Extent.of(analysis.small).diagonal
    depth = cv2.distanceTransform(hard.astype(np.uint8), cv2.DIST_L2, 3)
    distance = cv2.distanceTransform((~hard).astype(np.uint8), cv2.DIST_L2, 3)
    labels = np.where(hard, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[depth > min(band, 0.6 * float(depth.max(initial=0.0)))] = cv2.GC_FGD
    labels[distance > 2 * band] = cv2.GC_BGD
    cut = graph_cut(analysis.small, labels, rounds=2)
    return mask if cut is None else _from_small(analysis, cut)


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
    return _from_small(analysis, whole)


def _nodes_in_box(tree: RegionTree, box: Bounds, allowed: Bounds) -> list[Region]:
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
    regions = [Region(tree.mask(int(n)), TREE, tree.persistence(int(n))) for n in np.argsort(-fit)[:6] if fit[n] > 0.1]
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
    return None if cut is None else _from_small(analysis, cut)
