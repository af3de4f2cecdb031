"""Bring a painting's colours to the picture's, by what both show around the hole.

A model repaints the surroundings as well, and its autoencoder and its taste shift them. The shift that is seen outside
the hole, where the picture is known, is taken back everywhere: a gain and an offset for each channel.
"""

from __future__ import annotations

import cv2
import numpy as np

_REACH = 0.15  # of the crop's diagonal: surroundings that count
_FEWEST = 64  # pixels, to say anything
_GAIN = (0.8, 1.25)
_MOST_OFFSET = 0.15
_FLAT = 0.01  # deviation below which contrast says nothing
_OUTLIERS = 2.5  # times the middle deviation: what the model changed there, rather than shifted
_ROUNDS = 5  # of fitting to those that are no outliers of the last fit


def colour_match(painted: np.ndarray, picture: np.ndarray, outside: np.ndarray) -> np.ndarray:
    """Return `painted` (H×W×3 float32 in [0, 1]) with the colours that make it agree with `picture` outside.

    `outside` is H×W bool: known pixels of the picture. Those near the hole count, and of them those that the painting
    kept. Corrections are bounded; with too few pixels nothing changes.
    """
    near = outside & (_distance_to_hole(outside) <= max(8.0, _REACH * float(np.hypot(*outside.shape))))
    if np.count_nonzero(near) < _FEWEST:
        return painted
    theirs, ours = painted[near].astype(np.float64), picture[near].astype(np.float64)
    gain, offset = np.ones(3), np.median(ours - theirs, axis=0)
    for _ in range(_ROUNDS):
        apart = np.abs(ours - gain * theirs - offset).max(axis=1)
        kept = apart <= max(_OUTLIERS * float(np.median(apart)), 1.0 / 255)
        gain, offset = _fitted(theirs[kept], ours[kept])
    return np.clip(painted * gain.astype(np.float32) + offset.astype(np.float32), 0.0, 1.0)


def _fitted(theirs: np.ndarray, ours: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gain and offset of each channel that bring N×3 nearest to N×3, within bounds."""
    spread = theirs.std(axis=0)
    covariance = ((theirs - theirs.mean(axis=0)) * (ours - ours.mean(axis=0))).mean(axis=0)
    gain = np.where(spread > _FLAT, np.clip(covariance / np.maximum(spread, 1e-6) ** 2, *_GAIN), 1.0)
    return gain, np.clip(ours.mean(axis=0) - gain * theirs.mean(axis=0), -_MOST_OFFSET, _MOST_OFFSET)


def _distance_to_hole(outside: np.ndarray) -> np.ndarray:
    if outside.all():
        return np.zeros(outside.shape, np.float32)
    return np.asarray(cv2.distanceTransform(outside.astype(np.uint8), cv2.DIST_L2, 5))
