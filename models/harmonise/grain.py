"""How sharp a picture is and how much noise it has, and giving a thing from elsewhere as much of both.

Sharpness: the spread of the blur at step edges from how much a known blur weakens their gradient (Zhuo & Sim,
"Defocus map estimation from a single image", 2011, eq. 4). Noise: the median absolute deviation of the finest diagonal
details (Donoho & Johnstone 1994), in the flattest parts.
"""

from __future__ import annotations

import cv2
import numpy as np

from models.mask import Mask

_REBLUR = 1.0  # pixels
_MOST_BLUR = 3.0
_FEWEST_EDGES = 40
_FLAT_SHARE = 0.35
_FEWEST_FLAT = 64
_MOST_NOISE = 0.04  # of [0, 1]


def blur_of(lightness: np.ndarray, where: np.ndarray | None = None) -> float | None:
    """The standard deviation in pixels of the blur at the sharpest edges of H×W float32 in [0, 1].

    `where` (H×W bool) restricts what is looked at. None when there are too few edges to tell.
    """
    once = _gradient(lightness)
    again = _gradient(cv2.GaussianBlur(lightness, (0, 0), _REBLUR))
    strong = once > max(0.02, float(np.percentile(once, 90)))
    # at the ridge of the gradient only: beside it the ratio says nothing of the edge's width
    strong &= once >= cv2.dilate(once, np.ones((3, 3), np.uint8)) - 1e-6
    if where is not None:
        strong &= where
    if np.count_nonzero(strong) < _FEWEST_EDGES:
        return None
    ratio = once[strong] / np.maximum(again[strong], 1e-6)
    sharpest = float(np.percentile(ratio, 75))
    if sharpest <= 1.02:
        return _MOST_BLUR
    return float(min(_MOST_BLUR, _REBLUR / np.sqrt(sharpest * sharpest - 1.0)))


def noise_of(lightness: np.ndarray, where: np.ndarray | None = None) -> float:
    """The standard deviation of the noise of H×W float32 in [0, 1]; `where` (H×W bool) restricts what is looked at."""
    # the finest diagonal detail, scaled so that white noise keeps its standard deviation
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32) / 6.0
    detail = cv2.filter2D(lightness, cv2.CV_32F, kernel)
    activity = cv2.GaussianBlur(_gradient(cv2.GaussianBlur(lightness, (0, 0), 1.5)), (0, 0), 2.0)
    # neither clipped nor crushed: there noise is hidden
    seen = (lightness > 0.04) & (lightness < 0.97)
    if where is not None:
        seen &= where
    if np.count_nonzero(seen) < _FEWEST_FLAT:
        return 0.0
    flat = seen & (activity <= np.quantile(activity[seen], _FLAT_SHARE))
    return float(np.median(np.abs(detail[flat])) / 0.6745)


def matched(rgb: np.ndarray, alpha: Mask, blur: float | None, noise: float, *, seed: int) -> np.ndarray:
    """A thing as soft and as noisy as its new surroundings; h×w×3 float32 in [0, 1], in and out.

    `blur` and `noise` are what `blur_of` and `noise_of` say of them. A softer thing is not sharpened: what was never
    recorded would be invented.
    """
    lightness = luma(rgb)
    inside = cv2.erode((alpha > 0.9).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    own_blur = blur_of(lightness, inside)
    result = rgb
    if blur is not None and own_blur is not None and blur > own_blur + 0.1:
        spread = float(np.sqrt(blur * blur - own_blur * own_blur))
        result = cv2.GaussianBlur(rgb, (0, 0), spread)
    own_noise = noise_of(luma(result), inside)
    missing = float(np.sqrt(max(0.0, min(noise, _MOST_NOISE) ** 2 - own_noise**2)))
    if missing > 0.001:
        result = result + _grain(rgb.shape[:2], missing, seed) * _shown(luma(result))[..., None]
    return np.clip(result, 0.0, 1.0).astype(np.float32)


def softened_edge(alpha: Mask, blur: float | None) -> Mask:
    """The matte with an edge as soft as the edges around it, never wider than it was at its foot."""
    if blur is None or blur <= 0.7:
        return alpha
    spread = min(blur, _MOST_BLUR) * 0.7
    return np.minimum(cv2.GaussianBlur(alpha, (0, 0), spread), 1.0).astype(np.float32)


def luma(rgb: np.ndarray) -> np.ndarray:
    """H×W float32: Rec. 709 luma of H×W×3."""
    return (rgb @ np.array([0.2126, 0.7152, 0.0722], np.float32)).astype(np.float32)


def _grain(shape: tuple[int, ...], deviation: float, seed: int) -> np.ndarray:
    """H×W×3 noise, mostly of lightness, a little coarser than a pixel as developed raw files have it."""
    rng = np.random.default_rng(seed)
    light = rng.standard_normal(shape).astype(np.float32)[..., None]
    colour = rng.standard_normal((*shape, 3)).astype(np.float32)
    grain = cv2.GaussianBlur(0.92 * light + 0.4 * colour, (0, 0), 0.45)
    return grain * np.float32(deviation / max(float(noise_of_pattern(grain)), 1e-6))


def noise_of_pattern(grain: np.ndarray) -> float:
    """`noise_of` of a pattern around 0, without asking where it is flat."""
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32) / 6.0
    return float(np.median(np.abs(cv2.filter2D(luma(grain), cv2.CV_32F, kernel))) / 0.6745)


def _shown(lightness: np.ndarray) -> np.ndarray:
    """How much of the noise survives the tone curve: little near black and white."""
    return np.clip(np.minimum(lightness / 0.12, (1.0 - lightness) / 0.06), 0.0, 1.0)


def _gradient(image: np.ndarray) -> np.ndarray:
    across = cv2.Scharr(image, cv2.CV_32F, 1, 0) / 32.0
    down = cv2.Scharr(image, cv2.CV_32F, 0, 1) / 32.0
    return np.hypot(across, down)
