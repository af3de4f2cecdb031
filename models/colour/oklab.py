"""sRGB ↔ OKLab / OKLCh on floating-point arrays, and a gamut map that keeps lightness and hue.

Source: Björn Ottosson, "A perceptual color space for image processing" (2020) for the matrices;
IEC 61966-2-1 for the transfer curve. Everything takes and gives arrays whose last axis is the colour.

sRGB and linear light run over [0, 1] whatever the bit depth of the picture was; OKLab L runs over [0, 1],
a and b over about [-0.4, 0.4]; OKLCh hue is in radians.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import ArrayLike

_LINEAR_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LMS_TO_OKLAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_OKLAB_TO_LMS = np.linalg.inv(_LMS_TO_OKLAB)
_LMS_TO_LINEAR = np.linalg.inv(_LINEAR_TO_LMS)

_GAMUT_SLACK = 1e-4  # linear light; less than half a 16-bit step near white


def _floating(array: ArrayLike) -> np.ndarray:
    """As float32 unless it is float64 already: pictures stay lean, single colours stay exact."""
    array = np.asarray(array)
    return array if array.dtype in (np.float32, np.float64) else array.astype(np.float32)


def _times(colours: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Every colour times the matrix. cv2 does it in one pass over large pictures."""
    if colours.dtype == np.float32 and colours.ndim == 3 and colours.size:
        return cv2.transform(np.ascontiguousarray(colours), matrix)
    return (colours @ matrix.T).astype(colours.dtype)


def to_unit(image: np.ndarray) -> np.ndarray:
    """A uint8 or uint16 picture as float32 sRGB in [0, 1]; floats are passed through."""
    if np.issubdtype(image.dtype, np.unsignedinteger):
        return image.astype(np.float32) / np.float32(np.iinfo(image.dtype).max)
    return _floating(image)


def from_unit(srgb: np.ndarray, dtype: np.dtype | type) -> np.ndarray:
    """sRGB in [0, 1] as an unsigned integer picture of `dtype`, rounded to nearest, clipped."""
    top = np.iinfo(dtype).max
    return np.clip(np.rint(srgb * np.float32(top)), 0, top).astype(dtype)


def _decode(srgb: np.ndarray) -> np.ndarray:
    return np.where(srgb <= 0.04045, srgb / 12.92, ((np.maximum(srgb, 0.04045) + 0.055) / 1.055) ** 2.4)


def _encode(linear: np.ndarray) -> np.ndarray:
    high = 1.055 * np.maximum(linear, 0.0031308) ** (1 / 2.4) - 0.055
    return np.where(linear <= 0.0031308, linear * 12.92, high)


def srgb_to_linear(srgb: ArrayLike) -> np.ndarray:
    """Undo the sRGB transfer curve."""
    srgb = _floating(srgb)
    return _decode(srgb).astype(srgb.dtype)


def linear_to_srgb(linear: ArrayLike) -> np.ndarray:
    """Apply the sRGB transfer curve; negative light becomes 0."""
    linear = np.maximum(_floating(linear), 0)
    return _encode(linear).astype(linear.dtype)


def linear_to_oklab(linear: ArrayLike) -> np.ndarray:
    """Linear light to OKLab."""
    lms = _times(_floating(linear), _LINEAR_TO_LMS)
    return _times(np.cbrt(lms), _LMS_TO_OKLAB)


def oklab_to_linear(lab: ArrayLike) -> np.ndarray:
    """OKLab to linear light; may leave [0, 1] when the colour is outside sRGB."""
    lms = _times(_floating(lab), _OKLAB_TO_LMS)
    return _times(lms * lms * lms, _LMS_TO_LINEAR)


def srgb_to_oklab(srgb: ArrayLike) -> np.ndarray:
    """sRGB in [0, 1] to OKLab."""
    return linear_to_oklab(srgb_to_linear(srgb))


def oklab_to_srgb(lab: ArrayLike) -> np.ndarray:
    """OKLab to sRGB in [0, 1], colours outside the gamut mapped in (see `into_gamut`)."""
    return linear_to_srgb(np.clip(oklab_to_linear(into_gamut(lab)), 0, 1))


def oklab_to_oklch(lab: ArrayLike) -> np.ndarray:
    """(L, a, b) to (L, chroma, hue in radians)."""
    lab = _floating(lab)
    a, b = lab[..., 1], lab[..., 2]
    return np.stack([lab[..., 0], np.hypot(a, b), np.arctan2(b, a)], axis=-1)


def oklch_to_oklab(lch: ArrayLike) -> np.ndarray:
    """(L, chroma, hue in radians) to (L, a, b)."""
    lch = _floating(lch)
    chroma, hue = lch[..., 1], lch[..., 2]
    return np.stack([lch[..., 0], chroma * np.cos(hue), chroma * np.sin(hue)], axis=-1)


def _outside(lab: np.ndarray) -> np.ndarray:
    linear = oklab_to_linear(lab)
    return np.any((linear < -_GAMUT_SLACK) | (linear > 1 + _GAMUT_SLACK), axis=-1, keepdims=True)[..., 0]


def into_gamut(lab: ArrayLike, steps: int = 12) -> np.ndarray:
    """OKLab colours outside sRGB with their chroma reduced until they fit; lightness and hue stay.

    L is clipped to [0, 1]. Bisection on the chroma, run only on the colours that are outside.
    """
    lab = _floating(lab).copy()
    lab[..., 0] = np.clip(lab[..., 0], 0, 1)
    outside = _outside(lab)
    if not outside.any():
        return lab
    wild = lab[outside][None]
    low = np.zeros(wild.shape[:2], wild.dtype)
    high = np.ones_like(low)
    trial = wild.copy()
    for _ in range(steps):
        middle = (low + high) / 2
        trial[..., 1:] = wild[..., 1:] * middle[..., None]
        too_much = _outside(trial)
        high = np.where(too_much, middle, high)
        low = np.where(too_much, low, middle)
    wild[..., 1:] *= low[..., None]
    lab[outside] = wild[0]
    return lab
