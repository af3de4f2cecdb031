"""How far the rim of what was changed shows as a line.

Neighbouring samples on either side of the rim differ as much as neighbouring samples just beside it, unless there is a
seam. Both are averaged along the rim, so that a single grain is no seam and an edge of the picture that crosses the rim
counts on both sides.
"""

from __future__ import annotations

import cv2
import numpy as np

from models import mask as masks
from models.geometry import Extent
from models.mask import Mask

_ALONG = 4.0  # pixels: sigma of the mean along the rim
_PLAIN = 1.5  # CIELAB: a difference that nobody sees
_STANDS_OUT = 2.2  # times the differences beside it: a line
_BESIDE = 12  # pixels on either side of the rim that are compared with


def seam_share(after: np.ndarray, hole: Mask) -> float:
    """The share of the rim, 0 to 1, along which a line shows.

    after: H×W×3 uint8 or uint16, the finished picture. hole: H×W float32, what was filled (> 0). 0 without a rim.
    """
    filled = hole > 0
    box = masks.bounds(hole).padded(2 * _BESIDE).clipped(Extent.of(after))
    inside = filled[box.slices]
    scale = np.float32(1.0 / np.iinfo(after.dtype).max)
    lab = cv2.cvtColor(after[box.slices].astype(np.float32) * scale, cv2.COLOR_RGB2LAB)
    across = np.zeros(inside.shape, np.float32)  # differences over the rim, and how many went into each pixel
    crossings = np.zeros(inside.shape, np.float32)
    beside = np.zeros(inside.shape, np.float32)
    others = np.zeros(inside.shape, np.float32)
    for first, second in (((slice(None), slice(0, -1)), (slice(None), slice(1, None))), (slice(0, -1), slice(1, None))):
        difference = np.linalg.norm(lab[first] - lab[second], axis=-1)
        over = inside[first] != inside[second]
        across[first] += np.where(over, difference, 0)
        crossings[first] += over
        beside[first] += np.where(over, 0, difference)
        others[first] += ~over
    rim = crossings > 0
    if not rim.any():
        return 0.0
    near = cv2.dilate(rim.astype(np.uint8), np.ones((2 * _BESIDE + 1, 2 * _BESIDE + 1), np.uint8)) > 0
    over_rim = _mean(across, crossings)[rim]
    at_its_side = _mean(np.where(near, beside, 0), np.where(near, others, 0))[rim]
    return float(np.mean(over_rim > _STANDS_OUT * (at_its_side + _PLAIN)))


def _mean(total: np.ndarray, count: np.ndarray) -> np.ndarray:
    """The local mean of what was summed: `total` over `count`, both H×W."""
    weight = cv2.GaussianBlur(np.ascontiguousarray(count, np.float32), (0, 0), _ALONG)
    return cv2.GaussianBlur(np.ascontiguousarray(total, np.float32), (0, 0), _ALONG) / np.maximum(weight, 1e-6)
