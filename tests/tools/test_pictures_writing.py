from __future__ import annotations

import io
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import ExifTags, Image
from skimage import data

from models.errors import BadInputError
from tests.tools.pictures_drawn import display_p3, encoded, grey_profile, photo
from tools.pictures.picture import Picture
from tools.pictures.reading import open_picture
from tools.pictures.writing import encode_picture, format_named, save_picture, saving_notices, suffix_of


def _picture(bits: int = 8, channels: int = 3, **fields: object) -> Picture:
    samples = photo(bits=bits, channels=channels)
    grey = channels < 3
    rgb = samples if not grey else (np.dstack([samples] * 3) if channels == 1 else samples[..., [0, 0, 0, 1]])
    return Picture(np.ascontiguousarray(rgb), grey=grey, **fields)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_lossless_round_trips_are_sample_exact(form: str, bits: int, channels: int):
    icc = grey_profile() if channels < 3 else display_p3()
    before = _picture(bits, channels, icc=icc, dpi=(300.0, 300.0))
    after = open_picture(encode_picture(before, form))
    np.testing.assert_array_equal(after.pixels, before.pixels)
    assert after.pixels.dtype == before.pixels.dtype
    assert (after.icc, after.grey, after.has_alpha, after.format) == (icc, before.grey, before.has_alpha, form)
    assert after.dpi == pytest.approx((300, 300), abs=0.02)


def test_a_png_is_small_for_photographs_and_for_drawings():
    drawing = np.full((400, 600, 3), 255, np.uint8)
    drawing[::7, 10:300] = np.resize(photo(40, 290)[3], (58, 290, 3))
    for samples in (photo(400, 500), drawing):
        file = encode_picture(Picture(samples), "PNG")
        assert len(file) < 1.03 * len(encoded(samples, "PNG"))


@pytest.mark.parametrize("channels", [3, 4])
def test_a_lossless_webp_stays_exact_under_transparent_pixels_too(channels: int):
    before = _picture(channels=channels)
    after = open_picture(encode_picture(before, "WEBP"))
    np.testing.assert_array_equal(after.pixels, before.pixels)
    assert after.lossless


def _exif() -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Pinhole & Sons"
    exif[ExifTags.Base.Orientation] = 6
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.ExifImageWidth] = 4000
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "N"
    return exif.tobytes()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF"])
def test_exif_survives_with_the_new_size_and_no_orientation(form: str):
    before = open_picture(encoded(photo(64, 96), "JPEG", exif=_exif()))
    assert before.extent == (64, 96)
    after = open_picture(encode_picture(before, form))
    assert after.extent == (64, 96)
    assert after.exif is not None
    kept = Image.Exif()
    kept.load(b"Exif\0\0" + after.exif)
    assert kept[ExifTags.Base.Make] == "Pinhole & Sons"
    assert kept.get(ExifTags.Base.Orientation, 1) == 1
    assert kept.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.ExifImageWidth] == 64
    assert kept.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] == "N"


@pytest.mark.parametrize("bits", [8, 16])
def test_a_tiff_with_exif_is_exact_and_sound_for_others(bits: int):
    source = open_picture(encoded(photo(), "JPEG", exif=_exif()))
    before = replace(_picture(bits), exif=source.exif, icc=display_p3())
    file = encode_picture(before, "TIFF")
    again = open_picture(encode_picture(open_picture(file)))
    np.testing.assert_array_equal(again.pixels, before.pixels)
    assert again.icc == display_p3()
    with tifffile.TiffFile(io.BytesIO(file)) as other:
        assert other.pages.first.tags["Make"].value == "Pinhole & Sons"
        assert other.pages.first.tags["GPSTag"].value["GPSLatitudeRef"] == "N"
    broken = encode_picture(replace(before, exif=b"II*\0\xff\xff\xff\xff nonsense"), "TIFF")
    np.testing.assert_array_equal(open_picture(broken).pixels, before.pixels)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF"])
def test_profile_and_xmp_survive(form: str):
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF/></x:xmpmeta>'
    before = _picture(icc=display_p3(), xmp=xmp)
    after = open_picture(encode_picture(before, form))
    assert after.icc == display_p3()
    assert after.xmp == xmp


@pytest.mark.parametrize("subsampling", [0, 1, 2])
@pytest.mark.parametrize("quality", [40, 75, 98])
def test_a_jpeg_keeps_its_tables_and_comes_back_the_same(quality: int, subsampling: int):
    file = encoded(photo(128, 160), "JPEG", quality=quality, subsampling=subsampling)
    before = open_picture(file)
    assert before.jpeg is not None
    assert before.jpeg.subsampling == subsampling
    after = open_picture(encode_picture(before))
    assert after.jpeg == before.jpeg
    # the same divisors quantise what they quantised before: only clipping and chroma resampling move a sample
    assert np.abs(after.pixels.astype(int) - before.pixels).mean() < 0.9


def test_a_turned_jpeg_keeps_its_tables_turned():
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = encoded(photo(128, 160), "JPEG", quality=60, subsampling=1, exif=exif)
    upright = open_picture(lying)
    plain = open_picture(encoded(photo(128, 160), "JPEG", quality=60, subsampling=1))
    assert upright.jpeg is not None
    assert plain.jpeg is not None
    turned = [np.reshape(table, (8, 8)).T.ravel().tolist() for table in plain.jpeg.tables]
    assert [list(table) for table in upright.jpeg.tables] == turned
    assert upright.jpeg.subsampling == 0


def test_other_sources_become_fine_jpegs():
    after = open_picture(encode_picture(_picture(), "JPEG"))
    assert after.jpeg is not None
    assert after.jpeg.subsampling == 0
    assert max(after.jpeg.tables[0]) <= 12


def test_a_grey_jpeg_stays_grey_until_it_is_coloured():
    before = open_picture(encoded(photo(channels=1), "JPEG", quality=80, icc_profile=grey_profile()))
    assert before.grey
    with Image.open(io.BytesIO(encode_picture(before))) as image:
        assert image.mode == "L"
        assert image.info["icc_profile"] == grey_profile()
    coloured = before.pixels.copy()
    coloured[:9, :9] = (200, 30, 30)
    with Image.open(io.BytesIO(encode_picture(before.with_pixels(coloured), "PNG"))) as image:
        assert image.mode == "RGB"
        assert image.info["icc_profile"][16:20] == b"RGB "
        np.testing.assert_array_equal(np.array(image), coloured)


def test_what_a_format_cannot_hold_is_said():
    for form in ("JPEG", "BMP"):
        with pytest.raises(BadInputError, match="PNG or WebP"):
            encode_picture(_picture(channels=4), form)
    with pytest.raises(BadInputError, match="16,383"):
        encode_picture(Picture(np.zeros((1, 20_000, 3), np.uint8)), "WEBP")
    with pytest.raises(BadInputError, match="choose JPEG"):
        format_named(".docx")
    assert "8 bits" in saving_notices(_picture(16), "JPEG")[0]
    assert saving_notices(_picture(16), "PNG") == ()


def test_sixteen_bits_are_rounded_not_cut_for_a_jpeg():
    flat = Picture(np.full((16, 16, 3), 257 * 100 + 200, np.uint16))
    assert open_picture(encode_picture(flat, "JPEG")).pixels[8, 8, 0] == 101


def test_heic_keeps_ten_bits():
    before = _picture(16)
    after = open_picture(encode_picture(before, "HEIF"))
    assert after.bit_depth == 16
    assert np.abs(after.pixels.astype(float) - before.pixels).mean() < 0.015 * 65535


def test_saving_goes_by_the_suffix_and_keeps_the_format_without_one(tmp_path: Path):
    picture = open_picture(encoded(photo(), "JPEG"))
    for name, form in (("a.png", "PNG"), ("b.TIF", "TIFF"), ("c", "JPEG"), ("d.jpeg", "JPEG")):
        save_picture(picture, tmp_path / name)
        assert open_picture(tmp_path / name).format == form
    assert save_picture(_picture(16), tmp_path / "e.jpg") == saving_notices(_picture(16), "JPEG")
    assert suffix_of("HEIF") == ".heic"


def test_saving_is_all_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    target = tmp_path / "kept.png"
    save_picture(_picture(), target)
    target.chmod(0o640)
    before = target.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BadInputError, match="No space left"):
        save_picture(_picture(16), target)
    assert target.read_bytes() == before
    monkeypatch.undo()
    save_picture(_picture(16), target)
    assert target.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["kept.png"]


def test_saving_where_one_cannot(tmp_path: Path):
    with pytest.raises(BadInputError, match="cannot be written"):
        save_picture(_picture(), tmp_path / "missing" / "a.png")
    with pytest.raises(BadInputError, match="folder"):
        save_picture(_picture(), tmp_path, format="PNG")


def test_saving_through_a_link_replaces_the_file_it_means(tmp_path: Path):
    save_picture(_picture(), tmp_path / "real.png")
    (tmp_path / "link.png").symlink_to(tmp_path / "real.png")
    save_picture(_picture(16), tmp_path / "link.png")
    assert (tmp_path / "link.png").is_symlink()
    assert open_picture(tmp_path / "real.png").bit_depth == 16


def test_a_gif_with_transparency_keeps_it():
    picture = _picture(channels=4, format="GIF")
    hard = picture.pixels.copy()
    hard[..., 3] = np.where(hard[..., 3] > 127, 255, 0)
    after = open_picture(encode_picture(replace(picture, pixels=hard)))
    np.testing.assert_array_equal(after.pixels[..., 3], hard[..., 3])


def test_heic_is_as_good_however_many_cores_write_it(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = Picture(np.ascontiguousarray(data.astronaut()[:200, :300]))
    files = []
    for cores in (1, 64):
        monkeypatch.setattr("os.cpu_count", lambda cores=cores: cores)
        files.append(encode_picture(picture, "HEIF"))
    lost = [np.abs(open_picture(file).pixels.astype(int) - picture.pixels).mean() for file in files]
    assert lost[0] == pytest.approx(lost[1], rel=0.02)
    assert lost[0] < 3
    assert len(files[0]) == pytest.approx(len(files[1]), rel=0.02)
