"""The words colours are said with: names, RAL numbers, manners ("pale"), comparatives, five more languages.

`names.tsv` holds English names with their sRGB: the CSS Color Module's names, the xkcd colour survey (CC0)
without its jokes, and common trade names. Where CSS is far from what people call a colour (its "yellow" is
greenish, its "dark grey" lighter than "grey"), what people mean wins. `ral.tsv` holds the RAL Classic numbers
with their usual sRGB approximations. `foreign.tsv` maps words of other languages onto English phrases.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

RGB = tuple[float, float, float]


@dataclass(frozen=True)
class Manner:
    """What an adjective does to a named colour in OKLCh, and what its comparative does to any colour.

    A named colour's lightness moves by `reach` (0..1) of the way to `lightness`; its chroma is multiplied by
    `chroma` and then kept within `least`..`most`. The comparative adds `step_lightness`, multiplies chroma by
    1 + `step_chroma`, and moves a and b by `tint`.
    """

    lightness: float = 0.5
    reach: float = 0.0
    chroma: float = 1.0
    least: float = 0.0
    most: float = 0.4
    step_lightness: float = 0.0
    step_chroma: float = 0.0
    tint: tuple[float, float] = (0.0, 0.0)


def towards_hue(degrees: float, amount: float) -> tuple[float, float]:
    """An offset of OKLab a and b, `amount` long, in the direction of a hue."""
    return amount * math.cos(math.radians(degrees)), amount * math.sin(math.radians(degrees))


_WARM, _COOL = towards_hue(60, 0.03), towards_hue(245, 0.03)

MANNERS: dict[str, Manner] = {
    "dark": Manner(lightness=0.0, reach=0.32, chroma=0.85, step_lightness=-0.10),
    "light": Manner(lightness=0.97, reach=0.48, chroma=0.75, step_lightness=0.10),
    "pale": Manner(lightness=0.95, reach=0.65, chroma=0.45, step_lightness=0.07, step_chroma=-0.25),
    "pastel": Manner(lightness=0.88, reach=0.85, chroma=0.5, most=0.09, step_lightness=0.06, step_chroma=-0.3),
    "deep": Manner(lightness=0.0, reach=0.22, chroma=1.05, step_lightness=-0.08, step_chroma=0.08),
    "bright": Manner(lightness=0.80, reach=0.25, chroma=1.25, step_lightness=0.08, step_chroma=0.12),
    "vivid": Manner(chroma=1.35, step_chroma=0.30),
    "muted": Manner(lightness=0.6, reach=0.1, chroma=0.5, step_chroma=-0.30),
    "soft": Manner(lightness=0.85, reach=0.35, chroma=0.6, step_lightness=0.03, step_chroma=-0.2),
    "neon": Manner(lightness=0.85, reach=0.4, chroma=1.8, least=0.24, step_lightness=0.05, step_chroma=0.5),
    "warm": Manner(tint=_WARM),
    "cool": Manner(tint=_COOL),
    "plain": Manner(),
}

MANNER_WORDS: dict[str, str] = {
    word: manner
    for manner, words in {
        "dark": "dark dim",
        "light": "light",
        "pale": "pale washed-out bleached",
        "pastel": "pastel baby powdery",
        "deep": "deep rich",
        "bright": "bright brilliant",
        "vivid": "vivid vibrant saturated intense strong bold punchy colourful colorful",
        "muted": "muted dull dusty faded desaturated subdued dusky dirty drab greyed",
        "soft": "soft gentle subtle",
        "neon": "neon fluorescent electric fluorescing hot acid shocking",
        "warm": "warm",
        "cool": "cool cold",
        "plain": "medium mid plain pure solid true classic nice matte matt glossy gloss shiny metallic satin uniform",
    }.items()
    for word in words.split()
}

COMPARATIVES: dict[str, str] = {
    word: manner
    for manner, words in {
        "dark": "darker darken darkened dimmer",
        "light": "lighter lighten lightened",
        "pale": "paler",
        "deep": "deeper richer",
        "bright": "brighter brighten",
        "vivid": "stronger bolder punchier",
        "muted": "duller greyer desaturate mute",
        "soft": "softer gentler subtler",
        "warm": "warmer",
        "cool": "cooler colder",
    }.items()
    for word in words.split()
}

HUES: dict[str, float] = {  # OKLCh degrees of what the word means
    "red": 28.0,
    "orange": 55.0,
    "yellow": 100.0,
    "green": 143.0,
    "cyan": 195.0,
    "turquoise": 190.0,
    "teal": 195.0,
    "blue": 260.0,
    "purple": 310.0,
    "violet": 300.0,
    "magenta": 335.0,
    "pink": 355.0,
    "brown": 55.0,
}

HUE_COMPARATIVES: dict[str, str] = {
    "redder": "red",
    "yellower": "yellow",
    "greener": "green",
    "bluer": "blue",
    "pinker": "pink",
    "browner": "brown",
    "purpler": "purple",
    "reddish": "red",
    "yellowish": "yellow",
    "greenish": "green",
    "bluish": "blue",
    "pinkish": "pink",
    "brownish": "brown",
    "purplish": "purple",
    "orangish": "orange",
}

DEGREES: dict[str, float] = {
    "a bit": 0.5,
    "a little bit": 0.5,
    "a tiny bit": 0.3,
    "a little": 0.5,
    "a touch": 0.4,
    "a tad": 0.4,
    "a shade": 0.5,
    "a hair": 0.3,
    "a smidge": 0.3,
    "bit": 0.5,
    "little": 0.5,
    "slightly": 0.5,
    "somewhat": 0.6,
    "subtly": 0.4,
    "a lot": 2.0,
    "lots": 2.0,
    "much": 1.8,
    "way": 2.0,
    "far": 2.0,
    "really": 1.6,
    "very": 1.6,
    "super": 2.0,
    "extremely": 2.2,
    "considerably": 1.7,
    "significantly": 1.7,
    "noticeably": 1.2,
    "quite": 1.2,
    "even": 1.0,
    "still": 1.0,
}

DIRECTIONS: dict[str, float] = {"more": 1.0, "less": -1.0, "too": -1.0, "not so": -1.0, "not as": -1.0}

FILLERS = frozenset(
    "a an the of colour color coloured colored colours colors shade tone hue tint in it but and please version "
    "that this kind sort than now ish".split()
)

_PLAIN_COLOURS = frozenset(  # single words that name a colour before they name a thing
    "white black grey gray red green blue yellow orange purple pink brown violet magenta cyan teal turquoise "
    "navy beige maroon burgundy crimson scarlet indigo lavender lilac mauve khaki olive taupe aqua aquamarine "
    "azure chartreuse fuchsia cerise cobalt ultramarine vermilion cerulean ochre sepia charcoal tan cream "
    "ivory gold golden silver bronze copper coral salmon amber emerald periwinkle viridian russet auburn "
    "ecru terracotta sienna umber carmine claret bordeaux mustard greige anthracite aubergine sapphire ruby "
    "off-white".split()
)


def compact(name: str) -> str:
    """The key two spellings of a name share: no spaces, hyphens or apostrophes, "grey" for "gray"."""
    kept = "".join(letter for letter in name.casefold() if letter not in " -_'’.")
    return kept.replace("gray", "grey")


def hex_to_rgb(digits: str) -> RGB:
    """Three or six hexadecimal digits as sRGB in [0, 1]."""
    if len(digits) == 3:
        digits = "".join(2 * digit for digit in digits)
    return (int(digits[0:2], 16) / 255, int(digits[2:4], 16) / 255, int(digits[4:6], 16) / 255)


def _rows(name: str) -> list[list[str]]:
    text = files("models.colour").joinpath(name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]


@cache
def names() -> dict[str, tuple[str, RGB]]:
    """Compact key → (English name, sRGB in [0, 1])."""
    return {compact(name): (name, hex_to_rgb(digits)) for name, digits in _rows("names.tsv")}


@cache
def ral() -> dict[str, tuple[str, RGB]]:
    """Four digits → ("RAL 5002 ultramarine blue", sRGB in [0, 1])."""
    return {code: (f"RAL {code} {name}", hex_to_rgb(digits)) for code, digits, name in _rows("ral.tsv")}


@cache
def foreign() -> dict[str, str]:
    """Folded word or phrase of another language → English phrase (see `models.colour.naming.fold`)."""
    return {word: english for words, english in _rows("foreign.tsv") for word in words.split("|")}


@cache
def is_plain(name: str) -> bool:
    """Whether a name speaks of a colour by itself ("navy", "dark olive green"), not of a thing ("mushroom")."""
    return name in _PLAIN_COLOURS or (" " in name and any(word in _PLAIN_COLOURS for word in name.split()))


COLOUR_WORDS: frozenset[str] = _PLAIN_COLOURS
