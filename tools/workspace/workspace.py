"""One picture's workspace: versions that never change, selections, attachments, and the version looked at now."""

from __future__ import annotations

import io
import json
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from models.errors import BadInputError
from models.geometry import Bounds, Extent
from models.mask import Mask
from tools.pictures.picture import Picture
from tools.pictures.profiles import to_srgb
from tools.pictures.reading import open_picture
from tools.workspace import grid, metadata, recall, selections, tree
from tools.workspace.cache import PictureCache
from tools.workspace.selections import Selection
from tools.workspace.store import (
    DIGEST_BYTES,
    DamagedObjectError,
    ObjectStore,
    flush_folder,
    make_private_folder,
    write_private,
)
from tools.workspace.tree import Tree, Version

_DATABASE, _OBJECTS, _RENDERED = "workspace.sqlite3", "objects", "rendered"
_PICTURES_IN_MEMORY = 2
_JPEG_QUALITY = 90


@dataclass(frozen=True)
class Patch:
    """New samples for a rectangle: `pixels` is h×w×C of the parent's depth.

    C may be 3 where the parent has alpha: the alpha then stays.
    """

    bounds: Bounds
    pixels: np.ndarray


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
        clock: Callable[[], str] = utc_now,
    ) -> Workspace:
        """A new workspace in a folder that is empty or not there yet; the picture becomes its root version.

        `cache_bytes` bounds the pixels kept in memory (default: two pictures as large as the root).
        Raises BadInputError when the folder already holds something or cannot be written.
        """
        try:
            make_private_folder(folder)
            if any(folder.iterdir()):
                raise BadInputError(f"{folder} is not empty; choose a new folder for the workspace.")
            largest = cache_bytes or _PICTURES_IN_MEMORY * picture.pixels.nbytes
            versions = Tree(folder / _DATABASE, create=True)
            workspace = cls(folder, versions, ObjectStore(folder / _OBJECTS), largest, clock)
            with workspace._tree.writing() as connection:
                tree.set_state(connection, "name", name)
                workspace._add(connection, None, picture, {}, f"Opened {name}.", None)
            flush_folder(folder)
            flush_folder(folder.parent)
        except OSError as error:
            raise BadInputError(
                f"{folder} cannot be written ({error.strerror or error}); choose another folder."
            ) from error
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
        with self._tree.writing() as connection:
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
        pixels = np.empty((version.extent.height, version.extent.width, version.channels), _dtype(version))
        with _damage_of(version):
            tiles = self._store.all_samples(digests)
            for bounds, tile in zip(grid.tile_bounds(version.extent), tiles, strict=True):
                pixels[bounds.slices] = tile
        with self._tree.reading() as connection:
            picture = metadata.picture_with(connection, row, pixels)
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
        cut = np.empty((bounds.height, bounds.width, version.channels), _dtype(version))
        touched = list(grid.touched(version.extent, bounds))
        with _damage_of(version):
            tiles = self._store.all_samples(digests[index] for index, _ in touched)
            for (_, place), tile in zip(touched, tiles, strict=True):
                shared = place.intersection(bounds)
                cut[shared.shifted(-bounds.x0, -bounds.y0).slices] = tile[shared.shifted(-place.x0, -place.y0).slices]
        return cut

    def _stored(self, identity: str | None) -> tuple[Version, list[bytes], int]:
        """A version, its tiles' digests and the row of its metadata."""
        with self._tree.reading() as connection:
            version = tree.head(connection) if identity is None else tree.version(connection, identity)
            joined, row = tree.tiles_of(connection, version.id)
        return version, _split(joined), row

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
        with self._tree.writing() as connection:
            base = tree.head(connection) if parent is None else tree.version(connection, parent)
            return self._add(connection, base, change, edit, message, report)

    def _add(
        self,
        connection: Any,
        base: Version | None,
        change: Patch | Picture | np.ndarray,
        edit: dict[str, Any],
        message: str,
        report: dict[str, Any] | None,
    ) -> Version:
        """Store the pixels, then the version, inside the caller's transaction."""
        whole: Picture | None
        if isinstance(change, Patch):
            if base is None:
                raise BadInputError("The first version must be a whole picture.")
            shape = base
            joined, row = tree.tiles_of(connection, base.id)
            digests, fresh, whole = self._patched(base, _split(joined), change)
            extent, channels, depth = shape.extent, shape.channels, shape.bit_depth
        else:
            if isinstance(change, Picture):
                whole = change
                row = metadata.put(connection, whole)
            else:
                if base is None:
                    raise BadInputError("The first version must be a whole picture.")
                _, row = tree.tiles_of(connection, base.id)
                whole = metadata.picture_with(connection, row, change.copy())
            extent, channels, depth = whole.extent, whole.pixels.shape[2], whole.bit_depth
            pixels = whole.pixels
            digests = self._store.put_all_samples(pixels[place.slices] for place in grid.tile_bounds(extent))
            fresh = digests
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

    def _patched(
        self, base: Version, digests: list[bytes], patch: Patch
    ) -> tuple[list[bytes], list[bytes], Picture | None]:
        """The tiles after the patch, those that are new, and the whole picture if the parent's was in memory."""
        bounds, pixels = patch.bounds, patch.pixels
        if pixels.dtype != _dtype(base) or pixels.ndim != 3 or pixels.shape[2] not in (3, base.channels):
            raise BadInputError("The patch has another depth or other channels than the picture.")
        if bounds.clipped(base.extent) != bounds or pixels.shape[:2] != (bounds.height, bounds.width):
            raise BadInputError("The patch does not lie inside the picture.")
        kept = self._cache.get(base.id)
        channels = pixels.shape[2]
        changed: list[int] = []

        def new_tiles() -> Iterator[np.ndarray]:
            for index, place in grid.touched(base.extent, bounds):
                tile = self._store.samples(digests[index]) if kept is None else kept.pixels[place.slices]
                shared = place.intersection(bounds)
                inside = shared.shifted(-place.x0, -place.y0).slices
                new = pixels[shared.shifted(-bounds.x0, -bounds.y0).slices]
                if np.array_equal(tile[inside][..., :channels], new):
                    continue
                tile = tile.copy()
                tile[inside][..., :channels] = new
                changed.append(index)
                yield tile

        with _damage_of(base):
            fresh = self._store.put_all_samples(new_tiles())
        result = list(digests)
        for index, digest in zip(changed, fresh, strict=True):
            result[index] = digest
        if kept is None:
            return result, fresh, None
        whole = kept.pixels.copy()
        whole[bounds.slices][..., :channels] = pixels
        whole.setflags(write=False)
        return result, fresh, kept.with_pixels(whole)

    # ---- moving about

    def undo(self, steps: int = 1) -> Version:
        """Look at the version `steps` before this one (or the root, when there are fewer).

        Raises BadInputError when this is the root.
        """
        with self._tree.writing() as connection:
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
        with self._tree.writing() as connection:
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
        with self._tree.writing() as connection:
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
        form = "PNG" if version.has_alpha else "JPEG"
        path = self._folder / _RENDERED / f"{version.id}-{longest}.{form.lower()}"
        try:
            return path.read_bytes()
        except FileNotFoundError:
            pass
        target = io.BytesIO()
        shown = Image.fromarray(to_srgb(self.picture(version.id), longest))
        shown.save(target, form, **({"quality": _JPEG_QUALITY} if form == "JPEG" else {"compress_level": 4}))
        make_private_folder(path.parent)
        write_private(path, target.getvalue(), durable=False)
        return target.getvalue()

    # ---- selections and attachments

    def save_selection(self, name: str, mask: Mask, origin: dict[str, Any]) -> Selection:
        """Keep a mask (H×W float32 in [0, 1]; 256 levels are kept) of the version looked at now under a name.

        Raises BadInputError when the mask is not of that version's size.
        """
        with self._tree.writing() as connection:
            version = tree.head(connection)
            if Extent.of(mask) != version.extent:
                raise BadInputError("The selection is not of the picture's size; select again.")
            selections.save(connection, self._store, name, mask, origin, version.id)
        return self.selection(name)

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
        return self._selection(*found[0])

    def selections(self) -> list[Selection]:
        """All selections, in the order they were saved."""
        with self._tree.reading() as connection:
            found = selections.rows(connection)
        return [self._selection(*row) for row in found]

    def _selection(self, name: str, digest: bytes, origin: str, version: str) -> Selection:
        def read() -> np.ndarray:
            try:
                return self._store.samples(digest)
            except DamagedObjectError as error:
                raise BadInputError(f"The selection {name} is damaged on the disk; select again.") from error

        return Selection(name, json.loads(origin), version, read)

    def delete_selection(self, name: str) -> None:
        """Forget a selection. Raises BadInputError when there is none of that name."""
        with self._tree.writing() as connection:
            if not connection.execute("DELETE FROM selections WHERE name = ?", (name,)).rowcount:
                raise BadInputError(f"There is no selection called {name}.")

    def add_attachment(self, name: str, data: bytes) -> str:
        """Keep another picture beside this one, as the file it is; its id.

        Raises BadInputError when the bytes are no picture that can be opened.
        """
        open_picture(data, name=name)
        with self._tree.writing() as connection:
            digest = self._store.put_bytes(data)
            self._store.flush([digest])
            identity = secrets.token_hex(4)
            connection.execute("INSERT INTO attachments VALUES (?, ?, ?)", (identity, name, digest))
        return identity

    def attachments(self) -> list[tuple[str, str]]:
        """Id and name of every attachment, in the order they were added."""
        with self._tree.reading() as connection:
            return connection.execute("SELECT id, name FROM attachments ORDER BY rowid").fetchall()

    def attachment(self, identity: str) -> Picture:
        """The picture attached under that id. Raises BadInputError when there is none, or it is damaged."""
        with self._tree.reading() as connection:
            row = connection.execute("SELECT name, object FROM attachments WHERE id = ?", (identity,)).fetchone()
        if row is None:
            raise BadInputError(f"There is no attached picture {identity}.")
        try:
            return open_picture(self._store.bytes(row[1]), name=row[0])
        except DamagedObjectError as error:
            raise BadInputError(f"{row[0]} is damaged on the disk; attach it again.") from error

    # ---- the disk

    def disk_bytes(self) -> int:
        """How many bytes its files hold."""
        return sum(path.stat().st_size for path in self._folder.rglob("*") if path.is_file())

    def collect_garbage(self) -> int:
        """Delete what no version, selection or attachment needs; how many bytes that freed.

        Waits for writers and keeps them waiting. Never done implicitly.
        """
        with self._tree.writing() as connection:
            needed: set[bytes] = set()
            for (joined,) in connection.execute("SELECT tiles FROM versions"):
                needed.update(_split(joined))
            for table in ("selections", "attachments"):
                needed.update(row[0] for row in connection.execute(f"SELECT object FROM {table}"))
            return self._store.remove_all_but(needed)

    def delete(self) -> None:
        """Delete the workspace with all its versions; this object cannot be used afterwards."""
        self.close()
        shutil.rmtree(self._folder)


def _dtype(version: Version) -> np.dtype:
    return np.dtype(np.uint8 if version.bit_depth == 8 else np.uint16)


def _split(joined: bytes) -> list[bytes]:
    return [joined[at : at + DIGEST_BYTES] for at in range(0, len(joined), DIGEST_BYTES)]


def _unused_id(connection: Any) -> str:
    while True:
        identity = secrets.token_hex(4)
        if connection.execute("SELECT 1 FROM versions WHERE id = ?", (identity,)).fetchone() is None:
            return identity


@contextmanager
def _damage_of(version: Version) -> Iterator[None]:
    """Turn damage on the disk into a sentence about the version."""
    try:
        yield
    except DamagedObjectError as error:
        raise BadInputError(
            f"Version {version.number} is damaged on the disk and cannot be shown; the others can, go to one of them."
        ) from error
