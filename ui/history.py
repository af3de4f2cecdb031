"""The tree of versions as a strip of thumbnails: who stands where, and what a click on it means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """Where a version stands in the strip: `column` steps from the original, on branch number `lane`."""

    column: int
    lane: int


def layout(parents: Mapping[str, str | None], order: Sequence[str]) -> dict[str, Place]:
    """Place every version of a tree.

    A version's first child goes on in its lane; each later child opens a lane of its own below, so that
    branches never meet.

    Args:
        parents: version id to its parent's id; None for the original.
        order: all ids, oldest first (a parent always before its children).
    """
    places: dict[str, Place] = {}
    continued: set[str | None] = set()
    lanes = 0
    for version in order:
        parent = parents[version]
        before = places.get(parent) if parent is not None else None
        column = before.column + 1 if before else 0
        if before and parent not in continued:
            lane = before.lane
        else:
            lane, lanes = lanes, lanes + 1
        continued.add(parent if before else None)
        places[version] = Place(column, lane)
    return places
