"""What the measures say of pictures in which the truth is drawn."""

from __future__ import annotations

import numpy as np
import pytest
from skimage import data

from models.checking.copies import recognisable_copies
from models.checking.leftovers import leftovers
from models.checking.old_colour import old_colour
from models.checking.reflection import reflection
from models.checking.seams import seam_share
from models.colour.naming import parse_colour
from models.colour.recolour import recolour
from models.inpainting.filling import fill_hole
from models.mask import grow
from models.progress import SILENT
from tests.models.checking.scenes import grass, mirrored, painted, rectangle


def test_a_filling_without_a_seam_has_none_and_a_raw_patch_has() -> None:
    picture = np.ascontiguousarray(data.astronaut()[:240, :320])
    hole = rectangle(picture.shape, 40, 60, 100, 120)
    filled = fill_hole(picture, hole, seed=0, progress=SILENT).image
    raw = picture.copy()
    raw[60:120, 40:100] = np.clip(picture[60:120, 240:300].astype(int) + 12, 0, 255)
    assert seam_share(filled, hole) < 0.1
    assert seam_share(raw, hole) > 0.4


def test_an_untouched_picture_has_no_seam_anywhere() -> None:
    assert seam_share(grass(), rectangle((240, 320), 100, 80, 180, 160)) < 0.02


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_what_a_mask_cuts_off_is_left_over(depth: type) -> None:
    whole = rectangle((240, 320), 110, 80, 210, 160)
    picture = painted(grass(), whole, (190, 60, 50)).astype(depth) * (257 if depth is np.uint16 else 1)
    part = whole * (np.arange(320) < 180)[None]
    found = leftovers(picture.astype(depth), part, grow(part, 4))
    lost = (whole > 0) & (grow(part, 4) == 0)
    assert found.share > 0.2
    assert ((found.mask > 0) & lost).sum() > 0.8 * lost.sum()
    assert ((found.mask > 0) & (whole == 0)).sum() < 0.1 * lost.sum()


def test_nothing_is_left_of_what_was_taken_whole() -> None:
    whole = rectangle((240, 320), 110, 80, 210, 160)
    picture = painted(grass(), whole, (190, 60, 50))
    assert leftovers(picture, whole, grow(whole, 4)).share == 0


def test_what_has_the_colour_but_lies_apart_is_another_thing() -> None:
    whole, other = rectangle((240, 320), 110, 80, 190, 160), rectangle((240, 320), 230, 100, 260, 140)
    picture = painted(grass(), np.maximum(whole, other), (190, 60, 50))
    assert leftovers(picture, whole, grow(whole, 4)).share == 0


def test_an_empty_target_leaves_nothing() -> None:
    nothing = np.zeros((240, 320), np.float32)
    assert leftovers(grass(), nothing, nothing).share == 0
    assert reflection(grass(), nothing, nothing).likeness == 0
    assert old_colour(grass(), grass(), nothing).share == 0
    assert seam_share(grass(), nothing) == 0


def test_a_mirror_image_is_found_where_it_lies() -> None:
    picture, box = mirrored()
    found = reflection(picture, box, grow(box, 4))
    image = rectangle(picture.shape, 90, 144, 234, 220)
    assert found.likeness > 0.8
    assert ((found.mask > 0) & (image > 0)).sum() > 0.9 * image.sum()


def test_a_floor_without_a_mirror_image_has_none() -> None:
    picture, box = mirrored()
    picture[140:] = grass(120, 320)
    assert reflection(picture, box, grow(box, 4)).likeness == 0


def test_a_thing_copied_beside_itself_is_recognised_and_texture_is_not() -> None:
    picture = grass(260, 340)
    picture[60:100, 60:100] = np.random.default_rng(1).integers(0, 255, (8, 8, 3)).repeat(5, 0).repeat(5, 1)
    hole = rectangle(picture.shape, 180, 90, 260, 170)
    copied = picture.copy()
    copied[110:150, 200:240] = picture[60:100, 60:100]
    found = recognisable_copies(copied, hole, hole)
    assert found.share > 0.2
    assert found.sources[43:117, 43:117].sum() == found.sources.sum() > 0, "it was copied from there alone"
    assert recognisable_copies(picture, hole, hole).share == 0


def test_old_colour_at_the_rim_is_seen() -> None:
    whole = rectangle((240, 320), 110, 80, 210, 160)
    picture = painted(grass(), whole, (190, 60, 50))
    wish = parse_colour("#1F3A93")
    tight = recolour(picture, grow(whole, -8), wish)
    left = old_colour(picture, tight, whole)
    rim = (whole > 0) & (grow(whole, -8) == 0)
    assert left.share > 0.1
    assert ((left.mask > 0) & rim).sum() > 0.7 * rim.sum()
    assert old_colour(picture, painted(picture, whole, (31, 58, 147)), whole).share < 0.01


def test_a_grey_thing_has_no_old_colour() -> None:
    whole = rectangle((240, 320), 110, 80, 210, 160)
    picture = painted(grass(), whole, (120, 120, 120))
    assert old_colour(picture, picture, whole).share == 0


def test_a_seam_is_measured_alike_wherever_it_lies_in_a_large_picture() -> None:
    rng = np.random.default_rng(1)
    small = np.full((220, 260, 3), 120, np.uint8) + rng.integers(0, 6, (220, 260, 1), dtype=np.uint8)
    hole = np.zeros((220, 260), np.float32)
    hole[50:170, 60:200] = 1.0
    small[:, 130:][hole[:, 130:] > 0] += 25  # half of the hole stands out
    share = seam_share(small, hole)
    assert 0.3 < share < 0.7
    for top, left in ((0, 0), (131, 77), (300, 411)):
        around = ((top, 400 - top), (left, 500 - left))
        wide = np.pad(small, (*around, (0, 0)), mode="reflect")
        assert seam_share(wide, np.pad(hole, around)) == pytest.approx(share, abs=1e-6)
