"""What planning is about: what was said, and the edits it asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

OPERATIONS = frozenset(
    "remove replace insert recolor adjust blur restore remove_text redact_text background_remove "
    "background_replace crop rotate outpaint style move resize_object segment compare undo redo clarify "
    "other".split()
)
"""Every operation a step can name. `clarify` asks a question, `other` says that no edit fits."""


@dataclass(frozen=True)
class Step:
    """One edit: what to do, to which thing (a noun phrase without article), and with which value.

    A target of None is the whole picture (or nothing, for undo and the like).
    """

    op: str
    target: str | None = None
    value: str | None = None


@dataclass(frozen=True)
class Turn:
    """One earlier message of the conversation."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True)
class Plan:
    """The steps of a request in the order said, and one sentence to answer with where words are the answer."""

    steps: tuple[Step, ...]
    reply: str | None = None
