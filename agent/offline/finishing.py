"""What a product picture gets besides: room around the thing, and its shadow, wished for behind another wish.

"white background with a soft shadow", "put it on white and leave 10% margin".
"""

from __future__ import annotations

import re

_OTHERWISE = "10%"  # of the picture, where nobody says how much
_ROOM = r"(?:margins?|padding|white ?space|breathing (?:room|space))"
_KIND = (
    r"(?:(?:an?|the|some|a (?:bit|little|touch)(?: of)?|little|bit of|enough|equal|even|small|thin|wide|nice|generous|"
    r"extra|more|empty|clean|plain) ){0,3}"  # no more: three such runs in a row take long to fail
)
_VERB = r"(?:with|leav(?:e|ing)|keep(?:ing)?|giv(?:e|ing) it|add(?:ing)?|plus|put(?:ting)?|and(?= \d))"
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
_LOOK = (
    r"(?:(?:very|soft|natural|light|subtle|gentle|realistic|faint|dark|hard|strong|drop|contact|ground|small|slight|nice|"
    r"cast)[ -]?){0,4}"
)
_SHADOW = re.compile(
    rf"[,;]? ?(?:\band |\+ ?)?\b(?:with|plus|and(?= an?\b)) (?:an? |some |its )?(?P<kind>{_LOOK})shadows?"
    rf"(?: (?:under(?:neath)?|beneath|below|behind) (?:it|them|the \w+))?{_END}",
    re.I,
)
_ON_GROUND = re.compile(r"\b(?:background|backdrop|bg|bkg|on (?:an? |pure )?(?:white|black|gr[ea]y|plain))\b", re.I)
_TIGHTER = re.compile(r"\b(?:crop|zoom|trim|tighten|tighter|closer)\b", re.I)  # there, the margin is what stays


def in_plain_words(text: str) -> str:
    """The text with such wishes as ones of their own, in the words that the frame's grammar reads."""

    def shaded(match: re.Match[str]) -> str:
        if not _ON_GROUND.search(text[: match.start()]):
            return match[0]
        return f"; add a {match['kind'].lower()}shadow"

    return _WISHED.sub(_apart, _SHADOW.sub(shaded, text))


def _apart(match: re.Match[str]) -> str:
    before = match.string[: match.start()]
    much, colour = match["much"] or match["after"], match["colour"] or match["in"]
    if _TIGHTER.search(before):
        return match[0] if much or colour else ""  # a crop around something leaves a small one of itself
    much = much or _OTHERWISE
    return ("; " if before.strip() else "") + " ".join(filter(None, ["add", much, colour, "margin"]))
