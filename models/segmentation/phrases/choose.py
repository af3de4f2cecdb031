"""Which of several alike parts a phrase means: by place, order, size and number, or by one outweighing all."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.segmentation.phrases.components import Part
from models.segmentation.phrases.parse import Direction, Phrase

# A part lighter than this share of the heaviest is a speck of the same colour, no rival.
RIVAL = 0.15
# The heaviest part is meant when the next one weighs at most this share of it.
DOMINANT = 0.45
# A plural takes everything down to this share of the heaviest.
ALIKE = 0.12
# In half picture sides: how much further left the left one must be than the next.
_CLEARLY_FURTHER = 0.12
# In half picture sides: how far over a lone candidate must lie; "the left one" says there are others.
_CLEARLY_THERE = 0.2
# In half picture sides: how far on the wrong side the best of several may still lie.
_WRONG_SIDE = -0.25
_SIMILAR_SIZE = 0.35


class Choice(NamedTuple):
    """Indices of the parts meant (none when unclear) and how clear that was in [0, 1]."""

    indices: tuple[int, ...]
    clearness: float


_UNCLEAR = Choice((), 0.0)


def choose(parts: list[Part], phrase: Phrase) -> Choice:
    """Pick the parts that a phrase means; `parts` are heaviest first."""
    if not parts:
        return _UNCLEAR
    indices = [i for i, part in enumerate(parts) if part.sighting or part.weight >= RIVAL * parts[0].weight]
    if phrase.plural and not phrase.ordinal:
        return _plural(parts, phrase)
    clearness = 1.0
    if phrase.size:
        indices, clearness = _by_size(parts, indices, phrase)
    if phrase.ordinal:
        return _by_order(parts, indices, phrase)
    if phrase.sides:
        return _by_sides(parts, indices, phrase.sides, clearness)
    if len(indices) == 1:
        return Choice((indices[0],), clearness)
    if phrase.size:
        return Choice((indices[0],), clearness)
    ratio = parts[indices[1]].weight / parts[indices[0]].weight
    if ratio <= DOMINANT:
        return Choice((indices[0],), clearness * (1.0 - 0.5 * ratio))
    return _UNCLEAR


def _plural(parts: list[Part], phrase: Phrase) -> Choice:
    indices = [i for i, part in enumerate(parts) if part.sighting or part.weight >= ALIKE * parts[0].weight]
    for direction in phrase.sides:
        indices = [i for i in indices if _along(parts[i], direction) > 0.0]
    if phrase.count is not None:
        if len(indices) < phrase.count:
            return _UNCLEAR
        clear = len(indices) == phrase.count
        indices = indices[: phrase.count]
        return Choice(tuple(indices), 0.95 if clear else 0.6)
    return Choice(tuple(indices), 0.9) if indices else _UNCLEAR


def _by_size(parts: list[Part], indices: list[int], phrase: Phrase) -> tuple[list[int], float]:
    """The big (or small) ones, most so first. With a place or order to follow, all of similar size stay."""
    ordered = sorted(indices, key=lambda i: -phrase.size * parts[i].area)
    extreme = parts[ordered[0]].area
    if phrase.sides or phrase.ordinal:
        alike = [i for i in ordered if _SIMILAR_SIZE < parts[i].area / extreme < 1 / _SIMILAR_SIZE]
        return alike, 0.95
    if len(ordered) == 1:
        return ordered, 0.75
    ratio = parts[ordered[1]].area / extreme
    return ordered, 0.95 if max(ratio, 1 / ratio) > 1.3 else 0.5


def _by_order(parts: list[Part], indices: list[int], phrase: Phrase) -> Choice:
    ordered = sorted(indices, key=lambda i: -_along(parts[i], phrase.ordinal_from))
    wanted = phrase.ordinal or 1
    if wanted > len(ordered):
        return _UNCLEAR
    sizes = [parts[i].area for i in ordered]
    even = min(sizes) / max(sizes)  # counting is sure only among things alike
    return Choice((ordered[wanted - 1 if wanted > 0 else -1],), 0.6 + 0.35 * even**0.5)


def _by_sides(parts: list[Part], indices: list[int], sides: tuple[Direction, ...], clearness: float) -> Choice:
    value = {i: float(np.mean([_along(parts[i], side) for side in sides])) for i in indices}
    ordered = sorted(indices, key=lambda i: -value[i])
    best = ordered[0]
    if value[best] < _WRONG_SIDE:
        return _UNCLEAR
    if len(ordered) == 1:
        return Choice((best,), clearness) if value[best] > _CLEARLY_THERE else _UNCLEAR
    margin = value[best] - value[ordered[1]]
    if margin < _CLEARLY_FURTHER:
        return _UNCLEAR
    return Choice((best,), clearness * min(1.0, 0.75 + margin))


def _along(part: Part, direction: Direction) -> float:
    """How far a part lies in a direction, [-1, 1]; for the middle, how near to it."""
    x, y = 2 * part.place[0] - 1, 2 * part.place[1] - 1
    if direction == (0, 0):
        return 0.5 - float(np.hypot(x, y))
    return direction[0] * x + direction[1] * y
