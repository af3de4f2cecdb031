"""What a painting engine is told beyond the picture and the hole: one value, given to its constructor."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np


class Intent(StrEnum):
    """What the person wants in the hole. It decides what a model starts from and what shows through at the rim."""

    REMOVE = "remove"
    """Nothing: what could have been behind."""
    INSERT = "insert"
    """Something that was not there."""
    REPLACE = "replace"
    """Something else in the place, size and posture of what is there."""
    REWORK = "rework"
    """The same thing in another material, colour or manner: its shape and its light stay."""
    EXTEND = "extend"
    """More of the picture, beyond an edge of it."""


class Structure(StrEnum):
    """What of the picture under the mask is to be held while it is painted over."""

    EDGES = "edges"
    """Its outlines."""
    DEPTH = "depth"
    """Its depth: shapes in space, without their drawing."""


@dataclass(frozen=True, eq=False)
class Commission:
    """What is wanted. Everything is optional; None leaves it to the engine, and an engine ignores what it cannot obey.

    `prompt` says what should be there, `negative_prompt` what should not. `intent` None is told by hole and prompt.
    `strength` in (0, 1]: below 1 the painting starts from what the picture shows in the hole, noised so much.
    `steps` is how often a network is run, at least 1. `guidance` is how strictly it follows the words (0 and up, in the
    model's own scale). `references` are pictures to take a thing or a material from, H×W×3 uint8 sRGB each. `structure`
    is what of the picture is to be held.
    """

    prompt: str | None = None
    negative_prompt: str | None = None
    intent: Intent | None = None
    strength: float | None = None
    steps: int | None = None
    guidance: float | None = None
    references: tuple[np.ndarray, ...] = ()
    structure: Structure | None = None

    def __post_init__(self) -> None:
        if self.strength is not None and not 0.0 < self.strength <= 1.0:
            raise ValueError("strength lies above 0 and at most at 1")
        if self.steps is not None and self.steps < 1:
            raise ValueError("a painting takes at least one step")
