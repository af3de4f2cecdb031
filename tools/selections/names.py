"""What selections may be called, and which of them a phrase means."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from models.errors import BadInputError
from models.mask import Mask, area, bounds
from models.segmentation.phrases.choose import choose
from models.segmentation.phrases.components import Part
from models.segmentation.phrases.parse import Phrase, parse

LONGEST = 60  # characters
_RESERVED = frozenset(["drawn"])
_ARTICLES = frozenset("the a an my our your his her its their this that these those".split())
_PREFIXES = "@?"  # what versions worked on, and numbered candidates, are kept under names that begin so


def clean(name: str) -> str:
    """A name as it is kept: one line, single spaces. Raises BadInputError when it cannot be spoken of."""
    plain = "".join(" " if unicodedata.category(one)[0] in "CZ" else one for one in name)
    plain = " ".join(plain.split()).lstrip(_PREFIXES).strip()[:LONGEST].strip()
    if not re.search(r"[^\W_]", plain):
        raise BadInputError("Give the selection a name with letters, such as “dog”.")
    if plain.lower() in _RESERVED:
        raise BadInputError(f"“{plain}” is what the last marks are called; choose another name.")
    return plain


def unused(name: str, taken: Iterable[str]) -> str:
    """The name itself, or "name 2", "name 3" … when it is taken (upper and lower case are alike)."""
    known = {one.lower() for one in taken}
    stem, number = stem_of(name)
    while name.lower() in known:
        number += 1
        name = f"{stem} {number}"
    return name


def stem_of(name: str) -> tuple[str, int]:
    """ "dog 2" → ("dog", 2); "dog" → ("dog", 1)."""
    found = re.fullmatch(r"(.*\S)\s+(\d{1,4})", name)
    return (found[1], int(found[2])) if found else (name, 1)


def rivals(phrase: str, names: Sequence[str]) -> list[int]:
    """Which names a noun phrase may mean, as indices: "dog" and "dog 2" for "the left dog", one for "dog 2"."""
    wanted, said = parse(phrase), _plain(phrase)
    stem, number = stem_of(said)
    if any(_plain(name) == said and name != stem_of(name)[0] for name in names):
        return [index for index, name in enumerate(names) if _plain(name) == said]
    exact = [index for index, name in enumerate(names) if _plain(name) == said]
    if wanted.relation or wanted.excepted:
        return exact
    thing = _thing(wanted) or said
    alike = [index for index, name in enumerate(names) if _names(stem_of(name)[0], thing, stem)]
    return [index for index in alike if stem_of(names[index])[1] == number] if stem != said else alike


def meant(phrase: str, masks: Sequence[Mask]) -> list[int]:
    """Which of several masks (H×W float32, of one size, all of one name) a phrase means; empty when unclear."""
    wanted = parse(phrase)
    if len(masks) == 1 and not (wanted.ordinal and wanted.ordinal > 1):
        return [0]
    return list(choose([_part(mask) for mask in masks], wanted).indices)


def _plain(name: str) -> str:
    words = re.findall(r"[^\W_]+", name.lower())
    return " ".join(word for word in words if word not in _ARTICLES)


def _names(stem: str, thing: str, said: str) -> bool:
    """Whether a name without its number is for that thing, or is what was said word for word."""
    return _plain(stem) == said or (_thing(parse(stem)) or _plain(stem)) == thing


def _thing(phrase: Phrase) -> str:
    """What a phrase is about, in the singular and without its place or order: "red ball" of "the left red balls"."""
    return " ".join([*phrase.colours, phrase.compound]) if phrase.compound else ""


def _part(mask: Mask) -> Part:
    """A saved selection as something that a phrase can be about; all of them are equally sure."""
    hard = mask >= 0.5
    box, (height, width) = bounds(mask, 0.5), mask.shape
    place = (box.x0 + box.x1) / 2 / width, (box.y0 + box.y1) / 2 / height
    return Part(hard, 1.0, place, area(mask) / mask.size, 1.0)
