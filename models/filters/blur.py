"""Blur as a lens does it, or plainly; a blurred background takes nothing of the subject's colours."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from models.colour.oklab import from_unit, linear_to_srgb
from models.colour.strips import linear_light
from models.errors import BadInputError
from models.geometry import Extent
from models.mask import Mask, require
from models.progress import SILENT, Progress

_LARGEST_KERNEL = 18  # pixels of radius; beyond, the picture is made smaller first: it is being blurred anyway


def gaussian_blur(
    image: np.ndarray, radius: float, mask: Mask | None = None, *, progress: Progress = SILENT
) -> np.ndarray:
    """The image under a Gaussian of standard deviation `radius` pixels, in linear light.

    image: H×W×3 uint8 or uint16. With a mask (H×W float32), only samples inside it are averaged: blurring a
    background this way leaves no halo of the subject in it (normalised convolution, Knutsson & Westin 1993).
    Raises BadInputError for a negative radius or an empty mask.
    """

    def blur(values: np.ndarray) -> np.ndarray:
        return cv2.GaussianBlur(values, (0, 0), small, borderType=cv2.BORDER_REFLECT_101)

    shrink = _shrink(image, radius, mask, limit=2 * _LARGEST_KERNEL)
    small = radius / shrink
    return _blurred(image, mask, shrink, blur, 0.0, progress) if radius > 0 else image.copy()


def lens_blur(
    image: np.ndarray,
    radius: float,
    mask: Mask | None = None,
    *,
    highlights: float = 2.0,
    progress: Progress = SILENT,
) -> np.ndarray:
    """The image out of focus: every point becomes a disc of `radius` pixels, in linear light.

    `highlights` says how much brighter than recorded the clipped lights are taken to be (0 = as recorded), so
    that lamps become the bright discs a lens makes of them. `mask` as in `gaussian_blur`.
    """

    def blur(values: np.ndarray) -> np.ndarray:
        return cv2.filter2D(values, -1, kernel, borderType=cv2.BORDER_REFLECT_101)

    shrink = _shrink(image, radius, mask, limit=_LARGEST_KERNEL)
    kernel = _disc(radius / shrink)
    return _blurred(image, mask, shrink, blur, highlights, progress) if radius > 0 else image.copy()


def _shrink(image: np.ndarray, radius: float, mask: Mask | None, limit: float) -> float:
    if radius < 0:
        raise BadInputError("The blur radius must not be negative.")
    if mask is not None:
        require(mask, Extent.of(image))
    return max(1.0, radius / limit)


def _disc(radius: float) -> np.ndarray:
    """An anti-aliased disc that sums to 1."""
    reach = int(np.ceil(radius))
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    disc = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32)
    return disc / disc.sum()


def _blurred(
    image: np.ndarray,
    mask: Mask | None,
    shrink: float,
    blur: Callable[[np.ndarray], np.ndarray],
    highlights: float,
    progress: Progress,
) -> np.ndarray:
    progress.report(0.0, "blurring")
    height, width = image.shape[:2]
    size = (max(1, round(width / shrink)), max(1, round(height / shrink)))
    weight = np.ones((height, width), np.float32) if mask is None else mask
    light = linear_light(image) * weight[..., None]
    if shrink > 1:  # averaging weighted light keeps the subject out of it here too
        light, weight = (cv2.resize(x, size, interpolation=cv2.INTER_AREA) for x in (light, weight))
    if highlights:
        peak = light.max(axis=-1) / np.maximum(weight, 1e-6)
        glow = np.clip((peak - 0.8) / 0.2, 0, 1) ** 2 * highlights + 1
        light *= glow[..., None]
    progress.report(0.3, "blurring")
    total = blur(weight)
    mean = blur(light) / np.maximum(total, 1e-4)[..., None]
    progress.report(0.8, "blurring")
    if shrink > 1:
        mean = cv2.resize(mean, (width, height), interpolation=cv2.INTER_CUBIC)
        total = cv2.resize(total, (width, height), interpolation=cv2.INTER_LINEAR)
    result = from_unit(linear_to_srgb(np.clip(mean, 0, 1)), image.dtype)
    unknown = total < 1e-3  # far inside the subject there is nothing to average
    result[unknown] = image[unknown]
    return result
