"""What fills a box: a graph cut over small patches that knows that people draw boxes around whole things.

Lempitsky, Kohli, Rother, Sharp, "Image segmentation with a bounding box prior", ICCV 2009: the thing reaches near
every side of its box. Patches are told apart by how much better the inside's colours explain them than the
colours found outside the box nearby; where the cut leaves a wide gap to a side of the box, the least
background-like patch near that side is made part of the thing and the cut is made again.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from models.geometry import Bounds
from models.segmentation.hierarchy import RegionTree, adjacency

LOOSEST = 0.2
"""How much too large a person draws a box at one side, at most, as a share of the thing's width or height."""

WIDEST_GAP = 0.15
"""The same as a share of the box, when it is too large on both sides."""

_RING = 0.45  # how far outside the box its surroundings are read, in mean box sides
_COLOUR_SPREAD = np.array([9.0, 6.0, 6.0, 7.0])  # CIELAB and fine contrast: within this patches look alike
_PATCHES = 500  # about as many in and around a box: more only cost time
_NEARBY = 0.45  # in mean box sides: over which the outside speaks for the inside
_SURE = 3.0  # log odds beyond which a colour says no more
_SCARCE, _RIM = 0.15, 0.03
_ROUNDS = 3
_CONTRAST = 0.09  # boundary strength at which a cut costs 1/e of one through even picture
_FLOW_UNITS = 200.0


@dataclass(frozen=True)
class BoxPatches:
    """The patches in and around a box, each either wholly inside or wholly outside it.

    `labels`: h×w int32 in the window, patch of each pixel; `window`: where the window lies; `inside`: K bool;
    `area`: K pixels; `place`: K×2 (x, y) from -1 to 1 across the box; `look`: K×4 colour and texture in units of
    just alike; `apart`: K, how strong a boundary separates the patch from everything outside; `pairs`: E×2 and
    `bond`: E, neighbours and what it costs to part them; `box`: the box within the window.
    """

    labels: np.ndarray
    window: Bounds
    inside: np.ndarray
    area: np.ndarray
    place: np.ndarray
    look: np.ndarray
    apart: np.ndarray
    pairs: np.ndarray
    bond: np.ndarray
    box: Bounds
    shape: tuple[int, int]

    @classmethod
    def of(cls, lab: np.ndarray, strength: np.ndarray, tree: RegionTree, box: Bounds) -> BoxPatches:
        """Patches from a region tree's leaves; `lab` h×w×3 CIELAB, `strength` h×w, `box` in their pixels."""
        height, width = strength.shape
        side = (box.width + box.height) / 2
        reach = max(3, round(_RING * side))
        window = Bounds(
            max(0, box.x0 - reach), max(0, box.y0 - reach), min(width, box.x1 + reach), min(height, box.y1 + reach)
        )
        if window.area - box.area < _SCARCE * box.area:  # no surroundings to speak of: the box's own rim serves
            box = box.padded(-max(1, round(_RIM * min(box.extent)))) if min(box.extent) > 8 else box
        within = box.shifted(-window.x0, -window.y0)
        is_inside = np.zeros((window.height, window.width), bool)
        is_inside[within.slices] = True
        patches = _merged_leaves(tree, np.unique(tree.leaves[window.slices]))[tree.leaves[window.slices]]
        _, labels = np.unique(patches.astype(np.int64) * 2 + is_inside, return_inverse=True)
        labels = labels.reshape(is_inside.shape).astype(np.int32)
        flat = labels.ravel()
        area = np.bincount(flat).astype(float)

        def mean(values: np.ndarray) -> np.ndarray:
            return np.bincount(flat, values.ravel()) / area

        ys, xs = np.mgrid[: window.height, : window.width]
        centre_x, centre_y = (within.x0 + within.x1 - 1) / 2, (within.y0 + within.y1 - 1) / 2
        place = np.stack([mean(xs - centre_x) * 2 / within.width, mean(ys - centre_y) * 2 / within.height], axis=1)
        colour = lab[window.slices]
        boundary = strength[window.slices]
        fine = np.minimum(np.abs(colour[..., 0] - cv2.GaussianBlur(colour[..., 0], (0, 0), 1.5)), 15.0)
        look = np.stack([*(mean(colour[..., c]) for c in range(3)), 3.0 * mean(fine)], axis=1) / _COLOUR_SPREAD
        pairs, total, length = adjacency(labels, boundary)
        bond = length * (np.exp(-total / length / _CONTRAST) + 0.03)
        inside = mean(is_inside) > 0.5
        apart = mean(_separation(tree, box)[window.slices])
        return cls(labels, window, inside, area, place, look, apart, pairs, bond, within, (height, width))

    def painted(self, chosen: np.ndarray) -> np.ndarray:
        """h×w bool: the pixels of the chosen patches (K bool)."""
        mask = np.zeros(self.shape, bool)
        mask[self.window.slices] = chosen[self.labels]
        return mask


def _merged_leaves(tree: RegionTree, present: np.ndarray) -> np.ndarray:
    """For every leaf the node it belongs to when about _PATCHES nodes hold the leaves that are present."""
    count = tree.leaf_count
    merges = max(0, round(count * (1.0 - _PATCHES / len(present))))
    top = np.arange(len(tree.parent))
    for node in range(count + merges - 1, -1, -1):  # parents before their children
        if 0 <= tree.parent[node] < count + merges:
            top[node] = top[tree.parent[node]]
    return top[:count]


def _separation(tree: RegionTree, box: Bounds) -> np.ndarray:
    """h×w float: the weakest boundary that must be crossed to reach the outside of the box from each pixel."""
    outside = np.ones(tree.leaves.shape)
    outside[box.slices] = 0.0
    share = tree.sums(np.bincount(tree.leaves.ravel(), outside.ravel(), minlength=tree.leaf_count)) / tree.area
    reached = np.where(share > 0.1, tree.level, -1.0)
    for node in range(len(tree.parent) - 2, -1, -1):  # parents before their children
        if reached[node] < 0:
            reached[node] = reached[tree.parent[node]]
    return reached[tree.leaves]


class Likeness:
    """How much the inside and the outside of a box look like each patch."""

    def __init__(self, patches: BoxPatches) -> None:
        self._area = patches.area.astype(np.float32)
        self._alike = np.exp(-0.5 * _squared_distances(patches.look))
        sides = np.array([patches.box.width, patches.box.height])
        nearby = np.exp(-0.5 * _squared_distances(patches.place * sides / sides.sum() / _NEARBY))
        # what is outside and far away still counts a little
        self._near = 0.15 + 0.85 * nearby
        self._alike_near = self._alike * self._near

    def log_odds(self, inner: np.ndarray) -> np.ndarray:
        """K log odds that a patch is the thing and not background, by its look.

        `inner`: K probabilities so far. The outside speaks most about what lies close to it, since
        backgrounds change across a picture; of the inside all parts count alike.
        """
        outer_weight = (1.0 - inner).astype(np.float32) * self._area
        inner_weight = inner.astype(np.float32) * self._area
        as_outside = self._alike_near @ outer_weight / np.maximum(self._near @ outer_weight, 1e-9)
        as_inside = self._alike @ inner_weight / max(float(inner_weight.sum()), 1e-9)
        return np.clip(np.log((as_inside + 2e-3) / (as_outside + 2e-3)), -_SURE, _SURE)


def _squared_distances(points: np.ndarray) -> np.ndarray:
    points = points.astype(np.float32)
    squared = (points**2).sum(axis=1)
    return np.maximum(squared[:, None] + squared[None] - 2.0 * points @ points.T, 0.0)


_BIASES = (0.0, -0.8, -1.6, 1.0)
"""Log odds added everywhere: plain, cautious, very cautious and generous."""


def cuts_in_box(patches: BoxPatches) -> list[np.ndarray]:
    """Several cuts of the box's content, K bool each, with and without patches forced in to reach all sides."""
    likeness = Likeness(patches)
    prior = _prior(patches)
    nothing = np.zeros(len(prior), bool)
    results: list[np.ndarray] = []
    first = np.where(patches.inside, 1.0 / (1.0 + np.exp(-2.0 * prior)), 0.0)
    for bias in _BIASES:
        chosen, odds = _settled(patches, likeness, prior + bias, nothing, first)
        if bias == 0.0:
            first = _softened(patches, chosen, odds)
        results.append(chosen)
        pinned = nothing.copy()
        for _ in range(4):
            pin = _pin(patches, chosen, odds)
            if pin is None:
                break
            pinned[pin] = True
            chosen, odds = _settled(patches, likeness, prior + bias, pinned, _softened(patches, chosen, odds))
        if pinned.any():
            results.append(chosen)
    return [r for r in results if r.any()]


def _prior(patches: BoxPatches) -> np.ndarray:
    """K log odds before any colour is seen: the middle is the thing, and so is what strong boundaries enclose."""
    radius = np.hypot(patches.place[:, 0], patches.place[:, 1])
    levels = patches.apart[patches.inside]
    usual = max(float(np.median(levels)), 0.05) if levels.size else 0.1
    enclosed = np.clip(patches.apart / usual - 1.0, -1.0, 1.0)
    return np.where(patches.inside, 1.3 * (1.1 - radius**2) + 1.2 * enclosed, -6.0)


def _softened(patches: BoxPatches, chosen: np.ndarray, odds: np.ndarray) -> np.ndarray:
    return np.where(patches.inside, 0.5 * chosen + 0.5 / (1.0 + np.exp(-odds)), 0.0)


def _settled(
    patches: BoxPatches, likeness: Likeness, prior: np.ndarray, pinned: np.ndarray, inner: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Cut and learn the colours anew in turns: the cut and its log odds, K each."""
    chosen, odds = patches.inside, prior
    for _ in range(_ROUNDS):
        before = chosen
        odds = prior + 1.5 * likeness.log_odds(np.where(pinned, 1.0, inner))
        chosen = _cut(patches, odds, pinned)
        if not chosen.any() or np.array_equal(before, chosen):
            break
        inner = _softened(patches, chosen, odds)
    return chosen, odds


def _cut(patches: BoxPatches, odds: np.ndarray, pinned: np.ndarray) -> np.ndarray:
    """The cheapest labelling of the patches (Boykov, Jolly 2001): K bool, nothing outside the box."""
    count = len(odds)
    side = (patches.box.width + patches.box.height) / 2
    source, sink = count, count + 1
    gain = odds * patches.area
    certain = 50.0 * float(patches.area.sum())
    gain = np.where(patches.inside, np.where(pinned, certain, gain), -certain)
    nodes = np.arange(count)
    bond = patches.bond * (0.06 * side)
    first, second = patches.pairs[:, 0], patches.pairs[:, 1]
    rows = np.concatenate([np.full(count, source), nodes, first, second])
    columns = np.concatenate([nodes, np.full(count, sink), second, first])
    weights = np.concatenate([np.maximum(gain, 0.0), np.maximum(-gain, 0.0), bond, bond])
    scale = _FLOW_UNITS / max(side, 1.0)
    capacity = np.minimum(np.rint(weights * scale), 2**24).astype(np.int32)
    graph = coo_array((capacity, (rows, columns)), shape=(count + 2, count + 2)).tocsr()
    flow = maximum_flow(csr_array(graph), source, sink, method="dinic").flow
    residual = csr_array(graph - flow)
    residual.eliminate_zeros()
    chosen = np.zeros(count + 2, bool)
    chosen[breadth_first_order(residual, source, return_predecessors=False)] = True
    return chosen[:count]


def _pin(patches: BoxPatches, chosen: np.ndarray, odds: np.ndarray) -> int | None:
    """The likeliest patch along the side that the cut stays furthest from; None when all sides are reached."""
    if not chosen.any():
        return None
    rows, columns = np.nonzero(chosen[patches.labels])
    box = patches.box
    gaps = {
        "left": (columns.min() - box.x0) / box.width,
        "right": (box.x1 - 1 - columns.max()) / box.width,
        "top": (rows.min() - box.y0) / box.height,
        "bottom": (box.y1 - 1 - rows.max()) / box.height,
    }
    widest = max(gaps, key=lambda name: gaps[name])
    if gaps[widest] <= WIDEST_GAP:
        return None
    along, sign = (0, -1) if widest == "left" else (0, 1) if widest == "right" else (1, -1 if widest == "top" else 1)
    outwards = sign * patches.place[:, along]  # 1 at the side itself
    strip = patches.inside & ~chosen & (outwards > 1.0 - 2.0 * WIDEST_GAP) & (outwards < 0.97)
    strip &= patches.area > 0.0005 * box.area
    if not strip.any():
        return None
    candidates = np.flatnonzero(strip)
    return int(candidates[np.argmax(odds[candidates])])
