"""How far a recoloured surface is from the colour that was asked for."""

from __future__ import annotations

import numpy as np
from skimage.color import deltaE_ciede2000, rgb2lab

from models.colour.body import find_body
from models.colour.oklab import linear_to_srgb, oklab_to_linear, srgb_to_oklab, to_unit
from models.mask import Mask

_ENOUGH = 50_000  # pixels; a surface's mode does not need more


def body_difference(image: np.ndarray, mask: Mask, srgb: tuple[float, float, float]) -> float:
    """CIEDE2000 between the diffuse body colour of a region and an sRGB colour (each in [0, 1]).

    image: H×W×3 uint8 or uint16, sRGB-like. Only pixels wholly inside the mask count, all of it when there are none.
    Below 2 a person hardly sees a difference, above 10 it is another colour (Sharma 2005).
    """
    inside = image[mask >= 0.99]
    if len(inside) == 0:
        inside = image[mask > 0]
    inside = inside[:: max(1, len(inside) // _ENOUGH)]
    body = find_body(np.asarray(srgb_to_oklab(to_unit(inside))))
    colour = linear_to_srgb(oklab_to_linear(np.array([body.lightness, body.a, body.b])))
    return float(deltaE_ciede2000(rgb2lab(np.clip(colour, 0, 1)), rgb2lab(np.asarray(srgb, np.float64))))
