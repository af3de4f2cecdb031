"""The play of light on a surface, apart from the surface's own colour, and laying it over a new colour.

In OKLab a change of light by k multiplies L, a and b alike by the cube root of k, so shading is one factor on all
three: what is printed on cloth gets the cloth's folds and keeps its hue.
"""

from __future__ import annotations

import cv2
import numpy as np

from models.mask import Mask

_DARK = 0.08  # OKLab lightness added to both sides of the ratio: the noise of black cloth is no fold
_FACTOR = (0.3, 1.3)
_GLOSS = 0.7  # share of what is brighter still that is added as a reflection
_PLAIN = 0.05  # spread of (a, b) / L below which a surface is of one colour
_SAME = 0.16  # of (a, b) / L about the surface's main colour: what lies farther off is printed on it
_HIDDEN = 0.02  # of the surface's size: how far light is carried over such prints
_FINE, _COARSE = 0.0035, 0.03  # of the surface's size: detail that is texture, and detail that is pattern


def shading_of(lab: np.ndarray, mask: Mask, *, fine: bool) -> tuple[np.ndarray, np.ndarray]:
    """Factor and gloss, both H×W float32, of the surface under a mask of an H×W×3 OKLab picture.

    `fine`: the surface's own texture stays (a print on cloth); otherwise it goes, and of a many-coloured surface all
    but the wide differences, since those cannot be told from its pattern.
    """
    lightness = np.ascontiguousarray(lab[..., 0], np.float32)
    firm = mask > 0.5
    if not firm.any():
        return np.ones_like(lightness), np.zeros_like(lightness)
    usual = float(np.median(lightness[firm]))
    size = float(np.sqrt(np.count_nonzero(firm)))
    # light scales L, a and b alike, so their ratio tells colour from light
    ratio = lab[..., 1:] / (lightness[..., None] + _DARK)
    main = np.median(ratio[firm], axis=0)
    away = np.linalg.norm(ratio - main, axis=-1)
    same = firm & (away < _SAME)
    if 4 * np.count_nonzero(same) > np.count_nonzero(firm):
        printed = cv2.dilate((firm & ~same).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        usual = float(np.median(lightness[same & ~printed])) if (same & ~printed).any() else usual
        lightness = _carried_over(lightness, same & ~printed, firm & printed, _HIDDEN * size + 1.0)
    colours = float(away[firm].std())
    if not fine:
        width = (_FINE if colours < _PLAIN else _COARSE) * size
        lightness = _inside_blur(lightness, firm, max(width, 0.6))
    factor = (lightness + _DARK) / (usual + _DARK)
    gloss = np.maximum(lightness - (_FACTOR[1] * (usual + _DARK) - _DARK), 0.0) * _GLOSS
    return np.clip(factor, *_FACTOR).astype(np.float32), gloss.astype(np.float32)


def shaded(lab: np.ndarray, factor: np.ndarray, gloss: np.ndarray) -> np.ndarray:
    """OKLab colours H×W×3 under that light; reflections are added and take colour away."""
    lit = lab * factor[..., None]
    lit[..., 0] += gloss
    lit[..., 1:] *= np.clip(1.0 - 1.5 * gloss, 0.0, 1.0)[..., None]
    return lit.astype(np.float32)


def _carried_over(values: np.ndarray, known: np.ndarray, hidden: np.ndarray, spread: float) -> np.ndarray:
    """The values with those at `hidden` replaced by what is `known` around them."""
    result = values.copy()
    left = hidden.copy()
    while left.any() and spread < 4 * max(values.shape):
        near = cv2.GaussianBlur(known.astype(np.float32), (0, 0), spread)
        reached = left & (near > 0.02)
        mean = cv2.GaussianBlur(values * known, (0, 0), spread)
        result[reached] = mean[reached] / near[reached]
        left &= ~reached
        spread *= 3.0
    return result


def _inside_blur(values: np.ndarray, inside: np.ndarray, spread: float) -> np.ndarray:
    """A Gaussian blur that takes nothing from outside."""
    weight = inside.astype(np.float32)
    total = cv2.GaussianBlur(weight, (0, 0), spread)
    mean = cv2.GaussianBlur(values * weight, (0, 0), spread) / np.maximum(total, 1e-4)
    return np.where(total > 1e-3, mean, values)
