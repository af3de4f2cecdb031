"""EXIF in a TIFF, whose own first directory it shares: taken out as a block of its own, and put back.

TIFF 6.0 for the directories, Exif 2.32 (JEITA CP-3451) for the two that hang from the first one.
"""

from __future__ import annotations

import struct
import warnings

from PIL import ExifTags, Image, TiffImagePlugin

_DESCRIPTIVE = (
    ExifTags.Base.ImageDescription,
    ExifTags.Base.Make,
    ExifTags.Base.Model,
    ExifTags.Base.DateTime,
    ExifTags.Base.Artist,
    ExifTags.Base.Copyright,
)
_HANGING = (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo)
_ENTRY = 12
_LONG = 4
_FAULTS = (ValueError, TypeError, SyntaxError, LookupError, OSError, RuntimeError, struct.error)


def extract(tiff: bytes) -> bytes | None:
    """What describes the photograph in a TIFF's first directory and the two that hang from it, as an EXIF block.

    None when there is nothing, or it cannot be read; tags about how the samples are stored are left out.
    """
    try:
        there, block = _loaded(tiff), Image.Exif()
        for tag in _DESCRIPTIVE:
            if tag in there:
                block[tag] = there[tag]
        for hanging in _HANGING:
            found = there.get_ifd(hanging)
            if found:
                block.get_ifd(hanging).update(found)
        return block.tobytes() if len(block) or any(block.get_ifd(hanging) for hanging in _HANGING) else None
    except _FAULTS:
        return None


def put_back(tiff: bytes, exif: bytes) -> bytes:
    """A little-endian classic TIFF of one page with the block's tags in it; as it was if they cannot be read.

    The first directory is written anew behind the file: everything it points to stays where it was.
    """
    try:
        block = _loaded(b"Exif\0\0" + exif)
        described = TiffImagePlugin.ImageFileDirectory_v2(b"II*\0\0\0\0\0")
        for tag in _DESCRIPTIVE:
            if tag in block:
                described[tag] = block[tag]
        grown = bytearray(tiff + bytes(len(tiff) % 2))
        entries = _entries(grown, struct.unpack_from("<I", grown, 4)[0])
        start = len(grown)
        grown += described.tobytes(start)
        entries |= _entries(grown, start)
        for hanging in _HANGING:
            tags = block.get_ifd(hanging)
            if tags:
                directory = TiffImagePlugin.ImageFileDirectory_v2(b"II*\0\0\0\0\0")
                for tag, value in tags.items():
                    directory[tag] = value
                grown += bytes(len(grown) % 2)
                entries[hanging] = struct.pack("<HHII", hanging, _LONG, 1, len(grown))
                grown += directory.tobytes(len(grown))
        grown += bytes(len(grown) % 2)
        struct.pack_into("<I", grown, 4, len(grown))
        grown += struct.pack("<H", len(entries)) + b"".join(entries[tag] for tag in sorted(entries)) + bytes(4)
    except _FAULTS:
        return tiff
    return bytes(grown)


def _loaded(data: bytes) -> Image.Exif:
    """Pillow's reading of a block or a TIFF, with the directories that hang from the first one."""
    exif = Image.Exif()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns about every odd tag
        exif.load(data)
        for hanging in _HANGING:
            exif.get_ifd(hanging)
    return exif


def _entries(tiff: bytearray, directory: int) -> dict[int, bytes]:
    """The twelve bytes of every entry of a directory, by tag."""
    (count,) = struct.unpack_from("<H", tiff, directory)
    at = directory + 2
    rows = [bytes(tiff[at + _ENTRY * index : at + _ENTRY * (index + 1)]) for index in range(count)]
    return {struct.unpack_from("<H", row)[0]: row for row in rows}
