"""The things we know how to suggest: a small table of our own, written from common knowledge (concepts.tsv)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

PLACES = ("sky", "water", "grass", "path", "sand", "snow", "leaves", "facade", "wall", "floor", "table")
"""Where things are. `path` is any hard ground outdoors, `leaves` the inside of trees and bushes, `facade` a wall seen
from outside and `wall` one of a room, `table` any board."""

_VOWELS = "aeiou"


@dataclass(frozen=True)
class Concept:
    """One thing.

    `phrase` is a noun phrase with its article; `kind` what it is in general; `common` from 1 (rare) to 5; `places`
    where it is found, the most typical first. `height` is its usual height in metres (in the sky: of no use, see
    `share`), `share` the usual share of the picture's height that it takes in the sky, None when it is not found
    there. `aspect` is width over height, `solidity` its area over that of its convex hull, `looks` how it may look.
    """

    phrase: str
    kind: str
    common: int
    places: tuple[str, ...]
    height: float
    share: float | None
    aspect: float
    solidity: float
    looks: tuple[str, ...]

    def described(self, look: str | None) -> str:
        """The phrase with an adjective: "an old oak tree"."""
        if not look:
            return self.phrase
        article, _, noun = self.phrase.partition(" ")
        if article not in ("a", "an"):
            return f"{look} {self.phrase}"
        return f"{'an' if look[0] in _VOWELS else 'a'} {look} {noun}"


@cache
def concepts() -> tuple[Concept, ...]:
    """The whole table, in its order."""
    with resources.files("models.prompting").joinpath("concepts.tsv").open("r", encoding="utf-8") as file:
        return tuple(_read(row) for row in csv.DictReader(file, delimiter="\t"))


def _read(row: dict[str, str]) -> Concept:
    return Concept(
        phrase=row["phrase"],
        kind=row["kind"],
        common=int(row["common"]),
        places=tuple(row["places"].split()),
        height=float(row["height"]),
        share=float(row["share"]) if row["share"] else None,
        aspect=float(row["aspect"]),
        solidity=float(row["solidity"]),
        looks=tuple(look for look in row["looks"].split("/") if look),
    )
