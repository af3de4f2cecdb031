"""One result that is to be judged, and another way to come to one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from models.errors import CancelledError
from models.geometry import Bounds, Point
from models.mask import Mask
from models.progress import Progress
from tools.checking.verdict import Verdict


@dataclass(frozen=True)
class Trial:
    """A finished but not yet committed result.

    `before` and `after` are the whole picture, H×W×3 (8 or 16 bit); `target` H×W float32, what the request is about;
    `allowed` H×W float32, what may have changed. `words` are the person's for the target, None where it was drawn.
    `box` is what the person drew around it, in pixels, `click` where they clicked it, and nothing else; None otherwise.
    """

    before: np.ndarray
    after: np.ndarray
    target: Mask
    allowed: Mask
    words: str | None = None
    seed: int = 0
    box: Bounds | None = None
    click: Point | None = None

    @property
    def changed(self) -> float:
        """The share of the picture that may have changed, in [0, 1]."""
        return float(np.count_nonzero(self.allowed > 0) / max(1, self.allowed.size))


@dataclass(frozen=True)
class Correction:
    """What to do differently, and why, as half a sentence ("its mirror image was left").

    `target` H×W float32 takes the place of the trial's; `avoid` (H×W float32, > 0) must not be copied from.
    """

    target: Mask
    reason: str
    seed: int
    avoid: Mask | None = None


@dataclass(frozen=True)
class Offer:
    """Something beside the result that the verdict offers to take next: its one-word `name`, H×W float32 `mask`."""

    name: str
    mask: Mask


@dataclass(frozen=True)
class Examined:
    """The verdict on a trial, what to try next where that promises anything, and what the person is offered."""

    verdict: Verdict
    correction: Correction | None = None
    offer: Offer | None = None


class OutOfTimeError(Exception):
    """A second try would take longer than it may."""


class Limited:
    """A progress that ends work when its time is up, which is not the same as when the person stops it."""

    def __init__(self, progress: Progress, clock: Callable[[], float], seconds: float) -> None:
        self._progress = progress
        self._clock = clock
        self._deadline = clock() + seconds

    @property
    def progress(self) -> Progress:
        """To be handed to the work."""
        return replace(self._progress, is_cancelled=lambda: self._progress.is_cancelled() or self._late())

    def __enter__(self) -> Limited:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, CancelledError) and not self._progress.is_cancelled():
            raise OutOfTimeError from error

    def _late(self) -> bool:
        return self._clock() > self._deadline
