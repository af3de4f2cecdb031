"""Which kinds of holes a training run draws, and how often."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from models.errors import BadInputError
from models.geometry import Extent
from models.mask import Mask
from models.training.masks import shapes, strokes
from models.training.shares import check_shares, pick

_TRIES = 24
_MOST_IRREGULAR = 0.6  # the largest share of the picture in PConv's and RFR-Net's bins


def _irregular(rng: np.random.Generator, extent: Extent) -> Mask:
    return strokes.irregular(rng, extent, float(rng.uniform(0.01, _MOST_IRREGULAR)))


KINDS: dict[str, Callable[[np.random.Generator, Extent], Mask]] = {
    **{name: partial(strokes.lama, recipe=recipe) for name, recipe in strokes.LAMA_SETS.items()},
    "deepfill": strokes.deepfill,
    "irregular": _irregular,
    "blob": shapes.blob,
    "polygon": shapes.polygon,
    "text": shapes.text,
    "scratches": shapes.scratches,
    "wires": shapes.wires,
}
"""Every kind by name. Each is drawn on a canvas of its published size; see `HoleMixture.draw`."""

_SIDES = {**dict.fromkeys(strokes.LAMA_SETS, strokes.LAMA_SIDE), "deepfill": strokes.DEEPFILL_SIDE}

EVERYTHING = {
    "thin": 3.0, "medium": 2.0, "thick": 1.0, "deepfill": 2.0, "irregular": 3.0,
    "blob": 1.0, "polygon": 0.5, "text": 1.0, "scratches": 1.0, "wires": 1.0,
}  # fmt: skip
NARROW = {"thin": 3.0, "deepfill": 1.0, "text": 2.0, "scratches": 3.0, "wires": 1.5, "irregular": 0.5}


@dataclass(frozen=True)
class HoleMixture:
    """Kinds of holes with their weights, and the share of a crop that a hole may take.

    Raises BadInputError for an unknown kind, a negative weight, no weight at all, or an impossible share.
    """

    weights: Mapping[str, float]
    least: float = 0.004
    most: float = 0.65

    def __post_init__(self) -> None:
        check_shares(self.weights, KINDS, "hole")
        if not 0 <= self.least < self.most <= 1:
            raise BadInputError("A hole's least and most share of the picture must satisfy 0 ≤ least < most ≤ 1.")

    def draw(self, rng: np.random.Generator, extent: Extent) -> Mask:
        """H×W float32 of 0 and 1, at least one pixel of each.

        A kind with a published size is drawn at that size (or larger) and a window is cut where its hole share is
        within bounds, so that strokes in a small crop are as wide as in a large picture.
        """
        name = pick(rng, self.weights)
        side = _SIDES.get(name, 0)
        canvas = Extent(max(side, extent.width), max(side, extent.height))
        for _ in range(_TRIES):
            hole = KINDS[name](rng, canvas)
            x, y = rng.integers(canvas.width - extent.width + 1), rng.integers(canvas.height - extent.height + 1)
            window = hole[y : y + extent.height, x : x + extent.width]
            if self.least <= window.mean() <= self.most:
                return np.ascontiguousarray(window)
        return strokes.irregular(rng, extent, self.least + 0.25 * (self.most - self.least))
