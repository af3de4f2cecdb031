"""Requests for another look of the whole picture."""

from __future__ import annotations

import re

from agent.offline import (
    erasing,
)
from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.steps import Step

_ALL = r"(?:this|it|(?:the|this|my) (?:image|photo|picture|pic|texture|pattern))"
_TILING = r"(?:seamless|tileable|tiling|seamlessly (?:tiling|tileable|repeating)|repeating|repeatable)"
_TILE = rf"{_TILING}(?: (?:and )?{_TILING})? (?:\w+ )?(?:texture|tile|pattern|background tile|wallpaper)s?"
_MADE_SEAMLESS = re.compile(
    rf"(?:(?:make|turn|convert|change|transform) (?:(?P<what>.+?) )??(?:in)?to (?:an? )?{_TILE}"
    rf"|make {_ALL} (?:an? )?(?:{_TILE}|{_TILING}|(?:tile|repeat)(?: seamlessly)?(?: without seams?)?)"
    rf"|(?:make|create|generate|build|get|give me) (?:me )?an? {_TILE}(?: (?:from|of|out of|with|using) {_ALL})?)",
    re.IGNORECASE,
)


def seamless(text: str) -> list[Step]:
    """The step of a wish for a tile that repeats without a seam; none for any other wish."""
    match = _MADE_SEAMLESS.fullmatch(text.strip(" .!?"))
    if match is None:
        return []
    what = match["what"]
    named = what and not v.is_image(what) and not re.fullmatch(_ALL, what, re.IGNORECASE)
    return [Step("style", p.noun_phrase(what) if named else None, "seamless texture")]


def style(rest: str, verb: str) -> list[Step]:
    """The steps of a verb of restyling."""
    rest = erasing.trim(rest)
    if verb in ("cartoonify", "cartoonize", "cartoonise"):
        return [Step("style", p.noun_phrase(rest), "cartoon")]
    if verb in ("ghiblify", "pixarify", "anime-fy", "christmasify", "caricature", "vectorize", "yassify"):
        return [Step("style", p.noun_phrase(rest), re.sub(r"if?y$|-fy$|ize$", "", verb))]
    if verb == "animate":
        return [Step("other", None, "unsupported")]
    if verb == "age":
        return [Step("other", p.noun_phrase(re.split(r"\s(?:by|to)\s", rest)[0]), "older")]
    if verb == "apply":
        match = re.match(r"(?:an? |the |some |more )*(?P<what>.+?)(?: (?:to|on|onto|over) (?P<where>.+))?$", rest, re.I)
        if match is None:
            return []
        what, where = match["what"], p.noun_phrase(match["where"] or "")
        if re.search(r"\bblur\b", what):
            return [Step("blur", where)]
        if p.is_plain_colour(what):
            return [Step("recolor", where or "it", p.colour_words(what))]
        if v.full(rf"{v.QUANTITY}|(?:{v.BLACK_WHITE})(?: (?:filter|effect))?|.*(?:correction|sharpening|tint)", what):
            return [Step("adjust", where, what)]
        if re.search(r"\b(?:lipstick|makeup|make-up|sticker|logo|label|text|watermark|frame|border)\b", what):
            return [Step("insert", where, p.bare(what))]
        return [Step("style", where, re.sub(r"^style of ", "", what))]
    match = re.match(
        r"(?P<what>.*?)\s*\b(?:in(?: the style of)?|as(?: an?)?|like(?: an?)?|with|into|"
        r"to(?: look like)?)\s+(?:an? |the )?(?P<how>.+)$",
        rest,
        re.I,
    )
    if match:
        return [Step("style", p.noun_phrase(match["what"]), match["how"])]
    if verb in ("redraw", "reimagine", "re-imagine"):
        return [Step("clarify", p.noun_phrase(rest))]
    return [Step("style", None, p.bare(rest))] if rest and not v.is_image(rest) else [Step("clarify")]
