"""Detail is added where it is missing, less of it where it is strong."""

from __future__ import annotations

import numpy as np
import pytest

from models.inpainting.grain import with_grain

INSIDE = (slice(15, 45), slice(15, 45))


def pictures(contrast: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    checks = np.where(np.indices((60, 60)).sum(axis=0) % 2, 100 + contrast, 100 - contrast).astype(np.uint8)
    return np.full((60, 60, 3), 130, np.uint8), np.dstack([checks] * 3), np.ones((60, 60), bool)


def test_colours_come_from_one_and_detail_from_the_other() -> None:
    smooth, detailed, where = pictures(4)
    result = with_grain(smooth, detailed, where)[INSIDE]
    assert result.mean() == pytest.approx(130, abs=0.5)
    assert result.std() == pytest.approx(4, abs=0.5)
    assert np.corrcoef(result.ravel(), detailed[INSIDE].ravel())[0, 1] > 0.99


def test_strong_detail_is_held_back_and_yet_stronger() -> None:
    found = []
    for contrast in (4, 20, 60):
        smooth, detailed, where = pictures(contrast)
        found.append(with_grain(smooth, detailed, where)[INSIDE].std())
    assert found == sorted(found)
    assert found[1] < 0.8 * 20
    assert found[2] < 0.5 * 60


def test_what_has_its_own_detail_is_left_alone() -> None:
    _, detailed, where = pictures(10)
    other = np.roll(detailed, 1, axis=1)
    np.testing.assert_allclose(with_grain(detailed, other, where)[INSIDE], detailed[INSIDE], atol=0.1)


def test_16_bits_are_the_same_in_larger_numbers() -> None:
    smooth, detailed, where = pictures(30)
    wide = with_grain(smooth.astype(np.uint16) * 257, detailed.astype(np.uint16) * 257, where)
    np.testing.assert_allclose(wide / 257, with_grain(smooth, detailed, where), atol=0.01)
