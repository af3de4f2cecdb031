"""The tree of versions, the selections and the state, in one SQLite database.

Write-ahead logging with synchronous=FULL: a transaction that has returned is on the disk, and one that was cut
off has never happened (https://www.sqlite.org/wal.html, https://www.sqlite.org/pragma.html#pragma_synchronous).
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from models.errors import BadInputError, UnavailableError
from models.geometry import Extent

_WAIT_FOR_WRITER_MS = 60_000
_MIGRATIONS = (
    """
    CREATE TABLE metadata(
        id INTEGER PRIMARY KEY,
        fields TEXT NOT NULL,
        icc BLOB,
        exif BLOB,
        xmp BLOB
    );
    CREATE TABLE versions(
        id TEXT PRIMARY KEY,
        parent TEXT REFERENCES versions(id),
        number INTEGER NOT NULL UNIQUE,
        created TEXT NOT NULL,
        edit TEXT NOT NULL,
        message TEXT NOT NULL,
        name TEXT,
        report TEXT,
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        channels INTEGER NOT NULL,
        bit_depth INTEGER NOT NULL,
        metadata INTEGER NOT NULL REFERENCES metadata(id),
        tiles BLOB NOT NULL,
        visited TEXT REFERENCES versions(id)
    );
    CREATE INDEX versions_by_parent ON versions(parent);
    CREATE TABLE selections(
        name TEXT PRIMARY KEY,
        object BLOB NOT NULL,
        origin TEXT NOT NULL,
        version TEXT NOT NULL REFERENCES versions(id)
    );
    CREATE TABLE attachments(
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        object BLOB NOT NULL
    );
    CREATE TABLE state(
        key TEXT PRIMARY KEY,
        value TEXT NOT NULL
    );
    """,
    "ALTER TABLE metadata ADD COLUMN source BLOB",
)
_COLUMNS = "id, parent, number, created, edit, message, name, report, width, height, channels, bit_depth"


@dataclass(frozen=True)
class Version:
    """An immutable state of the picture, and the edit that made it from its parent."""

    id: str
    parent: str | None
    """None for the root, the picture as it was opened."""
    number: int
    """1 for the root; counts every version ever made, in order."""
    created: str
    """UTC, ISO 8601."""
    edit: dict[str, Any]
    """The request that made it, JSON-serialisable; empty for the root."""
    message: str
    """What the edit did, in one or two sentences."""
    name: str | None
    """What the person calls it, if anything."""
    report: dict[str, Any] | None
    """What was measured while it was made."""
    extent: Extent
    bit_depth: int
    has_alpha: bool

    @property
    def channels(self) -> int:
        """3, or 4 with alpha."""
        return 4 if self.has_alpha else 3


class Tree:
    """The database of one workspace. Safe to use from several threads and processes; one writes at a time."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        """Open the database, or create it; bring its tables up to date.

        Raises BadInputError when the file is no such database or comes from a newer release.
        """
        if create:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))  # SQLite would let others read it
        self._writer_lock, self._reader_lock = threading.RLock(), threading.Lock()
        try:
            self._writer = _connect(path)
            self._migrate()
            self._reader = _connect(path)
        except sqlite3.DatabaseError as error:
            raise BadInputError(
                f"{path.parent} holds no readable workspace ({error}); choose another folder."
            ) from error

    def close(self) -> None:
        """Close the database."""
        with self._writer_lock, self._reader_lock:
            self._writer.close()
            self._reader.close()

    def _migrate(self) -> None:
        with self.writing() as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS migrations(number INTEGER PRIMARY KEY)")
            (done,) = connection.execute("SELECT coalesce(max(number), 0) FROM migrations").fetchone()
            if done > len(_MIGRATIONS):
                raise BadInputError("This workspace was made by a newer Pentimento; please update to open it.")
            for number, script in enumerate(_MIGRATIONS[done:], start=done + 1):
                for statement in filter(str.strip, script.split(";")):
                    connection.execute(statement)
                connection.execute("INSERT INTO migrations VALUES (?)", (number,))

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction of the only writer, over all processes; undone entirely when the block raises.

        Raises UnavailableError when another writer does not finish within a minute.
        """
        with self._writer_lock:
            try:
                self._writer.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if "locked" not in str(error):
                    raise
                raise UnavailableError("Another program is busy with this workspace; try again in a moment.") from error
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees what is committed, and never waits for the writer."""
        with self._reader_lock:
            yield self._reader


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=_WAIT_FOR_WRITER_MS / 1000, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _version(row: tuple) -> Version:
    identity, parent, number, created, edit, message, name, report, width, height, channels, depth = row
    return Version(
        id=identity,
        parent=parent,
        number=number,
        created=created,
        edit=json.loads(edit),
        message=message,
        name=name,
        report=None if report is None else json.loads(report),
        extent=Extent(width, height),
        bit_depth=depth,
        has_alpha=channels == 4,
    )


def version(connection: sqlite3.Connection, identity: str) -> Version:
    """The version of that id. Raises BadInputError when there is none."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM versions WHERE id = ?", (identity,)).fetchone()
    if row is None:
        raise BadInputError(f"There is no version {identity}.")
    return _version(row)


def all_versions(connection: sqlite3.Connection) -> list[Version]:
    """Every version, in the order they were made."""
    return [_version(row) for row in connection.execute(f"SELECT {_COLUMNS} FROM versions ORDER BY number")]


def root(connection: sqlite3.Connection) -> Version:
    """The picture as it was opened."""
    return _version(connection.execute(f"SELECT {_COLUMNS} FROM versions WHERE parent IS NULL").fetchone())


def children(connection: sqlite3.Connection, identity: str) -> list[Version]:
    """The versions made from this one, oldest first."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM versions WHERE parent = ? ORDER BY number", (identity,))
    return [_version(row) for row in rows]


def path_to(connection: sqlite3.Connection, identity: str) -> list[Version]:
    """The versions from the root to this one."""
    rows = connection.execute(
        "WITH RECURSIVE way(id, parent) AS (SELECT id, parent FROM versions WHERE id = ? "
        "UNION ALL SELECT v.id, v.parent FROM versions v JOIN way ON v.id = way.parent) "
        f"SELECT {_COLUMNS} FROM versions WHERE id IN (SELECT id FROM way) ORDER BY number",
        (identity,),
    )
    path = [_version(row) for row in rows]
    return path or [version(connection, identity)]


def head(connection: sqlite3.Connection) -> Version:
    """The version the person is looking at. Raises BadInputError when the workspace was never finished."""
    row = connection.execute("SELECT value FROM state WHERE key = 'head'").fetchone()
    if row is None:
        raise BadInputError("This workspace was never finished; please open the picture again.")
    return version(connection, row[0])


def set_state(connection: sqlite3.Connection, key: str, value: str) -> None:
    """Remember a value."""
    connection.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (key, value))


def state(connection: sqlite3.Connection, key: str) -> str | None:
    """A remembered value."""
    row = connection.execute("SELECT value FROM state WHERE key = ?", (key,)).fetchone()
    return None if row is None else row[0]


def move_head(connection: sqlite3.Connection, identity: str) -> Version:
    """Look at another version; redo will come back along the way that leads to it."""
    path = path_to(connection, identity)
    steps = [(child.id, parent.id, child.id) for parent, child in pairwise(path)]
    connection.executemany("UPDATE versions SET visited = ? WHERE id = ? AND visited IS NOT ?", steps)
    set_state(connection, "head", identity)
    return path[-1]


def next_visited(connection: sqlite3.Connection, identity: str) -> str | None:
    """The child most recently looked at, else the newest one; None when there is none."""
    row = connection.execute(
        "SELECT coalesce(visited, (SELECT id FROM versions WHERE parent = ?1 ORDER BY number DESC LIMIT 1)) "
        "FROM versions WHERE id = ?1",
        (identity,),
    ).fetchone()
    return None if row is None else row[0]


def add_version(connection: sqlite3.Connection, made: Version, *, metadata: int, tiles: bytes) -> None:
    """Write a version down and look at it."""
    connection.execute(
        f"INSERT INTO versions({_COLUMNS}, metadata, tiles) VALUES ({', '.join('?' * 14)})",
        (
            made.id,
            made.parent,
            made.number,
            made.created,
            json.dumps(made.edit, ensure_ascii=False),
            made.message,
            made.name,
            None if made.report is None else json.dumps(made.report, ensure_ascii=False),
            made.extent.width,
            made.extent.height,
            made.channels,
            made.bit_depth,
            metadata,
            tiles,
        ),
    )
    move_head(connection, made.id)


def next_number(connection: sqlite3.Connection) -> int:
    """The number the next version gets."""
    return connection.execute("SELECT coalesce(max(number), 0) + 1 FROM versions").fetchone()[0]


def tiles_of(connection: sqlite3.Connection, identity: str) -> tuple[bytes, int]:
    """The digests of a version's tiles, row by row, joined; and the id of its metadata."""
    return connection.execute("SELECT tiles, metadata FROM versions WHERE id = ?", (identity,)).fetchone()
