"""Lifting an object out of its picture: the colours of its soft edge without those of the old background."""

from __future__ import annotations

import cv2
import numpy as np

from models.mask import Mask

_TINY = 1e-5


def estimate_foreground(rgb: np.ndarray, alpha: Mask) -> np.ndarray:
    """The object's own colours everywhere, from H×W×3 (uint8 or uint16) and an H×W matte in [0, 1].

    Two passes of blur fusion (Forte 2021, arXiv 2006.14970): local means of foreground and background explain
    the mixed pixel I = αF + (1-α)B, and what they leave unexplained goes to F. Returns the dtype it was given.
    """
    image = rgb.astype(np.float32)
    foreground, background = image, image
    for radius in (_reach(alpha), 6):
        foreground, background = _fuse(image, foreground, background, alpha, radius)
    top = float(np.iinfo(rgb.dtype).max)
    solid = (alpha >= 1.0)[..., None]
    return np.where(solid, rgb, np.rint(np.clip(foreground, 0.0, top)).astype(rgb.dtype))


def _reach(alpha: Mask) -> int:
    return int(np.clip(0.1 * max(alpha.shape), 8, 90))


def _fuse(
    image: np.ndarray, foreground: np.ndarray, background: np.ndarray, alpha: Mask, radius: int
) -> tuple[np.ndarray, np.ndarray]:
    size = (2 * radius + 1, 2 * radius + 1)
    a = alpha[..., None]
    weight = cv2.blur(alpha, size)[..., None]
    mean_f = cv2.blur(foreground * a, size) / (weight + _TINY)
    mean_b = cv2.blur(background * (1.0 - a), size) / (1.0 - weight + _TINY)
    return mean_f + a * (image - a * mean_f - (1.0 - a) * mean_b), mean_b
