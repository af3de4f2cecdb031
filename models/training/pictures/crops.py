"""Random square crops of a photo: place, scale, mirror and quarter turns, light and colour."""

from __future__ import annotations

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


def augment(rng: np.random.Generator, crop: np.ndarray, *, colour: bool = True) -> np.ndarray:
    """A mirrored, sometimes turned crop with slightly other light and colour; same shape and dtype."""
    if rng.random() < 0.5:
        crop = crop[:, ::-1]
    if rng.random() < 0.2:
        crop = np.rot90(crop, int(rng.integers(1, 4)))
    if colour:
        crop = _recoloured(rng, crop)
    return np.ascontiguousarray(crop)


def _recoloured(rng: np.random.Generator, crop: np.ndarray) -> np.ndarray:
    """Gamma, gain per channel and saturation by table and matrix; cheap enough for every crop."""
    levels = np.linspace(0, 1, 256, dtype=np.float32)
    gamma = np.exp(rng.normal(0, 0.15))
    gains = np.exp(rng.normal(0, 0.1) + rng.normal(0, 0.05, 3))
    table = np.clip(255 * gains * levels[:, None] ** gamma + 0.5, 0, 255).astype(np.uint8)
    crop = cv2.LUT(np.ascontiguousarray(crop), table[:, None, :])
    keep = np.float32(np.clip(rng.normal(1, 0.2), 0, 1.4))
    mix = keep * np.eye(3, dtype=np.float32) + (1 - keep) * np.full((3, 3), 1 / 3, np.float32)
    return cv2.transform(crop, mix)
