"""Suggestions in full sentences' parts, by templates: what it is, how it may look, where it is."""

from __future__ import annotations

import hashlib

from models.prompting.phrases import Concept

_WHERE = {
    "sky": "in the sky",
    "water": "on the water",
    "grass": "on the grass",
    "path": "on the ground",
    "sand": "on the sand",
    "snow": "in the snow",
    "leaves": "among the leaves",
    "facade": "on the wall",
    "wall": "on the wall",
    "floor": "on the floor",
    "table": "on the table",
}
_WHY_PLACE = {
    "sky": "in the sky",
    "water": "on water",
    "grass": "on grass",
    "path": "on the ground",
    "sand": "on sand",
    "snow": "in snow",
    "leaves": "among leaves",
    "facade": "on a wall",
    "wall": "on a wall",
    "floor": "indoors",
    "table": "on a table",
}
_STANDING = ("plant", "building", "structure", "nature", "person", "vehicle")  # kinds that stand by rather than lie on


def look_of(concept: Concept, digest: bytes) -> str | None:
    """One of its looks, told by a place's digest: the same place gives the same, another may give another."""
    if not concept.looks:
        return None
    drawn = hashlib.blake2b(digest + concept.phrase.encode(), digest_size=2).digest()
    return concept.looks[int.from_bytes(drawn) % len(concept.looks)]


def worded(concept: Concept, place: str, look: str | None) -> tuple[str, str]:
    """The thing and the phrase in full: ("a small wooden boat", "a small wooden boat on the water")."""
    thing = concept.described(look)
    where = _WHERE[place]
    if place == "grass" and concept.kind in _STANDING:
        where = "in the grass" if concept.kind == "plant" and concept.height < 1 else "in the meadow"
    if place == "path" and concept.kind in ("plant", "building", "structure"):
        where = "beside the path"
    if place == "floor" and concept.kind in _STANDING:
        where = "in the room"
    return thing, f"{thing} {where}"


def reason(shape_words: str, place: str) -> str:
    """Half a sentence on why: "tall, on grass"."""
    return f"{shape_words}, {_WHY_PLACE[place]}" if shape_words else _WHY_PLACE[place]
