"""The colours and edges of one filling, with as much of another's fine detail as it lacks.

A smooth estimate of a hole has the least error, and looks smeared; detail copied from elsewhere looks right, but lies
elsewhere than the true one, and adds its own power to the error: half its contrast, a quarter of that. So the detail
of each of three bands is added where the smooth filling has less than the copies have, and strong detail, which costs
most and is seen even when weaker, is added with less than all its contrast.
"""

from __future__ import annotations

import cv2
import numpy as np

_SIGMAS = (1.0, 2.5, 7.0)  # pixels; each band lies between two of them, the first below 1
_WINDOW = 15  # pixels across, in which power is measured
_STRENGTH = 0.95  # of weak detail
_WEAK = 20.0  # squared 8-bit levels in one band; above it, contrast is added in proportion to power^(1/4)
_EXPONENT = 0.25


def with_grain(smooth: np.ndarray, detailed: np.ndarray, where: np.ndarray, scale: float = 1.0) -> np.ndarray:
    """H×W×3 float32: `smooth` with detail of `detailed` in the pixels of `where` (H×W bool); elsewhere undefined.

    Both are H×W×3 of one integer dtype, and equal outside. Detail is what is smaller than 7 pixels times `scale`.
    """
    level = np.float32(255 / np.iinfo(smooth.dtype).max)
    inside = where.astype(np.float32)
    share = cv2.blur(inside, (_WINDOW, _WINDOW)) + np.float32(1e-3)

    def power(band: np.ndarray) -> np.ndarray:
        squared = np.square(band * level).mean(axis=2) * inside
        return cv2.blur(squared, (_WINDOW, _WINDOW)) / share

    total, other = smooth.astype(np.float32), detailed.astype(np.float32)
    result = total.copy()
    for sigma in _SIGMAS:
        lower, lower_other = (cv2.GaussianBlur(one, (0, 0), sigma * scale) for one in (total, other))
        band = other - lower_other
        has, may = power(total - lower), power(band) + np.float32(1e-3)
        # two unlike details add by their powers
        gain = np.sqrt(np.maximum(1 - has / may, 0)) * np.minimum(_WEAK / may, 1) ** _EXPONENT * _STRENGTH
        result += cv2.blur(gain, (5, 5))[..., None] * band
        total, other = lower, lower_other
    return result
