"""Proposals made fit for use: no crumbs, no pinholes, nothing twice."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np

from models.geometry import Bounds
from models.segmentation.proposals import Proposal, Proposals

_SAME = 0.8
_CRUMB = 0.02
_PINHOLE = 0.02
_SMALLEST = 2e-5


def tidied(proposals: Proposals, same: float = _SAME, smallest: float = _SMALLEST) -> Proposals:
    """Every mask tidied, then duplicates and the tiniest left out; by falling score.

    `same` is the intersection over union of masks from which the lower score goes; `smallest` the share of the
    picture below which a mask is noise (official FastSAM: 100 pixels, whatever the picture's size).
    """
    fewest = max(4.0, smallest * proposals.working.pixels)
    tidy = (tidied_proposal(item) for item in proposals)
    ordered = sorted((item for item in tidy if item.area >= fewest), key=lambda item: -item.score)
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
    """Those that no earlier one equals, in the given order. Boxes are compared first: it costs next to nothing."""
    kept: list[Proposal] = []
    for item in proposals:
        likely = (other for other in kept if _could_be_same(item, other, same))
        if all(item.iou(other) < same for other in likely):
            kept.append(item)
    return kept


def _could_be_same(first: Proposal, second: Proposal, same: float) -> bool:
    smaller, larger = sorted((first.area, second.area))
    return smaller >= same * larger and first.box.intersection(second.box).area >= same * larger
