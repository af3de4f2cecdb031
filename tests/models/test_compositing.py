from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.compositing import assert_outside_unchanged, composite, differing, outside_max_diff
from models.errors import OutsideChangedError


def pictures(dtype: type, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    top = np.iinfo(dtype).max
    parent, computed = rng.integers(0, top, (2, 24, 31, 3), dtype=dtype, endpoint=True)
    mask = np.clip(rng.normal(0.3, 0.7, (24, 31)), 0, 1).astype(np.float32)
    return parent, computed, mask


@given(st.sampled_from([np.uint8, np.uint16]), st.integers(0, 1000))
def test_outside_is_copied_inside_is_computed_and_between_lies_between(dtype: type, seed: int) -> None:
    parent, computed, mask = pictures(dtype, seed)
    result = composite(parent, computed, mask)
    assert result.dtype == dtype
    assert (result[mask == 0] == parent[mask == 0]).all()
    assert (result[mask == 1] == computed[mask == 1]).all()
    low, high = np.minimum(parent, computed), np.maximum(parent, computed)
    assert ((result >= low) & (result <= high)).all()
    assert outside_max_diff(parent, result, mask) == 0


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_single_changed_sample_outside_is_found(dtype: type) -> None:
    parent, computed, mask = pictures(dtype, 7)
    result = composite(parent, computed, mask)
    row, column = np.argwhere(mask == 0)[5]
    result[row, column, 1] ^= 1
    assert outside_max_diff(parent, result, mask) == 1
    with pytest.raises(OutsideChangedError):
        assert_outside_unchanged(parent, result, mask)


def test_a_full_mask_gives_the_computed_picture() -> None:
    parent, computed, _ = pictures(np.uint8, 1)
    assert (composite(parent, computed, np.ones(parent.shape[:2], np.float32)) == computed).all()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_a_pixel_differs_where_any_sample_does(dtype: type, channels: int) -> None:
    rng = np.random.default_rng(0)
    one = rng.integers(0, np.iinfo(dtype).max, (40, 50, channels)).astype(dtype)
    other = one.copy()
    other[rng.random(one.shape) > 0.95] += 1
    assert np.array_equal(differing(one, other), (one != other).any(axis=-1))
    assert np.array_equal(differing(one[::2, 3:], other[::2, 3:]), (one != other).any(axis=-1)[::2, 3:])
    assert np.array_equal(differing(one[..., 0], other[..., 0]), one[..., 0] != other[..., 0])
