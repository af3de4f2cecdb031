"""What an edit did not touch is in the saved JPEG as it was in the opened one."""

from __future__ import annotations

import io
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import cv2
import jpeglib
import numpy as np
import pytest
from PIL import ExifTags, Image, ImageOps

from models.geometry import Bounds
from tests.tools.pictures_drawn import cmyk_profile, display_p3, encoded, photo
from tools.pictures import exif as exif_block
from tools.pictures import jpeg_segments
from tools.pictures.jpeg_blocks import encode_over
from tools.pictures.orientation import lying, upright
from tools.pictures.picture import Picture
from tools.pictures.reading import open_picture
from tools.pictures.writing import encode_picture
from tools.workspace.workspace import Patch, Workspace

_BOX = Bounds(37, 45, 90, 101)  # on no block's border
_CELL = {0: (8, 8), 1: (8, 16), 2: (16, 16)}
_SOURCES: dict[str, dict[str, object]] = {
    "4:4:4": {"subsampling": 0},
    "4:2:2": {"subsampling": 1},
    "4:2:0": {"subsampling": 2},
    "4:2:0 at quality 50": {"subsampling": 2, "quality": 50},
    "4:2:0 at quality 100": {"subsampling": 2, "quality": 100},
    "progressive": {"subsampling": 2, "progressive": True},
    "restarts": {"subsampling": 2, "restart_marker_blocks": 3},
    "one table": {"subsampling": 0, "qtables": [[9] * 64]},
    "three tables": {"subsampling": 2, "qtables": [[5] * 64, [9] * 64, [12] * 64]},
}


def _samples(file: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(file)) as image:
        return np.array(image)


def _recoloured(samples: np.ndarray) -> np.ndarray:
    edited = samples.copy()
    edited[_BOX.slices] = 255 - edited[_BOX.slices] // 2
    return edited


def _changed_cells(before: np.ndarray, edited: np.ndarray, cell: tuple[int, int]) -> np.ndarray:
    """H×W bool: the pixels of all cells in which any pixel differs."""
    differs = np.asarray(np.atleast_3d(before != edited).any(axis=2))
    grown = np.zeros_like(differs)
    for y in range(0, differs.shape[0], cell[0]):
        for x in range(0, differs.shape[1], cell[1]):
            place = np.s_[y : y + cell[0], x : x + cell[1]]
            grown[place] = differs[place].any()
    return grown


def _error(samples: np.ndarray, wanted: np.ndarray, where: np.ndarray) -> float:
    return float(((samples[where].astype(float) - wanted[where]) ** 2).mean())


@pytest.mark.parametrize("size", [(128, 160), (131, 157), (129, 145)])
@pytest.mark.parametrize("kind", _SOURCES)
def test_what_was_not_edited_decodes_the_same(kind: str, size: tuple[int, int]):
    source = encoded(photo(*size), "JPEG", **{"quality": 90, **_SOURCES[kind]})
    before = open_picture(source)
    assert before.jpeg is not None
    edited = _recoloured(before.pixels)
    file = encode_picture(before.with_pixels(edited))
    after = _samples(file)

    cells = _changed_cells(before.pixels, edited, _CELL[before.jpeg.subsampling])
    reached = cells if before.jpeg.subsampling == 0 else cv2.dilate(cells.astype(np.uint8), np.ones((3, 3))) > 0
    assert 0.3 < (~reached).mean() < 0.9
    np.testing.assert_array_equal(after[~reached], before.pixels[~reached])

    plain = _samples(encode_picture(replace(before, pixels=edited, jpeg=replace(before.jpeg, source=None))))
    assert _error(after, edited, cells) < 1.02 * _error(plain, edited, cells)
    assert open_picture(file).jpeg == before.jpeg
    assert len(file) < 1.25 * len(source)


@pytest.mark.parametrize("kind", _SOURCES)
def test_an_unedited_picture_is_saved_without_any_loss(kind: str):
    source = encoded(photo(131, 157), "JPEG", **_SOURCES[kind])
    picture = open_picture(source)
    for _ in range(3):
        picture = open_picture(encode_picture(picture))
    np.testing.assert_array_equal(picture.pixels, _samples(source))


def test_a_grey_picture_too():
    before = open_picture(encoded(photo(131, 157, channels=1), "JPEG", quality=85))
    edited = _recoloured(before.pixels)
    after = _samples(encode_picture(before.with_pixels(edited)))
    assert after.ndim == 2
    cells = _changed_cells(before.pixels, edited, (8, 8))
    np.testing.assert_array_equal(after[~cells], before.pixels[..., 0][~cells])
    assert _error(after, edited[..., 0], cells) < 30


def _coefficients(file: bytes, folder: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    (folder / "file.jpg").write_bytes(file)
    coded = jpeglib.read_dct(str(folder / "file.jpg"))
    return coded.Y, coded.Cb, coded.Cr


def _with_thumbnail(samples: np.ndarray) -> tuple[bytes, bytes]:
    """A JPEG whose EXIF, JFIF extension, comment and trailer all show the whole picture; and what they hold."""
    thumbnail = encoded(np.ascontiguousarray(samples[::4, ::4]), "JPEG", quality=50)
    directory = b"\0\0" + (26).to_bytes(4, "little")
    entries = b"".join(
        tag.to_bytes(2, "little") + b"\4\0\1\0\0\0" + value.to_bytes(4, "little")
        for tag, value in ((0x0201, 56), (0x0202, len(thumbnail)))
    )
    following = b"\2\0" + entries + bytes(4)
    exif = b"II*\0\x08\0\0\0" + directory + bytes(12) + following + thumbnail
    head, rest = encoded(samples, "JPEG", quality=92, exif=b"Exif\0\0" + exif, comment=thumbnail), b""
    extension = b"JFXX\0\x10" + thumbnail
    head = head[:2] + b"\xff\xe0" + (len(extension) + 2).to_bytes(2, "big") + extension + head[2:] + rest
    return head + thumbnail, thumbnail


def test_what_was_blacked_out_is_nowhere_in_the_file(tmp_path: Path):
    source, thumbnail = _with_thumbnail(photo(160, 192))
    before = open_picture(source)
    assert source.count(thumbnail) == 4
    edited = before.pixels.copy()
    edited[_BOX.slices] = 0
    file = encode_picture(before.with_pixels(edited))

    assert thumbnail[40:200] not in file
    assert file.count(b"\xff\xd8\xff") == 1
    cells = _changed_cells(before.pixels, edited, (16, 16))
    old, new = _coefficients(source, tmp_path), _coefficients(file, tmp_path)
    for index, step in enumerate((8, 16, 16)):
        changed = _changed_cells(before.pixels, edited, (step, step))[::step, ::step]
        assert changed.any()
        assert (old[index][changed] != new[index][changed]).any(axis=(1, 2)).all()
        np.testing.assert_array_equal(old[index][~changed], new[index][~changed])
        inside = np.zeros(cells.shape, bool)
        inside[_BOX.slices] = True
        covered = ~_changed_cells(inside, np.ones_like(inside), (step, step))[::step, ::step]
        assert covered.any()
        assert not new[index][covered][:, 1:].any()
        assert not new[index][covered][:, 0, 1:].any()


def test_metadata_is_ours_and_not_the_sources():
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF/></x:xmpmeta>'
    exif = Image.Exif()
    exif[0x010F] = "Pinhole & Sons"
    made = {"icc_profile": display_p3(), "xmp": xmp, "exif": exif, "dpi": (300, 300), "comment": b"a secret"}
    before = open_picture(encoded(photo(), "JPEG", **made))
    edited = before.pixels.copy()
    edited[:8, :8] = 0
    file = encode_picture(before.with_pixels(edited))
    assert b"a secret" not in file
    after = open_picture(file)
    assert (after.icc, after.xmp, after.exif, after.dpi) == (before.icc, before.xmp, before.exif, before.dpi)
    np.testing.assert_array_equal(after.pixels[16:, 16:], before.pixels[16:, 16:])


def test_any_number_of_metadata_segments_is_left_behind():
    source = encoded(photo(), "JPEG")
    crowded = source[:2] + b"\xff\xe5\x00\x08a note" * 300 + source[2:]
    file = encode_over(crowded, _samples(source))
    assert file is not None
    assert [segment.data[4:8] for segment in jpeg_segments.split(file) if segment.is_metadata] == [b"JFIF"]


def test_it_declines_what_it_cannot_serve():
    samples = photo(64, 96)
    source = encoded(samples, "JPEG")
    grey = encoded(samples[..., 0].copy(), "JPEG")
    cmyk = encoded(Image.fromarray(samples).convert("CMYK"), "JPEG", icc_profile=cmyk_profile())
    rgb = encoded(samples, "JPEG", keep_rgb=True)
    assert encode_over(source, np.ascontiguousarray(samples[:, :-1])) is None
    assert encode_over(grey, samples) is None
    assert encode_over(source, samples[..., 0]) is None
    assert encode_over(cmyk, samples) is None
    assert encode_over(rgb, _samples(rgb)) is None
    assert encode_over(source, 255 - _samples(source) // 3) is None
    for damaged in (b"", source[:60], source[: len(source) // 2], b"\xff\xd8" + bytes(50)):
        assert encode_over(damaged, samples) is None
    # and the picture is saved all the same
    for file in (cmyk, rgb):
        before = open_picture(file)
        after = open_picture(encode_picture(before, "JPEG"))
        assert np.abs(after.pixels.astype(int) - before.pixels).mean() < 4


def test_noise_in_the_file_never_leaves_unedited_samples_wrong():
    source = encoded(photo(128, 160), "JPEG", quality=90)
    rng = np.random.default_rng(1)
    for _ in range(20):
        damaged = bytearray(source)
        at = int(rng.integers(len(source) // 2, len(source) - 2))
        damaged[at] = int(rng.integers(0, 255))
        before = open_picture(bytes(damaged))
        edited = before.pixels.copy()
        edited[:32, :32] = 0
        file = encode_over(bytes(damaged), edited)
        if file is not None:
            np.testing.assert_array_equal(_samples(file)[40:, 40:], before.pixels[40:, 40:])


def test_several_threads_at_once():
    pictures = [
        open_picture(encoded(np.roll(photo(128, 160), 9 * step, axis=1), "JPEG", progressive=step % 2 == 1))
        for step in range(12)
    ]
    results: list[Picture | None] = [None] * len(pictures)

    def save(index: int) -> None:
        results[index] = open_picture(encode_picture(pictures[index]))

    threads = [threading.Thread(target=save, args=(index,)) for index in range(len(pictures))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for before, after in zip(pictures, results, strict=True):
        assert after is not None
        np.testing.assert_array_equal(after.pixels, before.pixels)
        assert after.jpeg == before.jpeg


def _edit(workspace: Workspace, change: Callable[[np.ndarray], np.ndarray]) -> None:
    pixels = workspace.picture().pixels
    patch = Patch(_BOX, change(pixels[_BOX.slices]))
    workspace.commit(patch, edit={}, message="Changed a box.")


def test_the_source_survives_in_a_workspace_once(tmp_path: Path):
    source = encoded(photo(131, 157), "JPEG", quality=90, comment=b"x" * 500)
    before = open_picture(source)
    assert before.jpeg is not None
    assert before.jpeg.source is not None
    bare = before.jpeg.source.read()
    assert bare == jpeg_segments.picture_only(source)
    with Workspace.create(tmp_path / "workspace", before, name="photo.jpg") as workspace:
        for _ in range(2):
            _edit(workspace, lambda box: 255 - box)
        workspace.commit(workspace.picture().pixels, edit={}, message="All of it again.")
        workspace.commit(workspace.picture(), edit={}, message="And again.")
        _edit(workspace, lambda box: box // 2)
    with Workspace.open(tmp_path / "workspace") as workspace:
        held = [path for path in (workspace.folder / "objects").glob("*/*") if bare and bare in path.read_bytes()]
        assert len(held) == 1
        workspace.collect_garbage()
        for version in workspace.versions():
            picture = workspace.picture(version.id)
            after = _samples(encode_picture(picture))
            cells = _changed_cells(before.pixels, picture.pixels, (16, 16))
            reached = cv2.dilate(cells.astype(np.uint8), np.ones((3, 3))) > 0
            np.testing.assert_array_equal(after[~reached], before.pixels[~reached])
        held[0].write_bytes(b"rotten")
        assert np.abs(_samples(encode_picture(workspace.picture())).astype(int) - workspace.picture().pixels).mean() < 3


def test_a_picture_without_metadata_decodes_the_same():
    source, thumbnail = _with_thumbnail(photo(160, 192))
    bare = jpeg_segments.picture_only(source)
    assert bare is not None
    assert thumbnail[40:200] not in bare
    np.testing.assert_array_equal(_samples(bare), _samples(source))
    progressive = encoded(photo(), "JPEG", progressive=True)
    assert jpeg_segments.join(jpeg_segments.split(progressive)) == progressive
    assert jpeg_segments.picture_only(b"no JPEG") is None
    assert jpeg_segments.picture_only(source[:30]) is None


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_picture_stays_as_it_lies(orientation: int):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.ExifImageWidth] = 999
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF tiff:Orientation="%d"/></x:xmpmeta>' % orientation
    source = encoded(photo(131, 157), "JPEG", quality=90, exif=exif, xmp=xmp, dpi=(300, 200))
    before = open_picture(source)
    assert before.exif is not None
    assert exif_block.orientation(before.exif) == 1
    edited = _recoloured(before.pixels)
    file = encode_picture(before.with_pixels(edited))

    after = open_picture(file)
    cells = _changed_cells(lying(before.pixels, orientation), lying(edited, orientation), (16, 16))
    reached = upright(cv2.dilate(cells.astype(np.uint8), np.ones((3, 3))), orientation) > 0
    np.testing.assert_array_equal(after.pixels[~reached], before.pixels[~reached])
    assert np.abs(after.pixels.astype(int) - edited).mean() < 2
    assert (after.exif, after.xmp, after.dpi) == (before.exif, before.xmp, before.dpi)
    with Image.open(io.BytesIO(file)) as image:
        assert image.size == (157, 131)
        assert image.info["xmp"] == xmp
        assert image.getexif()[ExifTags.Base.Orientation] == orientation
        assert image.getexif().get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.ExifImageWidth] == 157
        np.testing.assert_array_equal(np.array(ImageOps.exif_transpose(image)), after.pixels)


def test_what_the_person_turned_stays_turned():
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    before = open_picture(encoded(photo(131, 157), "JPEG", quality=90, exif=exif))
    for turned in (np.rot90(before.pixels), before.pixels[::-1], before.pixels[20:]):
        after = open_picture(encode_picture(before.with_pixels(np.ascontiguousarray(turned))))
        assert after.pixels.shape == turned.shape
        assert np.abs(after.pixels.astype(int) - turned).mean() < 3


@pytest.mark.parametrize("sampling", ["4:4:0", "4:1:1", "4:1:0"])
def test_rarer_subsampling_than_pillow_writes(sampling: str, tmp_path: Path):
    drawn = jpeglib.from_spatial(photo(131, 157))
    drawn.samp_factor = sampling  # pyright: ignore[reportAttributeAccessIssue]
    drawn.write_spatial(str(tmp_path / "source.jpg"), qt=90)
    before = open_picture(tmp_path / "source.jpg")
    edited = _recoloured(before.pixels)
    after = _samples(encode_picture(before.with_pixels(edited)))
    reached = cv2.dilate(_changed_cells(before.pixels, edited, (16, 32)).astype(np.uint8), np.ones((3, 3))) > 0
    np.testing.assert_array_equal(after[~reached], before.pixels[~reached])
    assert np.abs(after.astype(int) - edited).mean() < 2


def test_a_workspace_of_before_there_were_sources_opens(tmp_path: Path):
    before = open_picture(encoded(photo(), "JPEG"))
    Workspace.create(tmp_path / "workspace", before, name="photo.jpg").close()
    with closing(sqlite3.connect(tmp_path / "workspace" / "workspace.sqlite3")) as database, database:
        database.execute("ALTER TABLE metadata DROP COLUMN source")
        database.execute("UPDATE metadata SET fields = json_remove(fields, '$.jpeg.orientation')")
        database.execute("DELETE FROM migrations WHERE number = 2")
    with Workspace.open(tmp_path / "workspace") as workspace:
        picture = workspace.picture()
        assert picture.jpeg == before.jpeg
        assert np.abs(_samples(encode_picture(picture)).astype(int) - before.pixels).mean() < 2
