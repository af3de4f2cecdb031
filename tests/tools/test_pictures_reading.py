from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path

import imagecodecs
import numpy as np
import pillow_heif
import pytest
import tifffile
from PIL import Image, ImageCms, ImageDraw
from skimage.color import lab2rgb

from models.errors import BadInputError
from models.geometry import Extent
from tests.tools.pictures_drawn import cmyk_profile, display_p3, encoded, photo, png_with
from tools.pictures.limits import Limits
from tools.pictures.picture import Picture
from tools.pictures.profiles import colour_in_profile
from tools.pictures.reading import open_picture


def _rgb(samples: np.ndarray) -> np.ndarray:
    if samples.ndim == 2:
        return np.dstack([samples] * 3)
    return samples[..., [0, 0, 0, 1]] if samples.shape[2] == 2 else samples


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("bits", [8, 16])
def test_every_png_sample_arrives(bits: int, channels: int):
    samples = photo(bits=bits, channels=channels)
    picture = open_picture(bytes(imagecodecs.png_encode(samples)))
    np.testing.assert_array_equal(picture.pixels, _rgb(samples))
    assert picture.pixels.dtype == samples.dtype
    assert (picture.bit_depth, picture.has_alpha, picture.grey) == (bits, channels in (2, 4), channels < 3)
    assert picture.extent == Extent(96, 64)
    assert picture.format == "PNG"


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("layout", ["contig", "separate", "tiled", "big-endian"])
def test_every_tiff_sample_arrives(bits: int, channels: int, layout: str):
    samples = photo(bits=bits, channels=channels)
    written = np.moveaxis(samples, 2, 0) if layout == "separate" and channels > 1 else samples
    target = io.BytesIO()
    with tifffile.TiffWriter(target, byteorder=">" if layout == "big-endian" else "<") as writer:
        writer.write(
            written,
            photometric="rgb" if channels >= 3 else "minisblack",
            planarconfig=None if channels == 1 else ("separate" if layout == "separate" else "contig"),
            extrasamples=["unassalpha"] if channels in (2, 4) else None,
            tile=(32, 32) if layout == "tiled" else None,
            compression="lzw" if layout == "tiled" else None,
            metadata=None,
        )
    picture = open_picture(target.getvalue())
    np.testing.assert_array_equal(picture.pixels, _rgb(samples))
    assert (picture.bit_depth, picture.grey) == (bits, channels < 3)


def test_a_tiff_whose_zero_is_white_is_turned_round():
    target = io.BytesIO()
    samples = photo(channels=1)
    tifffile.imwrite(target, 255 - samples, photometric="miniswhite", metadata=None)
    np.testing.assert_array_equal(open_picture(target.getvalue()).pixels[..., 0], samples)


def test_premultiplied_alpha_is_undone():
    straight = photo(channels=4, bits=16)
    straight[..., 3] = np.maximum(straight[..., 3], 30_000)
    weight = straight[..., 3:].astype(np.float64) / 65535
    multiplied = np.concatenate([np.rint(straight[..., :3] * weight), straight[..., 3:]], axis=2)
    target = io.BytesIO()
    tifffile.imwrite(
        target, multiplied.astype(np.uint16), photometric="rgb", extrasamples=["assocalpha"], metadata=None
    )
    assert np.abs(open_picture(target.getvalue()).pixels.astype(int) - straight).max() <= 2


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_the_picture_stands_upright(form: str, orientation: int):
    drawn = Image.new("RGB", (120, 80), "white")
    ImageDraw.Draw(drawn).rectangle((0, 0, 39, 19), fill="red")
    ImageDraw.Draw(drawn).rectangle((100, 60, 119, 79), fill="blue")
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    lying = drawn.transpose(undo[orientation]) if orientation > 1 else drawn
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"lossless": True} if form == "WEBP" else {}
    picture = open_picture(encoded(lying, form, exif=exif, **options))
    assert picture.extent == Extent(120, 80)
    assert np.abs(picture.pixels.astype(int) - np.array(drawn)).mean() < 2
    assert picture.pixels[5, 5, 0] > 200 > 60 > picture.pixels[5, 5, 1]
    if picture.exif:
        kept = Image.Exif()
        kept.load(b"Exif\0\0" + picture.exif)
        assert kept[0x0112] == 1


def test_palette_one_bit_and_keyed_transparency():
    indexed = Image.fromarray(photo()).quantize(16)
    picture = open_picture(encoded(indexed, "PNG"))
    np.testing.assert_array_equal(picture.pixels, np.array(indexed.convert("RGB")))
    assert not picture.has_alpha

    keyed = open_picture(encoded(indexed, "PNG", transparency=3))
    np.testing.assert_array_equal(keyed.pixels[..., 3] == 0, np.array(indexed) == 3)

    bits = photo(channels=1) > 100
    picture = open_picture(encoded(Image.fromarray(bits), "PNG"))
    np.testing.assert_array_equal(picture.pixels[..., 0], bits * np.uint8(255))
    assert picture.grey

    grey = Image.fromarray(photo(channels=1))
    keyed = open_picture(encoded(grey, "PNG", transparency=int(photo(channels=1)[3, 3])))
    assert keyed.has_alpha
    assert keyed.grey
    assert keyed.pixels[3, 3, 3] == 0


def test_a_sixteen_bit_colour_key_is_transparency():
    samples = photo(bits=16)
    file = bytes(imagecodecs.png_encode(samples))
    picture = open_picture(png_with(file, b"tRNS", samples[5, 7].astype(">u2").tobytes()))
    np.testing.assert_array_equal(picture.pixels[..., :3], samples)
    np.testing.assert_array_equal(picture.pixels[..., 3] == 0, (samples == samples[5, 7]).all(axis=2))


def test_cmyk_becomes_rgb_and_says_so():
    picture = open_picture(encoded(Image.fromarray(photo()).convert("CMYK"), "JPEG", quality=95))
    assert np.abs(picture.pixels.astype(int) - photo()).mean() < 6
    assert any("CMYK" in notice for notice in picture.notices)
    assert picture.icc is None


def test_cmyk_goes_through_its_own_profile():
    inks = np.zeros((40, 50, 4), np.uint8)
    inks[:, 25:, 1] = 255  # magenta on the right
    file = encoded(Image.frombytes("CMYK", (50, 40), inks.tobytes()), "TIFF", icc_profile=cmyk_profile())
    picture = open_picture(file)
    assert any("through its profile" in notice for notice in picture.notices)
    assert np.abs(picture.pixels[5, 5].astype(int) - 255).max() <= 3
    # L* 55, a* 70, b* 0 by the profile, which skimage converts on its own
    expected = 255 * lab2rgb(np.array([[[55.0, 70.0, 0.0]]]), illuminant="D65")[0, 0]
    assert np.abs(picture.pixels[5, 40] - expected).max() < 12
    assert picture.icc is None


@pytest.mark.parametrize("bits", [8, 16])
def test_a_png_may_say_its_colours_without_a_profile(bits: int):
    def shown(name: bytes, contents: bytes) -> Picture:
        return open_picture(png_with(bytes(imagecodecs.png_encode(photo(bits=bits))), name, contents))

    p3 = shown(b"cICP", bytes([12, 13, 0, 1]))
    assert p3.icc is not None
    red = colour_in_profile(p3, (1.0, 0.0, 0.0))
    assert red == pytest.approx((0.9175, 0.2003, 0.1386), abs=4e-3)  # with sRGB's curve, as published
    linear = shown(b"gAMA", struct.pack(">I", 100_000))
    assert linear.icc is not None
    assert colour_in_profile(linear, (0.5, 0.5, 0.5))[0] == pytest.approx(0.214, abs=3e-3)
    for name, contents in (
        (b"gAMA", struct.pack(">I", 45_455)),
        (b"gAMA", struct.pack(">I", 0)),
        (b"sRGB", b"\0"),
        (b"cICP", bytes([1, 13, 0, 1])),
        (b"cICP", bytes([9, 16, 0, 1])),
    ):
        assert shown(name, contents).icc is None
    np.testing.assert_array_equal(p3.pixels, photo(bits=bits))


def test_lossy_formats_come_close():
    samples = photo(96, 128)
    for form, options in (("JPEG", {"quality": 95}), ("WEBP", {"quality": 95}), ("AVIF", {"quality": 95})):
        picture = open_picture(encoded(samples, form, **options))
        assert np.abs(picture.pixels.astype(int) - samples).mean() < 3
        assert not picture.lossless
    assert open_picture(encoded(samples, "WEBP", lossless=True)).lossless
    frames = {"save_all": True, "append_images": [Image.fromarray(255 - samples)]}
    assert open_picture(encoded(samples, "WEBP", lossless=True, **frames)).lossless
    assert not open_picture(encoded(samples, "WEBP", quality=50, **frames)).lossless


@pytest.mark.parametrize("bits", [8, 10])
def test_heic(bits: int):
    samples = photo(96, 128, bits=8 if bits == 8 else 16)
    target = io.BytesIO()
    mode = "RGB" if bits == 8 else "RGB;16"
    pillow_heif.from_bytes(mode, (128, 96), samples.tobytes()).save(target, quality=95, chroma=444)
    picture = open_picture(target.getvalue())
    assert picture.format == "HEIF"
    assert picture.bit_depth == (8 if bits == 8 else 16)
    assert np.abs(picture.pixels.astype(float) - samples).mean() < 0.015 * picture.white


def test_the_white_of_a_ten_bit_heic_is_white():
    target = io.BytesIO()
    white = np.full((64, 64, 3), 65535, np.uint16)
    pillow_heif.from_bytes("RGB;16", (64, 64), white.tobytes()).save(target, quality=100, chroma=444)
    assert open_picture(target.getvalue()).pixels.min() >= 65535 - 2 * 64


def test_the_orientation_of_a_heic_is_applied_once():
    samples = np.zeros((64, 96, 3), np.uint8)
    samples[:20, :20] = 255
    exif = Image.Exif()
    exif[0x0112] = 6
    target = io.BytesIO()
    file = pillow_heif.from_bytes("RGB", (96, 64), samples.tobytes())
    file.save(target, quality=95, exif=exif.tobytes())
    picture = open_picture(target.getvalue())
    assert picture.extent == Extent(64, 96)
    assert picture.pixels[5, -5, 0] > 200  # top left, turned a quarter clockwise, is top right
    assert picture.pixels[5, 5, 0] < 50


def test_the_first_or_a_chosen_frame_of_an_animation():
    frames = [Image.new("RGB", (20, 10), colour) for colour in ("red", "lime", "blue")]
    for form in ("GIF", "WEBP"):
        options = {"lossless": True} if form == "WEBP" else {}
        file = encoded(frames[0], form, save_all=True, append_images=frames[1:], **options)
        first, last = open_picture(file), open_picture(file, frame=2)
        assert tuple(first.pixels[0, 0, :3]) == (255, 0, 0)
        assert first.notices == ("This file is animated; I took the first of 3 frames.",)
        assert tuple(last.pixels[0, 0, :3]) == (0, 0, 255)
        with pytest.raises(BadInputError, match="3 frames"):
            open_picture(file, frame=3)


def test_the_pages_of_a_tiff():
    target = io.BytesIO()
    with tifffile.TiffWriter(target) as writer:
        for value in (10, 20):
            writer.write(np.full((8, 9, 3), value, np.uint16), photometric="rgb", metadata=None)
    assert open_picture(target.getvalue(), frame=1).pixels[0, 0, 0] == 20
    assert open_picture(target.getvalue()).notices == ("This file has 2 pages; I took the first.",)


def test_profiles_and_resolution_are_kept():
    p3 = display_p3()
    for form in ("JPEG", "PNG", "WEBP", "TIFF", "AVIF"):
        assert open_picture(encoded(photo(), form, icc_profile=p3)).icc == p3
    for form in ("JPEG", "PNG", "TIFF"):
        dpi = open_picture(encoded(photo(), form, dpi=(300, 150))).dpi
        assert dpi == pytest.approx((300, 150), abs=0.1)
    assert open_picture(encoded(photo(), "PNG")).dpi is None


def test_a_broken_profile_is_ignored_and_said_so():
    whole = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for broken in (b"nonsense" * 40, whole[:200], lab):
        picture = open_picture(encoded(photo(), "PNG", icc_profile=broken))
        assert picture.icc is None
        assert any("profile" in notice for notice in picture.notices)


def test_extreme_shapes_open():
    for width, height in ((1, 1), (10_000, 1), (1, 10_000)):
        picture = open_picture(encoded(Image.new("RGB", (width, height), "teal"), "PNG"))
        assert picture.extent == Extent(width, height)


def test_pixels_are_read_only():
    picture = open_picture(encoded(photo(), "PNG"))
    with pytest.raises(ValueError):
        picture.pixels[0, 0, 0] = 1
    changed = picture.pixels.copy()
    other = picture.with_pixels(changed)
    changed[:] = 0
    assert other.pixels.any()


def _claiming(width: int, height: int) -> bytes:
    """A tiny PNG that says it is huge."""
    contents = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    file = encoded(Image.new("RGB", (1, 1)), "PNG")
    return file[:12] + b"IHDR" + contents + struct.pack(">I", zlib.crc32(b"IHDR" + contents)) + file[33:]


@pytest.mark.parametrize(
    ("file", "says"),
    [
        (b"", "empty"),
        (b"Dear diary, today I took no picture at all.", "choose a JPEG, PNG"),
        (b"%PDF-1.7 and so on", "PDF"),
        (b"<?xml version='1.0'?><svg></svg>", "SVG"),
        (_claiming(20_000, 10_000), "200 megapixels"),
        (_claiming(60_000, 60_000), "megapixels"),
        (_claiming(100_000, 10), "65,535"),
        (_claiming(0, 10), "no pixels"),
    ],
)
def test_what_is_no_picture_or_too_large_is_refused(file: bytes, says: str):
    with pytest.raises(BadInputError, match=says):
        open_picture(file, name="diary.png")


def test_the_limits_can_be_set():
    file = encoded(photo(), "JPEG")
    with pytest.raises(BadInputError, match="megapixels"):
        open_picture(file, limits=Limits(pixels=1000))
    with pytest.raises(BadInputError, match="MB"):
        open_picture(file, limits=Limits(file_bytes=100))


def test_paths(tmp_path: Path):
    with pytest.raises(BadInputError, match="no file"):
        open_picture(tmp_path / "missing.jpg")
    with pytest.raises(BadInputError, match="folder"):
        open_picture(tmp_path)
    misnamed = tmp_path / "photo.png"
    misnamed.write_bytes(encoded(photo(), "JPEG"))
    assert open_picture(misnamed).format == "JPEG"
    text = tmp_path / "notes.png"
    text.write_text("no picture")
    with pytest.raises(BadInputError, match=r"notes\.png is not a picture"):
        open_picture(text)
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(BadInputError, match="ordinary file"):
        open_picture(tmp_path / "pipe.png")


def _refusal(file: bytes) -> str | None:
    """Why the file is not opened; None when it is."""
    try:
        open_picture(file, name="holiday", limits=Limits(pixels=1_000_000))
    except BadInputError as error:
        return str(error)
    return None


@pytest.mark.parametrize("form", ["JPEG", "PNG", "PNG16", "WEBP", "TIFF", "TIFF16", "HEIF", "AVIF", "GIF", "BMP"])
def test_no_damage_gets_past_the_sentence(form: str):
    """Cut off or with bytes changed, a file opens or is refused with a sentence: nothing else is ever raised."""
    samples = photo(40, 50)
    if form == "PNG16":
        file = bytes(imagecodecs.png_encode(photo(40, 50, bits=16)))
    elif form == "TIFF16":
        target = io.BytesIO()
        tifffile.imwrite(target, photo(40, 50, bits=16), photometric="rgb", compression="zlib")
        file = target.getvalue()
    elif form == "HEIF":
        target = io.BytesIO()
        pillow_heif.from_bytes("RGB", (50, 40), samples.tobytes()).save(target)
        file = target.getvalue()
    else:
        file = encoded(samples, form)
    rng = np.random.default_rng(3)
    refusals = [_refusal(file[:length]) for length in rng.integers(1, len(file), 25)]
    for _ in range(60):
        damaged = bytearray(file)
        for at in rng.integers(0, min(len(file), 600), 3):
            damaged[at] = rng.integers(0, 256)
        refusals.append(_refusal(bytes(damaged)))
    sentences = [refusal for refusal in refusals if refusal is not None]
    assert len(sentences) >= 15
    assert all(sentence.startswith("holiday ") and sentence.endswith(".") for sentence in sentences)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_a_file_cut_in_half_is_refused(form: str):
    file = encoded(photo(200, 300), form)
    with pytest.raises(BadInputError, match=r"cut off|damaged"):
        open_picture(file[: len(file) // 2], name="holiday")
