"""One picture's workspace: versions that never change, selections, attachments, and the version looked at now."""

from __future__ import annotations

import json
import secrets
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from models.errors import BadInputError, UnavailableError
from models.geometry import Bounds, Extent
from models.mask import Mask
from tools.pictures.picture import Picture
from tools.pictures.reading import open_picture
from tools.workspace import attachments, metadata, recall, selections, tiles, tree
from tools.workspace.cache import PictureCache
from tools.workspace.renderings import rendering
from tools.workspace.selections import Selection
from tools.workspace.store import (
    ObjectStore,
    flush_folder,
    make_private_folder,
)
from tools.workspace.tiles import Patch
from tools.workspace.tree import Tree, Version

_DATABASE, _OBJECTS, _RENDERED = "workspace.sqlite3", "objects", "rendered"
_PICTURES_IN_MEMORY = 2


def utc_now() -> str:
    """The time, UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class Workspace:
    """One person's open picture on disk. Safe to use from several threads and processes.

    Nothing is ever overwritten. What a method acknowledges by returning survives the process and the machine
    being switched off; an edit that was not finished leaves no version. Make one with `create` or `open`.
    """

    def __init__(
        self, folder: Path, versions: Tree, store: ObjectStore, cache_bytes: int, clock: Callable[[], str]
    ) -> None:
        self._folder = folder
        self._tree = versions
        self._store = store
        self._clock = clock
        self._cache = PictureCache(cache_bytes)

    @classmethod
    def create(
        cls,
        folder: Path,
        picture: Picture,
        *,
        name: str,
        cache_bytes: int | None = None,
        durable: bool = True,
        clock: Callable[[], str] = utc_now,
    ) -> Workspace:
        """A new workspace in a folder that is empty or not there yet; the picture becomes its root version.

        `cache_bytes` bounds the pixels kept in memory (default: two pictures as large as the root). Without `durable`
        nothing is waited for to reach the disk: for a workspace that is thrown away once the work is done.
        Raises BadInputError when the folder already holds something or cannot be written.
        """
        try:
            make_private_folder(folder)
            if any(folder.iterdir()):
                raise BadInputError(f"{folder} is not empty; choose a new folder for the workspace.")
            largest = cache_bytes or _PICTURES_IN_MEMORY * picture.pixels.nbytes
            versions = Tree(folder / _DATABASE, create=True)
            workspace = cls(folder, versions, ObjectStore(folder / _OBJECTS, durable=durable), largest, clock)
        except OSError as error:
            raise BadInputError(
                f"{folder} cannot be written ({error.strerror or error}); choose another folder."
            ) from error
        try:
            with workspace._writing() as connection:
                tree.set_state(connection, "name", name)
                workspace._add(connection, None, picture, {}, f"Opened {name}.", None)
            if durable:
                flush_folder(folder)
                flush_folder(folder.parent)
        except BaseException:
            workspace.delete()
            raise
        return workspace

    @classmethod
    def open(cls, folder: Path, *, cache_bytes: int | None = None, clock: Callable[[], str] = utc_now) -> Workspace:
        """The workspace in that folder. Raises BadInputError when there is none."""
        if not (folder / _DATABASE).is_file():
            raise BadInputError(f"{folder} is not a workspace; choose another folder.")
        versions = Tree(folder / _DATABASE)
        try:
            with versions.reading() as connection:
                tree.head(connection)
                root = tree.root(connection)
        except BadInputError:
            versions.close()
            raise
        largest = cache_bytes or _PICTURES_IN_MEMORY * root.extent.pixels * root.channels * root.bit_depth // 8
        return cls(folder, versions, ObjectStore(folder / _OBJECTS), largest, clock)

    def close(self) -> None:
        """Let go of the files; everything is on the disk already."""
        self._store.close()
        self._tree.close()
        self._cache.clear()

    def __enter__(self) -> Workspace:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction, in which what the disk refuses becomes a sentence."""
        try:
            with self._tree.writing() as connection:
                yield connection
        except (OSError, sqlite3.OperationalError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise UnavailableError(
                f"The workspace could not be saved to ({reason}); nothing was changed. Free some space and try again."
            ) from error

    # ---- versions

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self._folder

    @property
    def name(self) -> str:
        """What the person calls the picture."""
        with self._tree.reading() as connection:
            return tree.state(connection, "name") or ""

    @property
    def head(self) -> Version:
        """The version looked at now."""
        with self._tree.reading() as connection:
            return tree.head(connection)

    @property
    def root(self) -> Version:
        """The picture as it was opened."""
        with self._tree.reading() as connection:
            return tree.root(connection)

    def versions(self) -> list[Version]:
        """Every version, in the order they were made."""
        with self._tree.reading() as connection:
            return tree.all_versions(connection)

    def version(self, identity: str) -> Version:
        """The version of that id. Raises BadInputError when there is none."""
        with self._tree.reading() as connection:
            return tree.version(connection, identity)

    def children(self, identity: str) -> list[Version]:
        """The versions made from that one, oldest first."""
        with self._tree.reading() as connection:
            return tree.children(connection, identity)

    def path(self, identity: str) -> list[Version]:
        """The versions from the root to that one."""
        with self._tree.reading() as connection:
            return tree.path_to(connection, identity)

    def rename(self, identity: str, name: str | None) -> Version:
        """Give a version a name, or take it away."""
        with self._writing() as connection:
            tree.version(connection, identity)
            connection.execute("UPDATE versions SET name = ? WHERE id = ?", ((name or "").strip() or None, identity))
            return tree.version(connection, identity)

    # ---- pixels

    def picture(self, identity: str | None = None) -> Picture:
        """A version's picture (default: the one looked at now), exactly as it was committed.

        Raises BadInputError when part of it is damaged on the disk; other versions stay usable.
        """
        version, digests, row = self._stored(identity)
        kept = self._cache.get(version.id)
        if kept is not None:
            return kept
        pixels = tiles.assemble(self._store, version, digests)
        with self._tree.reading() as connection:
            picture = metadata.picture_with(connection, self._store, row, pixels)
        self._cache.put(version.id, picture)
        return picture

    def crop(self, bounds: Bounds, identity: str | None = None) -> np.ndarray:
        """The h×w×C samples inside the bounds, cut to the picture; only their tiles are decoded.

        Raises BadInputError when nothing of the picture lies inside, or a tile is damaged on the disk.
        """
        version, digests, _ = self._stored(identity)
        bounds = bounds.clipped(version.extent)
        if not bounds.area:
            raise BadInputError("That part lies outside the picture.")
        kept = self._cache.get(version.id)
        if kept is not None:
            return kept.pixels[bounds.slices].copy()
        return tiles.cut(self._store, version, digests, bounds)

    def _stored(self, identity: str | None) -> tuple[Version, list[bytes], int]:
        """A version, its tiles' digests and the row of its metadata."""
        with self._tree.reading() as connection:
            version = tree.head(connection) if identity is None else tree.version(connection, identity)
            joined, row = tree.tiles_of(connection, version.id)
        return version, tiles.split(joined), row

    def commit(
        self,
        change: Patch | Picture | np.ndarray,
        *,
        edit: dict[str, Any],
        message: str,
        report: dict[str, Any] | None = None,
        parent: str | None = None,
    ) -> Version:
        """Make a version from `parent` (default: the one looked at now) and look at it.

        `change` is a Patch, of which only tiles that really differ are written; an H×W×C array of all pixels,
        with the parent's profile and metadata; or a Picture, for another extent, depth or profile.
        When this returns, the version is on the disk; when it raises, there is none.
        Raises BadInputError when a Patch does not fit its parent or the parent is damaged, and TypeError when
        `edit` or `report` cannot be written as JSON.
        """
        json.dumps([edit, report])
        with self._writing() as connection:
            base = tree.head(connection) if parent is None else tree.version(connection, parent)
            if isinstance(change, np.ndarray):
                _, row = tree.tiles_of(connection, base.id)
                change = metadata.picture_with(connection, self._store, row, change.copy())
            return self._add(connection, base, change, edit, message, report)

    def _add(
        self,
        connection: sqlite3.Connection,
        base: Version | None,
        change: Patch | Picture,
        edit: dict[str, Any],
        message: str,
        report: dict[str, Any] | None,
    ) -> Version:
        """Store the pixels, then the version, inside the caller's transaction."""
        if isinstance(change, Patch):
            if base is None:
                raise ValueError("the first version must be a whole picture")
            tiles.check_patch(base, change)
            kept = self._cache.get(base.id)
            joined, row = tree.tiles_of(connection, base.id)
            digests, fresh = tiles.apply(
                self._store, base, tiles.split(joined), change, None if kept is None else kept.pixels
            )
            whole = None if kept is None else replace(kept, pixels=tiles.painted(kept.pixels, change))
            extent, channels, depth = base.extent, base.channels, base.bit_depth
        else:
            whole = change
            row = metadata.put(connection, self._store, whole)
            digests = fresh = tiles.put(self._store, whole.pixels)
            extent, channels, depth = whole.extent, whole.pixels.shape[2], whole.bit_depth
        self._store.flush(fresh)
        made = Version(
            id=_unused_id(connection),
            parent=None if base is None else base.id,
            number=tree.next_number(connection),
            created=self._clock(),
            edit=edit,
            message=message,
            name=None,
            report=report,
            extent=extent,
            bit_depth=depth,
            has_alpha=channels == 4,
        )
        tree.add_version(connection, made, metadata=row, tiles=b"".join(digests))
        if whole is not None:
            self._cache.put(made.id, whole)
        return made

    # ---- moving about

    def undo(self, steps: int = 1) -> Version:
        """Look at the version `steps` before this one (or the root, when there are fewer).

        Raises BadInputError when this is the root.
        """
        with self._writing() as connection:
            path = tree.path_to(connection, tree.head(connection).id)
            if len(path) == 1:
                raise BadInputError("There is nothing to undo.")
            tree.move_head(connection, path[-1].id)
            return tree.move_head(connection, path[max(0, len(path) - 1 - max(1, steps))].id)

    def redo(self, steps: int = 1) -> Version:
        """Look at the version undone last, `steps` times (or as far as it goes).

        Where the way forks it follows the branch most recently looked at.
        Raises BadInputError when nothing follows this version.
        """
        with self._writing() as connection:
            version = tree.head(connection)
            for step in range(max(1, steps)):
                following = tree.next_visited(connection, version.id)
                if following is None:
                    if step == 0:
                        raise BadInputError("There is nothing to redo.")
                    break
                version = tree.move_head(connection, following)
            return version

    def go_to(self, identity: str) -> Version:
        """Look at any version. Raises BadInputError when there is none of that id."""
        with self._writing() as connection:
            return tree.move_head(connection, identity)

    def find_before(self, words: str) -> Version | None:
        """The version just before the latest edit, on the way to this one, that the words describe.

        Compared loosely with each edit's arguments and message; None when nothing fits. Does not move.
        """
        path = self.path(self.head.id)
        edited = recall.latest_mention(words, path[1:])
        return None if edited is None or edited.parent is None else self.version(edited.parent)

    # ---- to look at

    def thumbnail(self, identity: str | None = None, longest: int = 256) -> bytes:
        """A small sRGB JPEG of a version (PNG when it has alpha), at most `longest` pixels a side."""
        return self._rendering(identity, longest)

    def preview(self, identity: str | None = None, longest: int = 1600) -> bytes:
        """An sRGB JPEG of a version for the screen (PNG when it has alpha), at most `longest` pixels a side."""
        return self._rendering(identity, longest)

    def _rendering(self, identity: str | None, longest: int) -> bytes:
        """Made when it is first asked for, then kept on the disk."""
        version = self.head if identity is None else self.version(identity)
        return rendering(self._folder / _RENDERED, version, longest, lambda: self.picture(version.id))

    # ---- selections and attachments

    def save_selection(self, name: str, mask: Mask, origin: dict[str, Any]) -> Selection:
        """Keep a mask (H×W float32 in [0, 1]; 256 levels are kept) of the version looked at now under a name.

        Raises BadInputError when the mask is not of that version's size.
        """
        self.save_selections([(name, mask, origin)])
        return self.selection(name)

    def save_selections(self, made: Iterable[tuple[str, Mask, dict[str, Any]]]) -> None:
        """Keep several, or none of them when one cannot be kept: name, mask and origin as for `save_selection`."""
        with self._writing() as connection:
            version = tree.head(connection)
            for name, mask, origin in made:
                if Extent.of(mask) != version.extent:
                    raise BadInputError("The selection is not of the picture's size; select again.")
                selections.save(connection, self._store, name, mask, origin, version.id)

    def rename_selection(self, name: str, new: str) -> None:
        """Call a selection otherwise. Raises BadInputError when there is none, or the new name is taken."""
        with self._writing() as connection:
            if name != new and selections.rows(connection, new):
                raise BadInputError(f"There is already a selection called {new}.")
            if not connection.execute("UPDATE selections SET name = ? WHERE name = ?", (new, name)).rowcount:
                raise BadInputError(f"There is no selection called {name}.")

    def has_selection(self, name: str) -> bool:
        """Whether there is a selection of that name."""
        with self._tree.reading() as connection:
            return bool(selections.rows(connection, name))

    def selection(self, name: str) -> Selection:
        """The selection of that name. Raises BadInputError when there is none."""
        with self._tree.reading() as connection:
            found = selections.rows(connection, name)
        if not found:
            raise BadInputError(f"There is no selection called {name}.")
        return selections.kept(self._store, *found[0])

    def selections(self) -> list[Selection]:
        """All selections, in the order they were saved."""
        with self._tree.reading() as connection:
            found = selections.rows(connection)
        return [selections.kept(self._store, *row) for row in found]

    def delete_selection(self, name: str) -> None:
        """Forget a selection. Raises BadInputError when there is none of that name."""
        with self._writing() as connection:
            if not connection.execute("DELETE FROM selections WHERE name = ?", (name,)).rowcount:
                raise BadInputError(f"There is no selection called {name}.")

    def add_attachment(self, name: str, data: bytes) -> str:
        """Keep another picture beside this one, as the file it is; its id.

        Raises BadInputError when the bytes are no picture that can be opened.
        """
        open_picture(data, name=name)
        with self._writing() as connection:
            return attachments.add(connection, self._store, name, data)

    def attachments(self) -> list[tuple[str, str]]:
        """Id and name of every attachment, in the order they were added."""
        with self._tree.reading() as connection:
            return attachments.names(connection)

    def attachment(self, identity: str) -> Picture:
        """The picture attached under that id. Raises BadInputError when there is none, or it is damaged."""
        with self._tree.reading() as connection:
            name, digest = attachments.find(connection, identity)
        return attachments.read(self._store, name, digest)

    # ---- the disk

    def disk_bytes(self) -> int:
        """How many bytes its files hold."""
        total = 0
        for path in self._folder.rglob("*"):
            try:
                total += path.stat().st_size if path.is_file() else 0
            except FileNotFoundError:  # another thread has just renamed or removed it
                continue
        return total

    def collect_garbage(self) -> int:
        """Delete what no version (or its source file), selection or attachment needs; how many bytes that freed.

        Waits for writers and keeps them waiting. Never done implicitly.
        """
        with self._writing() as connection:
            needed = metadata.sources(connection)
            for (joined,) in connection.execute("SELECT tiles FROM versions"):
                needed.update(tiles.split(joined))
            for table in ("selections", "attachments"):
                needed.update(row[0] for row in connection.execute(f"SELECT object FROM {table}"))
            return self._store.remove_all_but(needed)

    def delete(self) -> None:
        """Delete the workspace with all its versions; this object cannot be used afterwards."""
        self.close()
        shutil.rmtree(self._folder)


def _unused_id(connection: sqlite3.Connection) -> str:
    while True:
        identity = secrets.token_hex(4)
        if connection.execute("SELECT 1 FROM versions WHERE id = ?", (identity,)).fetchone() is None:
            return identity
