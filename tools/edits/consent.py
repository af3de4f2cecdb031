"""Whether parts of the picture may be sent away: asked before the first time, and never taken for granted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from models.geometry import Bounds, Extent
from models.inpainting.painters import notice_of
from tools.questions import NeedsAnswerError, Question


def _nowhere() -> None:
    """Consent that is kept nowhere ends with the request."""


@dataclass
class Consent:
    """What the person said about sending parts of the picture to a service. `keep` remembers that they agreed."""

    given: bool = False
    keep: Callable[[], None] = field(default=_nowhere)

    def give(self) -> None:
        """They agreed."""
        self.given = True
        self.keep()


def require_consent(engine: str, hole: Bounds, picture: Extent, consent: Consent) -> None:
    """Do nothing when `engine` keeps the picture on this machine, or when the person has agreed.

    `hole` is where it will paint. Otherwise raises NeedsAnswerError with what would be sent, where to and how it is
    priced; BadInputError when the service's settings are no good, UnavailableError when its key is missing.
    """
    notice = notice_of(engine, hole, picture)
    if notice and not consent.given:
        raise NeedsAnswerError(
            Question(f"For this, {notice}. May I send that? Yes holds for this conversation.", consent=True)
        )
