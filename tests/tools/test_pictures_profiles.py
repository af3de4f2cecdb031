from __future__ import annotations

import imagecodecs
import numpy as np
import pytest
from PIL import ImageCms

from tests.tools.pictures_drawn import display_p3, grey_profile, photo
from tools.pictures.picture import Picture
from tools.pictures.profiles import colour_in_profile, colour_space, is_usable, rgb_profile, to_srgb, to_srgb_preview


def _one(colour: tuple[float, float, float], icc: bytes | None, bits: int = 16) -> Picture:
    white = 2**bits - 1
    samples = np.rint(np.array(colour) * white).astype(np.uint16 if bits == 16 else np.uint8)
    return Picture(np.broadcast_to(samples, (4, 5, 3)), icc=icc)


def test_without_a_profile_samples_are_srgb():
    picture = Picture(photo())
    np.testing.assert_array_equal(to_srgb_preview(picture), photo())
    assert colour_in_profile(picture, (0.1, 0.5, 2.0)) == (0.1, 0.5, 1.0)


def test_an_srgb_profile_changes_nothing_that_can_be_seen():
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert np.abs(to_srgb_preview(Picture(photo(), icc=icc)).astype(int) - photo()).max() <= 1
    assert colour_in_profile(Picture(photo(), icc=icc), (0.2, 0.4, 0.6)) == pytest.approx((0.2, 0.4, 0.6), abs=2e-3)


def test_srgb_red_in_display_p3():
    """The published conversion of sRGB red: about (0.9175, 0.2003, 0.1386) with the sRGB curve, so linear
    (0.8225, 0.0332, 0.0171); this profile's curve is a plain gamma of 2.2."""
    picture = _one((0, 0, 0), display_p3())
    expected = tuple(value ** (1 / 2.2) for value in (0.8225, 0.0332, 0.0171))
    assert colour_in_profile(picture, (1.0, 0.0, 0.0)) == pytest.approx(expected, abs=6e-3)


@pytest.mark.parametrize("colour", [(0x1F, 0x3A, 0x93), (200, 30, 30), (255, 255, 255), (12, 12, 12), (90, 200, 120)])
def test_a_colour_put_into_a_picture_looks_as_it_was_asked_for(colour: tuple[int, int, int]):
    asked = tuple(value / 255 for value in colour)
    for icc in (display_p3(), imagecodecs.cms_profile("adobergb"), None):
        there = colour_in_profile(_one((0, 0, 0), icc), asked)  # pyright: ignore[reportArgumentType]
        shown = to_srgb_preview(_one(there, icc))[0, 0]
        assert np.abs(shown.astype(int) - colour).max() <= 1


def test_colours_beyond_srgb_are_clipped():
    assert tuple(to_srgb_preview(_one((1, 0, 0), display_p3()))[0, 0]) == (255, 0, 0)


def test_sixteen_bits_round_to_nearest():
    picture = Picture(np.array([[[0, 128, 129], [65535, 65406, 32768]]], np.uint16))
    assert to_srgb_preview(picture).tolist() == [[[0, 0, 1], [255, 254, 128]]]


def test_a_grey_profile_gives_equal_channels_the_same_look():
    icc = grey_profile(1.8)
    picture = Picture(np.full((2, 2, 3), 128, np.uint8), icc=icc, grey=True)
    shown = to_srgb_preview(picture)[0, 0].astype(int)
    linear = (128 / 255) ** 1.8
    expected = 255 * (1.055 * linear ** (1 / 2.4) - 0.055)
    assert shown == pytest.approx([expected] * 3, abs=2)
    profile = rgb_profile(picture)
    assert profile is not None
    assert colour_space(profile) == "RGB"
    assert ImageCms.ImageCmsProfile(__import__("io").BytesIO(profile)).profile.xcolor_space.strip() == "RGB"


def test_broken_profiles_are_not_usable():
    sound = display_p3()
    assert is_usable(sound, "RGB")
    assert not is_usable(sound, "GREY")
    rng = np.random.default_rng(1)
    for _ in range(200):  # whatever is damaged, the answer is yes or no and never an error
        damaged = bytearray(sound)
        for at in rng.integers(0, len(damaged), 4):
            damaged[at] = rng.integers(0, 256)
        is_usable(bytes(damaged[: rng.integers(1, len(damaged) + 1)]), "RGB")
        to_srgb_preview(Picture(photo(8, 8), icc=bytes(damaged)))
        colour_in_profile(Picture(photo(8, 8), icc=bytes(damaged)), (0.5, 0.5, 0.5))
    assert not is_usable(b"", "RGB")
    assert not is_usable(ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes(), "RGB")


def test_transparent_parts_show_paper_and_do_not_bleed():
    pixels = np.zeros((40, 40, 4), np.uint8)
    pixels[:, :20] = (200, 0, 0, 255)
    pixels[:, 20:] = (0, 255, 0, 0)  # what is under full transparency must not show
    picture = Picture(pixels)
    assert tuple(to_srgb_preview(picture)[0, 30]) == (255, 255, 255)
    small = to_srgb(picture, 5)
    assert small.shape == (5, 5, 4)
    assert small[2, 2, 1] == 0
    assert tuple(small[2, 2, :3]) == (200, 0, 0)


def test_scaling_never_enlarges():
    assert to_srgb_preview(Picture(photo(30, 40)), 1000).shape == (30, 40, 3)
    assert to_srgb_preview(Picture(photo(30, 40, bits=16)), 20).shape == (15, 20, 3)
    assert to_srgb_preview(Picture(photo(1, 4000)), 100).shape == (1, 100, 3)
