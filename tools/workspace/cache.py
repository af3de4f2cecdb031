"""The pictures looked at last, kept in memory up to a number of bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict

from tools.pictures.picture import Picture


class PictureCache:
    """Pictures by version id; the ones looked at longest ago go first. Thread-safe."""

    def __init__(self, largest_bytes: int) -> None:
        self._largest_bytes = largest_bytes
        self._pictures: OrderedDict[str, Picture] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, identity: str) -> Picture | None:
        """The picture, if it is here."""
        with self._lock:
            picture = self._pictures.get(identity)
            if picture is not None:
                self._pictures.move_to_end(identity)
            return picture

    def put(self, identity: str, picture: Picture) -> None:
        """Keep the picture, unless it alone is too large."""
        with self._lock:
            self._pictures[identity] = picture
            self._pictures.move_to_end(identity)
            held = sum(kept.pixels.nbytes for kept in self._pictures.values())
            while self._pictures and held > self._largest_bytes:
                _, dropped = self._pictures.popitem(last=False)
                held -= dropped.pixels.nbytes

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._pictures.clear()
