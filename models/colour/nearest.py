"""The nearest known colour: to an sRGB value, and to a word that means none."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
from rapidfuzz import fuzz, process

from models.colour import lexicon
from models.colour.lexicon import COLOUR_WORDS, RGB
from models.colour.oklab import srgb_to_oklab

_EVERYDAY_PAIRS = frozenset(
    "navy blue,sky blue,royal blue,steel blue,midnight blue,olive green,forest green,lime green,mint green,"
    "sea green,sage green,hot pink,dusty pink,brick red,wine red,burnt orange,off white".split(",")
)


def _is_everyday(name: str) -> bool:
    first, _, second = name.rpartition(" ")
    if not first:
        return name in COLOUR_WORDS
    basic = second in lexicon.HUES or second == "grey"
    return name in _EVERYDAY_PAIRS or (basic and first in ("dark", "light", "pale", "bright"))


@cache
def _name_table() -> tuple[list[str], np.ndarray]:
    """Everyday names (plain single words and what two such words make), and their OKLab colours, N×3."""
    entries = [entry for entry in lexicon.names().values() if _is_everyday(entry[0])]
    return [name for name, _ in entries], srgb_to_oklab(np.array([rgb for _, rgb in entries]))


def no_such_colour(text: str, folded: str) -> str:
    """One sentence for what was typed (`text`) and its folded form: there is no such colour; what is near."""
    shown = " ".join(text.split())[:60]
    if re.fullmatch(r"#[0-9a-f]*", folded):
        return f"'{shown}' is no colour code; write three or six hexadecimal digits, such as #1F3A93."
    if folded.startswith("ral"):
        return f"There is no RAL Classic colour '{shown}'; the numbers run from RAL 1000 to RAL 9023."
    choices = sorted(word for word in COLOUR_WORDS if lexicon.compact(word) in lexicon.names())
    matches = process.extract(folded, choices, scorer=fuzz.ratio, limit=2, score_cutoff=70)
    if not matches:
        every = [name for name, _ in lexicon.names().values()]
        matches = process.extract(folded, every, scorer=fuzz.ratio, limit=2, score_cutoff=70)
    if not matches:
        return f"There is no colour called '{shown}'; name one such as navy, or give a code such as #1F3A93."
    return f"There is no colour called '{shown}'; did you mean {' or '.join(name for name, *_ in matches)}?"


def nearest_name(rgb: RGB) -> str:
    """The everyday English name nearest to an sRGB colour in [0, 1], by distance in OKLab."""
    labels, table = _name_table()
    distance = np.linalg.norm(table - srgb_to_oklab(np.array(rgb, np.float64)), axis=1)
    return labels[int(distance.argmin())]
