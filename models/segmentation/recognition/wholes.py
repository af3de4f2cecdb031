"""From masks that a name fits to things: duplicates dropped, parts taken into wholes, groups taken apart.

FastSAM proposes a taxi, its door and its front; a name fits all three. Its demo's "wider" option takes the largest
mask that holds nine tenths of the winner; here that is done unasked, but only where the name fits the larger mask too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.segmentation.proposals import Proposals

# Intersection over union above which two masks are the same thing.
_SAME = 0.8
# Share of a mask that lies within another: then it is inside that ("wider" takes 0.9).
_INSIDE = 0.9
# A whole is at least this share as probable as what is inside it; else it is something else that holds it.
_WIDER = 0.6
# Several things inside one mask are a group when they cover this share of it, are alike in size, and fit as well.
_COVERED, _ALIKE, _AS_WELL = 0.65, 0.25, 0.95
_MOST = 60  # masks compared with each other


@dataclass(frozen=True)
class Thing:
    """A proposal by its index, and the probability that the name fits it."""

    index: int
    probability: float


def things(proposals: Proposals, probability: np.ndarray, least: float) -> list[Thing]:
    """What the name fits with at least that probability (one for each proposal), most probable first."""
    ranked = [int(index) for index in np.argsort(-probability, kind="stable") if probability[index] >= least]
    distinct: list[int] = []
    for index in ranked[:_MOST]:
        if not any(proposals[index].iou(proposals[other]) >= _SAME for other in distinct):
            distinct.append(index)
    fits = {index: float(probability[index]) for index in distinct}
    for outer in sorted(distinct, key=lambda index: proposals[index].area):
        inner = [
            index
            for index in fits
            if index != outer
            and proposals[index].area < proposals[outer].area
            and proposals[index].shared(proposals[outer]) >= _INSIDE * proposals[index].area
        ]
        if not inner:
            continue
        best = max(fits[index] for index in inner)
        if _is_group(outer, inner, proposals, fits) or fits[outer] < _WIDER * best:
            del fits[outer]
            continue
        fits[outer] = max(fits[outer], best)
        for index in inner:
            del fits[index]
    found = [Thing(index, value) for index, value in fits.items()]
    return sorted(found, key=lambda thing: -thing.probability)


def _is_group(outer: int, inner: list[int], proposals: Proposals, fits: dict[int, float]) -> bool:
    """Whether a mask is several of the things rather than one with parts: "people" around each person."""
    apart: list[int] = []
    for index in sorted(inner, key=lambda index: -fits[index]):
        if all(proposals[index].shared(proposals[other]) < 0.1 * proposals[index].area for other in apart):
            apart.append(index)
    if len(apart) < 2:
        return False
    areas = [proposals[index].area for index in apart]
    covered = sum(areas) >= _COVERED * proposals[outer].area
    alike = min(areas) >= _ALIKE * max(areas)
    return covered and alike and float(np.mean([fits[index] for index in apart])) >= _AS_WELL * fits[outer]
