from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from PIL import Image

from tests.tools.pictures_drawn import encoded, photo
from tools.pictures import exif
from tools.pictures.reading import open_picture
from tools.pictures.writing import encode_picture

_NOTE = b"maker's note with offsets inside"


def _camera_block(order: str, orientation: int, thumbnail: bytes) -> bytes:
    """IFD0 (orientation, Exif IFD), the Exif IFD (maker note), IFD1 (thumbnail): as a camera writes it."""
    mark = {"<": b"II", ">": b"MM"}[order]
    ifd0, exif_ifd, ifd1 = 8, 8 + 2 + 24 + 4, 8 + 2 + 24 + 4 + 2 + 12 + 4
    note_at = ifd1 + 2 + 24 + 4
    thumbnail_at = note_at + len(_NOTE)
    pack = lambda form, *values: struct.pack(order + form, *values)  # noqa: E731
    block = mark + pack("HI", 42, ifd0)
    block += pack("H", 2) + pack("HHIHxx", 0x0112, 3, 1, orientation) + pack("HHII", 0x8769, 4, 1, exif_ifd)
    block += pack("I", ifd1)
    block += pack("H", 1) + pack("HHII", 0x927C, 7, len(_NOTE), note_at) + pack("I", 0)
    block += pack("H", 2) + pack("HHII", 0x0201, 4, 1, thumbnail_at)
    block += pack("HHII", 0x0202, 4, 1, len(thumbnail)) + pack("I", 0)
    return block + _NOTE + thumbnail


@pytest.mark.parametrize("order", ["<", ">"])
def test_orientation_and_thumbnail_go_and_the_makers_note_stays_where_it_is(order: str):
    thumbnail = encoded(photo(16, 16), "JPEG")
    block = _camera_block(order, 8, thumbnail)
    assert exif.orientation(block) == 8
    assert exif.orientation(b"Exif\0\0" + block) == 8
    cleaned = exif.upright(b"Exif\0\0" + block)
    assert cleaned is not None
    assert exif.orientation(cleaned) == 1
    assert thumbnail[:20] not in cleaned
    assert cleaned.index(_NOTE) == block.index(_NOTE)


def test_the_old_thumbnail_is_in_no_saved_file():
    thumbnail = encoded(photo(16, 16), "JPEG")
    block = b"Exif\0\0" + _camera_block("<", 1, thumbnail)
    picture = open_picture(encoded(photo(), "JPEG", exif=block))
    for form in ("JPEG", "PNG", "WEBP"):
        file = encode_picture(picture, form)
        assert thumbnail[-200:] not in file
        assert _NOTE in file


def test_broken_blocks_are_no_reason_to_fail():
    rng = np.random.default_rng(0)
    sound = _camera_block("<", 6, b"\xff\xd8thumb\xff\xd9")
    for _ in range(500):
        damaged = bytearray(sound)
        for at in rng.integers(0, len(damaged), 4):
            damaged[at] = rng.integers(0, 256)
        block = bytes(damaged[: rng.integers(0, len(damaged) + 1)])
        assert 1 <= exif.orientation(block) <= 8
        cleaned = exif.upright(block)
        if cleaned:
            exif.with_extent(cleaned, open_picture(encoded(photo(4, 4), "BMP")).extent)
    assert exif.orientation(None) == 1
    assert exif.upright(b"") is None


def test_xmp_is_set_upright_and_loses_its_thumbnails():
    packet = (
        b'<rdf:Description tiff:Orientation="6"><xmp:Thumbnails><rdf:Alt>/9j/4AAQ</rdf:Alt></xmp:Thumbnails>'
        b"<tiff:Orientation>8</tiff:Orientation></rdf:Description>"
    )
    cleaned = exif.upright_xmp(packet)
    assert cleaned == (
        b'<rdf:Description tiff:Orientation="1"><tiff:Orientation>1</tiff:Orientation></rdf:Description>'
    )
    assert exif.upright_xmp(None) is None


def test_a_png_with_exif_opens_in_pillow():
    picture = open_picture(encoded(photo(), "JPEG", exif=b"Exif\0\0" + _camera_block("<", 6, b"\xff\xd8")))
    with Image.open(io.BytesIO(encode_picture(picture, "PNG"))) as image:
        assert image.getexif()[0x0112] == 1
