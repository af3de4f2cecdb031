"""One process at a time changes a model. The lock is the system's own, so it falls when its holder is killed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from models.errors import UnavailableError

_LOOK = 0.3  # seconds between two looks at a lock that somebody else holds
_PATIENCE = 1.0  # seconds; a look by another process at whether the lock is held passes in far less


class Lock:
    """The lock of one model, in a file of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def is_held(self) -> bool:
        """Whether somebody holds it now, in this process or another."""
        if not self._path.exists():
            return False
        try:
            with FileLock(self._path, timeout=0):
                return False
        except Timeout:
            return True

    @contextmanager
    def held(self, waiting: Callable[[], None]) -> Iterator[None]:
        """Hold it, once whoever has it is done. `waiting` is called all the while and may raise to give up."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._path)
        while True:
            try:
                lock.acquire(timeout=_LOOK)
                break
            except Timeout:
                waiting()
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def held_at_once(self, otherwise: str) -> Iterator[None]:
        """Hold it now. Raises UnavailableError with the sentence `otherwise` when somebody else has it."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self._path, timeout=_PATIENCE):
                yield
        except Timeout as error:
            raise UnavailableError(otherwise) from error
