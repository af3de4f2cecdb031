"""How far a recoloured surface is from the colour that was asked for."""

from __future__ import annotations

import numpy as np
from skimage.color import deltaE_ciede2000, rgb2lab

from models.colour.body import find_body
from models.colour.oklab import linear_to_srgb, oklab_to_linear, srgb_to_oklab, to_unit
from models.mask import Mask

_ENOUGH = 50_000  # pixels; a surface's colour does not need more
_MOVED = 0.02  # of full scale: what changed by less is of another material, and kept its colour
_NEAR = 0.07  # OKLab lightness; what counts as the body itself, neither shaded nor lit more


def body_difference(before: np.ndarray, after: np.ndarray, mask: Mask, srgb: tuple[float, float, float]) -> float:
    """CIEDE2000 between what a region's diffuse body colour became and an sRGB colour (each in [0, 1]).

    before, after: H×W×3 uint8 or uint16, sRGB-like. Only pixels wholly inside the mask that were recoloured count; all
    wholly inside when none were, all of the mask when none lie wholly inside. Of these it is the ones that showed the
    body's own colour: in the sun and in the shade a surface is of other colours, and was before.
    Below 2 a person hardly sees a difference, above 10 it is another colour (Sharma 2005).
    """
    whole = mask >= 0.99
    moved = whole & (np.abs(to_unit(after) - to_unit(before)).max(axis=-1) > _MOVED)
    counted = next(where for where in (moved, whole, mask > 0) if where.any())
    step = max(1, int(counted.sum()) // _ENOUGH)
    was, became = (np.asarray(srgb_to_oklab(to_unit(image[counted][::step]))) for image in (before, after))
    body = find_body(was)
    own = (np.abs(was[:, 0] - body.lightness) < _NEAR) & (body.membership(was) > 0.5)
    colour = linear_to_srgb(oklab_to_linear(np.median(became[own] if own.any() else became, axis=0)))
    return float(deltaE_ciede2000(rgb2lab(np.clip(colour, 0, 1)), rgb2lab(np.asarray(srgb, np.float64))))
