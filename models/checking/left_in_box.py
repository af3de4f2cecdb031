"""What a box still holds of the thing it was drawn around: the head, the hull, the basket that the mask missed.

People draw boxes around whole things, tightly (Lempitsky, Kohli, Rother, Sharp 2009), which says two things about what
lies in the box beside the mask. Colours that hardly occur just outside the box, near the same place, are the thing's;
the nearness lets each side of the box speak for itself, so that a dark shore at the right does not explain a dark hull
at the bottom. And a mask that ends well before a side of the box has probably missed what reaches there, whatever its
colour. Both say nothing about masks that nobody drew a box for.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from models.checking.neighbourhood import Neighbourhood
from models.geometry import Bounds, Extent
from models.mask import Mask
from models.mask import bounds as bounds_of

_LONGEST = 320  # pixels a side of the crop that is looked at
_BEYOND = 1.1  # times the reach (see `Neighbourhood`): how far outside the box one looks
_COLOURS = 32
_NEAR_COLOUR = 7.0  # CIELAB: so near, two clusters are one material
_NEARBY = 0.12  # of the box's mean side: sigma within which what lies outside speaks for the inside
_ANYWHERE = 0.03  # weight of what lies outside at any distance
_FOREIGN = 0.01  # share of the outside nearby below which a colour is foreign to it: something is left
_HARDLY = 0.025  # the same for what goes on from there
_MISSED = 0.12  # of the box' side: between a wider gap and that side something is expected, and less proof asked for
_FOREIGN_THERE, _HARDLY_THERE = 0.06, 0.12
_TOUCHING = 2  # pixels
_SMALLEST = 0.002  # of the box
_COARSE = 6  # sigma in pixels from which on blurring is done on a smaller copy


@dataclass(frozen=True)
class LeftInBox:
    """`mask` H×W float32 (0 or 1): what seems to be the thing's in the box outside the hole; `share` of the target's
    area; `gap`: the widest strip between the target and a side of the box, as a share of the box' width or height."""

    mask: Mask
    share: float
    gap: float


def left_in_box(before: np.ndarray, target: Mask, hole: Mask, box: Bounds) -> LeftInBox:
    """What the box holds of the thing beside what was filled.

    before: H×W×3 uint8 or uint16, sRGB-like. target: H×W float32, what was taken for the thing (≥ 0.5). hole: H×W
    float32, what was filled (> 0). box: what the person drew, in pixels (x0, y0, x1, y1). Deterministic.
    """
    box = box.clipped(Extent.of(before))
    if box.area == 0 or not np.any(target >= 0.5):
        return LeftInBox(np.zeros(target.shape, np.float32), 0.0, 0.0)
    boxed = np.zeros(target.shape, np.float32)
    boxed[box.slices] = 1.0
    near = Neighbourhood.around(before, boxed, hole, _LONGEST, _BEYOND)
    seen, beside, expected = _seen_outside(near), near.target & ~near.hole, _expected(near)
    sure = beside & (seen < np.where(expected, _FOREIGN_THERE, _FOREIGN))
    likely = beside & (seen < np.where(expected, _HARDLY_THERE, _HARDLY))
    found = _going_on(sure, likely, near)
    scale = near.rgb.shape[1] / near.bounds.width
    size = max(1.0, float(np.count_nonzero(target >= 0.5)) * scale**2)
    share = float(np.count_nonzero(found & sure) / size)
    return LeftInBox(near.in_picture(found), share, max(_gaps(bounds_of(hole), box)))


def _gaps(own: Bounds, box: Bounds) -> tuple[float, float, float, float]:
    """At the left, right, top and bottom of the box, as shares of its width or height, 0 or more.

    Of the hole, which is a little wider than the target, as a box is than the thing in it.
    """
    across = (own.x0 - box.x0) / box.width, (box.x1 - own.x1) / box.width
    down = (own.y0 - box.y0) / box.height, (box.y1 - own.y1) / box.height
    left, right, top, bottom = (max(0.0, gap) for gap in (*across, *down))
    return left, right, top, bottom


def _expected(near: Neighbourhood) -> np.ndarray:
    """h×w bool: the strips of the box that lie beyond the hole's bounds, where they are too wide to be slack."""
    box, own = bounds_of(near.target.astype(np.float32)), bounds_of(near.hole.astype(np.float32))
    rows, columns = np.mgrid[: near.target.shape[0], : near.target.shape[1]]
    strips = (columns < own.x0, columns >= own.x1, rows < own.y0, rows >= own.y1)
    expected = np.zeros(near.target.shape, bool)
    for gap, strip in zip(_gaps(own, box), strips, strict=True):
        if gap > _MISSED:
            expected |= strip
    return expected & near.target


def _seen_outside(near: Neighbourhood) -> np.ndarray:
    """h×w float32: how large a share of what lies outside the box nearby has about the colour of each pixel."""
    lab = near.lab()
    cv2.setRNGSeed(1)
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 0.5)
    start = np.empty((0, 0), np.int32)
    count = min(_COLOURS, lab.shape[0] * lab.shape[1])
    _, found, centres = cv2.kmeans(lab.reshape(-1, 3), count, start, stop, 1, cv2.KMEANS_PP_CENTERS)
    labels = np.asarray(found, np.int32).reshape(lab.shape[:2])
    outside = (~near.target & ~near.hole).astype(np.float32)
    sigma = _NEARBY * float(np.sqrt(np.count_nonzero(near.target)))
    amount = _blurred(outside, sigma) + np.float32(1e-4)
    alike = np.exp(-((np.linalg.norm(centres[:, None] - centres[None], axis=-1) / _NEAR_COLOUR) ** 2))
    seen = np.zeros(labels.shape, np.float32)
    total = max(1.0, float(outside.sum()))
    for cluster in range(count):
        here = (labels == cluster) * outside
        share = (1 - _ANYWHERE) * _blurred(here, sigma) / amount + _ANYWHERE * float(here.sum()) / total
        seen += share * alike[cluster].astype(np.float32)[labels]
    return seen


def _blurred(plane: np.ndarray, sigma: float) -> np.ndarray:
    factor = max(1, int(sigma / _COARSE))
    height, width = plane.shape
    size = (max(1, width // factor), max(1, height // factor))
    small = plane if factor == 1 else cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), max(sigma / factor, 0.5), borderType=cv2.BORDER_CONSTANT)
    return small if factor == 1 else cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)


def _going_on(sure: np.ndarray, likely: np.ndarray, near: Neighbourhood) -> np.ndarray:
    """h×w bool: what is sure and reaches the hole, with what is likely and goes on from it (hysteresis)."""
    rim = cv2.dilate(near.hole.astype(np.uint8), np.ones((2 * _TOUCHING + 1,) * 2, np.uint8)) > 0
    attached = _holding(likely, rim)
    least = _SMALLEST * np.count_nonzero(near.target)
    labels, stats = cv2.connectedComponentsWithStats((sure & attached).astype(np.uint8), connectivity=8)[1:3]
    large = np.flatnonzero(stats[:, cv2.CC_STAT_AREA] >= least)
    return _holding(attached, np.isin(labels, large[large > 0]))


def _holding(found: np.ndarray, some: np.ndarray) -> np.ndarray:
    """The connected patches of `found` that hold a pixel of `some`; all h×w bool."""
    labels = np.asarray(cv2.connectedComponents(found.astype(np.uint8), connectivity=8)[1], np.int32)
    kept = np.unique(labels[found & some])
    return np.isin(labels, kept[kept > 0])
