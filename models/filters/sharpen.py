"""Sharper edges: unsharp masking, and a gentle deconvolution for a soft focus."""

from __future__ import annotations

import cv2
import numpy as np

from models.colour.oklab import from_unit, linear_to_srgb
from models.colour.strips import linear_light, strips
from models.colour.tone import Adjustment, apply_adjustments
from models.errors import BadInputError
from models.progress import SILENT, Progress

_HALO = 32
_LUMA = np.array([[0.2126390, 0.7151687, 0.0721923]], np.float32)


def sharpen(image: np.ndarray, strength: float = 30.0, *, progress: Progress = SILENT) -> np.ndarray:
    """The image with crisper edges and no halos. image: H×W×3 uint8 or uint16; strength 0 to 100."""
    if not 0 <= strength <= 100:
        raise BadInputError("Sharpening goes from 0 to 100.")
    return apply_adjustments(image, [Adjustment("sharpness", strength)], progress=progress)


def deblur(image: np.ndarray, radius: float = 1.5, iterations: int = 12, *, progress: Progress = SILENT) -> np.ndarray:
    """The image with a Gaussian softness of `radius` pixels taken back. image: H×W×3 uint8 or uint16.

    Richardson-Lucy (1972, 1974) on luminance in linear light; colours follow it. Where there is no edge the
    result fades to the original, so noise and sky are not carved up, and it stays near the neighbourhood's own
    range, so edges do not ring. Raises BadInputError for a radius outside 0.3 to 8.
    """
    if not 0.3 <= radius <= 8:
        raise BadInputError("Deblurring takes a radius from 0.3 to 8 pixels.")
    result = np.empty_like(image)
    for inner, outer in strips(image.shape[0], _HALO):
        progress.report(inner.start / image.shape[0], "sharpening")
        light = linear_light(image[outer])
        luminance = np.maximum(cv2.transform(light, _LUMA), 1e-4)
        restored = _richardson_lucy(luminance, radius, iterations)
        size = 2 * max(1, round(radius)) + 1
        around = np.ones((size, size), np.uint8)
        low, high = cv2.erode(luminance, around), cv2.dilate(luminance, around)
        restored = np.clip(restored, low * 0.92, high * 1.08 + 1e-3)
        edge = np.clip((high - low) / (0.06 * (high + low) + 1e-3) - 0.5, 0, 1)
        edge = cv2.GaussianBlur(edge, (0, 0), radius)
        factor = 1 + edge * (restored / luminance - 1)
        sharp = from_unit(linear_to_srgb(np.clip(light * factor[..., None], 0, 1)), image.dtype)
        result[inner] = sharp[inner.start - outer.start : inner.stop - outer.start]
    progress.report(1.0, "sharpening")
    return result


def _richardson_lucy(observed: np.ndarray, radius: float, iterations: int) -> np.ndarray:
    estimate = observed.copy()
    for _ in range(iterations):
        predicted = np.maximum(cv2.GaussianBlur(estimate, (0, 0), radius, borderType=cv2.BORDER_REFLECT), 1e-5)
        estimate *= cv2.GaussianBlur(observed / predicted, (0, 0), radius, borderType=cv2.BORDER_REFLECT)
    return estimate
