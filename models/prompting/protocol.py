"""What a suggester is: from a picture and a marked place to a few things that could be there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from models.mask import Mask


@dataclass(frozen=True)
class Suggestion:
    """One thing that could be in the place.

    `phrase` says it in full, for a painter ("a small wooden boat on the water"); `thing` without its place, for a
    button ("a small wooden boat"). `score` in [0, 1] is its share among all that was considered: it orders the
    suggestions of one call and means nothing between calls. `why` is half a sentence for a person.
    """

    phrase: str
    thing: str
    score: float
    why: str


class PromptSuggester(Protocol):
    """One way of having ideas. Deterministic: the same picture and mask give the same suggestions."""

    name: str

    @property
    def remark(self) -> str:
        """A sentence on how far to trust it; empty when there is nothing to say."""
        ...

    def suggest(self, image: np.ndarray, mask: Mask, k: int = 5) -> list[Suggestion]:
        """At most `k` different things for the place, best first.

        `image` is H×W×3 uint8 sRGB, `mask` H×W float32 in [0, 1], ≥ 0.5 = the place; what the picture shows there is
        not looked at. Raises BadInputError when the mask is of another size or selects nothing, or when `k` < 1.
        """
        ...
