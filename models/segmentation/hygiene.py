"""Proposals made fit for use: no crumbs, no pinholes, nothing twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import cv2
import numpy as np

from models.geometry import Bounds
from models.segmentation.proposals import Proposal, Proposals

_SAME = 0.8
_CRUMB = 0.02
_PINHOLE = 0.02
_SMALLEST = 2e-5


def tidied(proposals: Proposals, same: float = _SAME, smallest: float = _SMALLEST) -> Proposals:
    """Every mask tidied, then duplicates and the tiniest left out; by falling score. See `without_duplicates`."""
    clean = tuple(tidied_proposal(item) for item in proposals)
    return without_duplicates(Proposals(proposals.extent, proposals.working, clean), same, smallest)


def without_duplicates(proposals: Proposals, same: float = _SAME, smallest: float = _SMALLEST) -> Proposals:
    """Those that differ, by falling score.

    `same` is the intersection over union of masks from which the lower score goes; `smallest` the share of the
    picture below which a mask is noise (official FastSAM: 100 pixels, whatever the picture's size).
    """
    fewest = max(4.0, smallest * proposals.working.pixels)
    ordered = sorted((item for item in proposals if item.area >= fewest), key=lambda item: -item.score)
    return Proposals(proposals.extent, proposals.working, tuple(distinct(ordered, same)))


def tidied_proposal(proposal: Proposal) -> Proposal:
    """Without crumbs and pinholes, its box as tight as can be.

    Pieces below 2 % of the largest are crumbs, enclosed holes below 2 % of the mask pinholes. Larger pieces
    all stay: what stands behind a post is one thing in two pieces.
    """
    padded = np.pad(proposal.inside.astype(np.uint8), 1)
    labels, areas = _pieces(padded, 8)
    if len(areas) > 2:
        areas[0] = 0
        keep = areas >= _CRUMB * areas.max()
        keep[0] = False
        padded = keep[labels].astype(np.uint8)
    labels, areas = _pieces(1 - padded, 4)
    if len(areas) > 2:  # label 0 is the mask, one other is the surroundings
        hole = areas < _PINHOLE * np.count_nonzero(padded)
        hole[[0, labels[0, 0]]] = False
        padded |= hole[labels].astype(np.uint8)
    return tightened(Proposal(proposal.box, padded[1:-1, 1:-1].astype(bool), proposal.score))


def _pieces(selected: np.ndarray, connectivity: int) -> tuple[np.ndarray, np.ndarray]:
    """H×W int32 labels of an H×W uint8 mask, 0 where it is 0, and the pixels of every label."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(selected, connectivity=connectivity)
    return np.asarray(labels, np.int32), np.array(stats, np.int32)[:, cv2.CC_STAT_AREA]


def tightened(proposal: Proposal) -> Proposal:
    """The same mask in the smallest box; one of no size when the mask is empty."""
    rows, columns = np.flatnonzero(proposal.inside.any(axis=1)), np.flatnonzero(proposal.inside.any(axis=0))
    if not rows.size:
        return Proposal(
            Bounds(proposal.box.x0, proposal.box.y0, proposal.box.x0, proposal.box.y0),
            np.zeros((0, 0), bool),
            proposal.score,
        )
    within = Bounds(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    inside = np.ascontiguousarray(proposal.inside[within.slices])
    return Proposal(within.shifted(proposal.box.x0, proposal.box.y0), inside, proposal.score)


def distinct(proposals: Iterable[Proposal], same: float = _SAME) -> list[Proposal]:
    """Those that no earlier one of them equals, in the given order."""
    items = list(proposals)
    kept: dict[int, Proposal] = {}
    for number, equals in enumerate(alike(items, items, same)):
        if not any(other in kept for other in equals if other < number):
            kept[number] = items[number]
    return list(kept.values())


def alike(items: Sequence[Proposal], others: Sequence[Proposal], same: float) -> Iterator[list[int]]:
    """For each item the numbers of the others whose mask has at least `same` intersection over union with its own.

    Boxes and areas are compared first, all at once: few masks have to be.
    """
    areas = np.array([other.area for other in others], float)
    boxes = np.array([other.box for other in others], float).reshape(-1, 4)
    for item in items:
        low, high = np.maximum(boxes[:, :2], item.box[:2]), np.minimum(boxes[:, 2:], item.box[2:])
        common = np.prod(np.clip(high - low, 0.0, None), axis=1)
        smaller, larger = np.minimum(areas, item.area), np.maximum(areas, item.area)
        likely = np.flatnonzero((smaller >= same * larger) & (common >= same * larger)).tolist()
        yield [number for number in likely if item.iou(others[number]) >= same]
