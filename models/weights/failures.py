"""Why a download did not work: one sentence each; the kind decides whether another source is asked."""

from __future__ import annotations

import errno
from pathlib import Path

from models.errors import UnavailableError
from models.weights.amounts import readable

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class SourceGoneError(UnavailableError):
    """The source answered that it has no such file, or none any more."""


class UnreachableError(UnavailableError):
    """The source did not answer, or only with faults of its own, however often it was asked."""


class RefusedError(UnavailableError):
    """The source wants to know who asks, and that person has no access."""


class WrongBytesError(UnavailableError):
    """What came is not what was published. It has been thrown away."""


class NoRoomError(UnavailableError):
    """The disk is full, or would be."""

    def __init__(self, root: Path, needed: int, free: int) -> None:
        super().__init__(
            f"This needs {readable(needed)} and only {readable(free)} are free in {root}; free some space, or set "
            "PENTIMENTO_MODELS to a folder on another disk."
        )


def is_no_room(error: OSError) -> bool:
    """Whether the system said that the disk, or the person's share of it, is full."""
    return error.errno in _NO_ROOM
