"""Take noise out and leave the texture: non-local means, colour noise harder than brightness noise."""

from __future__ import annotations

import cv2
import numpy as np

from models.colour.strips import strips
from models.errors import BadInputError
from models.progress import SILENT, Progress

_HALO = 16
_PATCH, _SEARCH = 5, 15


def noise_level(image: np.ndarray) -> float:
    """Standard deviation of the picture's noise, as a share of full scale.

    From the median absolute response of a mask that cancels constant and sloping image parts
    (Immerkær 1996, with the median instead of the mean so that texture counts less).
    """
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32) / np.iinfo(image.dtype).max
    mask = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    response = np.abs(cv2.filter2D(grey, -1, mask)[1:-1, 1:-1])
    smooth = response[(grey[1:-1, 1:-1] > 0.02) & (grey[1:-1, 1:-1] < 0.98)]
    if smooth.size < 100:
        return 0.0
    return float(np.median(smooth) / 0.6745 / 6.0)


def denoise(image: np.ndarray, strength: float = 50.0, *, progress: Progress = SILENT) -> np.ndarray:
    """The image with less noise. image: H×W×3 uint8 or uint16; strength 0 to 100, 50 fits the measured noise.

    Non-local means (Buades, Coll & Morel 2005) on luma and, harder, on chroma. Raises BadInputError when the
    strength is outside its range.
    """
    if not 0 <= strength <= 100:
        raise BadInputError("Denoising goes from 0 to 100.")
    if strength == 0:
        return image.copy()
    full = float(np.iinfo(image.dtype).max)
    level = max(noise_level(image), 0.003) * full * strength / 50
    ycc = cv2.cvtColor(image, cv2.COLOR_RGB2YCrCb)
    result = np.empty_like(image)
    for inner, outer in strips(image.shape[0], _HALO):
        progress.report(inner.start / image.shape[0], "removing noise")
        part = ycc[outer]
        luma = _non_local_means(np.ascontiguousarray(part[..., :1]), 1.1 * level)
        chroma = _non_local_means(np.ascontiguousarray(part[..., 1:]), 1.8 * level)
        clean = cv2.cvtColor(np.dstack([luma, chroma]), cv2.COLOR_YCrCb2RGB)
        result[inner] = clean[inner.start - outer.start : inner.stop - outer.start]
    progress.report(1.0, "removing noise")
    return result


def _non_local_means(values: np.ndarray, level: float) -> np.ndarray:
    """cv2's, which wants absolute differences for 16 bits."""
    # the mean absolute difference of two noisy patches is 1.13 standard deviations, the root mean square 1.41
    deep = values.dtype == np.uint16
    return cv2.fastNlMeansDenoising(
        values,
        h=[0.8 * level if deep else level],
        templateWindowSize=_PATCH,
        searchWindowSize=_SEARCH,
        normType=cv2.NORM_L1 if deep else cv2.NORM_L2,
    )
