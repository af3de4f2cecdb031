"""Does a cut-out end where something in the picture ends?

Along its outline the colours a few pixels inside and outside are compared. Where they are alike nothing ends there: the
cut runs through the thing or through its surroundings. Loose pieces apart from the main ones are counted beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from models.mask import Mask

_LONGEST = 640  # pixels a side of the picture that is looked at
_APART = 4  # pixels on either side of the outline at which the colours are read
_ALIKE = 6.0  # CIELAB: less is no edge
_PIECE = 0.05  # of the largest piece: smaller ones are loose
_SPECK = 4  # pixels: less is grain


@dataclass(frozen=True)
class Outline:
    """`unsure`: the share of the outline's length along which nothing ends, 0 without an outline; `loose`: how many
    small pieces lie apart from the rest."""

    unsure: float
    loose: int


def outline(rgb: np.ndarray, cut_out: Mask) -> Outline:
    """rgb: H×W×3 uint8 or uint16, sRGB-like. cut_out: H×W float32 in [0, 1], 1 = the subject."""
    height, width = cut_out.shape
    factor = min(1.0, _LONGEST / max(height, width))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    levels = rgb if rgb.dtype == np.uint8 else (rgb >> 8).astype(np.uint8)
    small = np.asarray(cv2.resize(np.ascontiguousarray(levels), size, interpolation=cv2.INTER_AREA))
    inside = cv2.resize(np.ascontiguousarray(cut_out), size, interpolation=cv2.INTER_AREA) >= 0.5
    if not inside.any() or inside.all():
        return Outline(0.0, 0)
    lab = cv2.cvtColor(small.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2LAB)
    subject, beyond = _mean_of(lab, inside), _mean_of(lab, ~inside)
    rim = cv2.morphologyEx(inside.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
    rim[:2], rim[-2:], rim[:, :2], rim[:, -2:] = False, False, False, False
    difference = np.linalg.norm(subject - beyond, axis=-1)[rim]
    areas = cv2.connectedComponentsWithStats(inside.astype(np.uint8), connectivity=8)[2][1:, cv2.CC_STAT_AREA]
    loose = np.count_nonzero((areas < _PIECE * areas.max()) & (areas > _SPECK))
    return Outline(float(np.mean(difference < _ALIKE)) if difference.size else 0.0, int(loose))


def _mean_of(lab: np.ndarray, where: np.ndarray) -> np.ndarray:
    """h×w×3: the mean colour nearby of what lies in `where`, without its own edge, which is a mixture."""
    clear = cv2.erode(where.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(np.float32)
    side = 2 * _APART + 1
    weight = cv2.blur(clear, (side, side))
    return cv2.blur(lab * clear[..., None], (side, side)) / np.maximum(weight, 1e-4)[..., None]
