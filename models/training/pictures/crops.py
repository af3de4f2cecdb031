"""Random square crops of a photo: place, scale, mirror and quarter turns, light and colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np


def random_crop(rng: np.random.Generator, photo: np.ndarray, side: int, *, native_share: float = 0.5) -> np.ndarray:
    """side×side×3 uint8 from H×W×3 uint8.

    `native_share` of the crops are cut at the photo's own sharpness, as a hole is filled in use; the others show up
    to all of the shorter side, shrunk. Photos smaller than `side` are enlarged to fit.
    """
    shorter = min(photo.shape[:2])
    widest = max(1.0, shorter / side)
    scale = 1.0 if rng.random() < native_share else widest ** rng.random()
    cut = min(shorter, max(1, round(side * scale)))
    y, x = rng.integers(photo.shape[0] - cut + 1), rng.integers(photo.shape[1] - cut + 1)
    crop = photo[y : y + cut, x : x + cut]
    if cut != side:
        method = cv2.INTER_AREA if cut > side else cv2.INTER_CUBIC
        crop = cv2.resize(crop, (side, side), interpolation=method)
    return crop


@dataclass(frozen=True)
class Change:
    """One way to mirror and turn a crop and to change its light and colour, for all that belongs to the crop alike."""

    mirrored: bool
    turns: int
    """Quarter turns."""
    table: np.ndarray | None
    """256×1×3 uint8, what each level of a channel becomes; None leaves colours alone."""
    mix: np.ndarray
    """3×3 float32, of channels."""

    @classmethod
    def draw(cls, rng: np.random.Generator, *, colour: bool = True) -> Self:
        """Half of them mirrored, some turned, light and colour (gamma, gain per channel, saturation) a little other."""
        mirrored = rng.random() < 0.5
        turns = int(rng.integers(1, 4)) if rng.random() < 0.2 else 0
        if not colour:
            return cls(mirrored, turns, None, np.eye(3, dtype=np.float32))
        levels = np.linspace(0, 1, 256, dtype=np.float32)
        gamma = np.exp(rng.normal(0, 0.15))
        gains = np.exp(rng.normal(0, 0.1) + rng.normal(0, 0.05, 3))
        table = np.clip(255 * gains * levels[:, None] ** gamma + 0.5, 0, 255).astype(np.uint8)
        keep = np.float32(np.clip(rng.normal(1, 0.2), 0, 1.4))
        mix = keep * np.eye(3, dtype=np.float32) + (1 - keep) * np.full((3, 3), 1 / 3, np.float32)
        return cls(mirrored, turns, table[:, None, :], mix)

    def moved(self, plane: np.ndarray) -> np.ndarray:
        """Mirrored and turned; H×W or H×W×C of any dtype."""
        return np.ascontiguousarray(np.rot90(plane[:, ::-1] if self.mirrored else plane, self.turns))

    def of(self, crop: np.ndarray) -> np.ndarray:
        """Moved and recoloured: H×W×3 uint8. A table and a matrix are cheap enough for every crop."""
        crop = self.moved(crop)
        return crop if self.table is None else cv2.transform(cv2.LUT(crop, self.table), self.mix)
