"""How long work reports how far it is, and learns that it should stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from models.errors import CancelledError


def _silent(fraction: float, label: str) -> None:
    """Drop the report."""


def _never() -> bool:
    return False


@dataclass(frozen=True)
class Progress:
    """Passed into every computation that can take longer than a blink.

    `on_report` receives a fraction in [0, 1] and a short label ("filling, level 2 of 5").
    `is_cancelled` is polled at every report; it must be cheap and thread-safe. `on_preview`, where somebody wants to
    look on, receives what there is so far: a small H×W×3 uint8 picture, rough colours.
    """

    on_report: Callable[[float, str], None] = field(default=_silent)
    is_cancelled: Callable[[], bool] = field(default=_never)
    on_preview: Callable[[np.ndarray], None] | None = None

    def report(self, fraction: float, label: str = "") -> None:
        """Say how far the work is. Raises CancelledError when the person has asked to stop."""
        self.check()
        self.on_report(min(max(fraction, 0.0), 1.0), label)

    def check(self) -> None:
        """Raise CancelledError when the person has asked to stop."""
        if self.is_cancelled():
            raise CancelledError

    def part(self, start: float, end: float) -> Progress:
        """A progress for a stretch of this one: its 0..1 maps to start..end."""
        return Progress(
            lambda fraction, label: self.on_report(start + (end - start) * fraction, label),
            self.is_cancelled,
            self.on_preview,
        )


SILENT = Progress()
