"""Pictures to pick from: sample photos, recent conversations, and the version chip in a chat message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ui.component import data_url, load_component

_component = load_component(
    "gallery", Path(__file__).parent, html="gallery.html", css="gallery.css", scripts=("gallery.js",)
)


@dataclass(frozen=True)
class Card:
    """One picture to pick. `picture` is PNG, JPEG or WebP bytes; `action` is what a screen reader says."""

    id: str
    title: str
    picture: bytes
    detail: str = ""
    action: str | None = None
    current: bool = False
    removable: bool = False


@dataclass(frozen=True)
class Choice:
    """What the person did with a card."""

    id: str
    deed: Literal["pick", "drop"]


def gallery(
    cards: Sequence[Card], *, key: str, label: str, variant: Literal["grid", "row", "few", "chip"] = "grid"
) -> Choice | None:
    """Show the cards; the choice made since the last run, if any."""
    items = [
        {
            "id": card.id,
            "title": card.title,
            "detail": card.detail,
            "picture": data_url(card.picture),
            "action": card.action,
            "current": card.current,
            "removable": card.removable,
        }
        for card in cards
    ]
    command = _component.show(key=key, data={"items": items, "label": label, "variant": variant})
    return Choice(str(command["id"]), command["deed"]) if command else None
