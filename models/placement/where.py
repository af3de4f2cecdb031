"""Words of place: "on the table", "top left", "to the left of the dog", read into a typed value. Sees no picture."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Relation(StrEnum):
    """How the new thing lies to what is there."""

    ON = "on"
    IN = "in"
    LEFT = "left of"
    RIGHT = "right of"
    BESIDE = "next to"
    ABOVE = "above"
    BELOW = "below"
    FRONT = "in front of"
    BEHIND = "behind"
    AROUND = "around"


@dataclass(frozen=True)
class Where:
    """A place in words. `thing` is what it lies to; without one, `across` and `down` (-1, 0, 1) name a part of the
    picture, None: not said. A bare thing ("table") means `relation` None: on or in it, as suits both.
    """

    thing: str | None = None
    relation: Relation | None = None
    across: int | None = None
    down: int | None = None


_RELATIONS = (
    (Relation.LEFT, r"(?:(?:on|to|at) )?(?:the )?left(?:[- ]hand)?(?: side)? (?:of|from)|left of"),
    (Relation.RIGHT, r"(?:(?:on|to|at) )?(?:the )?right(?:[- ]hand)?(?: side)? (?:of|from)|right of"),
    (Relation.FRONT, r"(?:in |at )?(?:the )?front of|before"),
    (Relation.BEHIND, r"behind|in (?:the )?back of|(?:at )?(?:the )?back of"),
    (Relation.ABOVE, r"above|over|(?:hanging )?(?:from )?high above"),
    (Relation.BELOW, r"below|under(?:neath)?|beneath|(?:at )?(?:the )?(?:foot|bottom) of"),
    (Relation.AROUND, r"(?:all )?around|all over|across|along|throughout"),
    (Relation.ON, r"on top of|(?:at )?(?:the )?top of|onto|upon|atop|on|against"),
    (Relation.IN, r"inside(?: of)?|in the middle of|(?:the )?(?:middle|centre|center) of|within|into|in"),
    (
        Relation.BESIDE,
        r"next to|besides?|near|by|close to|adjacent to|(?:to |at )?(?:the )?sides? of|alongside|between|among|at",
    ),
)
_ACROSS = {"left": -1, "right": 1}
_DOWN = {"top": -1, "upper": -1, "bottom": 1, "lower": 1, "foreground": 1, "front": 1, "background": -1, "back": -1}
_PARTS = frozenset("corner side edge hand part half third area of the in at on to and picture image photo".split())
_MIDDLE = frozenset("middle center centre".split())
_OF_PICTURE = re.compile(r"\s+(?:of|in) (?:the |this |my )?(?:picture|image|photo|frame|scene|canvas)$")


def where_of(target: str | None) -> Where:
    """Read what a request says about the place. "" and None: nothing was said."""
    text = " ".join((target or "").lower().split()).rstrip(".")
    text = _OF_PICTURE.sub("", text)
    if not text or text in ("there", "here", "in there", "picture", "image", "photo", "scene", "the picture"):
        return Where()
    part = _part_of_picture(text)
    if part is not None:
        return part
    for relation, pattern in _RELATIONS:
        found = re.match(rf"(?:{pattern})\s+(?P<thing>\S.*)", text)
        if found:
            inner = _part_of_picture(found["thing"])
            if inner is not None and relation in (Relation.ON, Relation.IN, Relation.BESIDE):
                return inner
            return Where(re.sub(r"^(?:the|a|an) ", "", found["thing"]), relation)
    return Where(re.sub(r"^(?:the|a|an) ", "", text))


def _part_of_picture(text: str) -> Where | None:
    words = re.findall(r"[a-z]+", text)
    across = next((_ACROSS[word] for word in words if word in _ACROSS), None)
    down = next((_DOWN[word] for word in words if word in _DOWN), None)
    middle = any(word in _MIDDLE for word in words)
    known = {*_ACROSS, *_DOWN, *_MIDDLE, *_PARTS}
    if not words or any(word not in known for word in words) or (across is None and down is None and not middle):
        return None
    if middle:
        across, down = across or 0, down or 0
    return Where(across=across, down=down)
