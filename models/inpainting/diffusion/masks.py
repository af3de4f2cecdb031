"""Two masks of one hole, after krita-ai-diffusion: where the model may paint, and how much of it is put back.

The model paints a little beyond the hole, so that it continues what is there; none of that is put back. What is put
back fades over the last pixels inside the hole, never outside: outside the hole every sample stays.
"""

from __future__ import annotations

import cv2
import numpy as np

from models.mask import Mask, grow

_LEAST_GROWN = 4  # pixels at working size: half a latent pixel of an 8-fold autoencoder
_GROWN = 0.05  # of the hole's diagonal
_MOST_GROWN = 24
_MOST_BLENDED = 25  # pixels
_CORE = 0.25  # of the hole's greatest depth is given to the fading at most


def denoise_mask(hole: Mask) -> Mask:
    """Where the model may paint: the H×W hole (> 0) grown by 4 to 24 pixels, hard, at working size."""
    empty = hole > 0
    rows, columns = np.flatnonzero(empty.any(axis=1)), np.flatnonzero(empty.any(axis=0))
    if rows.size == 0:
        return empty.astype(np.float32)
    diagonal = float(np.hypot(rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1))
    by = int(min(max(_LEAST_GROWN, _GROWN * diagonal), _MOST_GROWN))
    return (grow(empty.astype(np.float32), by) > 0).astype(np.float32)


def composite_mask(hole: Mask, most: float = _MOST_BLENDED) -> Mask:
    """How much of the painting is put back, H×W in [0, 1]: 0 outside the hole, 1 in its core, a smoothstep between.

    The fading takes at most `most` pixels and a quarter of the hole's depth. The picture's edge is no rim.
    """
    empty = hole > 0
    if empty.all():
        return np.ones(hole.shape, np.float32)
    depth = cv2.distanceTransform(empty.astype(np.uint8), cv2.DIST_L2, 5)
    width = min(most, _CORE * float(depth.max()))
    if width < 1.0:
        return empty.astype(np.float32)
    t = np.clip(depth / (width + 1.0), 0.0, 1.0)
    return np.where(empty, t * t * (3.0 - 2.0 * t), 0.0).astype(np.float32)
