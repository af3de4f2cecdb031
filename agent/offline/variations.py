"""More of the last edit to choose from, and choosing: "show me three", "more like the second", "take number 2"."""

from __future__ import annotations

import re

from agent.offline.history import Conversation
from agent.offline.steps import Step

_COUNT = r"(?:an?other |some |a few |a couple (?:of )?|several |two |three |four |five |six |[2-6] )"
_KIND = r"(?:variations?|variants?|versions?|alternatives?|options?|takes?|tries|attempts?|possibilities)"
_ORDINAL = r"(?:first|second|third|fourth|fifth|sixth|last|one|two|three|four|five|six|[1-6])"
_POLITE = (
    r"(?:(?:ok(?:ay)?|hmm+|well|now|please|pls|can you|could you|can i|could i|let me|i'd like to|i want to)[\s,]+)*"
)
_EDIT = r"(?:removal|recolou?r(?:ing)?|insertion|replacement|edit|last one|result|fill)"
_END = (
    rf"(?:[\s,.!?]+(?:please|pls|thanks|to choose from|to pick from|of (?:it|that|this|the {_EDIT})|again|instead))*"
    r"[\s,.!?]*$"
)
_SHOW = re.compile(
    rf"^{_POLITE}(?:(?:show|give|make|try|do|get|see|have|generate|create|offer)(?: me| us)? )?"
    rf"(?P<count>{_COUNT})?(?P<more>(?:more|other|different|further|new) )*(?P<kind>{_KIND})?{_END}",
    re.I,
)
_SHOW_BARE = re.compile(
    rf"^{_POLITE}(?:show|give)(?: me| us) (?P<count>two|three|four|five|six|[2-6]|a few|some|several)(?: more|"
    rf" others?)?{_END}",
    re.I,
)
_LIKE = re.compile(
    rf"^{_POLITE}(?:(?:show|give|make)(?: me| us)? )?(?:{_COUNT})?(?:more|others?|another|something|some)(?: {_KIND})? "
    rf"(?:like|similar to|in the style of) (?:the |number |no\.? ?|variation |option |version )*(?P<which>{_ORDINAL})"
    rf"(?: one| {_KIND})?{_END}",
    re.I,
)
_PICK = re.compile(
    r"^(?:(?:ok(?:ay)?|hmm+|well|yes|great|perfect)[\s,]+)*"
    r"(?:(?:i(?:'ll| will)? (?:like|prefer|want|take|choose|pick|love)|take|use|keep|pick|choose|go with|"
    r"let's (?:go with|"
    r"take|use|keep)) )?(?:the |number |no\.? ?|variation |option |version |#)*"
    rf"(?P<which>{_ORDINAL})(?: one| {_KIND})?(?: (?:is|looks) (?:the )?(?:best|better|good|great|nice(?:st)?|"
    rf"fine))?{_END}",
    re.I,
)
_LATELY = 4  # answers for which variations that were shown can still be spoken of
_TAKEN = re.compile(r"^Took number \d", re.I)
_OFFERED = re.compile(r"\bvariations, 1 to \d", re.I)


def variations(text: str, past: Conversation) -> list[Step]:
    """The steps of a wish for variations of the last edit, or of a choice among those shown; empty for others."""
    if past.last is None or len(text) > 120:
        return []
    lately = any(_OFFERED.search(reply) for reply in past.told[-_LATELY:])
    if match := _LIKE.match(text):
        return [Step("redo", None, f"like variation {match['which']}")] if lately else []
    if lately and (_OFFERED.search(past.last_reply) or _TAKEN.search(past.last_reply)) and (match := _PICK.match(text)):
        return [Step("redo", None, f"variation {match['which']}")]
    match = _SHOW.match(text)
    if match and match["kind"] and (match["count"] or match["more"] or match["kind"].lower().endswith("s")):
        return [Step("redo", None, f"{(match['count'] or 'three').strip().lower()} variations")]
    if match := _SHOW_BARE.match(text):
        return [Step("redo", None, f"{match['count'].lower()} variations")]
    return []
