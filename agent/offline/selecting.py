"""Requests to cut out or to select without changing a pixel."""

from __future__ import annotations

import re

from agent.offline import (
    erasing,
)
from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.steps import Step


def cutout(rest: str, verb: str) -> list[Step]:
    """The steps of cutting something out: its background goes."""
    rest = erasing.trim(rest)
    if re.search(r"\btransparent\b|\bpng\b", rest, re.I):
        return [Step("background_remove")]
    if match := re.match(
        r"(?P<what>.+?) (?:and )?(?:on|onto|against|with|put on|to) (?:an? )?(?P<bg>.+?) (?:background|backdrop|bg)$",
        rest,
        re.I,
    ):
        return [Step("background_replace", None, match["bg"])]
    if (match := re.match(r"(?P<what>.+?) (?:on|onto|against) (?P<bg>.+)$", rest, re.I)) and p.is_plain_colour(
        match["bg"]
    ):
        return [Step("background_replace", None, p.colour_words(match["bg"]))]
    return [Step("background_remove", p.noun_phrase(re.sub(r"\s(?:from|out of|off) .+$", "", rest)))]


def segment(rest: str, verb: str) -> list[Step]:
    """The steps of selecting, one for each thing named."""
    rest = erasing.trim(rest)
    if not rest:
        return [Step("clarify")]
    if verb in ("highlight",) and (match := re.match(r"(?P<what>.+?) (?:in|with) (?P<how>.+)$", rest, re.I)):
        rest = match["what"]
    if verb == "extract" and re.search(r"\b(?:transparent|white) background\b|\bpng\b", rest, re.I):
        return [Step("background_remove")] if "white" not in rest else [Step("background_replace", None, "white")]
    rest = re.sub(r"\s(?:from|out of) .+$", "", rest) if verb == "extract" else rest
    rest = re.sub(r"^(?:out|me|where)\s+", "", rest)
    rest = re.sub(r"\s+(?:is|are)$", "", rest)
    return [
        Step("segment", "background" if v.is_background(part) else p.noun_phrase(part)) for part in p.coordinated(rest)
    ]
