"""What can be seen of several fillings of one hole, pixel by pixel, that tells which of them to trust.

Where continuations agree they are likely right; where they differ, it matters how deep in the hole a pixel lies, how
wide the hole is there, how rough each filling is and how rough the surroundings are.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

_NEAR = 7  # pixels across: agreement and roughness are also taken over such windows
_WIDE = 25  # pixels across, of the hole's width and of the surroundings
REACH = _WIDE // 2 + 2  # pixels around a pixel that any of this depends on
_GREY = np.array([0.299, 0.587, 0.114], np.float32)
_NONE = np.float32(1e-3)


def evidence(picture: np.ndarray, fillings: Sequence[np.ndarray], empty: np.ndarray, known: np.ndarray) -> np.ndarray:
    """N×(4·K + 5) float32 for the N pixels of the H×W bool hole `empty`, in rows.

    `picture` and its K `fillings` are H×W×3 float32 in 8-bit levels; `known` is H×W bool, disjoint from the hole.
    """
    hole, seen = empty.astype(np.float32), known.astype(np.float32)
    depth = np.asarray(cv2.distanceTransform(empty.astype(np.uint8), cv2.DIST_L2, 5))
    share = _mean(hole, _NEAR)
    told = [np.log1p(depth), np.log1p(cv2.dilate(depth, np.ones((_WIDE, _WIDE), np.uint8))), share]
    middle = np.mean(fillings, axis=0, dtype=np.float32)
    for filling in fillings:
        apart = np.square(filling - middle).mean(axis=2) * hole
        whole = np.where(empty[..., None], filling, picture) @ _GREY
        rough = np.abs(cv2.Laplacian(whole, cv2.CV_32F))
        told += [np.log1p(_mean(apart, _NEAR) / (share + _NONE)), np.log1p(apart)]
        told += [np.log1p(rough), np.log1p(_mean(rough, _NEAR))]
    grey = picture @ _GREY
    around = _mean(seen, _WIDE) + _NONE
    light = _mean(grey * seen, _WIDE) / around
    spread = np.maximum(_mean(np.square(grey) * seen, _WIDE) / around - np.square(light), 0)
    inner = cv2.erode(seen, np.ones((3, 3), np.uint8))  # where a Laplacian sees known pixels alone
    texture = np.abs(cv2.Laplacian(grey, cv2.CV_32F)) * inner
    told += [np.log1p(spread), np.log1p(_mean(texture, _WIDE) / (_mean(inner, _WIDE) + _NONE))]
    return np.stack([plane[empty] for plane in told], axis=1).astype(np.float32)


def _mean(plane: np.ndarray, side: int) -> np.ndarray:
    return np.asarray(cv2.blur(plane, (side, side)))
