"""What is known of each model on this machine: which commit it is, and every file's checked digest."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path


class Checked(StrEnum):
    """What a file's bytes were compared with when it was taken in."""

    CATALOGUE = "catalogue"
    """The sha256 that the catalogue quotes."""
    PUBLISHER = "publisher"
    """The digest that the source itself gave for this file at this commit."""
    FIRST_USE = "first use"
    """Nothing: the person's own file. It is recorded as it was found, and must stay so."""


@dataclass(frozen=True)
class FileRecord:
    """One checked file. While `size` and `mtime_ns` stay, the bytes are taken to be the ones that were read.

    `damaged`: they were read and are not those of `sha256`.
    """

    sha256: str
    size: int
    mtime_ns: int
    checked: Checked
    damaged: bool = False

    def is_untouched(self, path: Path) -> bool:
        """Whether the file looks as it did when it was checked."""
        stat = path.stat()
        return stat.st_size == self.size and stat.st_mtime_ns == self.mtime_ns


@dataclass(frozen=True)
class Record:
    """`revision` is the commit the files are of; `local` is the folder a person pointed at.

    `files` has an entry for each file that was ever checked, in whatever place: a model can lie in several.
    """

    revision: str | None = None
    local: str | None = None
    files: dict[str, FileRecord] = field(default_factory=dict)

    def of(self, path: Path) -> FileRecord | None:
        """What is known of a file."""
        return self.files.get(str(path))

    def with_file(self, path: Path, file: FileRecord) -> Record:
        """This record with one file's entry set."""
        return replace(self, files={**self.files, str(path): file})

    def without_files(self, folder: Path) -> Record:
        """This record with the files below `folder` forgotten."""
        kept = {path: file for path, file in self.files.items() if not Path(path).is_relative_to(folder)}
        return replace(self, files=kept)


def read_record(path: Path) -> Record:
    """The record in a JSON file; an empty one when there is none or it is damaged (files are then checked anew)."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        files = {
            name: FileRecord(**{**entry, "checked": Checked(entry["checked"])})
            for name, entry in data.pop("files").items()
        }
        return Record(**data, files=files)
    except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError, AttributeError):
        return Record()


def write_record(path: Path, record: Record) -> None:
    """Write a record so that a crash leaves the old one or the new one, never half of either."""
    write_atomically(path, json.dumps(asdict(record), indent=1).encode())


def write_atomically(path: Path, data: bytes) -> None:
    """Replace a file's content in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
