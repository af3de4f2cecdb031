"""Room around a thing, wished for behind another wish: "white background with 10% margin", "and leave some margin"."""

from __future__ import annotations

import re

_OTHERWISE = "10%"  # of the picture, where nobody says how much
_ROOM = r"(?:margins?|padding|white ?space|breathing (?:room|space))"
_KIND = (
    r"(?:(?:an?|the|some|a (?:bit|little|touch)(?: of)?|little|bit of|enough|equal|even|small|thin|wide|nice|generous|"
    r"extra|more|empty|clean|plain) )*"
)
_VERB = r"(?:with|leav(?:e|ing)|keep(?:ing)?|giv(?:e|ing) it|add(?:ing)?|plus|put(?:ting)?)"
_AMOUNT = r"\d+(?:\.\d+)? ?(?:%|percent|per cent|px|pixels?)"
_COLOUR = r"(?:white|black|(?:light |dark )?gr[ea]y|cream|beige|#[0-9a-f]{6}|#[0-9a-f]{3})"
_WHERE = (
    r"(?: (?:all )?(?:around|round)(?: (?:it|them|the (?:product|item|object|thing)))?| on (?:all|every|each) sides?)"
)
_END = r"(?=\s*(?:$|[.;!+]|,(?! ?\d)|\band\b|\bthen\b|\bplease\b))"
_WISHED = re.compile(
    rf"[,;.]? ?(?:\band |\bbut |\bthen |\+ ?)?\b{_VERB} {_KIND}(?:(?P<much>{_AMOUNT})(?: of)? )?{_KIND}"
    rf"(?:(?P<colour>{_COLOUR}) )?{_KIND}{_ROOM}(?: of (?P<after>{_AMOUNT}))?{_WHERE}?(?: in (?P<in>{_COLOUR}))?{_END}",
    re.I,
)
_TIGHTER = re.compile(r"\b(?:crop|zoom|trim|tighten|tighter|closer)\b", re.I)  # there, the margin is what stays


def in_plain_words(text: str) -> str:
    """The text with such a wish as one of its own, in the words that the frame's grammar reads."""

    def apart(match: re.Match[str]) -> str:
        before = text[: match.start()]
        much, colour = match["much"] or match["after"], match["colour"] or match["in"]
        if _TIGHTER.search(before):
            return match[0] if much or colour else ""  # a crop around something leaves a small one of itself
        much = much or _OTHERWISE
        return ("; " if before.strip() else "") + " ".join(filter(None, ["add", much, colour, "margin"]))

    return _WISHED.sub(apart, text)
