"""The lines of a picture, drawn from the picture itself: what a ControlNet for outlines holds on to."""

from __future__ import annotations

import cv2
import numpy as np

from models.inpainting.commission import Structure

_LOW, _HIGH = 0.4, 1.0  # of the threshold by Otsu's method on the gradient, as usual for Canny
_LEAST = 20.0  # 8-bit levels of gradient: in an even picture noise is no line
_DRAWING = 0.015  # of the diagonal: drawing and texture finer than this is not shape
_TONE = 40.0  # 8-bit levels that are smoothed together


def lines(picture: np.ndarray, structure: Structure) -> np.ndarray:
    """White lines on black, H×W×3 float32 in {0, 1}, of H×W×3 float32 in [0, 1].

    EDGES: every outline and the drawing on surfaces (Canny 1986, thresholds from the picture). DEPTH: without a
    network that sees depth, the outlines that remain when drawing and texture are smoothed away.
    """
    levels = np.rint(picture * 255).astype(np.uint8)
    if structure is Structure.DEPTH:
        reach = max(2.0, _DRAWING * float(np.hypot(*picture.shape[:2])))
        for _ in range(2):
            levels = cv2.bilateralFilter(levels, 0, _TONE, reach)
    grey = cv2.GaussianBlur(cv2.cvtColor(levels, cv2.COLOR_RGB2GRAY), (0, 0), 1.0)
    slope = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    threshold, _ = cv2.threshold(slope.clip(0, 255).astype(np.uint8), 0, 255, cv2.THRESH_OTSU)
    high = max(_LEAST, _HIGH * threshold)
    drawn = cv2.Canny(grey, _LOW * high, high, L2gradient=True)
    return np.repeat((drawn > 0).astype(np.float32)[..., None], 3, axis=2)
