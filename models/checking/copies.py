"""Recognisable things that a filling copied: the same wheel twice.

Copying texture is how holes are filled; it shows only where the copied piece is one of a kind. Pieces of the filling
with structure in them are looked for in the untouched picture around (normalised cross-correlation); one that is found
again almost exactly is a copy, and it is recognisable when its original has no other like it nearby.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from models.checking.neighbourhood import Neighbourhood
from models.mask import Mask

_LONGEST = 320  # pixels a side of the crop that is looked at
_PIECE = 17  # pixels a side
_MOST_PIECES = 48
_STRUCTURE = 9.0  # 8-bit levels by which a piece changes in every direction: less is plain, or a straight edge
_PER_GRADIENT = 1.0  # OpenCV's scale of the tensor for float pictures to 8-bit levels a pixel
_SAME = 0.9  # correlation with the original
_OTHER = 0.75  # correlation up to which the original has no other like it


@dataclass(frozen=True)
class Copies:
    """`share` of the filling's pieces, weighted by their structure, that are recognisable copies; and `sources`, an
    H×W float32 mask (0 or 1) of what they were copied from."""

    share: float
    sources: Mask


def recognisable_copies(after: np.ndarray, target: Mask, hole: Mask) -> Copies:
    """What of the filling repeats a thing that stands beside it.

    after: H×W×3 uint8 or uint16, the finished picture. target and hole: H×W float32, see `leftovers`.
    """
    near = Neighbourhood.around(after, target, hole, _LONGEST)
    grey = cv2.cvtColor(near.rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    sources = np.zeros(grey.shape, bool)
    untouched = grey.copy()
    half = _PIECE // 2
    clear = cv2.erode((~near.hole).astype(np.uint8), np.ones((_PIECE, _PIECE), np.uint8), borderValue=1)
    if min(grey.shape) < 2 * _PIECE or not clear[half:-half, half:-half].any():
        return Copies(0.0, near.in_picture(sources))
    allowed = clear[half : grey.shape[0] - half, half : grey.shape[1] - half] > 0
    pieces = _pieces(grey, near.hole)
    copied = total = 0.0
    for y, x, structure in pieces:
        total += structure
        piece = grey[y - half : y + half + 1, x - half : x + half + 1]
        at, likeness = _best(untouched, piece, allowed)
        if likeness < _SAME:
            continue
        original = untouched[at[0] - half : at[0] + half + 1, at[1] - half : at[1] + half + 1]
        elsewhere = allowed.copy()
        top, left = at[0] - half, at[1] - half
        elsewhere[max(0, top - _PIECE) : top + _PIECE, max(0, left - _PIECE) : left + _PIECE] = False
        if _best(untouched, original, elsewhere)[1] < _OTHER:
            copied += structure
            sources[at[0] - half : at[0] + half + 1, at[1] - half : at[1] + half + 1] = True
    return Copies(copied / total if total else 0.0, near.in_picture(sources & ~near.hole))


def _pieces(grey: np.ndarray, hole: np.ndarray) -> list[tuple[int, int, float]]:
    """Centres (y, x) and structure of the pieces that lie in the hole and show something, most structure first."""
    half = _PIECE // 2
    # the smaller eigenvalue of the structure tensor (Shi and Tomasi 1994) is that of the direction it changes least in
    gradients = cv2.cornerMinEigenVal(grey, _PIECE, ksize=3)
    spread = np.sqrt(np.maximum(gradients, 0)) * _PER_GRADIENT
    whole = cv2.erode(hole.astype(np.uint8), np.ones((_PIECE, _PIECE), np.uint8), borderValue=0) > 0
    grid = np.zeros(grey.shape, bool)
    grid[half::half, half::half] = True
    grid[:half], grid[-half:], grid[:, :half], grid[:, -half:] = False, False, False, False
    rows, columns = np.nonzero(whole & grid & (spread > _STRUCTURE))
    order = np.argsort(-spread[rows, columns])[:_MOST_PIECES]
    return [(int(rows[i]), int(columns[i]), float(spread[rows[i], columns[i]])) for i in order]


def _best(picture: np.ndarray, piece: np.ndarray, allowed: np.ndarray) -> tuple[tuple[int, int], float]:
    """Where (centre y, x) among the allowed top left corners the piece is most like the picture, and how much."""
    if not allowed.any():
        return (0, 0), 0.0
    likeness = np.where(allowed, cv2.matchTemplate(picture, piece, cv2.TM_CCOEFF_NORMED), -1.0)
    y, x = np.unravel_index(int(likeness.argmax()), likeness.shape)
    return (int(y) + _PIECE // 2, int(x) + _PIECE // 2), float(likeness[y, x])
