"""Dust on a scanned print: small spots judged one by one by what they look like.

Everything small that rises above its surroundings is measured, and a network of one hidden layer, learned from dust
drawn over photos (`models.training.blemishes`), says how likely each is dust. Leaves, grains and highlights rise as
high: what tells dust is how alone, even and round a spot is in its surroundings.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from models.colour.strips import linear_light
from models.filters.judging import load_judge

SHIPPED = Path(__file__).parent / "specks.npz"
_LOWEST = 0.06  # of lightness; what rises less is not looked at
_ALONE = 2.5  # times the mean rise around
_LARGEST = 12  # pixels across
_AREA = 3, 70  # pixels


class Spots(NamedTuple):
    """What may be dust in one picture."""

    told: np.ndarray
    """N×FEATURES float32."""
    labels: np.ndarray
    """H×W int32: which component a pixel belongs to."""
    numbers: np.ndarray
    """N: each spot's label."""


def lightness_of(image: np.ndarray) -> np.ndarray:
    """H×W float32 in [0, 1], as even to the eye as a cube root is, of H×W×3 uint8 or uint16."""
    return np.cbrt(linear_light(image) @ np.array([0.2126, 0.7152, 0.0722], np.float32))


def find_specks(lightness: np.ndarray, picture: np.ndarray, least: float) -> np.ndarray:
    """H×W bool: spots brighter than their surroundings that are dust with at least the likelihood `least`.

    `lightness` is H×W float32 in [0, 1] (turned round for dark dust), `picture` H×W×3 uint8 RGB.
    """
    spots = spots_of(lightness, picture)
    kept = np.zeros(int(spots.labels.max()) + 1, bool)
    kept[spots.numbers] = load_judge(SHIPPED).likelihood(spots.told) >= least
    return kept[spots.labels]


def spots_of(lightness: np.ndarray, picture: np.ndarray) -> Spots:
    """Everything in the picture that may be dust, and its measures; arguments as in `find_specks`."""
    window = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9))
    rise = cv2.morphologyEx(lightness, cv2.MORPH_TOPHAT, window)
    around, near = cv2.blur(rise, (41, 41)), cv2.blur(rise, (17, 17))
    levels = (lightness * 255).astype(np.uint8)
    ground = cv2.medianBlur(levels, 11).astype(np.float32) / 255
    calm = cv2.medianBlur(levels, 5).astype(np.float32) / 255
    rough = cv2.blur(np.abs(cv2.Laplacian(calm, cv2.CV_32F)), (25, 25))
    spread = np.sqrt(np.maximum(cv2.blur(np.square(lightness - ground), (25, 25)), 0))
    soft = cv2.GaussianBlur(ground, (0, 0), 2)
    slope = np.hypot(cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1))
    colours = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB)[..., 1:].astype(np.float32) - 128
    chroma = np.hypot(colours[..., 0], colours[..., 1])
    chroma_around = cv2.medianBlur(chroma.clip(0, 255).astype(np.uint8), 11).astype(np.float32)

    seen = (rise > _LOWEST) & (rise > _ALONE * around)
    count, found, stats, _ = cv2.connectedComponentsWithStats(seen.astype(np.uint8), connectivity=8)
    labels = np.asarray(found, np.int32)
    width, height, area = (stats[:, k].astype(np.float32) for k in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, 4))
    small = (area >= _AREA[0]) & (area <= _AREA[1]) & (np.maximum(width, height) <= _LARGEST)
    small[0] = False
    inside = np.flatnonzero(seen)
    members = labels.ravel()[inside]

    def mean(plane: np.ndarray) -> np.ndarray:
        total = np.bincount(members, plane.ravel()[inside], minlength=count)
        return total / np.maximum(area, 1)

    def highest(plane: np.ndarray) -> np.ndarray:
        peak = np.zeros(count, np.float32)
        np.maximum.at(peak, members, plane.ravel()[inside])
        return peak

    peak, mean_rise, mean_around, mean_spread = highest(rise), mean(rise), mean(around), mean(spread)
    told = [
        peak, mean_rise, mean_around, mean(near), mean(rough), mean_spread, mean(ground), highest(lightness),
        mean(chroma), mean(chroma_around), mean(slope), np.log(np.maximum(area, 1)), np.maximum(width, height),
        np.minimum(width, height), area / (width * height), peak / (mean_around + 0.005), peak / (mean_spread + 0.01),
        mean_rise / np.maximum(peak, 1e-3),
    ]  # fmt: skip
    numbers = np.flatnonzero(small)
    return Spots(np.stack(told, 1)[numbers].astype(np.float32), labels, numbers)
