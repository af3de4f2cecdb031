"""Lines that end at the rim of a filled place."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from models.checking.broken_lines import BrokenLines, broken_lines
from tests.models.checking.scenes import grass, rectangle

HOLE = rectangle((240, 320), 120, 70, 200, 170)


def shore() -> np.ndarray:
    """Light sky over dark water, a little grain."""
    picture = np.full((240, 320, 3), (190, 205, 220), np.int16)
    picture[120:] = (40, 70, 90)
    return np.clip(picture + np.random.default_rng(0).integers(-5, 6, picture.shape), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_a_horizon_that_goes_on_is_whole_and_one_that_steps_is_broken(depth: type) -> None:
    whole = shore().astype(depth) * (257 if depth is np.uint16 else 1)
    assert broken_lines(whole, HOLE).ends == 0
    stepped = np.where(HOLE[..., None] > 0, np.roll(whole, -24, 0), whole)
    found = broken_lines(stepped, HOLE)
    assert found.ends == 2, "at both sides"
    assert found.share == 1.0


def test_a_horizon_lost_in_a_blur_is_broken() -> None:
    blurred = np.where(HOLE[..., None] > 0, cv2.GaussianBlur(shore(), (0, 0), 20), shore())
    assert broken_lines(blurred, HOLE).ends == 2


def test_texture_has_no_lines() -> None:
    assert broken_lines(grass(), HOLE) == BrokenLines(0, 0.0)


def test_a_line_beside_the_hole_is_not_asked_about() -> None:
    picture = grass()
    cv2.line(picture, (40, 60), (280, 60), (255, 255, 255), 3)
    assert broken_lines(picture, HOLE).ends == 0


def test_no_hole_and_nothing_but_a_hole_break_nothing() -> None:
    assert broken_lines(shore(), np.zeros_like(HOLE)).ends == 0
    assert broken_lines(shore(), np.ones_like(HOLE)).ends == 0
