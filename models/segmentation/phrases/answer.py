"""What resolving a phrase gives: masks with scores and reasons, those chosen, or a question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from models.mask import Mask, union
from models.segmentation.phrases.choose import Choice
from models.segmentation.phrases.components import Part
from models.segmentation.phrases.parse import Phrase

Render = Callable[[], Mask]
_MOST_CANDIDATES = 6


@dataclass(frozen=True)
class Answer:
    """Masks at the scene's size (bool, best first) with scores and reasons, those chosen, and a question.

    `soft` asks for a matte at the edge: the answer is a cut-out. `renders` holds, for masks that are known better
    than at the scene's size, how to get them at full size (H×W float32); it is empty or as long as `masks`.
    """

    masks: tuple[np.ndarray, ...] = ()
    scores: tuple[float, ...] = ()
    reasons: tuple[str, ...] = ()
    chosen: tuple[int, ...] = ()
    question: str | None = None
    soft: bool = False
    renders: tuple[Render | None, ...] = ()

    def render(self, index: int) -> Render | None:
        """How to get one of the masks at full size; None when it has to be enlarged."""
        return self.renders[index] if self.renders else None

    @property
    def union(self) -> np.ndarray:
        """The chosen masks as one, h×w bool. Raises ValueError when none was chosen."""
        return np.any([self.masks[index] for index in self.chosen], axis=0)

    @property
    def union_render(self) -> Render | None:
        """How to get that at full size; None when one of them has to be enlarged."""
        renders = [render for index in self.chosen if (render := self.render(index)) is not None]
        if not renders or len(renders) < len(self.chosen):
            return None
        return lambda: _united(renders)


def single(mask: np.ndarray, score: float, reason: str, render: Render | None = None) -> Answer:
    """One mask, chosen."""
    return Answer((mask,), (score,), (reason,), (0,), renders=(render,))


def counted(count: int) -> str:
    """A number in words, as far as somebody would count."""
    words = ("no", "one", "two", "three", "four", "five", "six")
    return words[count] if count < len(words) else "several"


def is_it(count: int) -> str:
    """The end of a question about `count` candidates (from 1) that are shown with it."""
    return f"is it {'this' if count == 1 else 'one of these'}? You can also click it"


def answer(parts: list[Part], choice: Choice, phrase: Phrase, question: str, sure: float, threshold: float) -> Answer:
    """Put parts and choice together; what is not sure enough becomes the question."""
    order = [*choice.indices, *(i for i in range(len(parts)) if i not in choice.indices)]
    order = order[: max(_MOST_CANDIDATES, len(choice.indices))]
    clear = sure * choice.clearness
    scores = tuple(
        float(np.clip(clear * min(1.0, parts[i].evidence / 0.6) if i in choice.indices else 0.3 * sure, 0, 1))
        for i in order
    )
    masks = tuple(parts[i].mask for i in order)
    reasons = (f"fits “{phrase.text}”",) * len(order)
    chosen = tuple(range(len(choice.indices)))
    if not chosen or min(scores[i] for i in chosen) < threshold:
        return Answer(masks, scores, reasons, (), question or f"Is this {phrase.named}?")
    return Answer(masks, scores, reasons, chosen)


def _united(renders: Sequence[Render]) -> Mask:
    result = renders[0]()
    for render in renders[1:]:
        result = union(result, render())
    return result
