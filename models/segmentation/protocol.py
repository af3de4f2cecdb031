"""What every way of finding a thing in a picture offers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from models.geometry import Bounds, Point
from models.mask import Mask, union

if TYPE_CHECKING:
    from models.segmentation.browsing import Atlas


@dataclass(frozen=True)
class Candidate:
    """One answer to a prompt: a mask (H×W float32), how good it seems in [0, 1], and why."""

    mask: Mask
    score: float
    reason: str = ""


class LazyCandidate(Candidate):
    """A candidate whose mask is only computed when somebody looks at it, and kept from then on."""

    def __init__(self, compute: Callable[[], Mask], score: float, reason: str = "") -> None:
        """`compute` takes nothing and returns the H×W float32 mask."""
        fields = {"_compute": compute, "score": score, "reason": reason}
        for name, value in fields.items():  # past the frozen dataclass' guard
            object.__setattr__(self, name, value)

    def __getattr__(self, name: str) -> Any:
        """The mask, the first time; every other attribute is there already."""
        if name != "mask":
            raise AttributeError(name)
        mask = self._compute()
        object.__setattr__(self, "mask", mask)
        object.__setattr__(self, "_compute", None)  # lets go of the picture
        return mask

    def __reduce__(self) -> tuple[type[Candidate], tuple[Mask, float, str]]:
        """Copied and stored as a plain candidate."""
        return Candidate, (self.mask, self.score, self.reason)


@dataclass(frozen=True)
class Grounding:
    """What a prompt found: candidates best first, which of them answer it, or a question to ask back.

    `chosen` is empty when nothing matches or when it is not clear which is meant; `question` then is one
    sentence for the person ("I see three red things; which one?").
    """

    candidates: tuple[Candidate, ...] = ()
    chosen: tuple[int, ...] = ()
    question: str | None = None

    @property
    def found(self) -> bool:
        """Whether there is a mask to work on."""
        return bool(self.chosen)

    @property
    def mask(self) -> Mask:
        """The union of the chosen candidates. Raises ValueError when nothing was chosen."""
        if not self.chosen:
            raise ValueError("nothing was chosen")
        result = self.candidates[self.chosen[0]].mask
        for index in self.chosen[1:]:
            result = union(result, self.candidates[index].mask)
        return result

    @property
    def score(self) -> float:
        """The lowest score among the chosen, 0 when there are none."""
        return min((self.candidates[i].score for i in self.chosen), default=0.0)


class Predictor(Protocol):
    """Two steps: `set_image` once, then any number of cheap prompts. Not thread-safe; one per job.

    `knows_nouns` says whether it can tell what a noun names; one that cannot goes by colour, place and size.
    """

    name: str
    knows_nouns: bool

    def set_image(self, rgb: np.ndarray) -> None:
        """H×W×3 uint8, sRGB. Work that all prompts share is done lazily or here."""
        ...

    def from_points(self, positive: Sequence[Point], negative: Sequence[Point] = ()) -> Grounding:
        """The thing under the positive points, without what lies under the negative ones."""
        ...

    def from_box(self, box: Bounds) -> Grounding:
        """The thing that a loosely drawn box encloses."""
        ...

    def from_brush(self, stroke: Mask) -> Grounding:
        """The thing that was painted over roughly; `stroke` is H×W float32."""
        ...

    def from_words(self, phrase: str) -> Grounding:
        """What a noun phrase names, or a question when that cannot be known."""
        ...


@runtime_checkable
class Browsable(Protocol):
    """A predictor that can say what there is before anybody asks: pointing then shows what a click would take."""

    def atlas(self) -> Atlas:
        """Everything in the picture that is set; the same for the same picture. Made at the first call."""
        ...

    def proposal_mask(self, index: int) -> Mask:
        """One of its proposals at full resolution, H×W float32. Raises BadInputError when there is none of it."""
        ...
