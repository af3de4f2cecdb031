"""Whether parts of the picture may be sent away: asked before the first time, and never taken for granted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from models.geometry import Bounds, Extent
from models.inpainting.painters import notice_of
from tools.questions import NeedsAnswerError, Question

FOR_GOOD = "Yes holds for this conversation."


def _nowhere() -> None:
    """Consent that is kept nowhere ends with the request."""


@dataclass
class Consent:
    """What the person said about sending parts of the picture to a service.

    `keep` remembers that they agreed; `tell` is told what is sent, before, where they agreed to all of it beforehand.
    """

    given: bool = False
    keep: Callable[[], None] = field(default=_nowhere)
    tell: Callable[[str], None] | None = None

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
    if notice and consent.given and consent.tell is not None:
        consent.tell(f"{notice}.")
    if notice and not consent.given:
        raise NeedsAnswerError(Question(f"For this, {notice}. May I send that? {FOR_GOOD}", consent=True))
