"""Other pictures kept beside the one being edited, as the files they came in."""

from __future__ import annotations

import secrets
import sqlite3

from models.errors import BadInputError
from tools.pictures.picture import Picture
from tools.pictures.reading import open_picture
from tools.workspace.store import DamagedObjectError, ObjectStore


def add(connection: sqlite3.Connection, store: ObjectStore, name: str, data: bytes) -> str:
    """Keep the file; its id."""
    digest = store.put_bytes(data)
    store.flush([digest])
    identity = secrets.token_hex(8)
    connection.execute("INSERT INTO attachments VALUES (?, ?, ?)", (identity, name, digest))
    return identity


def names(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Id and name of each, in the order they were added."""
    return connection.execute("SELECT id, name FROM attachments ORDER BY rowid").fetchall()


def find(connection: sqlite3.Connection, identity: str) -> tuple[str, bytes]:
    """Name and digest. Raises BadInputError when there is none of that id."""
    row = connection.execute("SELECT name, object FROM attachments WHERE id = ?", (identity,)).fetchone()
    if row is None:
        raise BadInputError(f"There is no attached picture {identity}.")
    return row


def read(store: ObjectStore, name: str, digest: bytes) -> Picture:
    """The picture in the file. Raises BadInputError when it is damaged on the disk."""
    try:
        return open_picture(store.bytes(digest), name=name)
    except DamagedObjectError as error:
        raise BadInputError(f"{name} is damaged on the disk; attach it again.") from error
