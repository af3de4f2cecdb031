from __future__ import annotations

import numpy as np
import pytest

from models.geometry import Bounds, Extent, Point

EXTENT = Extent(100, 60)


@pytest.mark.parametrize(
    ("bounds", "padding", "expected"),
    [
        (Bounds(10, 10, 20, 20), 5, Bounds(5, 5, 25, 25)),
        (Bounds(0, 0, 10, 10), 20, Bounds(0, 0, 30, 30)),
        (Bounds(90, 50, 100, 60), 20, Bounds(70, 30, 100, 60)),
        (Bounds(0, 0, 100, 60), 7, Bounds(0, 0, 100, 60)),
    ],
)
def test_padding_stays_inside_the_picture(bounds: Bounds, padding: int, expected: Bounds) -> None:
    assert bounds.padded(padding).clipped(EXTENT) == expected


@pytest.mark.parametrize("bounds", [Bounds(120, 10, 130, 20), Bounds(-20, 0, -5, 10), Bounds(10, 10, 10, 20)])
def test_what_lies_outside_has_no_area(bounds: Bounds) -> None:
    assert bounds.clipped(EXTENT).area == 0


@pytest.mark.parametrize(
    ("bounds", "side", "expected"),
    [
        (Bounds(10, 10, 20, 20), 30, Bounds(0, 0, 30, 30)),
        (Bounds(95, 55, 100, 60), 20, Bounds(80, 40, 100, 60)),
        (Bounds(40, 20, 60, 40), 200, Bounds(0, 0, 100, 60)),
        (Bounds(10, 10, 50, 50), 20, Bounds(10, 10, 50, 50)),
    ],
)
def test_a_crop_that_leaves_the_picture_is_shifted_not_cut(bounds: Bounds, side: int, expected: Bounds) -> None:
    assert bounds.at_least(side, EXTENT) == expected


def test_slices_address_rows_first() -> None:
    image = np.zeros((60, 100), np.uint8)
    image[Bounds(30, 5, 40, 10).slices] = 1
    assert image[5:10, 30:40].all()
    assert image.sum() == 50


def test_fitting_never_enlarges_and_keeps_the_shape() -> None:
    assert Extent(4000, 3000).fit_within(1000) == Extent(1000, 750)
    assert Extent(40, 30).fit_within(1000) == Extent(40, 30)
    assert Extent(10_000, 1).fit_within(100) == Extent(100, 1)


def test_union_and_intersection() -> None:
    first, second = Bounds(0, 0, 10, 10), Bounds(5, 5, 20, 8)
    assert first.union(second) == Bounds(0, 0, 20, 10)
    assert first.intersection(second) == Bounds(5, 5, 10, 8)
    assert first.intersection(Bounds(50, 50, 60, 60)).area == 0


def test_points_are_clipped_to_the_last_pixel() -> None:
    assert Point(500, -3).clipped(EXTENT) == Point(99, 0)
