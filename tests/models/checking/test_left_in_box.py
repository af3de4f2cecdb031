"""What a box still holds of a thing that its mask took in part."""

from __future__ import annotations

import numpy as np
import pytest

from models.checking.left_in_box import left_in_box
from models.geometry import Bounds
from models.mask import Mask, grow
from tests.models.checking.scenes import grass, painted, rectangle

BODY, HEAD = (190, 60, 50), (40, 40, 160)
BOX = Bounds(96, 56, 226, 164)


def two_coloured() -> tuple[np.ndarray, Mask, Mask]:
    """A red body with a blue head at its right, on grass; the masks of the body and of the head."""
    body, head = rectangle((240, 320), 100, 80, 180, 160), rectangle((240, 320), 180, 60, 222, 110)
    return painted(painted(grass(), body, BODY), head, HEAD), body, head


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_a_part_of_another_colour_is_left_in_the_box(depth: type) -> None:
    picture, body, head = two_coloured()
    samples = picture.astype(depth) * (257 if depth is np.uint16 else 1)
    found = left_in_box(samples, body, grow(body, 4), BOX)
    assert found.share > 0.2
    assert ((found.mask > 0) & (head > 0)).sum() > 0.8 * head.sum()
    assert ((found.mask > 0) & (head == 0)).sum() < 0.1 * head.sum()
    assert 0.25 < found.gap < 0.4, "it reaches the box's right side nowhere"


def test_nothing_is_left_of_what_was_taken_whole() -> None:
    picture, body, head = two_coloured()
    whole = np.maximum(body, head)
    found = left_in_box(picture, whole, grow(whole, 4), BOX)
    assert (found.share, found.gap) == (0.0, 0.0)


def test_what_goes_on_outside_the_box_is_not_the_things() -> None:
    """A path that crosses the box from side to side has its colour outside, too."""
    path, body = rectangle((240, 320), 0, 130, 320, 150), rectangle((240, 320), 130, 60, 190, 160)
    picture = painted(painted(grass(), path, (120, 110, 100)), body, BODY)
    assert left_in_box(picture, body, grow(body, 4), Bounds(100, 56, 220, 166)).share < 0.01


def test_a_spot_apart_from_the_hole_is_another_thing() -> None:
    picture, body, _ = two_coloured()
    spot = rectangle((240, 320), 206, 140, 218, 152)
    lone = painted(painted(grass(), body, BODY), spot, HEAD)
    assert picture.shape == lone.shape
    assert left_in_box(lone, body, grow(body, 4), BOX).share == 0


def test_a_box_of_nothing_and_an_empty_target_leave_nothing() -> None:
    picture, body, _ = two_coloured()
    nothing = np.zeros_like(body)
    assert left_in_box(picture, nothing, nothing, BOX).share == 0
    assert left_in_box(picture, body, grow(body, 4), Bounds(400, 300, 500, 400)).gap == 0
