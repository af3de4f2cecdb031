"""Edit an EXIF block in place: orientation to 1, thumbnail out, pixel dimensions as they are now.

The block is a small TIFF file (Exif 2.32, JEITA CP-3451; TIFF 6.0). It is patched byte by byte rather than
written anew because camera makers' notes hold offsets into the block: moving anything would break them.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from models.geometry import Extent

_PREFIX = b"Exif\x00\x00"
_ORIENTATION, _EXIF_IFD, _WIDTH, _HEIGHT = 0x0112, 0x8769, 0xA002, 0xA003
_TIFF_WIDTH, _TIFF_HEIGHT = 0x0100, 0x0101
_THUMBNAIL_START, _THUMBNAIL_LENGTH = 0x0201, 0x0202
_SHORT, _LONG = 3, 4
_ENTRY = 12
_MOST_ENTRIES = 1000


@dataclass(frozen=True)
class _Entry:
    tag: int
    kind: int
    at: int
    """Where its four value bytes lie."""


class _Block:
    """A TIFF structure over a mutable copy of the bytes. Raises ValueError when it is none."""

    def __init__(self, data: bytes) -> None:
        self.data = bytearray(data)
        order = {b"II": "<", b"MM": ">"}.get(data[:2])
        if order is None or len(data) < 8:
            raise ValueError("no byte order mark")
        self._order = order
        self.first = self._long(4)

    def _short(self, at: int) -> int:
        return struct.unpack_from(self._order + "H", self.data, at)[0]

    def _long(self, at: int) -> int:
        return struct.unpack_from(self._order + "I", self.data, at)[0]

    def _count(self, ifd: int) -> int:
        if ifd < 8 or ifd + 2 > len(self.data):
            raise ValueError("a directory lies outside the block")
        count = self._short(ifd)
        if count > _MOST_ENTRIES or ifd + 2 + count * _ENTRY > len(self.data):
            raise ValueError("a directory is longer than the block")
        return count

    def entries(self, ifd: int) -> Iterator[_Entry]:
        """Every entry of the directory at `ifd`."""
        for index in range(self._count(ifd)):
            at = ifd + 2 + index * _ENTRY
            yield _Entry(self._short(at), self._short(at + 2), at + 8)

    def find(self, ifd: int, tag: int) -> _Entry | None:
        """The first entry with that tag."""
        return next((entry for entry in self.entries(ifd) if entry.tag == tag), None)

    def value(self, entry: _Entry | None) -> int:
        """A single SHORT or LONG; 0 for anything else."""
        if entry is None:
            return 0
        return {_SHORT: self._short, _LONG: self._long}.get(entry.kind, lambda _: 0)(entry.at)

    def set(self, entry: _Entry | None, value: int) -> None:
        """Overwrite a single SHORT or LONG; other kinds are left alone."""
        if entry is not None and entry.kind in (_SHORT, _LONG) and value < 2 ** (16 if entry.kind == _SHORT else 32):
            struct.pack_into(self._order + ("H" if entry.kind == _SHORT else "I"), self.data, entry.at, value)

    def next_link(self, ifd: int) -> int:
        """Where the offset of the following directory is written; 0 when there is no room for one."""
        at = ifd + 2 + self._count(ifd) * _ENTRY
        return at if at + 4 <= len(self.data) else 0

    def drop_following(self, ifd: int) -> None:
        """Unlink the thumbnail's directory and blank the thumbnail: it shows the picture before the edit."""
        link = self.next_link(ifd)
        following = self._long(link) if link else 0
        if not following:
            return
        struct.pack_into(self._order + "I", self.data, link, 0)
        start = self.value(self.find(following, _THUMBNAIL_START))
        length = self.value(self.find(following, _THUMBNAIL_LENGTH))
        if start >= 8 and length and start + length <= len(self.data):
            if start + length >= len(self.data) - 2:
                del self.data[start:]
            else:
                self.data[start : start + length] = bytes(length)


def without_prefix(exif: bytes) -> bytes:
    """The TIFF structure alone, whether or not "Exif\\0\\0" stood before it."""
    return exif[len(_PREFIX) :] if exif.startswith(_PREFIX) else exif


def orientation(exif: bytes | None) -> int:
    """The orientation tag, 1 to 8; 1 when there is none or the block is broken."""
    if not exif:
        return 1
    try:
        block = _Block(without_prefix(exif))
        value = block.value(block.find(block.first, _ORIENTATION))
    except (ValueError, struct.error):
        return 1
    return value if 1 <= value <= 8 else 1


def upright(exif: bytes | None) -> bytes | None:
    """The block with orientation 1 and no thumbnail, without the prefix; None when it cannot be read."""
    if not exif:
        return None
    try:
        block = _Block(without_prefix(exif))
        block.set(block.find(block.first, _ORIENTATION), 1)
        block.drop_following(block.first)
    except (ValueError, struct.error):
        return None
    return bytes(block.data)


def with_orientation(exif: bytes | None, value: int) -> bytes | None:
    """The block with another orientation, 1 to 8; None when it has no such tag or cannot be read."""
    if not exif:
        return None
    try:
        block = _Block(exif)
        block.set(block.find(block.first, _ORIENTATION), value)
    except (ValueError, struct.error):
        return None
    changed = bytes(block.data)
    return changed if orientation(changed) == value else None


def with_extent(exif: bytes | None, extent: Extent) -> bytes | None:
    """The block with its pixel dimensions, where it names any, set to the picture's."""
    if not exif:
        return None
    try:
        block = _Block(exif)
        inner = block.value(block.find(block.first, _EXIF_IFD))
        for ifd, tags in ((block.first, (_TIFF_WIDTH, _TIFF_HEIGHT)), (inner, (_WIDTH, _HEIGHT))):
            if ifd:
                block.set(block.find(ifd, tags[0]), extent.width)
                block.set(block.find(ifd, tags[1]), extent.height)
    except (ValueError, struct.error):
        return exif
    return bytes(block.data)


def upright_xmp(xmp: bytes | None) -> bytes | None:
    """The XMP packet with tiff:Orientation 1 and without its embedded thumbnails."""
    if not xmp:
        return None
    return re.sub(rb"<(xmp|xap):Thumbnails>.*?</\1:Thumbnails>", b"", xmp_with_orientation(xmp, 1), flags=re.DOTALL)


def xmp_with_orientation(xmp: bytes, value: int) -> bytes:
    """The XMP packet with its tiff:Orientation, where it has one, set to 1 to 8."""
    xmp = re.sub(rb'(tiff:Orientation\s*=\s*["\'])\d(["\'])', rb"\g<1>%d\g<2>" % value, xmp)
    return re.sub(rb"(<tiff:Orientation>)\d(</tiff:Orientation>)", rb"\g<1>%d\g<2>" % value, xmp)
