"""The crop that the model sees and the size it is painted at: no model needed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import BadInputError
from models.geometry import Bounds, Extent
from models.inpainting.diffusion.window import resample, window, working

MEGAPIXEL = 1024 * 1024


@pytest.mark.parametrize(
    ("hole", "picture", "expected"),
    [
        # a small hole gets 512 pixels around it
        (Bounds(1000, 1000, 1040, 1040), Extent(4000, 3000), Bounds(764, 764, 1276, 1276)),
        # shifted inwards at the corner, not cut
        (Bounds(0, 0, 40, 40), Extent(4000, 3000), Bounds(0, 0, 512, 512)),
        (Bounds(3960, 2960, 4000, 3000), Extent(4000, 3000), Bounds(3488, 2488, 4000, 3000)),
        # half the mean side around a large one
        (Bounds(1000, 1000, 1800, 1800), Extent(4000, 3000), Bounds(600, 600, 2200, 2200)),
        # a long one is drawn towards a square
        (Bounds(500, 1400, 2500, 1500), Extent(4000, 3000), Bounds(0, 695, 3025, 2205)),
        # a picture smaller than the context is shown whole
        (Bounds(10, 10, 20, 20), Extent(300, 200), Bounds(0, 0, 300, 200)),
    ],
)
def test_the_crop_has_context(hole: Bounds, picture: Extent, expected: Bounds) -> None:
    if hole == Bounds(500, 1400, 2500, 1500):
        found = window(hole, picture)
        assert found.width / found.height <= 2.01
        assert found.union(hole) == found
    else:
        assert window(hole, picture) == expected


@settings(max_examples=150, deadline=None)
@given(
    st.integers(1, 5000),
    st.integers(1, 5000),
    st.integers(0, 4999),
    st.integers(0, 4999),
    st.integers(1, 2000),
    st.integers(1, 2000),
)
def test_the_crop_holds_the_hole_and_lies_inside(
    width: int, height: int, x: int, y: int, across: int, down: int
) -> None:
    picture = Extent(width, height)
    hole = Bounds(x, y, x + across, y + down).clipped(picture)
    if not hole.area:
        return
    crop = window(hole, picture)
    assert crop.clipped(picture) == crop
    assert crop.union(hole) == crop
    assert crop.width >= min(512, width)
    assert crop.height >= min(512, height)


@pytest.mark.parametrize(
    ("crop", "native", "multiple", "scaled", "padded"),
    [
        (Extent(512, 512), 512 * 512, 8, Extent(512, 512), Extent(512, 512)),
        (Extent(512, 512), MEGAPIXEL, 16, Extent(1024, 1024), Extent(1024, 1024)),
        (Extent(4096, 4096), MEGAPIXEL, 64, Extent(1024, 1024), Extent(1024, 1024)),
        (Extent(100, 100), MEGAPIXEL, 16, Extent(400, 400), Extent(400, 400)),
    ],
)
def test_working_sizes(crop: Extent, native: int, multiple: int, scaled: Extent, padded: Extent) -> None:
    found = working(crop, native, multiple)
    assert (found.scaled, found.padded) == (scaled, padded)


@settings(max_examples=200, deadline=None)
@given(st.integers(16, 6000), st.integers(16, 6000), st.sampled_from([8, 16, 32, 64]), st.sampled_from([1, 4]))
def test_a_working_size_is_one_the_model_knows(width: int, height: int, multiple: int, part: int) -> None:
    native = MEGAPIXEL // part
    crop = Extent(width, height)
    if max(width, height) / min(width, height) > 8:
        return
    found = working(crop, native, multiple)
    assert found.padded.pixels <= native
    assert found.padded.width % multiple == 0
    assert found.padded.height % multiple == 0
    assert 0 <= found.padded.width - found.scaled.width < multiple
    assert 0 <= found.padded.height - found.scaled.height < multiple
    # undistorted but for rounding to whole pixels
    assert abs(found.scaled.width * height - found.scaled.height * width) <= max(width, height)
    # and near what it was trained at, unless the crop is tiny
    if min(width, height) >= 512:
        assert found.padded.pixels > 0.7 * native


def test_a_thread_is_refused_in_a_sentence() -> None:
    with pytest.raises(BadInputError, match="too narrow"):
        working(Extent(30000, 1), MEGAPIXEL, 64)


@pytest.mark.parametrize("extent", [Extent(200, 120), Extent(37, 301), Extent(700, 620)])
def test_there_and_back_keeps_the_picture(extent: Extent) -> None:
    y, x = np.mgrid[0 : extent.height, 0 : extent.width].astype(np.float32)
    waves = 0.5 + 0.2 * np.sin(x / 17) + 0.2 * np.cos(y / 23)
    image = np.dstack([waves, waves[::-1], 1 - waves]).astype(np.float32)
    size = working(extent, 512 * 512, 8)
    small = size.shrink(image)
    assert small.shape == (size.padded.height, size.padded.width, 3)
    assert small.dtype == np.float32
    back = size.enlarge(small)
    assert back.shape == image.shape
    assert np.abs(back - image).max() < 0.05
    assert np.abs(back - image).mean() < 0.005


def test_the_padding_may_not_be_painted() -> None:
    size = working(Extent(100, 90), 512 * 512, 64)
    mask = size.shrink_mask(np.ones((90, 100), np.float32))
    assert mask.shape == (size.padded.height, size.padded.width)
    assert (mask[: size.scaled.height, : size.scaled.width] == 1).all()
    assert mask[size.scaled.height :].sum() == 0
    assert mask[:, size.scaled.width :].sum() == 0


def test_enlarging_stays_in_range() -> None:
    step = np.zeros((20, 20, 3), np.float32)
    step[:, 10:] = 1
    large = resample(step, Extent(90, 90))
    assert large.min() == 0.0
    assert large.max() == 1.0
