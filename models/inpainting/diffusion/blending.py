"""Put a painting into its hole: the grain it lacks, and a rim that cannot be seen."""

from __future__ import annotations

import math

import numpy as np

from models.inpainting.diffusion.intent import Intent
from models.inpainting.diffusion.masks import composite_mask
from models.inpainting.rfr.detail import with_detail
from models.mask import Mask, grow

_GRAIN = 1.0  # pixels: finer than this an autoencoder leaves nothing
_SOFTNESS = 0.6  # pixels of the working size: an enlarged painting lacks detail below that
_REACH = 3.0  # deviations of a Gaussian that matter
_NARROW = 4.0  # pixels of fading where the old thing must not show through


def blended(under: np.ndarray, painted: np.ndarray, hole: Mask, intent: Intent, scale: float, seed: int) -> np.ndarray:
    """Return H×W×3 float32: `under` outside the hole (> 0), `painted` in its core, a fading between, just inside.

    All are H×W×3 float32 in [0, 1]. `scale` is working pixels for a pixel here. Where the hole continues the picture
    (REMOVE, EXTEND) all detail finer than the painting can have is taken from the surroundings; new things only get
    the picture's grain.
    """
    empty = hole > 0
    continued = intent in (Intent.REMOVE, Intent.EXTEND)
    sigma = max(_GRAIN, _SOFTNESS / scale) if continued else _GRAIN
    whole = np.where(empty[..., None], painted, under).astype(np.float32)
    # Beside the hole the painting's edge would count as grain, so examples keep away from it.
    known = ~(grow(empty.astype(np.float32), math.ceil(_REACH * sigma)) > 0)
    detailed = with_detail(whole, empty, known, sigma=sigma, rng=np.random.default_rng(seed))
    fading = composite_mask(hole, _NARROW) if intent is Intent.REPLACE else composite_mask(hole)
    return under + fading[..., None] * (detailed - under)
