"""Which proposal is a part of which: what lets "the car" mean the car when somebody clicked its wheel."""

from __future__ import annotations

import numpy as np

from models.segmentation.proposals import Proposals

_HELD = 0.9
_LARGER = 1.25


def wholes(proposals: Proposals, held: float = _HELD, larger: float = _LARGER) -> tuple[int | None, ...]:
    """For every proposal the number of the smallest one that it is a part of, None for those that stand alone.

    A part has at least `held` of its pixels in its whole, which is at least `larger` times its size (the "wider" rule
    of FastSAM's demonstration, there with the largest). Wholes can be parts again; there are no circles.
    """
    areas = [item.area for item in proposals]
    by_area = np.argsort(areas, kind="stable")
    found: list[int | None] = [None] * len(proposals)
    for position, number in enumerate(by_area):
        part = proposals[number]
        for other in by_area[position + 1 :]:
            whole = proposals[other]
            if areas[other] < larger * areas[number] or part.box.intersection(whole.box).area < held * areas[number]:
                continue
            if part.shared(whole) >= held * areas[number]:
                found[number] = int(other)
                break
    return tuple(found)


def parts(proposals: Proposals) -> tuple[tuple[int, ...], ...]:
    """For every proposal the numbers of its immediate parts, the inverse of `wholes`."""
    lists: list[list[int]] = [[] for _ in proposals]
    for number, whole in enumerate(wholes(proposals)):
        if whole is not None:
            lists[whole].append(number)
    return tuple(tuple(numbers) for numbers in lists)
