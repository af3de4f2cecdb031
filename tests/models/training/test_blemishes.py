"""What is learned from drawn damage tells drawn damage, on pictures that were not learned from."""

from __future__ import annotations

import numpy as np
import pytest
import skimage.data

from models.training.blemishes import learn, lessons


@pytest.mark.parametrize("kind", ["dust", "scratches"])
def test_it_learns_to_tell_damage(kind: str) -> None:
    rng = np.random.default_rng(0)
    coffee, cat = skimage.data.coffee(), skimage.data.chelsea()
    told, true = lessons(kind, [coffee[:200, :300], cat[:200, :300], coffee[200:, 300:]], rng)
    judge = learn(told, true, seed=0, steps=200)
    others, expected = lessons(kind, [coffee[:200, 300:], cat[100:, 150:]], rng)
    said = judge.likelihood(others)
    assert said.min() >= 0
    assert said.max() <= 1
    assert said[expected].mean() > said[~expected].mean() + 0.2
