"""What a picture is besides its pixels, as a row: shared by all versions that have it in common."""

from __future__ import annotations

import json
import sqlite3

import numpy as np

from tools.pictures.picture import JpegCoding, Picture


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
            },
        },
        sort_keys=True,
    )


def put(connection: sqlite3.Connection, picture: Picture) -> int:
    """The id of the row that says this, an existing one if it can be."""
    row = (_fields(picture), picture.icc, picture.exif, picture.xmp)
    found = connection.execute(
        "SELECT id FROM metadata WHERE fields = ? AND icc IS ? AND exif IS ? AND xmp IS ?", row
    ).fetchone()
    if found is not None:
        return found[0]
    made = connection.execute("INSERT INTO metadata(fields, icc, exif, xmp) VALUES (?, ?, ?, ?)", row)
    return int(made.lastrowid or 0)


def picture_with(connection: sqlite3.Connection, identity: int, pixels: np.ndarray) -> Picture:
    """The picture of these pixels (taken over, not copied) and that row."""
    fields, icc, exif, xmp = connection.execute(
        "SELECT fields, icc, exif, xmp FROM metadata WHERE id = ?", (identity,)
    ).fetchone()
    said = json.loads(fields)
    coding = said["jpeg"] and JpegCoding(
        tuple(tuple(table) for table in said["jpeg"]["tables"]),
        said["jpeg"]["subsampling"],
        said["jpeg"]["progressive"],
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
