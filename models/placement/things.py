"""How large things usually are, and where they are at home: a small table of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_name("things.tsv")
_UNKNOWN_SIZE = 0.6  # metres
_MOST_OF_THEM = 5
_NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "several": 3, "some": 3, "few": 3, "couple": 2}
_ADJECTIVES = {"huge": 2.0, "giant": 2.5, "gigantic": 3.0, "enormous": 2.5, "massive": 2.0, "big": 1.4, "large": 1.4}
_ADJECTIVES |= {"tall": 1.3, "small": 0.65, "little": 0.65, "tiny": 0.4, "miniature": 0.35, "mini": 0.5, "short": 0.75}


class Home(StrEnum):
    """Where a thing is usually found."""

    GROUND = "ground"
    SURFACE = "surface"
    SKY = "sky"
    WALL = "wall"
    WATER = "water"
    HEAD = "head"
    BODY = "body"


@dataclass(frozen=True)
class Thing:
    """A thing to be placed. `height` and `width` in metres; of what is worn (HEAD, BODY) in widths of the face.

    `known`: the table has it. A thing it has not is a guess.
    """

    name: str
    height: float
    width: float
    home: Home
    known: bool = True

    @property
    def aspect(self) -> float:
        """Width through height."""
        return self.width / self.height


def thing_of(phrase: str) -> Thing:
    """The thing that a noun phrase names ("two small red mugs with a handle"); never fails.

    The longest entry of the table that ends the phrase's head counts. Size words and numbers before it change the
    size: several stand side by side.
    """
    head, size, count = _read(phrase)
    words = head.split()
    for start in range(len(words)):
        for name in _singulars(" ".join(words[start:])):
            if name in _table():
                height, width, home = _table()[name]
                plural = name != " ".join(words[start:])
                beside = max(count, 2 if plural else 1)
                return Thing(name, height * size, width * size * (1 + 0.8 * (min(beside, _MOST_OF_THEM) - 1)), home)
    return Thing(head or phrase, _UNKNOWN_SIZE * size, _UNKNOWN_SIZE * size, Home.GROUND, known=False)


def size_of(phrase: str) -> tuple[float, float] | None:
    """Height and width in metres of what a phrase names; None when that is not in the table, or worn."""
    thing = thing_of(phrase)
    return (thing.height, thing.width) if thing.known and thing.home not in (Home.HEAD, Home.BODY) else None


def _read(phrase: str) -> tuple[str, float, int]:
    """The phrase's head with the words before it; the factor of its size words; how many."""
    text = re.sub(r"[^a-z0-9\s'-]", " ", phrase.lower())
    whole = " ".join(text.split())
    if whole in _table():  # "vase of flowers"
        return whole, 1.0, 1
    head = re.split(
        r"\s(?:of|with|in|on|at|that|which|who|from|made|wearing|holding|flying|sitting|standing|lying|walking|"
        r"running|looking|and|for|to|full|covered)\s",
        f" {whole} ",
        maxsplit=1,
    )[0]
    size, count = 1.0, 1
    for word in head.split():
        size *= _ADJECTIVES.get(word, 1.0)
        count = max(count, _NUMBERS.get(word, 1), int(word) if word.isdigit() else 1)
    of = re.match(r"(?:an?\s+)?(pair|bunch|group|flock|bowl|plate|glass|cup|bottle|stack|jar)s? of (.+)", whole)
    if of and f"{of[1]} of {of[2]}" not in _table():
        # a bowl of soup is as large as a bowl, a pair of glasses as large as glasses
        head = of[2] if of[1] in ("pair", "bunch", "group", "flock") else of[1]
    return head.strip(), size, count


def _singulars(name: str) -> Iterator[str]:
    yield name
    if name.endswith("ies"):
        yield name[:-3] + "y"
    if name.endswith("es"):
        yield name[:-2]
    if name.endswith("s"):
        yield name[:-1]


@cache
def _table() -> dict[str, tuple[float, float, Home]]:
    rows: dict[str, tuple[float, float, Home]] = {}
    for line in _TABLE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            names, height, width, home = line.split("\t")
            rows |= {name: (float(height), float(width), Home(home)) for name in names.split(",")}
    return rows
