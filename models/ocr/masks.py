"""Masks of lines of text: the whole line, or its letters alone."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from models.mask import Mask
from models.ocr.lines import TextLine


def lines_mask(lines: Sequence[TextLine], shape: tuple[int, int], margin: float) -> Mask:
    """H×W float32 mask, 0 or 1, of the lines' quadrilaterals, each grown by `margin` times its letter height."""
    canvas = np.zeros(shape, np.uint8)
    for line in lines:
        grown = line.grown(max(margin, 2.0 / max(line.height, 1.0)))
        cv2.fillConvexPoly(canvas, np.rint(grown).astype(np.int32), 255)
    return (canvas > 0).astype(np.float32)


def letters_mask(rgb: np.ndarray, lines: Sequence[TextLine]) -> Mask:
    """H×W mask of the letters themselves: what differs from the line's own ground, with their outline.

    `rgb` is H×W×3 uint8. Where a line has no clear ground (busy photo behind it), the whole quadrilateral is taken.
    """
    result = np.zeros(rgb.shape[:2], np.float32)
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB).astype(np.float32)
    for line in lines:
        inside = lines_mask([line], rgb.shape[:2], 0.12) > 0
        ring = (lines_mask([line], rgb.shape[:2], 0.5) > 0) & ~inside
        ground = np.median(lab[ring], axis=0) if ring.any() else np.median(lab[inside], axis=0)
        spread = np.median(np.abs(lab[ring] - ground)) if ring.any() else 0.0
        differs = inside & (np.linalg.norm(lab - ground, axis=-1) > max(14.0, 5.0 * spread))
        share = differs.sum() / max(inside.sum(), 1)
        if spread > 8.0 or not 0.03 < share < 0.65:
            differs = inside
        grown = max(1, round(0.08 * line.height))
        result = np.maximum(result, cv2.dilate(differs.astype(np.float32), np.ones((2 * grown + 1, 2 * grown + 1))))
    return result
