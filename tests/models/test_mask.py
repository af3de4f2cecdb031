from __future__ import annotations

import cv2
import numpy as np
import pytest

from models import mask as masks
from models.errors import BadInputError
from models.geometry import Bounds, Extent


def disc(size: int = 101, radius: int = 20) -> masks.Mask:
    canvas = np.zeros((size, size), np.uint8)
    cv2.circle(canvas, (size // 2, size // 2), radius, 1, -1)
    return canvas.astype(np.float32)


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (np.array([[True, False]]), [1.0, 0.0]),
        (np.array([[255, 0]], np.uint8), [1.0, 0.0]),
        (np.array([[65535, 0]], np.uint16), [1.0, 0.0]),
        (np.array([[2.0, np.nan]]), [1.0, 0.0]),
    ],
)
def test_any_usual_array_becomes_a_mask(array: np.ndarray, expected: list[float]) -> None:
    assert masks.as_mask(array).dtype == np.float32
    assert masks.as_mask(array)[0].tolist() == expected


def test_a_mask_of_another_size_or_an_empty_one_is_refused() -> None:
    with pytest.raises(BadInputError, match="same size"):
        masks.require(np.ones((4, 4), np.float32), Extent(5, 4))
    with pytest.raises(BadInputError, match="empty"):
        masks.require(np.zeros((4, 4), np.float32), Extent(4, 4))


@pytest.mark.parametrize("pixels", [1, 5, 12, 13, 30])
def test_growing_moves_the_edge_by_that_many_pixels(pixels: int) -> None:
    box = masks.bounds(masks.grow(disc(), pixels))
    assert abs(box.width - (41 + 2 * pixels)) <= 2


@pytest.mark.parametrize("pixels", [3, 13])
def test_shrinking_undoes_growing_about(pixels: int) -> None:
    assert masks.iou(masks.grow(masks.grow(disc(), pixels), -pixels), disc()) > 0.97


def test_an_object_at_the_picture_edge_does_not_shrink_from_it() -> None:
    half = np.zeros((80, 80), np.float32)
    half[:, :40] = 1.0
    for pixels in (4, 15):
        shrunk = masks.grow(half, -pixels)
        assert shrunk[:, 0].all()
        assert not shrunk[:, 40 - pixels + 1 :].any()


@pytest.mark.parametrize("pixels", [1.0, 4.0, 9.5])
def test_a_feather_reaches_exactly_as_far_as_it_says(pixels: float) -> None:
    soft = masks.feather(disc(), pixels)
    distance = cv2.distanceTransform(1 - disc().astype(np.uint8), cv2.DIST_L2, 5)
    assert (soft[disc() == 1] == 1).all()
    assert not soft[distance > pixels + 1].any()
    assert ((soft > 0) & (soft < 1)).any()


def test_feathering_inwards_never_leaves_the_mask() -> None:
    soft = masks.feather_inwards(disc(), 5)
    assert not soft[disc() == 0].any()
    assert soft[50, 50] == 1.0
    assert 0 < soft[50, 50 - 19] < 1


def test_holes_are_filled_up_to_a_size() -> None:
    ring = disc(radius=30)
    ring[45:55, 45:55] = 0
    ring[50, 30] = 0
    assert masks.fill_holes(ring).sum() == disc(radius=30).sum()
    assert masks.fill_holes(ring, largest=10)[50, 50] == 0
    assert masks.fill_holes(ring, largest=10)[50, 30] == 1


def test_specks_go_and_components_come_largest_first() -> None:
    spotted = disc()
    spotted[2:4, 2:4] = 1
    assert masks.area(masks.components(spotted)[0]) > masks.area(masks.components(spotted)[1]) == 4
    assert masks.iou(masks.remove_specks(spotted, 5), disc()) == 1.0


def test_bounds_are_tight_and_half_open() -> None:
    spot = np.zeros((10, 20), np.float32)
    spot[3:5, 7:12] = 0.2
    assert masks.bounds(spot) == Bounds(7, 3, 12, 5)
    assert masks.bounds(spot, above=0.5).area == 0


def test_resizing_keeps_the_share_that_is_selected() -> None:
    assert masks.resize(disc(), Extent(50, 50)).mean() == pytest.approx(disc().mean(), rel=0.03)
    assert masks.resize(disc(), Extent(202, 202)).mean() == pytest.approx(disc().mean(), rel=0.03)


@pytest.mark.parametrize("pixels", [-14, -3, 3, 14])
def test_what_is_done_to_a_mask_does_not_depend_on_the_empty_picture_around_it(pixels: int) -> None:
    rng = np.random.default_rng(2)
    blots = np.clip(40 * (cv2.GaussianBlur(rng.normal(size=(90, 120)).astype(np.float32), (0, 0), 5)) + 0.2, 0, 1)
    blots[:32], blots[-32:], blots[:, :32], blots[:, -32:] = 0, 0, 0, 0
    wide = np.pad(blots, ((300, 200), (150, 400)))
    for change in (lambda m: masks.grow(m, pixels), lambda m: masks.feather(m, abs(pixels)), masks.fill_holes):
        assert np.array_equal(change(wide)[300:-200, 150:-400], change(blots))
        assert masks.area(change(wide)) == masks.area(change(blots))
