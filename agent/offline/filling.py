"""Where the place of something removed is to be filled from: "…, and fill it from the grass"."""

from __future__ import annotations

import re

from agent.offline import normalise
from agent.offline import phrases as p
from agent.offline.history import Conversation
from agent.offline.reading import clause_by_clause
from agent.offline.steps import Step

_PLACE = r"(?:it|this|that|them|(?:the|its|this|that) (?:hole|gap|place|spot|space|area|rest|selection|selected area))"
_COPIES = r"(?:copies|patches|pieces|bits|parts) (?:of|from) "
_WHERE = r"(?P<where>(?:(?:the|my|its) )?[\w'-]+.*)$"
_AFTERWARDS = re.compile(
    rf"^(?P<first>.+?)(?:,| and| then|;|\.)+ (?:re)?fill (?:in )?(?:{_PLACE} )?(?:in )?"
    rf"(?:only |just )?(?:with|from|using) (?:only |just )?(?:{_COPIES})?{_WHERE}",
    re.IGNORECASE,
)
_ALONE = re.compile(
    rf"^(?:re)?fill (?:in )?(?P<what>{_PLACE}) (?:in )?(?:only |just )?(?:from|using|with {_COPIES.rstrip()}) "
    rf"(?:only |just )?{_WHERE}",
    re.IGNORECASE,
)
_SHOWN = re.compile(r"(?:over |right )?(?:t?here|that|this|it|them)\b|(?:my|the|its) (?:surroundings|rest)\b", re.I)


def filled_from(text: str, past: Conversation, has_selection: bool) -> list[Step]:
    """The steps of a text that ends in where to fill from; none for any other text, or where nothing is removed."""
    text = normalise.strip_tail(normalise.strip_preamble(text)).strip(" .!?")
    if match := _ALONE.match(text):
        return [] if _is_vague(match["where"]) else [Step("remove", "this", _from(match["where"]))]
    match = _AFTERWARDS.match(text)
    if match is None or _is_vague(match["where"]):
        return []
    steps = clause_by_clause(match["first"], past, has_selection)
    if not steps or steps[-1].op != "remove":
        return []
    return [*steps[:-1], Step("remove", steps[-1].target, _from(match["where"]))]


def _is_vague(where: str) -> bool:
    """Whether the words point ("from there") rather than name, or are a colour: nothing can be found by them."""
    return bool(_SHOWN.match(where)) or p.is_plain_colour(p.bare(where))


def _from(where: str) -> str:
    return f"from {p.noun_phrase(where) or p.bare(where)}"
