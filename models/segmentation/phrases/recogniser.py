"""What a learned model adds to the reading of phrases: where things are that a noun names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from models.mask import Mask
from models.segmentation.phrases.parse import Phrase


@dataclass(frozen=True)
class Sighting:
    """A thing that may be what a noun names.

    `mask` is a non-empty h×w bool at the recogniser's working size; `render` gives it at the picture's full size,
    H×W float32. `evidence` in [0, 1] is how probable it is that the noun names it; `reason` says so in words.
    """

    mask: np.ndarray
    evidence: float
    reason: str
    render: Callable[[], Mask]


class Recogniser(Protocol):
    """Knows what things look like. Place, order, size, colour and relations are none of its business."""

    name: str

    def find(self, phrase: Phrase) -> list[Sighting]:
        """What the phrase's noun and modifiers may name, most probable first: each thing once, and improbable ones
        too (a question can offer them); empty when nothing comes near."""
        ...

    def probability_at(self, mask: np.ndarray, phrase: Phrase) -> float | None:
        """How probable it is that the noun names what lies under a mask (h×w bool of any size of the picture).

        None when the recogniser has nothing there to judge.
        """
        ...

    def compare(self, text: str, sightings: Sequence[Sighting]) -> np.ndarray | None:
        """Which of several things a whole text describes best: float32 that sums to 1. None when it cannot tell.

        The sightings are those that `find` gave out last.
        """
        ...


def with_article(name: str) -> str:
    """ "a mug", "an apple"."""
    return f"{'an' if name[:1] in 'aeiou' else 'a'} {name}"
