"""Named masks, kept with the way they were made."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from models.errors import BadInputError
from models.mask import Mask, as_mask, to_uint8
from tools.workspace.store import DamagedObjectError, ObjectStore


class Selection:
    """A mask with a name and its origin; the mask is read from the disk when it is first looked at."""

    def __init__(
        self, name: str, origin: dict[str, Any], version: str, content: str, read: Callable[[], np.ndarray]
    ) -> None:
        self.name = name
        self.origin = origin
        """How it was made: words, click, box, brush; JSON-serialisable."""
        self.version = version
        """The id of the version it was made on; later ones may have another extent."""
        self.content = content
        """The mask's content address: equal for equal masks."""
        self._read = read

    @cached_property
    def mask(self) -> Mask:
        """H×W float32 in [0, 1], of 256 levels. Raises BadInputError when it is damaged on the disk."""
        return as_mask(self._read()[..., 0])

    def __repr__(self) -> str:
        return f"Selection({self.name!r}, {self.origin!r}, version={self.version!r})"


def save(
    connection: sqlite3.Connection, store: ObjectStore, name: str, mask: Mask, origin: dict[str, Any], version: str
) -> None:
    """Keep the mask, with 256 levels, under that name; an earlier selection of the name is replaced."""
    if not name.strip():
        raise BadInputError("A selection needs a name.")
    digest = store.put_samples(to_uint8(mask)[..., None])
    store.flush([digest])
    connection.execute(
        "INSERT OR REPLACE INTO selections(name, object, origin, version) VALUES (?, ?, ?, ?)",
        (name, digest, json.dumps(origin, ensure_ascii=False), version),
    )


def rows(connection: sqlite3.Connection, name: str | None = None) -> list[tuple[str, bytes, str, str]]:
    """Name, object, origin and version of that selection, or of all in the order they were saved."""
    wanted, values = ("WHERE name = ?", (name,)) if name is not None else ("", ())
    return connection.execute(
        f"SELECT name, object, origin, version FROM selections {wanted} ORDER BY rowid", values
    ).fetchall()


def kept(store: ObjectStore, name: str, digest: bytes, origin: str, version: str) -> Selection:
    """The selection of a row; its mask stays on the disk until it is looked at."""

    def read() -> np.ndarray:
        try:
            return store.samples(digest)
        except DamagedObjectError as error:
            raise BadInputError(f"The selection {name} is damaged on the disk; select again.") from error

    return Selection(name, json.loads(origin), version, digest.hex(), read)
