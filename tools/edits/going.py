"""What else one message takes out: "the car and the man beside it" leave two holes that must not be filled alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_REMOVES = "remove"


class Going:
    """The removals of the current message that are still to come, as far as the planner has told.

    Like `Consent` it belongs to a conversation and is changed in place: a turn that waits for an answer goes on with
    what it knew.
    """

    def __init__(self) -> None:
        self._removals: tuple[dict[str, Any], ...] = ()

    @property
    def removals(self) -> tuple[dict[str, Any], ...]:
        """The arguments of each ("target", "selection"), in their order."""
        return self._removals

    def expect(self, steps: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
        """Take note of the steps that follow the one to be performed now: operation and arguments of each."""
        self._removals = tuple(dict(arguments) for op, arguments in steps if op == _REMOVES)
