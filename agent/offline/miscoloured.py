"""Words that were meant as a colour but are none: "blurple", "#GG1234". The edit then says which colours are near."""

from __future__ import annotations

import re

from rapidfuzz import fuzz, process

from agent.offline.spelling import is_real_word
from models.colour.naming import COLOUR_WORDS

_ALIKE = 72.0  # per cent: "blurple" and "purple" share as much
_SPLIT = re.compile(
    r"(?P<what>(?:the|my|his|her|its|their|our|this|that)?\s?[\w' -]+?) (?P<how>#\w{1,8}|[a-z-]{4,})$", re.I
)


def unknown_colour(rest: str) -> tuple[str, str] | None:
    """The thing and the would-be colour of "the suit blurple"; None when the last word is no such word."""
    match = _SPLIT.match(rest)
    if match is None:
        return None
    how = match["how"].lower()
    if how.startswith("#"):
        return match["what"], match["how"]
    if is_real_word(how) or process.extractOne(how, COLOUR_WORDS, scorer=fuzz.ratio, score_cutoff=_ALIKE) is None:
        return None
    return match["what"], match["how"]
