"""What is taken for a thing's shadow, and what is not, in pictures in which the truth is drawn."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from models.checking.shadow import shadow
from models.mask import Mask, grow
from tests.models.checking.scenes import box_with_a_shadow, grass, painted, rectangle, shaded


def floor() -> np.ndarray:
    """A smooth one with a little noise, brighter towards the front."""
    rng = np.random.default_rng(2)
    slope = np.linspace(150, 190, 240)[:, None, None] + np.array([0, -4, -10])
    return np.clip(slope + rng.normal(0, 1.5, (240, 320, 3)), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("ground", [grass(), floor()], ids=["grass", "smooth floor"])
@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_a_cast_shadow_is_found_where_it_lies(ground: np.ndarray, depth: type) -> None:
    picture, box, cast = box_with_a_shadow(ground)
    wide = picture.astype(depth) * depth(257 if depth is np.uint16 else 1)
    found = shadow(wide, box, grow(box, 4))
    assert found is not None
    assert found.confidence > 0.5
    taken, outside = found.mask > 0, grow(box, 4) == 0
    core, nothing = (cast > 0.5) & outside, (cast < 0.05) & outside
    assert (taken & core).sum() > 0.9 * core.sum()
    assert (taken & nothing).sum() < 0.08 * core.sum()
    assert not (taken & ~outside).any(), "what is filled already is not asked for again"


def test_a_hole_as_tight_as_the_thing_hides_no_shadow() -> None:
    picture, box, cast = box_with_a_shadow(grass())
    found = shadow(picture, box, box)
    assert found is not None
    assert ((found.mask > 0) & (cast > 0.5)).sum() > 0.8 * (cast > 0.5).sum()


@pytest.mark.parametrize("margin", [0, 4])
@pytest.mark.parametrize("ground", [grass(), floor()], ids=["grass", "smooth floor"])
def test_there_is_no_shadow_where_none_is(ground: np.ndarray, margin: int) -> None:
    box = rectangle(ground.shape, 90, 70, 160, 160)
    assert shadow(painted(ground, box, (190, 60, 50)), box, grow(box, margin)) is None


def beside(ground: np.ndarray, colour: tuple[int, int, int]) -> tuple[np.ndarray, Mask]:
    """The box with something of one colour standing against its foot."""
    box, other = rectangle(ground.shape, 90, 70, 160, 160), rectangle(ground.shape, 160, 140, 215, 165)
    return painted(painted(ground, other, colour), box, (190, 60, 50)), box


@pytest.mark.parametrize("colour", [(40, 40, 42), (60, 40, 110), (100, 30, 30)], ids=["black", "violet", "brown"])
def test_a_dark_thing_beside_it_is_no_shadow(colour: tuple[int, int, int]) -> None:
    for ground in (grass(), floor()):
        picture, box = beside(ground, colour)
        assert shadow(picture, box, grow(box, 4)) is None


def test_a_shadow_that_lies_apart_is_another_things() -> None:
    ground = grass()
    cast = np.zeros(ground.shape[:2], np.float32)
    cv2.ellipse(cast, (250, 155), (40, 14), 0.0, 0.0, 360.0, (1.0,), -1)
    box = rectangle(ground.shape, 90, 70, 160, 160)
    picture = painted(shaded(ground, cv2.GaussianBlur(cast, (0, 0), 3.0)), box, (190, 60, 50))
    assert shadow(picture, box, grow(box, 4)) is None


def test_a_shade_that_goes_on_beyond_all_measure_is_not_its_shadow() -> None:
    ground = grass()
    box = rectangle(ground.shape, 90, 70, 160, 160)
    picture = painted(shaded(ground, rectangle(ground.shape, 0, 150, 320, 240)), box, (190, 60, 50))
    assert shadow(picture, box, grow(box, 4)) is None


def test_on_a_ground_of_many_materials_nothing_is_said() -> None:
    rng = np.random.default_rng(4)
    patchwork = cv2.resize(
        rng.integers(20, 240, (12, 16, 3), dtype=np.uint8), (320, 240), interpolation=cv2.INTER_NEAREST
    )
    picture, box, _ = box_with_a_shadow(patchwork)
    assert shadow(picture, box, grow(box, 4)) is None


def test_an_empty_target_casts_no_shadow() -> None:
    ground = grass()
    assert shadow(ground, np.zeros(ground.shape[:2], np.float32), np.zeros(ground.shape[:2], np.float32)) is None
