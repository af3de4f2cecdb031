"""How far a picture leans, and turning it without losing sharpness."""

from __future__ import annotations

import math

import cv2
import numpy as np

_LONGEST = 1000  # px; lines that matter survive at this size
_MOST = 20.0  # degrees; more than this is intent, not an accident


def estimate_lean(rgb: np.ndarray) -> float:
    """Degrees (counter-clockwise positive) by which H×W×3 uint8 should be turned to stand upright.

    Long straight segments (Hough) vote, weighted by length, for the nearest horizontal or vertical; the
    strongest agreement within ±20° wins. 0.0 when there are no telling lines.
    """
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    scale = min(1.0, _LONGEST / max(grey.shape))
    if scale < 1.0:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    if min(grey.shape) < 16:
        return 0.0
    edges = cv2.Canny(cv2.GaussianBlur(grey, (0, 0), 1.2), 40, 120)
    shortest = max(12, min(grey.shape) // 8)
    lines = cv2.HoughLinesP(edges, 1, math.pi / 1440, 50, minLineLength=shortest, maxLineGap=6)
    if lines is None:
        return 0.0
    ends = np.asarray(lines, np.float64).reshape(-1, 4)
    dx, dy = ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1]
    lean = (np.degrees(np.arctan2(dy, dx)) + 45.0) % 90.0 - 45.0  # image y runs down: positive leans clockwise
    weight = np.hypot(dx, dy) ** 1.5
    telling = np.abs(lean) <= _MOST
    if not telling.any():
        return 0.0
    bins = np.linspace(-_MOST, _MOST, 161)
    votes = np.array([(weight * np.exp(-0.5 * ((lean - b) / 0.6) ** 2))[telling].sum() for b in bins])
    best = float(bins[int(votes.argmax())])
    near = telling & (np.abs(lean - best) < 1.0)
    if votes.max() < 0.15 * weight.sum():
        return 0.0
    return float(np.average(lean[near], weights=weight[near]))


def turn(pixels: np.ndarray, degrees: float, *, border: int = cv2.BORDER_REPLICATE) -> np.ndarray:
    """Turned counter-clockwise about the center at the same size; corners are extended from the edge.

    H×W×C, uint8 or uint16; Lanczos resampling.
    """
    height, width = pixels.shape[:2]
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1.0)
    return cv2.warpAffine(pixels, matrix, (width, height), flags=cv2.INTER_LANCZOS4, borderMode=border)


def largest_upright(width: int, height: int, degrees: float) -> tuple[int, int]:
    """Width and height of the largest centred upright rectangle inside a w×h rectangle turned by `degrees`."""
    angle = abs(math.radians(degrees)) % math.pi
    angle = min(angle, math.pi - angle)
    sin, cos = math.sin(angle), math.cos(angle)
    long, short = max(width, height), min(width, height)
    if short <= 2.0 * sin * cos * long or abs(sin - cos) < 1e-9:
        half = 0.5 * short
        w, h = (half / sin, half / cos) if width >= height else (half / cos, half / sin)
    else:
        cos2 = cos * cos - sin * sin
        w, h = (width * cos - height * sin) / cos2, (height * cos - width * sin) / cos2
    return max(1, int(w)), max(1, int(h))
