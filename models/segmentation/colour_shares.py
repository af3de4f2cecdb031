"""How often each colour occurs in a part of a picture: histograms over CIELAB, read back per pixel."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import correlate1d

_BINS = (12, 16, 16)  # about ten units of L, a and b each
_LOW = np.array([0.0, -80.0, -80.0], np.float32)
_SPAN = np.array([100.0, 160.0, 160.0], np.float32)


def colour_bins(lab: np.ndarray) -> np.ndarray:
    """H×W (or N) flat index of each colour's bin, from H×W×3 (or N×3) CIELAB."""
    most = np.array(_BINS) - 1
    index = np.clip(np.rint((lab - _LOW) / _SPAN * most), 0, most).astype(np.intp)
    return np.ravel_multi_index((index[..., 0], index[..., 1], index[..., 2]), _BINS)


def colour_shares(bins: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """P(colour) among pixels weighted by `weight` ≥ 0, smoothed over neighbouring bins, read at every pixel.

    Both arrays have one shape; so has the result. All 0 when the weights are.
    """
    counts = np.bincount(bins.ravel(), weight.ravel(), int(np.prod(_BINS))).reshape(_BINS)
    for axis in range(3):
        counts = correlate1d(counts, (0.23, 0.54, 0.23), axis, mode="constant")
    return (counts / max(float(counts.sum()), 1e-9)).ravel()[bins]
