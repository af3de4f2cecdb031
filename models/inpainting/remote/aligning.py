"""Undo that a model has shifted, zoomed or turned what it should have left alone.

Models that paint the whole picture anew rarely put it back to the pixel. What can be seen of that outside the mask,
where the true picture is known, is undone everywhere, by the affine map that maximises the enhanced correlation
coefficient (Evangelidis and Psarakis, “Parametric Image Alignment Using Enhanced Correlation Coefficient Maximization”,
2008).
"""

from __future__ import annotations

import cv2
import numpy as np

from models.geometry import Extent

_LONGEST = 512  # pixels of the longer side in which the map is found
_FARTHEST = 0.06  # of the diagonal that a corner may have moved; beyond it is another picture, not a shifted one
_BETTER = 0.97  # of the difference outside that must not be left, or the map explains nothing
_LEAST_KNOWN = 0.02  # of the picture
_STOP = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 60, 1e-5)
_SMOOTHING = 5  # pixels, odd
_EDGE = cv2.BORDER_REPLICATE


def aligned(painted: np.ndarray, picture: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return `painted` moved onto `picture`, both H×W×3 float32 in [0, 1], by what both show where `known` (H×W bool).

    Unchanged when nothing moved, when too little is known, or when no small movement explains the difference.
    """
    if np.count_nonzero(known) < _LEAST_KNOWN * known.size:
        return painted
    found = _movement(_grey(picture), _grey(painted), known)
    if found is None:
        return painted
    extent = Extent.of(painted)
    moved = cv2.warpAffine(
        painted, found, tuple(extent), flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP, borderMode=_EDGE
    )
    moved = np.clip(moved, 0.0, 1.0)
    before, after = (float(np.abs(one - picture)[known].mean()) for one in (painted, moved))
    return moved if after < _BETTER * before else painted


def _movement(picture: np.ndarray, painted: np.ndarray, known: np.ndarray) -> np.ndarray | None:
    """The 2×3 map from places of `picture` to where `painted` (both H×W float32) shows them."""
    extent = Extent.of(picture)
    small = extent.fit_within(_LONGEST)
    size = tuple(small)
    reduced = [cv2.resize(one, size, interpolation=cv2.INTER_AREA) for one in (picture, painted)]
    seen = (cv2.resize(known.astype(np.float32), size, interpolation=cv2.INTER_AREA) >= 1.0).astype(np.uint8)
    if not seen.any():
        return None
    try:
        _, found = cv2.findTransformECC(
            reduced[0], reduced[1], np.eye(2, 3, dtype=np.float32), cv2.MOTION_AFFINE, _STOP, seen, _SMOOTHING
        )
    except cv2.error:  # it does not converge: nothing in common, or nothing to go by
        return None
    scale = extent.width / small.width
    found = np.asarray(found, np.float64)
    found[:, 2] *= scale
    corners = np.array([[0, 0], [extent.width, 0], [0, extent.height], [extent.width, extent.height]], np.float64)
    movement = np.hypot(*(corners @ found[:, :2].T + found[:, 2] - corners).T)
    return found if np.isfinite(movement).all() and movement.max() <= _FARTHEST * extent.diagonal else None


def _grey(picture: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
