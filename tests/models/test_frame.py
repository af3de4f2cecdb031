from __future__ import annotations

import numpy as np
import pytest

from models.frame import Placement, carried, flipped, quarter_turned, scaled, shifted, turned
from models.geometry import Extent

EXTENT = Extent(30, 20)


def _mask() -> np.ndarray:
    return np.random.default_rng(1).random((20, 30)).astype(np.float32)


@pytest.mark.parametrize("times", range(4))
def test_quarter_turns_are_numpys(times: int) -> None:
    expected = np.rot90(_mask(), times)
    assert np.allclose(carried(_mask(), quarter_turned(EXTENT, times), Extent.of(expected)), expected, atol=1e-6)


@pytest.mark.parametrize("vertically", [True, False])
def test_flips_are_numpys(vertically: bool) -> None:
    expected = np.flip(_mask(), 0 if vertically else 1)
    assert np.allclose(carried(_mask(), flipped(EXTENT, vertically=vertically), EXTENT), expected, atol=1e-6)


def test_a_crop_is_a_slice_and_the_way_back_is_empty_outside() -> None:
    way = shifted(-5, -3)
    small = carried(_mask(), way, Extent(10, 8))
    assert np.array_equal(small, _mask()[3:11, 5:15])
    back = carried(small, way.inverted(), EXTENT)
    assert np.array_equal(back[3:11, 5:15], small)
    back[3:11, 5:15] = 0
    assert not back.any()


def test_ways_join_in_the_order_they_are_gone() -> None:
    way = shifted(-5, -3).then(scaled(2, 2)).then(quarter_turned(Extent(20, 16), 1))
    point = np.array([7.0, 4.0])  # → (2, 1) → (4, 2) → (2, 20 - 4)
    a, b, c, d, e, f = way
    assert (a * point[0] + b * point[1] + c, d * point[0] + e * point[1] + f) == pytest.approx((2, 16))
    assert way.then(way.inverted()) == pytest.approx(Placement())


def test_a_turn_moves_what_lies_right_of_the_middle_up() -> None:
    mask = np.zeros((101, 101), np.float32)
    mask[48:53, 80:85] = 1
    moved = carried(mask, turned(Extent(101, 101), 90), Extent(101, 101))
    assert np.allclose(moved, np.rot90(mask), atol=1e-5)


def test_what_has_no_way_back_says_so() -> None:
    with pytest.raises(ValueError, match="no way back"):
        scaled(0, 1).inverted()
