"""What there is under the pointer, before anybody clicks: proposals from region trees, and a map of all of them.

A tree offers far more regions than a person wants to step through. Kept are those whose boundary outweighs what is
inside them (persistence), once each, at every place from small to large; which of them is shown first is decided by
the same formula that ranks clicks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from models.geometry import Bounds, Extent
from models.segmentation.candidates import TREE, Analysis, Region, distinct, filled
from models.segmentation.hierarchy import RegionTree
from models.segmentation.proposals import Proposal, Proposals
from models.segmentation.ranking import MEASURES, RankingBasis, coefficients, expanded, measures, predicted

_MOST = 200  # of one tree
_STANDING_OUT = 6  # nodes above one leaf
_SMALLEST, _LARGEST = 0.003, 0.65  # shares of the picture
_ALIKE = 0.85
_MAP_LONGEST = 640  # pixels of an atlas' longer side


@dataclass(frozen=True)
class Atlas:
    """Which proposals lie where: pixels that lie in the same ones form one atom.

    `atoms`: h×w int32, the atom of each pixel, from 0, of the working picture made at most 640 px long. `holders`: per
    atom the indices of the proposals that hold it, smallest first; empty where nothing was proposed. `first`: per atom
    the place in its holders of the likeliest one (0 when it has none).
    """

    proposals: Proposals
    atoms: np.ndarray
    holders: tuple[tuple[int, ...], ...]
    first: tuple[int, ...]


def atlas(proposals: Proposals) -> Atlas:
    """Overlay all proposals; where several lie, the one of the best score comes first."""
    atoms, holders = _overlaid(proposals)
    first = [max(range(len(ids)), key=lambda at: proposals[ids[at]].score, default=0) for ids in holders]
    return Atlas(proposals, atoms, holders, tuple(first))


def region_atlas(analysis: Analysis, basis: RankingBasis, extent: Extent) -> Atlas:
    """The regions of a picture's trees worth pointing at; which comes first is what a click there would rank first.

    `extent` is the whole picture's, that of the proposals the working size.
    """
    size = analysis.extent.pixels
    regions = [
        Region(tree.mask(node), TREE, tree.persistence(node))
        for tree in analysis.trees
        for node in _telling(tree, size)
    ]
    regions = distinct(sorted(regions, key=lambda region: -region.persistence), _ALIKE)
    regions = [Region(_without_holes(region.mask), TREE, region.persistence) for region in regions]
    values = measures(basis, regions, []) if regions else np.zeros((0, len(MEASURES)))
    scores = predicted(expanded(values), coefficients()) if regions else np.zeros(0)
    items = [_proposal(region.mask, float(score)) for region, score in zip(regions, scores, strict=True)]
    proposals = Proposals(extent, analysis.extent, tuple(items))
    atoms, holders = _overlaid(proposals)
    return Atlas(proposals, atoms, holders, _likeliest(regions, values, atoms, holders))


def _overlaid(proposals: Proposals) -> tuple[np.ndarray, tuple[tuple[int, ...], ...]]:
    """Atoms and their holders. Each proposal splits the atoms that it cuts through."""
    size = proposals.working.fit_within(_MAP_LONGEST)
    atoms = np.zeros((size.height, size.width), np.int32)
    holders: list[tuple[int, ...]] = [()]
    for index in sorted(range(len(proposals)), key=lambda index: proposals[index].area):
        box, inside = _sampled(proposals[index], proposals.working, size)
        window = atoms[box.slices]
        renamed = np.arange(len(holders), dtype=np.int32)
        for atom in np.unique(window[inside]).tolist():
            renamed[atom] = len(holders)
            holders.append((*holders[atom], index))
        window[inside] = renamed[window[inside]]
    used, compact = np.unique(atoms, return_inverse=True)
    return compact.reshape(atoms.shape).astype(np.int32), tuple(holders[atom] for atom in used.tolist())


def _sampled(proposal: Proposal, working: Extent, size: Extent) -> tuple[Bounds, np.ndarray]:
    """A proposal at a smaller size: its bounds there, and the mask at the middles of the larger pixels within them."""
    if size == working:
        return proposal.box, proposal.inside
    columns = ((np.arange(size.width) + 0.5) * working.width / size.width).astype(int)
    rows = ((np.arange(size.height) + 0.5) * working.height / size.height).astype(int)
    x0, x1 = np.searchsorted(columns, [proposal.box.x0, proposal.box.x1]).tolist()
    y0, y1 = np.searchsorted(rows, [proposal.box.y0, proposal.box.y1]).tolist()
    own = proposal.inside[rows[y0:y1, None] - proposal.box.y0, columns[None, x0:x1] - proposal.box.x0]
    return Bounds(x0, y0, x1, y1), own


def _likeliest(
    regions: Sequence[Region], values: np.ndarray, atoms: np.ndarray, holders: Sequence[tuple[int, ...]]
) -> tuple[int, ...]:
    """Per atom the place of its likeliest holder: ranked among themselves, as seen from the atom's middle."""
    if not regions:
        return (0,) * len(holders)
    masks = [cv2.resize(region.mask.astype(np.uint8), None, fx=0.5, fy=0.5) for region in regions]
    depths = [cv2.distanceTransform(np.pad(mask, 1), cv2.DIST_L2, 3)[1:-1, 1:-1] for mask in masks]
    deepest = np.array([max(float(depth.max()), 1.0) for depth in depths])
    moments = [cv2.moments(mask, binaryImage=True) for mask in masks]
    areas = np.array([max(m["m00"], 1.0) for m in moments])
    middles = np.array([(m["m10"] / area, m["m01"] / area) for m, area in zip(moments, areas, strict=True)])
    flat = np.stack([region.mask[::4, ::4].ravel() for region in regions]).astype(np.float32)
    shared, sizes = flat @ flat.T, flat.sum(axis=1)
    overlap = shared / np.maximum(sizes[:, None] + sizes[None] - shared, 1.0)
    np.fill_diagonal(overlap, 0.0)
    spots = _middles(atoms, len(holders)) // 2
    column = {name: MEASURES.index(name) for name in ("centrality", "offset", "consensus", "near_consensus")}
    formula, first = coefficients(), []
    for ids, (x, y) in zip(holders, spots.tolist(), strict=True):
        if len(ids) < 2:
            first.append(0)
            continue
        own = list(ids)
        seen = values[own].copy()
        depth = np.array([depths[i][min(y, depths[i].shape[0] - 1), min(x, depths[i].shape[1] - 1)] for i in own])
        seen[:, column["centrality"]] = depth / deepest[own]
        away = np.hypot(middles[own, 0] - x, middles[own, 1] - y) / np.sqrt(areas[own])
        seen[:, column["offset"]] = np.minimum(away, 2.0)
        among = overlap[np.ix_(own, own)]
        seen[:, column["consensus"]] = among.sum(axis=1) / (len(own) - 1)
        seen[:, column["near_consensus"]] = np.sort(among, axis=1)[:, -min(3, len(own) - 1) :].mean(axis=1)
        first.append(int(predicted(expanded(seen), formula).argmax()))
    return tuple(first)


def _middles(atoms: np.ndarray, count: int) -> np.ndarray:
    """count×2 int: x, y of the pixel of every atom that is nearest to its centre of mass."""
    rows, columns = np.indices(atoms.shape)
    labels = atoms.ravel()
    size = np.maximum(np.bincount(labels, minlength=count), 1)
    x = np.bincount(labels, columns.ravel(), count) / size
    y = np.bincount(labels, rows.ravel(), count) / size
    away = (columns.ravel() - x[labels]) ** 2 + (rows.ravel() - y[labels]) ** 2
    order = np.lexsort((away, labels))
    starts = np.searchsorted(labels[order], np.arange(count))
    nearest = order[np.minimum(starts, len(order) - 1)]
    return np.stack([nearest % atoms.shape[1], nearest // atoms.shape[1]], axis=1)


def _telling(tree: RegionTree, size: int) -> list[int]:
    """The nodes that stand out most on the way up from some leaf, those that matter to most pixels first."""
    above = np.where(tree.parent >= 0, tree.level[tree.parent], tree.level)
    persistence = (above - tree.level).tolist()
    fits = ((tree.area >= _SMALLEST * size) & (tree.area <= _LARGEST * size)).tolist()
    pixels, parent = tree.area.tolist(), tree.parent.tolist()
    votes: dict[int, int] = {}
    for leaf in range(tree.leaf_count):
        way, node = [], leaf
        while node >= 0:
            if fits[node]:
                way.append(node)
            node = parent[node]
        for node in sorted(way, key=lambda n: -persistence[n])[:_STANDING_OUT]:
            votes[node] = votes.get(node, 0) + pixels[leaf]
    return sorted(votes, key=lambda n: -votes[n] * persistence[n] / pixels[n] ** 0.5)[:_MOST]


def _without_holes(mask: np.ndarray) -> np.ndarray:
    """Small holes closed; looked for inside the region's box only."""
    box = _box(mask).padded(1).clipped(Extent.of(mask))
    result = mask.copy()
    result[box.slices] = filled(mask[box.slices])
    return result


def _box(mask: np.ndarray) -> Bounds:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return Bounds(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


def _proposal(mask: np.ndarray, score: float) -> Proposal:
    box = _box(mask)
    return Proposal(box, mask[box.slices].copy(), score)
