"""Nothing of what was redacted is left in the exported file: no sample, no thumbnail, no metadata, no history."""

from __future__ import annotations

import io
import json
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from skimage import data
from typer.testing import CliRunner

from models.ocr import read_text
from tests.tools.opened import opened_picture, perform, select
from tools.pictures.picture import Picture
from tools.pictures.privacy import telling, without
from tools.pictures.reading import open_picture
from tools.pictures.writing import encode_picture
from ui.cli import app

SECRET = "Lindqvist"
_START, _EXIF_IFD = b"\xff\xd8", 0x8769


def page(colour: tuple[int, int, int] = (25, 25, 60)) -> np.ndarray:
    image = Image.fromarray(np.full((360, 640, 3), (246, 244, 236), np.uint8))
    drawing = ImageDraw.Draw(image)
    for row, line in enumerate(("Delivery note 4711", "Customer: Maria Lindqvist", "12 boxes of tea")):
        drawing.text((40, 50 + 90 * row), line, fill=colour, font=ImageFont.load_default(34))
    return np.asarray(image)


def jpeg(pixels: np.ndarray, **options: object) -> bytes:
    target = io.BytesIO()
    Image.fromarray(pixels).save(target, "JPEG", **options)
    return target.getvalue()


def exif_with_thumbnail(thumbnail: bytes) -> bytes:
    """An EXIF block with texts, a position, and a thumbnail in its second directory."""
    exif = Image.Exif()
    exif[0x010E] = f"Delivery to {SECRET}, at the door"
    exif[0x013B] = "Maria Lindqvist"
    exif[0x9C9B] = f"{SECRET} note".encode("utf-16-le")
    exif.get_ifd(_EXIF_IFD)[0x9286] = b"ASCII\0\0\0seen by LINDQVIST"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (55.0, 42.0, 11.0)
    block = bytearray(exif.tobytes()[6:])
    order = "little" if block[:2] == b"II" else "big"
    first = int.from_bytes(block[4:8], order)
    link = first + 2 + 12 * int.from_bytes(block[first : first + 2], order)
    at = len(block)
    block[link : link + 4] = at.to_bytes(4, order)
    entries = [(0x0103, 3, 6), (0x0201, 4, at + 2 + 36 + 4), (0x0202, 4, len(thumbnail))]
    block += len(entries).to_bytes(2, order)
    for tag, kind, value in entries:
        block += tag.to_bytes(2, order) + kind.to_bytes(2, order) + (1).to_bytes(4, order)
        block += value.to_bytes(2, order) + bytes(2) if kind == 3 else value.to_bytes(4, order)
    return b"Exif\0\0" + bytes(block + bytes(4) + thumbnail)


def leaky_file(tmp_path: Path) -> tuple[Path, bytes]:
    """A JPEG that tells the name in every place such files have for it, and its thumbnail."""
    thumbnail = jpeg(np.asarray(Image.fromarray(page()).resize((160, 90))), quality=60)
    xmp = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description><dc:title>Maria Lindqvist</dc:title>'
        b"<xmp:Thumbnails>AAAA</xmp:Thumbnails></rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    plain = jpeg(page(), quality=92, subsampling=2, exif=exif_with_thumbnail(thumbnail), xmp=xmp)
    photoshop = b"Photoshop 3.0\x008BIM\x04\x0c\x00\x00" + len(thumbnail).to_bytes(4, "big") + thumbnail
    comment = f"scanned for {SECRET}".encode()
    segments = b"".join(
        b"\xff" + bytes([code]) + (len(body) + 2).to_bytes(2, "big") + body
        for code, body in ((0xED, photoshop), (0xFE, comment))
    )
    file = _START + segments + plain[2:] + thumbnail  # and one more picture behind the end
    source = tmp_path / "note.jpg"
    source.write_bytes(file)
    return source, thumbnail


def pictures_within(file: bytes) -> list[np.ndarray]:
    """Everything in the bytes that opens as a JPEG of its own."""
    found = []
    at = file.find(_START)
    while at >= 0:
        with suppress(OSError):  # two bytes by chance
            found.append(np.asarray(Image.open(io.BytesIO(file[at:])).convert("RGB")))
        at = file.find(_START, at + 2)
    return found


def mentions(block: bytes | None) -> bool:
    low = (block or b"").lower()
    return any(SECRET.lower().encode(coding) in low for coding in ("utf-8", "utf-16-le", "utf-16-be"))


def test_the_source_does_leak_in_every_place(tmp_path: Path) -> None:
    source, thumbnail = leaky_file(tmp_path)
    file = source.read_bytes()
    assert len(pictures_within(file)) >= 3
    assert mentions(file)
    assert file.count(thumbnail) >= 2
    assert any(SECRET in line.text for line in read_text(page()))


def test_the_exported_file_holds_nothing_of_what_was_redacted(tmp_path: Path) -> None:
    source, thumbnail = leaky_file(tmp_path)
    target, report = tmp_path / "out.jpg", tmp_path / "report.json"
    said = CliRunner().invoke(
        app, ["edit", str(source), "redact the names", "-o", str(target), "--report", str(report)]
    )
    assert said.exit_code == 0, said.output
    file = target.read_bytes()
    assert not mentions(file)
    assert thumbnail not in file
    assert len(pictures_within(file)) == 1
    words = " ".join(line.text for line in read_text(pictures_within(file)[0]))
    assert "Lindqvist" not in words
    assert "Maria" not in words
    assert "4711" in words
    assert "Customer" in words
    step = json.loads(report.read_text())["steps"][0]
    assert "where it was taken" in step["verdict"], "what the metadata still tells is said"
    assert step["outside_max_diff"] == 0


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "WEBP", "AVIF"])
def test_every_format_forgets_it(tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    source, _ = leaky_file(tmp_path)
    monkeypatch.setenv("PENTIMENTO_HOME", str(tmp_path / "home"))
    target = tmp_path / f"out.{form.lower()}"
    said = CliRunner().invoke(app, ["edit", str(source), f"redact '{SECRET}'", "-o", str(target)])
    assert said.exit_code == 0, said.output
    assert not mentions(target.read_bytes())
    saved = open_picture(target)
    assert not mentions(saved.exif)
    assert not mentions(saved.xmp)
    assert SECRET not in " ".join(line.text for line in read_text(saved.pixels[..., :3]))


def test_what_is_brushed_over_is_forgotten_too(tmp_path: Path) -> None:
    source, _ = leaky_file(tmp_path)
    context = opened_picture(tmp_path, open_picture(source))
    mask = np.zeros((360, 640), np.float32)
    mask[130:190, 20:600] = 1
    perform(context, "redact_text", selection=select(context, mask))
    picture = context.workspace.picture()
    assert not mentions(picture.exif)
    assert mentions(context.workspace.picture(context.workspace.root.id).exif), "earlier versions are as they were"
    assert (picture.pixels[mask > 0] == 0).all()
    assert not mentions(encode_picture(picture))


def test_faces_are_covered_for_good(tmp_path: Path) -> None:
    photo = data.astronaut()
    context = opened_picture(tmp_path, Picture(photo))
    perform(context, "redact_text", target="the face")
    after = context.workspace.picture().pixels
    assert (after[90:150, 200:250] == 0).all(), "eyes, nose and mouth"
    assert (after[300:] == photo[300:]).all()


def test_words_are_starred_out_in_place() -> None:
    exif = exif_with_thumbnail(b"")[6:]
    picture = without(Picture(page(), exif=exif), ["Maria LINDQVIST"])
    assert picture.exif is not None
    assert len(picture.exif) == len(exif)
    assert not mentions(picture.exif)
    assert b"at the door" in picture.exif
    assert "where it was taken" in telling(picture)
    assert "its author" not in telling(picture), "nothing but stars is left of it"


def test_metadata_without_the_words_is_left_alone() -> None:
    picture = Picture(page(), exif=exif_with_thumbnail(b"")[6:])
    assert without(picture, ["Bergström", "abc"]) is picture
