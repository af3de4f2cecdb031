"""What a picture is besides its pixels, as a row: shared by all versions that have it in common."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

import numpy as np

from tools.pictures.picture import JpegCoding, Picture
from tools.workspace.store import DamagedObjectError, ObjectStore


@dataclass(frozen=True)
class StoredFile:
    """A source file as an object of the store: read only when it is asked for."""

    store: ObjectStore
    digest: bytes

    def read(self) -> bytes | None:
        """The bytes; None when they are damaged on the disk."""
        try:
            return self.store.bytes(self.digest)
        except DamagedObjectError:
            return None


def _fields(picture: Picture) -> str:
    coding = picture.jpeg
    return json.dumps(
        {
            "format": picture.format,
            "grey": picture.grey,
            "lossless": picture.lossless,
            "dpi": picture.dpi,
            "notices": picture.notices,
            "jpeg": coding
            and {
                "tables": coding.tables,
                "subsampling": coding.subsampling,
                "progressive": coding.progressive,
                "orientation": coding.orientation,
            },
        },
        sort_keys=True,
    )


def _source(store: ObjectStore, picture: Picture) -> bytes | None:
    """The digest of the file the picture came in, once it is on the disk."""
    source = None if picture.jpeg is None else picture.jpeg.source
    if isinstance(source, StoredFile) and source.store is store:
        return source.digest
    data = None if source is None else source.read()
    if data is None:
        return None
    digest = store.put_bytes(data)
    store.flush([digest])
    return digest


def put(connection: sqlite3.Connection, store: ObjectStore, picture: Picture) -> int:
    """The id of the row that says this, an existing one if it can be; its source file goes into the store."""
    row = (_fields(picture), picture.icc, picture.exif, picture.xmp, _source(store, picture))
    found = connection.execute(
        "SELECT id FROM metadata WHERE fields = ? AND icc IS ? AND exif IS ? AND xmp IS ? AND source IS ?", row
    ).fetchone()
    if found is not None:
        return found[0]
    made = connection.execute("INSERT INTO metadata(fields, icc, exif, xmp, source) VALUES (?, ?, ?, ?, ?)", row)
    return int(made.lastrowid or 0)


def sources(connection: sqlite3.Connection) -> set[bytes]:
    """The digests of all source files."""
    return {digest for (digest,) in connection.execute("SELECT source FROM metadata WHERE source IS NOT NULL")}


def picture_with(connection: sqlite3.Connection, store: ObjectStore, identity: int, pixels: np.ndarray) -> Picture:
    """The picture of these pixels (taken over, not copied) and that row."""
    fields, icc, exif, xmp, source = connection.execute(
        "SELECT fields, icc, exif, xmp, source FROM metadata WHERE id = ?", (identity,)
    ).fetchone()
    said = json.loads(fields)
    coding = said["jpeg"] and JpegCoding(
        tuple(tuple(table) for table in said["jpeg"]["tables"]),
        said["jpeg"]["subsampling"],
        said["jpeg"]["progressive"],
        None if source is None else StoredFile(store, source),
        said["jpeg"].get("orientation", 1),  # rows of the first release have none
    )
    return Picture.owning(
        pixels,
        icc=icc,
        exif=exif,
        xmp=xmp,
        format=said["format"],
        grey=said["grey"],
        jpeg=coding,
        lossless=said["lossless"],
        dpi=tuple(said["dpi"]) if said["dpi"] else None,
        notices=tuple(said["notices"]),
    )
