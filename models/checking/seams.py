"""How far the rim of what was changed shows as a line.

Neighbouring samples on either side of the rim differ as much as neighbouring samples just beside it, unless there is a
seam. Both are averaged along the rim, so that a single grain is no seam and an edge of the picture that crosses the rim
counts on both sides.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from models import mask as masks
from models.geometry import Bounds, Extent
from models.mask import Mask

_ALONG = 4.0  # pixels: sigma of the mean along the rim
_PLAIN = 1.5  # CIELAB: a difference that nobody sees
_STANDS_OUT = 2.2  # times the differences beside it: a line
_BESIDE = 12  # pixels on either side of the rim that are compared with
_TILE = 160  # pixels a side
_REACH = 32  # pixels around a tile that count in it: the blur's, and what lies beside a rim there
_NEIGHBOURS = (
    ((slice(None), slice(0, -1)), (slice(None), slice(1, None))),
    ((slice(0, -1), slice(None)), (slice(1, None), slice(None))),
)


def seam_share(after: np.ndarray, hole: Mask) -> float:
    """The share of the rim, 0 to 1, along which a line shows.

    after: H×W×3 uint8 or uint16, the finished picture. hole: H×W float32, what was filled (> 0). 0 without a rim.
    """
    box = masks.bounds(hole).padded(2 * _BESIDE).clipped(Extent.of(after))
    inside = hole[box.slices] > 0
    rim = np.zeros(inside.shape, bool)
    for first, second in _NEIGHBOURS:
        rim[first] |= inside[first] != inside[second]
    if not rim.any():
        return 0.0
    seen = [_lines(after[box.slices], inside, rim, tile) for tile in _tiles(rim)]
    return float(np.mean(np.concatenate(seen)))


def _tiles(rim: np.ndarray) -> Iterator[Bounds]:
    """The squares of a grid that hold some of an H×W bool rim: what lies further from it need not be looked at."""
    extent = Extent.of(rim)
    for top in range(0, extent.height, _TILE):
        for left in range(0, extent.width, _TILE):
            tile = Bounds(left, top, left + _TILE, top + _TILE).clipped(extent)
            if rim[tile.slices].any():
                yield tile


def _lines(after: np.ndarray, inside: np.ndarray, rim: np.ndarray, tile: Bounds) -> np.ndarray:
    """Of each rim pixel in a tile, whether a line shows there: n bool. All arrays are of one extent."""
    window = tile.padded(_REACH).clipped(Extent.of(rim))
    there = window.slices
    scale = np.float32(1.0 / np.iinfo(after.dtype).max)
    lab = cv2.cvtColor(after[there].astype(np.float32) * scale, cv2.COLOR_RGB2LAB)
    within = inside[there]
    across = np.zeros(within.shape, np.float32)  # differences over the rim, and how many went into each pixel
    crossings = np.zeros(within.shape, np.float32)
    beside = np.zeros(within.shape, np.float32)
    others = np.zeros(within.shape, np.float32)
    for first, second in _NEIGHBOURS:
        difference = np.linalg.norm(lab[first] - lab[second], axis=-1)
        over = within[first] != within[second]
        across[first] += np.where(over, difference, 0)
        crossings[first] += over
        beside[first] += np.where(over, 0, difference)
        others[first] += ~over
    near = cv2.dilate(rim[there].astype(np.uint8), np.ones((2 * _BESIDE + 1, 2 * _BESIDE + 1), np.uint8)) > 0
    here = np.zeros(within.shape, bool)
    inner = tile.shifted(-window.x0, -window.y0).slices
    here[inner] = rim[tile.slices]
    over_rim = _mean(across, crossings)[here]
    at_its_side = _mean(np.where(near, beside, 0), np.where(near, others, 0))[here]
    return over_rim > _STANDS_OUT * (at_its_side + _PLAIN)


def _mean(total: np.ndarray, count: np.ndarray) -> np.ndarray:
    """The local mean of what was summed: `total` over `count`, both H×W."""
    weight = cv2.GaussianBlur(np.ascontiguousarray(count, np.float32), (0, 0), _ALONG)
    return cv2.GaussianBlur(np.ascontiguousarray(total, np.float32), (0, 0), _ALONG) / np.maximum(weight, 1e-6)
