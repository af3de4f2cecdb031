"""Small things in large pictures: one look at the whole, then closer looks at overlapping crops, merged.

The idea is CropFormer's (Qi et al., "High-Quality Entity Segmentation", ICCV 2023), which teaches a network to share
what it sees between the two; here masks are merged afterwards, so any proposer will do.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from models.geometry import Bounds, Extent
from models.progress import Progress
from models.segmentation.hygiene import alike, distinct, tightened
from models.segmentation.proposals import Proposal, Proposals

_PAYS = 1.75
_OVERLAP = 0.25
_SAME = 0.6
_CLOSE_ENOUGH = 0.3

Find = Callable[[np.ndarray, Extent, Progress], Proposals]
"""A part of the picture, the size at which its masks are wanted, and where to report: what is in it."""


def crops(extent: Extent, side: int, most: int) -> list[Bounds]:
    """Overlapping windows that cover a picture, in its pixels; none where they would show little more.

    Square windows of `side` px where at most `most` of those cover it, larger ones otherwise, a quarter of the side
    shared by neighbours. None when the longer side is below 1.75 times the side, or the windows hardly smaller.
    """
    if max(extent) < _PAYS * side or most < 2:
        return []
    size = float(side)
    while (steps := _steps(extent, size)) and steps[0] * steps[1] > most:
        size *= 1.05
    if max(extent) < 1.4 * size:
        return []
    columns, rows = steps
    width, height = min(round(size), extent.width), min(round(size), extent.height)
    lefts = [round(x) for x in np.linspace(0, extent.width - width, columns)]
    tops = [round(y) for y in np.linspace(0, extent.height - height, rows)]
    return [Bounds(x, y, x + width, y + height) for y in tops for x in lefts]


def _steps(extent: Extent, size: float) -> tuple[int, int]:
    """How many windows of that size lie side by side and one above the other."""

    def along(length: int) -> int:
        return 1 if length <= size else math.ceil((length - _OVERLAP * size) / ((1 - _OVERLAP) * size))

    return along(extent.width), along(extent.height)


def found_closely(rgb: np.ndarray, find: Find, windows: list[Bounds], working: Extent, progress: Progress) -> Proposals:
    """What `find` finds in the whole of H×W×3 uint8 and in its windows, as one list without duplicates.

    Pieces that a window's border cuts are left to the whole look or to the neighbour, and what fills most of a
    window to the whole look. Of a thing found both ways the closer mask stays, with the better score.
    """
    extent = Extent.of(rgb)
    looks = len(windows) + 1
    whole = find(rgb, working, progress.part(0.0, 1.0 / looks))
    close: list[Proposal] = []
    for number, window in enumerate(windows, start=1):
        at_work = _scaled(window, extent, working)
        part = find(rgb[window.slices], at_work.extent, progress.part(number / looks, (number + 1) / looks))
        for item in map(tightened, part):
            if item.area <= _CLOSE_ENOUGH * at_work.area and not _cut(item, window, at_work.extent, extent):
                close.append(Proposal(item.box.shifted(at_work.x0, at_work.y0), item.inside, item.score))
    close = distinct(sorted(close, key=lambda item: -item.score), _SAME)
    merged = _merged(list(whole), close)
    return Proposals(extent, working, tuple(sorted(merged, key=lambda item: -item.score)))


def _merged(whole: list[Proposal], close: list[Proposal]) -> list[Proposal]:
    """All close ones, and those of the whole look that none of them equals."""
    scores = [item.score for item in close]
    kept = []
    for item, twins in zip(whole, alike(whole, close, _SAME), strict=True):
        for number in twins:
            scores[number] = max(scores[number], item.score)
        if not twins:
            kept.append(item)
    return kept + [Proposal(item.box, item.inside, score) for item, score in zip(close, scores, strict=True)]


def _cut(item: Proposal, window: Bounds, at_work: Extent, extent: Extent) -> bool:
    """Whether a mask ends at a border of the window that is no border of the picture."""
    near = 2
    return (
        (item.box.x0 < near and window.x0 > 0)
        or (item.box.y0 < near and window.y0 > 0)
        or (item.box.x1 > at_work.width - near and window.x1 < extent.width)
        or (item.box.y1 > at_work.height - near and window.y1 < extent.height)
    )


def _scaled(window: Bounds, extent: Extent, working: Extent) -> Bounds:
    across, down = working.width / extent.width, working.height / extent.height
    return Bounds(
        round(window.x0 * across), round(window.y0 * down), round(window.x1 * across), round(window.y1 * down)
    )
