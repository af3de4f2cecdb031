"""The shadow that a thing casts on the ground beside it, or that lies where it touches the ground.

A shadow takes light away and leaves the ground as it is: in linear light the ratio to the lit ground is nearly the same
for all channels (a little less of blue is lost, for the sky still shines in), the ground's detail goes on through it at
the same ratio, and it ends softly (Finlayson, Hordley, Drew 2002; Guo, Dai, Hoiem 2011 compare lit and shaded regions
by the same three). The lit ground is modelled as a plane in log light, fitted robustly to what lies around the thing's
foot. Where that ground is not one even material nothing is said: every pixel that is asked about must be told from
paint, dirt and other things by these ratios alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from models.checking.neighbourhood import Neighbourhood
from models.colour.oklab import srgb_to_linear
from models.mask import Mask

_LONGEST = 320  # pixels a side of the crop that is looked at
_DARK = 0.004  # of full light: added, so that the ratio of two blacks is 1
_FOOT = 0.35  # of the thing's height: the part of it that a shadow can adjoin
_SMOOTH = 1.5  # pixels: texture finer than that is no shadow's edge
_LEAST_GROUND = 300  # pixels
_EVEN = 0.24  # log light: how much an even ground varies, as a robust standard deviation
_ONE_MATERIAL = 0.55  # share of the surroundings that the model must explain
_LEAST_DEPTH = 0.22  # log light: what takes less than a fifth of the light is no shadow worth a word
_DEEPEST = 2.4  # log light
_CLEAR = 2.5  # times the ground's own variation a shadow is deep
_CORE, _PENUMBRA = 0.7, 0.3  # of the depth: where a shadow is sure, and how far out it is followed
_WARMER = 0.12  # of the depth: so much more red than blue may be left
_BLUER = 0.55  # of the depth: so much more blue than red may be left
_TOUCHING = 4  # pixels
_SMALLEST, _LARGEST = 0.015, 0.9  # of the target's area
_MEETS = 0.12  # of the thing's width: the length along which its shadow touches it
_STEEP = 0.5  # of the depth per pixel: so steep at its outer edge, a patch is a thing
_TEXTURE = 0.02  # log light: a ground with less detail shows nothing that could go on
_DETAIL = (0.35, 2.0)  # detail of a shadow over the ground's: beyond, it is another material


@dataclass(frozen=True)
class Shadow:
    """`mask` H×W float32 (0 or 1): where the shadow lies outside the hole; `confidence` in (0, 1]."""

    mask: Mask
    confidence: float


def shadow(before: np.ndarray, target: Mask, hole: Mask) -> Shadow | None:
    """The shadow that adjoins the lower part of the target, outside the hole; None when there is none, or no telling.

    before: H×W×3 uint8 or uint16, sRGB-like. target: H×W float32, the thing (≥ 0.5). hole: H×W float32, what was
    filled (> 0). Deterministic.
    """
    if not np.any(target >= 0.5):
        return None
    near = Neighbourhood.around(before, target, hole, _LONGEST)
    light = np.log(srgb_to_linear(near.rgb.astype(np.float32) / np.float32(255)) + np.float32(_DARK))
    smooth = _smoothed(light, ~near.hole)
    foot = _foot(near)
    ground = _ground(smooth, foot & ~near.hole)
    if ground is None:
        return None
    lost = ground.lit - smooth
    depth_here = lost.mean(axis=-1)
    least = max(_LEAST_DEPTH, _CLEAR * ground.varies)
    patches = _adjoining(near, foot & (depth_here > least) & _neutral(lost))
    kept, sure = np.zeros(near.target.shape, bool), 0.0
    for patch in patches:
        depth = float(np.median(depth_here[patch]))
        followed = _followed(patch, foot & ~near.hole & (depth_here > _PENUMBRA * depth) & _neutral(lost))
        confidence = _confidence(near, light, depth_here, followed, depth, ground)
        if confidence > 0:
            kept |= followed
            sure = max(sure, confidence)
    size = np.count_nonzero(kept)
    if not _SMALLEST * np.count_nonzero(near.target) <= size <= _LARGEST * np.count_nonzero(near.target):
        return None
    return Shadow(near.in_picture(kept), sure)


@dataclass(frozen=True)
class _Ground:
    """`lit` h×w×3 log light of the ground in full light; `varies` around it; `where` h×w bool it was seen."""

    lit: np.ndarray
    varies: float
    where: np.ndarray


def _smoothed(light: np.ndarray, outside: np.ndarray) -> np.ndarray:
    """h×w×3: smoothed from what lies outside alone, so that the thing's own colours don't bleed into its shadow."""
    weight = cv2.GaussianBlur(outside.astype(np.float32), (0, 0), _SMOOTH)
    summed = cv2.GaussianBlur(light * outside[..., None], (0, 0), _SMOOTH)
    return np.where(outside[..., None], summed / np.maximum(weight, 1e-3)[..., None], light)


def _foot(near: Neighbourhood) -> np.ndarray:
    """h×w bool: the rows beside and below the lower part of the thing."""
    rows = np.flatnonzero(near.target.any(axis=1))
    start = rows[-1] - _FOOT * (rows[-1] - rows[0])
    return np.broadcast_to((np.arange(near.target.shape[0]) >= start)[:, None], near.target.shape)


def _ground(smooth: np.ndarray, where: np.ndarray) -> _Ground | None:
    """A plane for every channel through what is lit; None where the surroundings are not mostly one even ground."""
    rows, columns = np.nonzero(where)
    if len(rows) < _LEAST_GROUND:
        return None
    height, width = where.shape
    terms = np.stack([np.ones(len(rows)), rows / height - 0.5, columns / width - 0.5], axis=1)
    values = smooth[rows, columns].astype(np.float64)
    level = values.mean(axis=1)
    fits = level > np.quantile(level, 0.3)  # what is darkest may be the shadow
    plane, varies = np.zeros((3, 3)), 0.0
    for _ in range(6):
        if np.count_nonzero(fits) < _LEAST_GROUND // 2:
            return None
        plane = np.linalg.lstsq(terms[fits], values[fits], rcond=None)[0]
        beside = (values - terms @ plane).mean(axis=1)
        varies = max(0.02, 1.4826 * float(np.median(np.abs(beside[fits]))))
        fits = np.abs(beside) < 2.5 * varies
    if varies > _EVEN or fits.mean() < _ONE_MATERIAL:
        return None
    grid_rows, grid_columns = np.mgrid[:height, :width]
    every = np.stack([np.ones(where.shape), grid_rows / height - 0.5, grid_columns / width - 0.5], axis=-1)
    seen = np.zeros(where.shape, bool)
    seen[rows[fits], columns[fits]] = True
    return _Ground((every @ plane).astype(np.float32), varies, seen)


def _neutral(lost: np.ndarray) -> np.ndarray:
    """h×w bool: where the channels lose light alike, or a little less of blue."""
    bluer = lost[..., 0] - lost[..., 2]
    depth = np.maximum(lost.mean(axis=-1), 1e-3)
    green = np.abs(lost[..., 1] - 0.5 * (lost[..., 0] + lost[..., 2]))
    return (bluer > -_WARMER * depth - 0.03) & (bluer < _BLUER * depth + 0.03) & (green < 0.15 * depth + 0.03)


def _adjoining(near: Neighbourhood, found: np.ndarray) -> list[np.ndarray]:
    """The patches, h×w bool each, that touch the hole along a part of the thing's width and end inside the crop."""
    tidy = cv2.morphologyEx((found & ~near.hole).astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    count, labels = cv2.connectedComponents(tidy, connectivity=4)
    rim = cv2.dilate(near.hole.astype(np.uint8), np.ones((2 * _TOUCHING + 1,) * 2, np.uint8)) > 0
    width = np.count_nonzero(near.target.any(axis=0))
    patches = []
    for label in range(1, count):
        patch = labels == label
        met = np.count_nonzero((patch & rim).any(axis=0))
        if met >= max(4, _MEETS * width) and not _leaves(near, patch):
            patches.append(patch)
    return patches


def _leaves(near: Neighbourhood, patch: np.ndarray) -> bool:
    """Whether a patch goes on beyond the crop where the picture does, or too far from the thing to be its shadow."""
    box = near.bounds
    inner = (box.x0 > 0, box.y0 > 0, box.x1 < near.extent.width, box.y1 < near.extent.height)
    sides = (patch[:, :2], patch[:2], patch[:, -2:], patch[-2:])
    return any(cut and bool(side.any()) for cut, side in zip(inner, sides, strict=True))


def _followed(patch: np.ndarray, dim: np.ndarray) -> np.ndarray:
    """The patch with its penumbra: what is dim and connected to it."""
    labels = cv2.connectedComponents((dim | patch).astype(np.uint8), connectivity=4)[1]
    here = np.unique(labels[patch])
    near_by = cv2.dilate(patch.astype(np.uint8), np.ones((11, 11), np.uint8)) > 0
    return np.isin(labels, here[here > 0]) & near_by


def _confidence(
    near: Neighbourhood, light: np.ndarray, depth_here: np.ndarray, patch: np.ndarray, depth: float, ground: _Ground
) -> float:
    """How surely a patch is a shadow, in [0, 1]; 0 where one of the signs speaks against it."""
    if depth > _DEEPEST:
        return 0.0
    clear = min(1.0, depth / (2 * _CLEAR * ground.varies))
    soft = 1.0 - min(1.0, _steepness(near, depth_here, patch, depth) / _STEEP)
    grey = light.mean(axis=-1)
    detail = grey - cv2.GaussianBlur(grey, (0, 0), 2.0)
    core = cv2.erode((patch & ~near.hole).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    lit = cv2.erode(ground.where.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    if not core.any() or not lit.any():
        return 0.0
    own, usual = float(detail[core].std()), float(detail[lit].std())
    if usual < _TEXTURE:
        # on a smooth floor only the soft edge tells a shadow from a grey thing
        return 0.0 if soft <= 0 or own > 3 * _TEXTURE else clear * min(1.0, 0.4 + soft)
    if not _DETAIL[0] < own / usual < _DETAIL[1]:
        return 0.0
    return clear * min(1.0, 0.6 + 0.6 * max(soft, 0.0))


def _steepness(near: Neighbourhood, depth_here: np.ndarray, patch: np.ndarray, depth: float) -> float:
    """How fast the light comes back at the patch's outer edge, in shares of the depth per pixel of the crop."""
    edge = cv2.morphologyEx(patch.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
    edge &= cv2.dilate(near.hole.astype(np.uint8), np.ones((9, 9), np.uint8)) == 0
    if not edge.any():
        return 0.0
    slope = np.hypot(cv2.Sobel(depth_here, cv2.CV_32F, 1, 0), cv2.Sobel(depth_here, cv2.CV_32F, 0, 1)) / 8
    return float(np.median(slope[edge])) / max(depth, 1e-3)
