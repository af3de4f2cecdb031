"""Requests to repair: restore, denoise, retouch, upscale, clean, enhance."""

from __future__ import annotations

import re

from agent.offline import (
    erasing,
    toning,
)
from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.steps import Step


def restore(rest: str, verb: str) -> list[Step]:
    """The steps of a verb of repair: what is put right, and how."""
    rest = erasing.trim(re.sub(r"^(?:up|out)\s+", "", rest))
    stem = verb.replace("-", "")
    if v.found(r"horizon|perspective|crooked|tilt", rest) and stem.startswith(("fix", "correct")):
        return [Step("rotate", None, "straighten")]
    if re.match(
        rf"(?:the |its |my |this |image |photo )*{v.QUANTITY}(?:(?:,| and|"
        rf", and) (?:the )?{v.QUANTITY})*(?: (?:of|in|on) .+)?$",
        rest,
        re.I,
    ) and not re.match(r"color|colour", stem):
        how = {"fix": "correct", "correct": "correct", "even out": "even"}.get(stem, stem)
        owner = re.search(r"\b(?:of|in|on) (.+)$", rest)
        what = p.bare(rest[: owner.start()] if owner else rest)
        if re.match(r"details?|texture", what):
            return [Step("restore", p.noun_phrase(owner[1]) if owner else None, f"{how} {what}")]
        return [
            Step("adjust", p.noun_phrase(owner[1]) if owner else None, f"{how} {part}") for part in p.coordinated(what)
        ]
    if re.match(r"(?:the |this |any |that )?(?:colou?r |\w+ )?(?:cast|tint)s?\b", rest, re.I):
        return [Step("adjust", None, f"{stem} {p.bare(rest)}")]
    values = {
        "denoise": "denoise", "deblur": "deblur", "unblur": "deblur", "dehaze": "dehaze", "defog": "dehaze",
        "derain": "derain",
        "desnow": "desnow", "upscale": "upscale", "upsample": "upscale", "upres": "upscale", "superresolve": "upscale",
        "colorize": "colorize", "colourize": "colorize", "colorise": "colorize", "colourise": "colorize",
    }  # fmt: skip
    value = values.get(stem, verb)
    if (value == "upscale" or re.match(r"enhance|improve", stem)) and (
        match := re.search(
            r"\s*\b(?:to|by|in|into)?\s*(?P<to>\d{3,5}\s?x\s?\d{3,5}|4k|8k|hd|full hd|[248] ?(?:x|times)|"
            r"\d+ ?(?:%|percent|dpi))(?: .*)?$",
            rest,
            re.I,
        )
    ):
        value, rest = f"upscale to {match['to']}", rest[: match.start()]
    if match := re.match(
        r"(?:the |my |this )?(?P<what>.+?) (?:to look|to be|to make (?:it|them|him|her)|so (?:it|"
        r"that)|into) (?:like )?(?P<how>.+)$",
        rest,
        re.I,
    ):
        rest = match["what"]
    if verb in ("smooth", "smooth out", "soften", "airbrush") and v.is_background(rest):
        return [Step("blur", "background")]
    if value == "whiten" and not v.is_image(rest):
        return [Step("recolor", p.noun_phrase(rest), "whiter")]
    if value == "help" or (stem in ("better", "improve", "help") and not rest):
        return []
    if re.match(
        r"(?:the )?(?:quality|resolution)(?: of .*)?$|(?:the )?(?:image|photo|picture)(?:'s)? (?:quality|resolution)$",
        rest,
        re.I,
    ):
        return [Step("restore", None, "upscale" if "resol" in rest.lower() else "higher quality")]
    if (
        not rest
        or v.is_image(p.without_image(rest))
        or v.full(
            r"(?:old |torn |damaged |faded |ruined |scanned |black and white |this |the |my |our |an? |"
            r"\w+'s |\w+ )*(?:photo|picture|image|pic|photograph|portrait|print|polaroid|slide|"
            r"negative)s?(?: (?:of|from|that|which) .+)?",
            rest,
        )
    ):
        return [Step("restore", None, value)]
    steps = []
    for part in p.coordinated(rest):
        found = erasing.flaw(part)
        if found and value in (
            "fix",
            "fix up",
            "repair",
            "clean",
            "clean up",
            "cleanup",
            "retouch",
            "touch up",
            "heal",
            "tidy up",
            "smooth",
            "smooth out",
            "iron out",
            "iron",
            "steam",
            "steam out",
            "press out",
            "mend",
            "patch",
            "patch up",
            "even out",
            "help",
            "better",
            "airbrush",
            "clear up",
            "correct",
            "smooth over",
            "restore",
            "tidy",
        ):
            steps.append(found)
            continue
        if v.is_background(part):
            steps.append(Step("restore", "background", value))
            continue
        if erasing.is_writing(part) and re.match(r"fix|correct", stem):
            steps.append(Step("clarify", p.noun_phrase(part)))
            continue
        steps.append(Step("restore", p.noun_phrase(toning.split_amount(part)[0]), value))
    return erasing.merged_flaws(steps)
