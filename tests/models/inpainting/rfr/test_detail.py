"""Smooth fillings get the grain of their surroundings, and no more."""

import cv2
import numpy as np
import pytest

from models.inpainting.rfr.detail import with_detail

HOLE = np.zeros((120, 160), bool)
HOLE[30:95, 40:120] = True


def _grainy(seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    ramp = np.broadcast_to(np.linspace(0.3, 0.7, 160)[None, :, None], (120, 160, 3))
    return (ramp + 0.05 * rng.standard_normal((120, 160, 3))).astype(np.float32)


def _smooth_inside(picture: np.ndarray) -> np.ndarray:
    return np.where(HOLE[..., None], np.linspace(0.3, 0.7, 160, dtype=np.float32)[None, :, None], picture)


def _grain(picture: np.ndarray, where: np.ndarray) -> float:
    inner = cv2.erode(where.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    return float((picture - cv2.GaussianBlur(picture, (0, 0), 1.0))[inner].std())


@pytest.mark.parametrize("sigma", [1.0, 2.5])
def test_grain_is_as_strong_as_around(sigma: float) -> None:
    picture = _smooth_inside(_grainy())
    result = with_detail(picture, HOLE, ~HOLE, sigma=sigma, rng=np.random.default_rng(0))
    assert np.array_equal(result[~HOLE], picture[~HOLE])
    assert _grain(result, HOLE) == pytest.approx(_grain(picture, ~HOLE), rel=0.15)
    # coarse colours stay what they were
    coarse = [cv2.GaussianBlur(each, (0, 0), 8.0)[HOLE] for each in (picture, result)]
    assert np.abs(coarse[0] - coarse[1]).max() < 0.02


def test_grain_that_is_there_is_not_doubled() -> None:
    picture = _grainy()
    result = with_detail(picture, HOLE, ~HOLE, sigma=1.0, rng=np.random.default_rng(0))
    assert _grain(result, HOLE) < 1.1 * _grain(picture, HOLE)


def test_even_surroundings_give_nothing() -> None:
    picture = np.full((120, 160, 3), 0.4, np.float32)
    result = with_detail(picture, HOLE, ~HOLE, sigma=1.0, rng=np.random.default_rng(0))
    np.testing.assert_allclose(result, picture, atol=1e-5)


def test_the_seed_decides() -> None:
    picture = _smooth_inside(_grainy())
    first, again, other = (
        with_detail(picture, HOLE, ~HOLE, sigma=1.0, rng=np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("shape", [(5, 40), (1, 1), (40, 5)])
def test_pictures_too_small_for_examples_stay_as_they_are(shape: tuple[int, int]) -> None:
    picture, hole = np.full((*shape, 3), 0.5, np.float32), np.ones(shape, bool)
    assert with_detail(picture, hole, ~hole, sigma=1.0, rng=np.random.default_rng(0)) is picture
