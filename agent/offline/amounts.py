"""Numbers that correct or continue the last edit: "by 20 more", "make it three"."""

from __future__ import annotations

import re
from dataclasses import replace as changed

from agent.offline.history import thing_of
from agent.offline.steps import Step

_COUNTED = re.compile(
    r"^(?:make (?:it|that) )?(?P<n>two|three|four|five|six|ten|a few|several|many|more|"
    r"\d+)(?: (?:of (?:them|those|these)|more|instead))?(?:,? (?:not|instead of) (?:just )?(?:one|"
    r"two|1|2))?(?:,? in .+)?$",
    re.I,
)


_AMOUNT = re.compile(
    r"^(?:(?:(?:make|set) )?(?:it|that|this) )?(?P<sign>by |to |[-+]\s?|another |"
    r"a further )?(?P<n>\d+(?:\.\d+)?|one|two|three|four|five|ten)\s?(?P<unit>%|percent|degrees?|"
    r"°|px|pixels)?(?: (?P<way>more|less|higher|lower|instead|again|left|right|clockwise|"
    r"counterclockwise|further))?$",
    re.I,
)


_CHANGE_AMOUNT = re.compile(
    r"^(?P<verb>change|increase|decrease|raise|lower|reduce|set|boost|drop|bump|turn|up|"
    r"adjust)(?: it| that| this| up| down)*(?: again| up| down| further| back| now)*(?: (?:by|to|"
    r"with))? (?P<n>[-+]?\s?\d+(?:\.\d+)?)\s?(?P<unit>%|percent)?(?: (?:more|less|again|"
    r"instead))?$",
    re.I,
)


def by_amount(text: str, last: Step) -> list[Step]:
    """Numbers that correct or continue the last edit."""
    if match := _CHANGE_AMOUNT.match(text):
        number = match["n"].replace(" ", "")
        down = (
            re.match(r"decrease|lower|reduce|drop", match["verb"], re.I)
            or number.startswith("-")
            or re.search(r"\bdown\b", text)
        )
        if last.op == "adjust":
            return [
                Step(
                    "adjust",
                    last.target,
                    f"{_quantity_of(last.value)} "
                    f"{'-' if down else '+'}{number.lstrip('+-')}{'%' if match['unit'] else ''}",
                )
            ]
        if last.op in ("resize_object", "rotate", "crop", "outpaint", "blur"):
            return [changed(last, value=f"{'-' if down else ''}{number.lstrip('+-')}{match['unit'] or ''}")]
    if match := _AMOUNT.match(text):
        number = f"{match['n']}{'%' if match['unit'] in ('%', 'percent') else ''}"
        less = (match["sign"] or "").startswith("-") or (match["way"] or "") in ("less", "lower")
        if last.op == "adjust":
            return [Step("adjust", last.target, f"{_quantity_of(last.value)} {'-' if less else '+'}{number}")]
        if last.op == "rotate":
            return [Step("rotate", last.target, f"{match['n']} degrees {match['way'] or ''}".strip())]
        if last.op in ("resize_object", "crop", "outpaint", "blur", "move"):
            return [changed(last, value=f"{text}")]
    if (match := _COUNTED.match(text)) and last.op == "insert" and last.value:
        thing = thing_of(last) or last.value
        more = re.sub(r"^(?:one|two|three|a|\d+) ", "", thing)
        count = {"two": "another", "2": "another", "three": "two more", "3": "two more"}.get(
            match["n"].lower(), match["n"]
        )
        return [Step("insert", last.target, f"{count} {more}")]
    return []


_QUANTITY_WORDS = {
    "bright": "brightness", "dark": "brightness", "light": "brightness", "contrast": "contrast", "satur": "saturation",
    "vivid": "saturation", "colourful": "saturation", "colorful": "saturation", "vibran": "saturation",
    "warm": "warmth", "cool": "warmth", "sharp": "sharpness", "exposure": "exposure",
}  # fmt: skip


def _quantity_of(value: str | None) -> str:
    """The quantity that an adjustment's value speaks of."""
    value = (value or "").lower()
    for word, name in _QUANTITY_WORDS.items():
        if word in value:
            return name
    return re.sub(r"\s*[-+]?\d+.*$|^(?:more|less|slightly|a bit|even|much)\s+", "", value).strip() or "strength"
