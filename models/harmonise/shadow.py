"""The shadow of a thing that was set into a picture: dark where it touches, soft around its foot, and cast to one side
where the picture says from which side its light comes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from models.colour.oklab import linear_to_srgb, srgb_to_linear
from models.geometry import Bounds, Extent
from models.mask import Mask

_TOUCH, _AROUND, _WIDE, _CAST = 0.66, 0.56, 0.42, 0.45  # share of the light taken at the darkest place
_FOOT = 0.13  # of the thing's height: what hangs higher than that above its lowest point touches nothing
_SQUASH = 0.2  # how far back a shadow falls on the ground, of the thing's height, seen from a usual height
_SHEAR = 0.85  # how far to the side, of the thing's height, in fully sidelong light
_FADES = 0.75  # of the height: where a cast shadow has faded
_LIGHTER = np.array([1.0, 0.985, 0.955], np.float32)  # shadows see the sky, or the rest of the room
_UNDERSIDE, _UNDERSIDE_REACH = 0.4, 0.07  # light lost at the foot, and how far up, of the height, that is felt
_LEAST = 0.004  # of the light; less is no shadow
_FEWEST = 200  # pixels of a thing, to tell its lit side
_FULL_VOTE = 3  # things that must agree to be sure
_SURE = 0.35  # correlation of lightness and place from which a side is sure


@dataclass(frozen=True)
class Side:
    """From which side the light comes: `x` in [-1, 1], -1 from the left; `confidence` in [0, 1]."""

    x: float = 0.0
    confidence: float = 0.0


def light_side(lightness: np.ndarray, things: Sequence[Mask]) -> Side:
    """Read the side from things that stand in the picture: what bulges is lighter on the side of the light.

    `lightness` is H×W float32, `things` are H×W masks. Every thing votes with the correlation of its lightness with
    the place across it (after Nillius & Eklundh, "Automatic estimation of the projected light source direction", 2001,
    which reads it at the outline alone); votes that contradict each other make the answer unsure.
    """
    votes, weights = [], []
    for thing in things:
        rows, columns = np.nonzero(thing > 0.5)
        if len(rows) < _FEWEST:
            continue
        seen = lightness[rows, columns]
        across = columns - columns.mean()
        down = rows - rows.mean()
        if seen.std() < 0.01 or across.std() < 2:
            continue
        # what changes from top to bottom is taken out first: a slanted thing would mix the two up
        down_slope = (seen * down).sum() / max(float((down * down).sum()), 1e-6)
        rest = seen - seen.mean() - down_slope * down
        votes.append(float((rest * across).mean() / max(float(rest.std() * across.std()), 1e-6)))
        weights.append(np.sqrt(len(rows)))
    if not votes:
        return Side()
    mean = float(np.average(votes, weights=weights))
    spread = float(np.sqrt(np.average((np.array(votes) - mean) ** 2, weights=weights)))
    # one thing may be darker on one side by its own colours; only several that agree are believed fully
    enough = min(1.0, len(votes) / _FULL_VOTE)
    confidence = float(enough * np.clip(abs(mean) / _SURE, 0.0, 1.0) * np.clip(1.0 - 2.0 * spread, 0.0, 1.0))
    return Side(float(np.clip(mean / _SURE, -1.0, 1.0)), confidence)


def shadow_of(
    alpha: Mask, box: Bounds, extent: Extent, side: Side, support: Mask | None = None, strength: float = 1.0
) -> Mask:
    """How much light a thing takes from the picture around it: H×W float32 in [0, 1), 0 = none.

    `alpha` is the thing's matte at the size of `box`, where it stands (it may reach beyond the picture). `support`
    (H×W) is what it stands on: nowhere else falls a shadow. `strength` in [0, 1] is 1 for a picture of full contrast.
    """
    height, width = alpha.shape
    window = Bounds(
        box.x0 - round(1.1 * height + 0.3 * width),
        box.y0 - round(0.1 * height),
        box.x1 + round(1.1 * height + 0.3 * width),
        box.y1 + round(0.35 * height),
    )
    local = np.zeros((window.height, window.width), np.float32)
    inner = box.shifted(-window.x0, -window.y0)
    local[inner.slices] = alpha
    foot = _foot(local)
    size = min(width, height)
    kept = np.ones_like(foot)
    for strength_there, across, down in ((_TOUCH, 0.025, 0.012), (_AROUND, 0.17, 0.075), (_WIDE, 0.42, 0.17)):
        spread = _peaked(cv2.GaussianBlur(foot, (0, 0), across * size + 0.8, sigmaY=down * size + 0.8))
        kept *= 1.0 - strength_there * spread
    if side.confidence > 0:
        kept *= 1.0 - _CAST * side.confidence * _cast(local, side, inner)
    taken = (1.0 - kept) * np.float32(np.clip(strength, 0.0, 1.0))
    whole = np.zeros((extent.height, extent.width), np.float32)
    shown = window.clipped(extent)
    whole[shown.slices] = taken[shown.shifted(-window.x0, -window.y0).slices]
    if support is not None:
        whole *= _solid(support, box)
    whole[whole < _LEAST] = 0.0
    return whole


def darkened(rgb: np.ndarray, shadow: Mask) -> np.ndarray:
    """H×W×3 float32 sRGB in [0, 1] with that share of its light taken away."""
    light = srgb_to_linear(rgb)
    return linear_to_srgb(light * (1.0 - shadow[..., None] * _LIGHTER)).astype(np.float32)


def grounded(rgb: np.ndarray, alpha: Mask) -> np.ndarray:
    """A standing thing's own colours, h×w×3 float32, a little darker towards its foot: no light comes from below."""
    firm = np.flatnonzero((alpha > 0.5).any(axis=1))
    if firm.size == 0:
        return rgb
    above = (firm[-1] - np.arange(alpha.shape[0], dtype=np.float32)) / max(float(np.ptp(firm)), 1.0)
    lost = _UNDERSIDE * np.exp(-np.maximum(above, 0.0) / _UNDERSIDE_REACH)
    return linear_to_srgb(srgb_to_linear(rgb) * (1.0 - lost)[:, None, None]).astype(np.float32)


def _foot(alpha: Mask) -> np.ndarray:
    """Where the thing touches the ground: its lower outline, the weaker the higher it hangs. h×w float32."""
    firm = alpha > 0.5
    result = np.zeros(alpha.shape, np.float32)
    columns = np.flatnonzero(firm.any(axis=0))
    if columns.size == 0:
        return result
    lowest = alpha.shape[0] - 1 - np.argmax(firm[::-1, columns], axis=0)
    tall = int(np.ptp(np.flatnonzero(firm.any(axis=1)))) + 1
    hangs = (lowest.max() - lowest) / max(_FOOT * tall, 1.0)
    weight = np.clip(1.0 - hangs, 0.0, 1.0).astype(np.float32)
    thick = max(1, round(0.008 * tall))
    for step in range(thick):
        rows = np.clip(lowest - step, 0, alpha.shape[0] - 1)
        result[rows, columns] = np.maximum(result[rows, columns], weight)
    return result


def _cast(alpha: Mask, side: Side, inner: Bounds) -> np.ndarray:
    """The silhouette laid on the ground away from the light, softer and fainter the further off. h×w float32."""
    base, tall = inner.y1 - 1, inner.height
    lean = -side.x * _SHEAR
    # what is t above the base casts its shadow at (lean·t, -squash·t) from its foot; the matrix leads back from there
    slope = lean / _SQUASH
    matrix = np.array([[1.0, slope, -slope * base], [0.0, 1.0 / _SQUASH, base - base / _SQUASH]], np.float64)
    laid = cv2.warpAffine(alpha, matrix, alpha.shape[::-1], flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    rows = np.arange(alpha.shape[0], dtype=np.float32)[:, None]
    height = np.clip((base - rows) / _SQUASH / max(tall, 1), 0.0, 1.0)  # of what casts the shadow there
    near = cv2.GaussianBlur(laid, (0, 0), 0.008 * tall + 0.8)
    far = cv2.GaussianBlur(laid, (0, 0), 0.05 * tall + 1.5)
    mixed = near * (1.0 - height) + far * height
    return mixed * np.clip(1.0 - height / (2 * _FADES), 0.0, 1.0)


def _solid(support: Mask, box: Bounds) -> np.ndarray:
    """The support without gaps, softly bounded. H×W float32."""
    reach = max(2, round(0.05 * max(box.width, box.height)))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    padded = np.pad((support > 0.5).astype(np.uint8), reach, mode="edge")
    closed = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, disc)[reach:-reach, reach:-reach]
    return cv2.GaussianBlur(closed.astype(np.float32), (0, 0), 0.25 * reach + 0.5)


def _peaked(image: np.ndarray) -> np.ndarray:
    most = float(image.max())
    return image / most if most > 0 else image
