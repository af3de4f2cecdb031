"""Small learned judges of what has been found in a picture; `models.training.blemishes` makes them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np


class Judge(NamedTuple):
    """A network of one hidden layer: measures to a likelihood. All float32."""

    mean: np.ndarray
    deviation: np.ndarray
    weight: np.ndarray
    bias: np.ndarray
    out: np.ndarray
    shift: np.ndarray

    def likelihood(self, told: np.ndarray) -> np.ndarray:
        """N in [0, 1] for N×F."""
        values = np.clip((told - self.mean) / self.deviation, -6, 6)
        hidden = np.maximum(values @ self.weight + self.bias, 0)
        return 1 / (1 + np.exp(-np.clip(hidden @ self.out + self.shift, -30, 30)))


@lru_cache(maxsize=4)
def load_judge(path: Path) -> Judge:
    """From an .npz of its arrays."""
    with np.load(path, allow_pickle=False) as held:
        return Judge(*(held[name] for name in Judge._fields))
