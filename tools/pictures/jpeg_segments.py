"""A JPEG file as its marker segments (ITU-T T.81, Annex B), to part the picture from what is said about it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_START, _END = b"\xff\xd8", b"\xff\xd9"
_SCAN, _COMMENT, _JFIF, _ADOBE = 0xDA, 0xFE, 0xE0, 0xEE
_END_CODE = 0xD9
_JFIF_LENGTH = 18  # with its marker, without a thumbnail
# a marker inside coded data: not a stuffed zero, a restart or a fill byte
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


@dataclass(frozen=True)
class Segment:
    """One marker segment; a scan's with the coded data behind it."""

    code: int
    """The marker's second byte: 0xDB for a quantisation table."""
    data: bytes
    """All of it, from the 0xFF of its marker."""

    @property
    def is_metadata(self) -> bool:
        """Whether it speaks about the picture (APP0 to APP15, comments) rather than being part of it."""
        return 0xE0 <= self.code <= 0xEF or self.code == _COMMENT


def split(file: bytes) -> list[Segment]:
    """The segments of the first picture in the file, without its start and end markers.

    What follows that picture (depth maps, films, other pictures) is left out. Raises ValueError when the file
    is no JPEG or a segment runs past its end.
    """
    if not file.startswith(_START):
        raise ValueError("no start of image")
    segments: list[Segment] = []
    at = len(_START)
    while at + 4 <= len(file):
        if file[at] != 0xFF:
            raise ValueError(f"no marker at byte {at}")
        code = file[at + 1]
        if code == 0xFF:  # a fill byte
            at += 1
            continue
        if code == _END_CODE:
            break
        end = at + 2 + int.from_bytes(file[at + 2 : at + 4], "big")
        if end > len(file) or end < at + 4:
            raise ValueError(f"the segment at byte {at} runs past the end")
        if code == _SCAN:
            found = _NEXT_MARKER.search(file, end)
            end = found.start() if found else len(file)
        segments.append(Segment(code, file[at:end]))
        at = end
    return segments


def join(segments: Iterable[Segment]) -> bytes:
    """The file of these segments."""
    return b"".join((_START, *(segment.data for segment in segments), _END))


def picture_only(file: bytes) -> bytes | None:
    """The first picture of a JPEG file without metadata, thumbnails and whatever follows it; None if damaged.

    It decodes to the same samples: the JFIF and Adobe segments, which name the colour model, are kept (the
    former without the thumbnail it may hold).
    """
    try:
        segments = split(file)
    except ValueError:
        return None
    kept = (_naming_colour_model(segment) if segment.is_metadata else segment for segment in segments)
    return join(segment for segment in kept if segment is not None)


def with_metadata_of(file: bytes, other: bytes) -> bytes:
    """The picture of one JPEG file behind the metadata of another. Raises ValueError when either is damaged."""
    metadata = [segment for segment in split(other) if segment.is_metadata]
    return join(metadata + [segment for segment in split(file) if not segment.is_metadata])


def _naming_colour_model(segment: Segment) -> Segment | None:
    """The part of a metadata segment that decoding depends on, if there is any."""
    contents = segment.data[4:]
    if segment.code == _ADOBE and contents.startswith(b"Adobe"):
        return segment
    if segment.code == _JFIF and contents.startswith(b"JFIF\0") and len(segment.data) >= _JFIF_LENGTH:
        length = (_JFIF_LENGTH - 2).to_bytes(2, "big")
        return Segment(_JFIF, segment.data[:2] + length + segment.data[4 : _JFIF_LENGTH - 2] + bytes(2))
    return None
