"""How much of a recoloured thing still shows its old colour: at the rim, and in parts that the mask missed.

Every pixel that had the thing's old body colour (see `models.colour.body`), under the mask or touching it, should have
gone all the way to the new one; how far it went is measured in the plane of hues. What went less than most of the way
is left over. Grey, black and white things have no hue to go by.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from models.checking.neighbourhood import Neighbourhood
from models.colour.body import BodyColour, find_body
from models.colour.oklab import srgb_to_oklab, to_unit
from models.mask import Mask

_LONGEST = 768  # pixels a side of the crop that is looked at: rims are thin
_CHROMA = 0.06  # OKLab: a paler colour is no leftover that anybody sees
_HUE = 0.45  # radians either side of the old hue
_LEAST_LIGHT = 0.2  # OKLab lightness: below it there is no colour to see
_COMMON = 0.04  # share of the far surroundings from which on the colour is theirs
_MOST_OF_THE_WAY = 0.7
_FAR_APART = 0.08  # OKLab between the old hue and the new: less cannot be told apart at a rim


@dataclass(frozen=True)
class OldColour:
    """`mask` H×W float32 (0 or 1): where the old colour stays; `share` of the target's coloured pixels."""

    mask: Mask
    share: float


def old_colour(before: np.ndarray, after: np.ndarray, target: Mask) -> OldColour:
    """What of the target's old colour is still to be seen on it and beside it.

    before, after: H×W×3 uint8 or uint16, sRGB-like. target: H×W float32, what was recoloured (≥ 0.5).
    """
    none = OldColour(np.zeros(target.shape, np.float32), 0.0)
    if not np.any(target >= 0.5):
        return none
    near = Neighbourhood.around(before, target, target, _LONGEST)
    was = np.asarray(srgb_to_oklab(to_unit(near.rgb)))
    now = np.asarray(srgb_to_oklab(to_unit(Neighbourhood.around(after, target, target, _LONGEST).rgb)))
    body = find_body(was[near.target])
    had = _looks_like(body, was)
    if not body.has_hue or body.chroma < _CHROMA or not (had & near.target).any():
        return none
    distance = cv2.distanceTransform((~near.target).astype(np.uint8), cv2.DIST_L2, 5)
    far = distance > near.reach
    if far.any() and np.count_nonzero(had & far) > _COMMON * np.count_nonzero(far):
        return none
    way = np.median((now - was)[had & near.target][:, 1:], axis=0)
    length = float(way @ way)
    if length < _FAR_APART**2:
        return none
    strength = np.hypot(was[..., 1], was[..., 2]) / np.median(np.hypot(was[..., 1], was[..., 2])[had & near.target])
    gone = ((now - was)[..., 1:] @ way) / (length * np.maximum(strength, 0.3))
    left = _attached(had & (gone < _MOST_OF_THE_WAY), near, distance)
    return OldColour(near.in_picture(left), float(np.count_nonzero(left) / np.count_nonzero(had & near.target)))


def _looks_like(body: BodyColour, lab: np.ndarray) -> np.ndarray:
    """Where OKLab pixels have the body's hue, and chroma enough for their lightness."""
    hue = np.abs(np.angle(np.exp(1j * (np.arctan2(lab[..., 2], lab[..., 1]) - np.arctan2(body.b, body.a)))))
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    return (hue < _HUE) & (chroma > np.maximum(_CHROMA, 0.4 * body.chroma)) & (lab[..., 0] > _LEAST_LIGHT)


def _attached(found: np.ndarray, near: Neighbourhood, distance: np.ndarray) -> np.ndarray:
    """The patches of `found` that come within a few pixels of the target and end near it."""
    labels = np.asarray(cv2.connectedComponents(found.astype(np.uint8), connectivity=8)[1], np.int32)
    kept = np.zeros(int(labels.max()) + 1, bool)
    kept[np.unique(labels[distance <= 3])] = True
    kept[np.unique(labels[distance > near.reach])] = False
    kept[0] = False
    return kept[labels]
