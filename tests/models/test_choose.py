"""The choice of engine: thin, even, small and large holes, and what is left when engines are missing."""

from __future__ import annotations

import numpy as np
import pytest
import skimage.data

from models.errors import BadInputError, UnavailableError
from models.inpainting.choose import built_in_engines, choose_engine, hole_width


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    return skimage.data.coffee()[:300, :400]


def bar(shape: tuple[int, int], thickness: int) -> np.ndarray:
    hole = np.zeros(shape, np.float32)
    hole[100 : 100 + thickness, 50:250] = 1
    return hole


@pytest.mark.parametrize("thickness", [1, 5, 9, 21])
def test_width_is_the_thickness(thickness: int) -> None:
    assert hole_width(bar((200, 300), thickness) > 0) == pytest.approx(thickness, abs=1.1)


def test_a_scratch_goes_to_the_learned_mean(photo: np.ndarray) -> None:
    assert choose_engine(photo, bar((300, 400), 4)).name == "blended"


def test_a_brush_stroke_is_fused(photo: np.ndarray) -> None:
    assert choose_engine(photo, bar((300, 400), 21)).name == "fused"


def test_a_thin_leg_does_not_decide_for_the_body(photo: np.ndarray) -> None:
    hole = bar((300, 400), 60)
    hole[100:104, 250:330] = 1
    assert choose_engine(photo, hole).name == "patchmatch"


def test_an_object_goes_to_patchmatch(photo: np.ndarray) -> None:
    choice = choose_engine(photo, bar((300, 400), 60))
    assert choice.name == "patchmatch"
    assert choice.reason.endswith(".")
    assert "60" in choice.reason or "59" in choice.reason


def test_even_ground_is_continued_smoothly() -> None:
    ramp = np.rint(np.linspace(0, 60000, 400))[None, :, None] + np.zeros((300, 1, 3))
    assert choose_engine(ramp.astype(np.uint16), bar((300, 400), 40)).name == "membrane"


def test_what_is_not_available_is_not_chosen(photo: np.ndarray) -> None:
    assert choose_engine(photo, bar((300, 400), 4), {"patchmatch": 1}).name == "patchmatch"
    assert choose_engine(photo, bar((300, 400), 40), {"telea": 1}).name == "telea"
    assert choose_engine(photo, bar((300, 400), 40), {"other": 1}).name == "other"
    with pytest.raises(UnavailableError):
        choose_engine(photo, bar((300, 400), 40), {})


def test_every_name_is_a_built_in_engine(photo: np.ndarray) -> None:
    engines = built_in_engines()
    assert all(engine.name == name for name, engine in engines.items())
    assert choose_engine(photo[:9, :9], np.eye(9, dtype=np.float32)).name in engines


def test_an_empty_mask_is_refused(photo: np.ndarray) -> None:
    with pytest.raises(BadInputError):
        choose_engine(photo, np.zeros((300, 400), np.float32))
