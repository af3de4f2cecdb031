from __future__ import annotations

import numpy as np
import pytest

from models.colour.difference import body_difference


def surface(srgb: tuple[float, float, float], dtype: type) -> np.ndarray:
    """A shaded surface: the colour itself, darker towards one side, with a little grain."""
    rng = np.random.default_rng(0)
    light = np.clip(np.linspace(0.6, 1.0, 80), None, 0.9)[None, :, None] / 0.9
    flat = np.asarray(srgb) * light * np.ones((60, 1, 1)) + rng.normal(0, 0.004, (60, 80, 1))
    return np.rint(np.clip(flat, 0, 1) * np.iinfo(dtype).max).astype(dtype)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_surface_of_the_colour_is_near_and_another_is_far(dtype: type) -> None:
    mask = np.ones((60, 80), np.float32)
    grey, red, blue = (0.5, 0.5, 0.5), (0.75, 0.2, 0.2), (0.2, 0.25, 0.7)
    before, after = surface(grey, dtype), surface(red, dtype)
    assert body_difference(before, after, mask, red) < 3
    assert body_difference(before, after, mask, blue) > 30
    assert body_difference(after, after, mask, red) < 3, "what had the colour already is near it too"


def test_what_kept_its_colour_is_no_part_of_the_surface() -> None:
    mask = np.ones((60, 80), np.float32)
    red, blue = (0.75, 0.2, 0.2), (0.2, 0.25, 0.7)
    before = surface(blue, np.uint8)
    after = before.copy()
    after[:, 50:] = surface(red, np.uint8)[:, 50:]
    assert body_difference(before, after, mask, red) < 5
