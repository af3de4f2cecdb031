"""Put a painting into its hole: the grain it lacks, and a rim that cannot be seen."""

from __future__ import annotations

import math

import cv2
import numpy as np

from models.inpainting.commission import Intent
from models.inpainting.diffusion.masks import composite_mask
from models.inpainting.rfr.detail import with_detail
from models.mask import Mask, grow

_GRAIN = 1.0  # pixels: finer than this an autoencoder leaves nothing
_SOFTNESS = 0.6  # pixels of the working size: an enlarged painting lacks detail below that
_REACH = 3.0  # deviations of a Gaussian that matter
_CELL = 8  # pixels
_EVENEST = 0.1
_NARROW = 4.0  # pixels of fading where the old thing must not show through


def blended(under: np.ndarray, painted: np.ndarray, hole: Mask, intent: Intent, scale: float, seed: int) -> np.ndarray:
    """Return H×W×3 float32: `under` outside the hole (> 0), `painted` in its core, a fading between, just inside.

    All are H×W×3 float32 in [0, 1]. `scale` is working pixels for a pixel here. Where the hole continues the picture
    (REMOVE, EXTEND) all detail finer than the painting can have is taken from the surroundings; new things only get
    the noise of the camera.
    """
    empty = hole > 0
    whole = np.where(empty[..., None], painted, under).astype(np.float32)
    rng = np.random.default_rng(seed)
    sigma = max(_GRAIN, _SOFTNESS / scale)
    # Beside the hole the painting's edge would count as detail, so examples keep away from it.
    known = ~(grow(empty.astype(np.float32), math.ceil(_REACH * sigma)) > 0)
    if intent in (Intent.REMOVE, Intent.EXTEND):
        detailed = with_detail(whole, empty, known, sigma=sigma, rng=rng)
    else:
        noise = noise_level(under, known) * rng.standard_normal(whole.shape, np.float32)
        detailed = np.clip(whole + noise, 0.0, 1.0)
    fading = composite_mask(hole, _NARROW) if intent is Intent.REPLACE else composite_mask(hole)
    return under + fading[..., None] * (detailed - under)


def noise_level(picture: np.ndarray, known: np.ndarray) -> float:
    """Standard deviation of the camera's noise in H×W×3 float32, from the evenest known places: texture is no noise.

    Immerkær's difference operator (“Fast Noise Variance Estimation”, 1996), whose response to noise is six times its
    deviation, in windows of 8×8; of these the tenth that vary least.
    """
    response = cv2.filter2D(picture, cv2.CV_32F, np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32))
    power = cv2.blur(np.square(response).mean(axis=2), (_CELL, _CELL))
    whole = cv2.erode(known.astype(np.uint8), np.ones((_CELL + 2, _CELL + 2), np.uint8)) > 0
    return float(np.sqrt(np.quantile(power[whole], _EVENEST)) / 6.0) if whole.any() else 0.0
