"""Colours in words: what a person's "navy", "#1F3A93", "RAL 5002", "vert foncé" or "a bit darker" means."""

from __future__ import annotations

import colorsys
import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from models.colour import lexicon
from models.colour.lexicon import COLOUR_WORDS, DEGREES, MANNERS, RGB, Manner
from models.colour.nearest import nearest_name, no_such_colour
from models.colour.oklab import oklab_to_oklch, oklab_to_srgb, oklch_to_oklab, srgb_to_oklab
from models.colour.wish import ColourShift, ColourWish, as_rgb
from models.errors import BadInputError

__all__ = [
    "COLOUR_WORDS",
    "ColourShift",
    "ColourWish",
    "find_colours",
    "is_colour",
    "nearest_name",
    "parse_colour",
]

_LONGEST_PHRASE = 7  # words: "a much darker shade of olive green"


def parse_colour(text: str) -> ColourWish:
    """What colour, or change of colour, the words mean.

    Takes English names with manners ("pale dusty rose"), hex, rgb(…), hsl(…), RAL numbers, comparatives
    ("slightly warmer", "darker navy"), and common words of Spanish, German, French, Chinese and Hindi.
    Raises BadInputError naming the nearest known colours when it means none.
    """
    wish = _parse(fold(text))
    if wish is None:
        raise BadInputError(no_such_colour(text, fold(text)))
    return wish


def is_colour(text: str) -> bool:
    """Whether `parse_colour` would understand all of the text. "stone" is a colour here, and "darker" is."""
    return _parse(fold(text)) is not None


def find_colours(text: str, *, things: bool = False) -> list[tuple[int, int, ColourWish]]:
    """The colours a sentence speaks of, left to right: (start, end, wish), end exclusive, longest match first.

    A wish that is only relative is not reported, and a name that is a thing first ("stone", "rose") only with
    `things` set or beside a word that makes it a colour ("stone grey", "rose-coloured").
    """
    tokens = _tokens(text)
    found: list[tuple[int, int, ColourWish]] = []
    first = 0
    while first < len(tokens):
        for last in range(min(len(tokens), first + _LONGEST_PHRASE), first, -1):
            start, end = tokens[first][0], tokens[last - 1][1]
            wish = _mention(text[start:end], things)
            if wish is not None:
                found.append((start, end, wish))
                first = last
                break
        else:
            first += 1
    return found


def fold(text: str) -> str:
    """Lower case, one kind of space, and Latin letters without their accents; other scripts stay whole."""
    text = unicodedata.normalize("NFC", text).casefold().replace("’", "'")
    letters = unicodedata.normalize("NFD", text)
    bare = "".join(letter for letter in letters if not "̀" <= letter <= "ͯ")
    return " ".join(unicodedata.normalize("NFC", bare).split())


# --- notations --------------------------------------------------------------------------------------------

_NUMBER = r"-?\d+(?:\.\d+)?"
_HEX = re.compile(r"#([0-9a-f]{6}|[0-9a-f]{3})|(?=[a-f]*[0-9])([0-9a-f]{6}|[0-9a-f]{3})")  # "bed" is a word
_RAL = re.compile(r"ral[\s-]*(\d{4})(?:\s+[a-z\s]+)?")
_FUNCTION = re.compile(
    rf"(rgb|hsl)a?\(\s*({_NUMBER})(?:deg)?(%?)[\s,]+({_NUMBER})(%?)[\s,]+({_NUMBER})(%?)"
    rf"(?:\s*[,/]\s*{_NUMBER}%?)?\s*\)"
)
_NOTATION = re.compile(r"#(?:[0-9a-f]{6}|[0-9a-f]{3})\b|\bral[\s-]*\d{4}\b|\b(?:rgb|hsl)a?\([^)]*\)", re.IGNORECASE)


def _from_notation(text: str) -> ColourWish | None:
    """Hex, rgb(), hsl() and RAL; None when the text is none of them."""
    if match := _HEX.fullmatch(text):
        rgb = lexicon.hex_to_rgb(match[1] or match[2])
        return ColourWish(ColourWish("", rgb).hex, rgb)
    if match := _RAL.fullmatch(text):
        entry = lexicon.ral().get(match[1])
        return None if entry is None else ColourWish(*entry)
    if match := _FUNCTION.fullmatch(text):
        kind, *parts = match.groups()
        numbers = [float(part) for part in parts[::2]]
        if kind == "hsl":
            hue, saturation, lightness = numbers
            channels = colorsys.hls_to_rgb(
                hue % 360 / 360, min(max(lightness / 100, 0), 1), min(max(saturation / 100, 0), 1)
            )
        else:
            scales = [100.0 if percent else 255.0 for percent in parts[1::2]]
            channels = tuple(number / scale for number, scale in zip(numbers, scales, strict=True))
        rgb = as_rgb(np.clip(channels, 0, 1))
        return ColourWish(ColourWish("", rgb).hex, rgb)
    return None


# --- words ------------------------------------------------------------------------------------------------

_WORD = re.compile(r"\d+(?:\.\d+)?\s?%|[^\W\d_]+(?:[-'’][^\W\d_]+)*|[0-9a-f]{6}\b", re.IGNORECASE)
_HAN = re.compile(r"[一-鿿]+")
_INDIC = re.compile(r"[\wऀ-ॿ]*[ऀ-ॿ][\wऀ-ॿ]*")
_GERMAN_MANNERS = ("dunkel", "hell", "blass", "knall", "tief", "grell", "zart", "pastell")
_GERMAN_ENGLISH = dict(
    zip(_GERMAN_MANNERS, ("dark", "light", "pale", "bright", "deep", "neon", "soft", "pastel"), strict=True)
)


def _han_words(run: str) -> list[str]:
    """A run of Chinese characters cut into known words, longest first; unknown characters stand alone."""
    known, words, at = lexicon.foreign(), [], 0
    while at < len(run):
        length = next((n for n in range(min(4, len(run) - at), 1, -1) if run[at : at + n] in known), 1)
        words.append(run[at : at + length])
        at += length
    return words


def _tokens(text: str) -> list[tuple[int, int]]:
    """Where the words and colour notations of a text lie, left to right."""
    spans = [match.span() for match in _NOTATION.finditer(text)]
    taken = list(spans)

    def add(start: int, end: int) -> None:
        if not any(start < other_end and other_start < end for other_start, other_end in taken):
            spans.append((start, end))
            taken.append((start, end))

    for match in _HAN.finditer(text):
        at = match.start()
        for word in _han_words(match[0]):
            add(at, at + len(word))
            at += len(word)
    for pattern in (_INDIC, _WORD):
        for match in pattern.finditer(text):
            add(*match.span())
    return sorted(spans)


def _english(words: list[str]) -> list[str]:
    """The words with what other languages say put into English, longest phrase first."""
    known, result, at = lexicon.foreign(), [], 0
    while at < len(words):
        for length in (3, 2, 1):
            phrase = " ".join(words[at : at + length])
            if at + length <= len(words) and phrase in known and not _is_english(phrase):
                result += known[phrase].split()
                at += length
                break
        else:
            result += _german(words[at]) or [words[at]]
            at += 1
    return result


def _is_english(word: str) -> bool:
    return lexicon.compact(word) in lexicon.names() or word in lexicon.MANNER_WORDS or word in lexicon.COMPARATIVES


def _german(word: str) -> list[str] | None:
    """Compounds and endings: "dunkelblau" → dark blue, "kräftiges" → vivid; None for anything else."""
    if not _is_english(word):
        for ending in ("es", "er", "en", "em", "e"):
            stem = word.removesuffix(ending)
            if stem != word and stem in lexicon.foreign():
                return lexicon.foreign()[stem].split()
    for manner in _GERMAN_MANNERS:
        if word.startswith(manner) and len(word) > len(manner):
            rest = word.removeprefix(manner)
            if rest in lexicon.foreign():
                return [_GERMAN_ENGLISH[manner], *lexicon.foreign()[rest].split()]
            if lexicon.compact(rest) in lexicon.names():
                return [_GERMAN_ENGLISH[manner], rest]
    return None


@dataclass
class _Reading:
    """What has been understood of a phrase so far."""

    names: list[str] = field(default_factory=list)
    manners: list[tuple[Manner, float]] = field(default_factory=list)
    shift: ColourShift = field(default_factory=ColourShift)
    shifted: bool = False
    degree: float = 1.0
    direction: float = 0.0

    def add_shift(self, shift: ColourShift) -> None:
        self.shift += shift
        self.shifted = True
        self.degree, self.direction = 1.0, 0.0


def _step(manner: Manner, amount: float) -> ColourShift:
    return ColourShift(
        manner.step_lightness * amount,
        (1 + abs(manner.step_chroma)) ** (amount if manner.step_chroma >= 0 else -amount) - 1,
        0.0,
        (manner.tint[0] * amount, manner.tint[1] * amount),
    )


def _take(words: list[str], at: int, reading: _Reading) -> int:
    """Understand what stands at `at`; returns how many words it took, 0 when they mean nothing here."""
    for length in (4, 3, 2, 1):
        phrase = " ".join(words[at : at + length])
        if at + length > len(words):
            continue
        graded = reading.degree != 1.0 and words[at] in lexicon.MANNER_WORDS  # "very dark blue" is not "dark blue"
        if length > 1 and lexicon.compact(phrase) in lexicon.names() and not reading.direction and not graded:
            reading.names.append(lexicon.compact(phrase))
            return length
        if phrase in DEGREES:
            reading.degree *= DEGREES[phrase]
            return length
        if phrase in lexicon.DIRECTIONS:
            reading.direction = lexicon.DIRECTIONS[phrase]
            return length
    word = words[at]
    if word.endswith("%"):
        reading.degree *= float(word.rstrip("% ")) / 20  # "20 % darker" is one clear step
        return 1
    if word in lexicon.COMPARATIVES:
        reading.add_shift(_step(MANNERS[lexicon.COMPARATIVES[word]], reading.degree))
        return 1
    if word in lexicon.HUE_COMPARATIVES or (reading.direction and word in lexicon.HUES):
        hue = lexicon.HUES[lexicon.HUE_COMPARATIVES.get(word, word)]
        amount = 0.04 * reading.degree * (reading.direction or 1.0)
        reading.add_shift(ColourShift(tint=lexicon.towards_hue(hue, amount)))
        return 1
    if word in lexicon.MANNER_WORDS:
        manner = MANNERS[lexicon.MANNER_WORDS[word]]
        if reading.direction:
            reading.add_shift(_step(manner, reading.degree * reading.direction))
        else:
            reading.manners.append((manner, reading.degree))
            reading.degree = 1.0
        return 1
    if lexicon.compact(word) in lexicon.names():
        reading.names.append(lexicon.compact(word))
        return 1
    return 1 if word in lexicon.FILLERS else 0


def _degree_first(words: list[str]) -> list[str]:
    """The words with a degree that stands last ("lighter, a bit"; 深一点) put first."""
    for length in (3, 2, 1):
        if len(words) > length and " ".join(words[-length:]) in DEGREES:
            return words[-length:] + words[:-length]
    return words


def _read(words: list[str]) -> _Reading | None:
    reading, at = _Reading(), 0
    while at < len(words):
        taken = _take(words, at, reading)
        if not taken:
            return None
        at += taken
    return reading


def _one_name(keys: list[str]) -> str | None:
    """The single colour that one or two names mean ("green emerald" is emerald green); None for two colours."""
    known = lexicon.names()
    if len(keys) == 1:
        return keys[0]
    if len(keys) != 2:
        return None
    for joined in (keys[0] + keys[1], keys[1] + keys[0]):
        if joined in known:
            return joined
    special = [key for key in keys if key not in lexicon.HUES and key not in ("black", "white", "grey")]
    return special[0] if len(special) == 1 else None


def _in_manner(rgb: RGB, manner: Manner, degree: float) -> RGB:
    """A named colour said "pale", "deep", …: see Manner."""
    lightness, chroma, hue = oklab_to_oklch(srgb_to_oklab(np.array(rgb)))
    lightness += (manner.lightness - lightness) * (1 - (1 - manner.reach) ** degree)
    if chroma > 0.02:  # "neon grey" has no hue to drive up
        chroma = min(max(chroma * manner.chroma**degree, manner.least), manner.most)
    lab = oklch_to_oklab(np.array([lightness, chroma, hue])) + np.array([0.0, *manner.tint])
    return as_rgb(oklab_to_srgb(lab))


@lru_cache(maxsize=4096)
def _parse(text: str) -> ColourWish | None:
    """The wish that the whole of a folded text means, or None."""
    text = text.strip(" .!?,;:\"'")
    if not text:
        return None
    notation = _from_notation(text)
    if notation is not None:
        return notation
    spans = _tokens(text)
    if not spans or _left_over(text, spans):
        return None
    words = [word.replace("gray", "grey") for start, end in spans for word in _split(text[start:end])]
    notations = [wish for wish in map(_from_notation, words) if wish is not None and wish.name[0] == "#"]
    if len(notations) == 1:  # "a bit darker than #1F3A93"
        words = [word for word in words if _from_notation(word) is None]
    words = _degree_first(_english(words))
    reading = _read(words)
    if reading is None or (len(reading.names) > 1 and ("," in text or "and" in words)):
        return None
    return _wish(reading, notations[0] if len(notations) == 1 else None)


def _split(word: str) -> list[str]:
    """A hyphenated word in its parts, unless it is a word of its own here."""
    return [word] if word in lexicon.MANNER_WORDS or word.startswith("#") else word.replace("'", "").split("-")


def _left_over(text: str, spans: list[tuple[int, int]]) -> bool:
    """Whether letters or digits remain outside the spans."""
    covered, at = [], 0
    for start, end in spans:
        covered.append(text[at:start])
        at = end
    covered.append(text[at:])
    return any(letter.isalnum() for letter in "".join(covered))


def _wish(reading: _Reading, notation: ColourWish | None) -> ColourWish | None:
    if notation is not None:
        if reading.names:
            return None
        name, rgb = notation.name, notation.target
    elif reading.names:
        key = _one_name(reading.names)
        if key is None:
            return None
        name, rgb = lexicon.names()[key]
    else:
        name, rgb = "", None
    if rgb is None:
        for manner, degree in reading.manners:  # "dark" alone asks for darker
            reading.add_shift(_step(manner, degree))
        if not reading.shifted:
            return None
        return ColourWish(_describe(reading.shift), None, reading.shift)
    for manner, degree in reading.manners:
        word = next(word for word, known in MANNERS.items() if known is manner)
        surveyed = lexicon.names().get(lexicon.compact(word + name))
        rgb = surveyed[1] if surveyed and degree == 1.0 else _in_manner(rgb, manner, degree)
        name = name if word == "plain" else f"{word} {name}"
    if not reading.shifted:
        return ColourWish(name, rgb)
    return ColourWish(f"{_describe(reading.shift)} {name}", rgb, reading.shift)


def _describe(shift: ColourShift) -> str:
    """A short name of a shift: its strongest parts."""
    parts = []
    if abs(shift.lightness) > 1e-6:
        parts.append("lighter" if shift.lightness > 0 else "darker")
    if abs(shift.chroma) > 0.1:
        parts.append("more vivid" if shift.chroma > 0 else "more muted")
    if np.hypot(*shift.tint) > 1e-6:
        angle = np.degrees(np.arctan2(shift.tint[1], shift.tint[0])) % 360
        hues = {"warmer": 60.0, "cooler": 245.0} | {f"more {word}": hue for word, hue in lexicon.HUES.items()}
        parts.append(min(hues, key=lambda word: abs((hues[word] - angle + 180) % 360 - 180)))
    return " and ".join(parts) or "the same"


@lru_cache(maxsize=8192)
def _mention(text: str, things: bool) -> ColourWish | None:
    """The wish a stretch of a sentence means, when it starts and ends with words that belong to it."""
    folded = fold(text)
    wish = _parse(folded)
    if wish is None or wish.rgb is None:
        return None
    if _NOTATION.fullmatch(folded):
        return wish
    if wish.name.startswith(("#", "RAL")) and wish.shift is None:  # "RAL 5002 ultramarine", not "RAL 5002 mug"
        return wish if folded.split()[-1] in wish.name.split()[2:] else None
    words = _english([part for start, end in _tokens(folded) for part in _split(folded[start:end])])
    fillers = lexicon.FILLERS - {"coloured", "colored", "colour", "color"}
    if words[-1] in fillers or (words[0] in lexicon.FILLERS and " ".join(words[:2]) not in DEGREES):
        return None
    said = lexicon.is_plain(wish.name) or any(word in COLOUR_WORDS for word in words)
    marked = any(word in {"coloured", "colored", "colour", "color"} for word in words[1:])
    return wish if things or said or marked else None
