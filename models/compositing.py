"""Put a computed crop back through its mask, and prove that nothing outside it moved."""

from __future__ import annotations

import cv2
import numpy as np

from models.errors import OutsideChangedError
from models.mask import Mask


def composite(parent: np.ndarray, computed: np.ndarray, mask: Mask) -> np.ndarray:
    """Blend `computed` over `parent` where the mask allows.

    Both are H×W×C of one unsigned integer dtype (8 or 16 bit); the mask is H×W float32 in [0, 1].
    Where the mask is 0 the parent's samples are copied, not recomputed, so they are equal bit for bit;
    where it is 1 the computed ones are. Between, a linear blend, rounded to nearest.
    """
    if parent.shape != computed.shape or parent.dtype != computed.dtype or parent.shape[:2] != mask.shape:
        raise ValueError(f"shapes differ: {parent.shape} {computed.shape} {mask.shape}")
    result = parent.copy()
    whole = mask >= 1.0
    result[whole] = computed[whole]
    soft = (mask > 0.0) & ~whole
    if soft.any():
        weight = mask[soft].astype(np.float64)[:, None]
        blend = parent[soft] + weight * (computed[soft].astype(np.float64) - parent[soft])
        result[soft] = np.rint(blend).astype(parent.dtype)
    return result


def differing(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The pixels, H×W bool, of which any sample differs; both are H×W or H×W×C, C up to 4, of any one dtype."""
    samples = one != other
    if samples.ndim == 2:
        return samples
    nothing = (0,) * samples.shape[2]
    return cv2.inRange(samples.view(np.uint8), nothing, nothing) == 0


def outside_max_diff(parent: np.ndarray, result: np.ndarray, mask: Mask) -> int:
    """The largest absolute difference of any sample where the mask is 0; 0 means bit-identical."""
    outside = mask <= 0.0
    if not outside.any():
        return 0
    changed = differing(parent, result) & outside
    if not changed.any():
        return 0
    return int(np.abs(parent[changed].astype(np.int64) - result[changed].astype(np.int64)).max())


def assert_outside_unchanged(parent: np.ndarray, result: np.ndarray, mask: Mask) -> None:
    """Raise OutsideChangedError unless every sample with mask 0 is bit-identical."""
    difference = outside_max_diff(parent, result, mask)
    if difference:
        raise OutsideChangedError(f"an edit changed samples outside its mask by up to {difference}")
