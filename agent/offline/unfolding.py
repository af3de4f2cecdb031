"""One clause that folds several wishes together, taken apart."""

from __future__ import annotations

import re

from agent.offline import (
    clauses,
    complaints,
    frames,
    imperative,
    intents,
    lexicon,
    normalise,
    verbless,
)
from agent.offline import phrases as p
from agent.offline import vocabulary as v


def unfolded(piece: str) -> list[str]:
    """A clause, or the several it folds together: passives joined by "and", short wishes behind commas."""
    bare = normalise.strip_tail(normalise.strip_preamble(piece))
    if lexicon.opening_verb(bare) is None:
        if complaints.wishes(bare):
            return [piece]
        if several := _each_a_wish(bare):
            return several
        for reading in imperative.imperatives(bare)[:1]:
            parts = clauses.clauses(reading)
            if len(parts) > 1:
                return parts
        return [piece]
    parts = re.split(r"\s*,\s*(?:and |but )?", piece)
    if len(parts) > 1 and all(
        part
        and (verbless.verbless(part) or intents.chat(part))
        and not p.is_plain_colour(part)
        and not p.colour_list(part)
        for part in parts[1:]
    ):
        return [part for part in parts if not intents.chat(part)]
    return [piece]


_LIST_JOINT = re.compile(r"\s*[,;+&/]\s*(?:and |but |plus |then )?|\s+(?:and|but|plus|then)\s+", re.I)


def _each_a_wish(bare: str) -> list[str]:
    """The parts of a verbless list whose every part is a wish ("more contrast, less noise and a tighter crop")."""
    parts = [part for part in _LIST_JOINT.split(bare) if part]
    if not 2 <= len(parts) <= 8 or any(p.is_plain_colour(part) or part.isdigit() for part in parts):
        return []
    parts = [_coloured(part) or part for part in parts]
    read = [frames.parse_clause(part) or verbless.wanted_thing(part) for part in parts]
    if all(steps and (steps[0].op not in ("clarify", "other") or steps[0].target) for steps in read) and any(
        steps[0].op not in ("clarify", "other") for steps in read
    ):
        return parts
    return []


def _coloured(part: str) -> str | None:
    """A part of a list like "blue door" as what it wishes."""
    match = re.match(r"(?:the |a )?(?P<colour>[\w-]+(?: [\w-]+)?) (?P<np>[\w'-]+)$", part)
    if match is None or not p.is_plain_colour(match["colour"]) or p.is_plain_colour(match["np"]):
        return None
    return None if v.is_background(match["np"]) else f"make the {match['np']} {match['colour']}"
