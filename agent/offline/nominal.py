"""Edits named by a noun: "background removal", "skin smoothing", "a bit of sharpening", "colour correction"."""

from __future__ import annotations

import re

from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.erasing import erase_one
from agent.offline.steps import Step

_LEAD = re.compile(
    r"^(?:(?:some|an?|the|slight|light|heavy|subtle|basic|simple|general|little|bit|touch|more|"
    r"extra|overall|quick|professional|"
    r"full|minor|proper|gentle|strong|of|do|apply|perform|need|needs|add|want|run|use|with) )+",
    re.I,
)
# The noun, and the step it names; {what} is the thing named before it or behind "of", "on".
_NOUNS: tuple[tuple[str, str, str], ...] = (
    (r"sharpening", "adjust", "sharpen"),
    (r"brightening|lightening", "adjust", "brighter"),
    (r"darkening", "adjust", "darker"),
    (r"desaturation", "adjust", "desaturate"),
    (
        r"(?:colou?r|exposure|tone|tonal|lighting|contrast|white balance) (?:correction|balance|"
        r"balancing|adjustments?|grading|fix)",
        "adjust",
        "",
    ),
    (r"(?:noise|grain) (?:reduction|removal)|denoising|de-noise", "restore", "denoise"),
    (r"dehazing|haze removal", "restore", "dehaze"),
    (r"deblurring", "restore", "deblur"),
    (r"upscaling|super[- ]resolution", "restore", "upscale"),
    (r"colou?ri[sz]ation|colou?ri[sz]ing", "restore", "colorize"),
    (r"restoration", "restore", "restore"),
    (r"retouch(?:ing)?|touch[- ]?ups?|clean[- ]?up|enhancement", "restore", ""),
    (r"smoothing", "restore", "smooth"),
    (r"whitening", "recolor", "whiter"),
    (r"(?:re-?)colou?ring", "clarify", ""),
    (r"straightening|alignment", "rotate", "straighten"),
)
_REMOVAL = re.compile(
    r"^(?P<what>[\w' -]+?) (?:removal|removing|removed)(?: (?:on|from|off|of|in) (?P<where>.+))?$"
    r"|^removal of (?P<of>.+)$",
    re.I,
)
_BACKGROUND = re.compile(r"^(?:background|bg) (?:replacement|change|swap)(?: (?:to|with) (?P<new>.+))?$", re.I)


def nominal(phrase: str) -> list[Step]:
    """The step an edit's noun names; empty when the phrase is none."""
    text = _LEAD.sub("", phrase.strip(" .,!?:;"))
    if match := _BACKGROUND.match(text):
        return (
            [Step("background_replace", None, p.bare(match["new"]))]
            if match["new"]
            else [Step("clarify", "background")]
        )
    if match := _REMOVAL.match(text):
        where = f" on {match['where']}" if match["where"] else ""
        return [erase_one(f"{match['what']}{where}" if match["what"] else match["of"])]
    for noun, op, value in _NOUNS:
        match = re.match(
            rf"(?:(?P<before>[\w' -]+?) )?(?P<noun>{noun})(?: (?:on|of|for|in|to) (?P<of>.+))?$", text, re.I
        )
        if match is None:
            continue
        thing = " of ".join(part for part in (match["before"], match["of"]) if part)
        target = p.noun_phrase(thing) if thing else None
        if target and v.is_image(target):
            target = None
        if op == "rotate" and target and re.search(r"horizon|perspective|line", target):
            target = None
        if op == "recolor" and target is None:
            return []
        return [Step(op, target, value or match["noun"].lower())]
    return []
