"""Lines and outlines that run into a filled place and end at its rim: a horizon that steps, a mast without its foot.

What a thing hides goes on behind it, so that a clear edge which meets the rim from outside has to be met by one inside,
near the place that its direction points to. Where it is not, the filling broke it, or the edge is the outline of a part
of the thing that was left. Only edges that are straight and clear over some length count (by the structure tensor's
coherence, Bigün and Granlund 1987): texture has none.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from models import mask as masks
from models.geometry import Extent
from models.mask import Mask

_LONGEST = 400  # pixels a side of the crop that is looked at
_BESIDE = 0.35  # of the hole's mean side: the surroundings that are looked at
_STRONG = 5.0  # CIELAB per pixel, after smoothing: an edge that anybody sees
_COHERENT = 0.75  # of 1: all gradients nearby point one way
_CROSSES = 0.6  # cosine of the edge's direction and the way into the hole
_OUTSIDE = (2, 6)  # pixels from the rim at which edges are read
_INSIDE = (3, 8)  # pixels behind the rim within which it must go on
_ASIDE = 3  # pixels that it may deviate by
_LIKE = 0.45  # of the strength outside: enough to be its continuation
_TURNED = 0.80  # cosine of the angle that the direction may turn by
_END = 4  # pixels: an edge that meets the rim with fewer is no line


@dataclass(frozen=True)
class BrokenLines:
    """`ends`: how many lines end at the rim; `share`: of all lines that meet the rim, by their width there."""

    ends: int
    share: float


def broken_lines(after: np.ndarray, hole: Mask) -> BrokenLines:
    """The lines around a hole that do not go on in it. after: H×W×3 uint8 or uint16. hole: H×W float32, > 0 filled."""
    if not np.any(hole > 0):
        return BrokenLines(0, 0.0)
    box = masks.bounds(hole)
    beside = max(24, round(_BESIDE * float(np.sqrt(box.area))))
    crop = box.padded(beside).clipped(Extent.of(after))
    size = crop.extent.fit_within(_LONGEST)
    part = after[crop.slices]
    levels = part if part.dtype == np.uint8 else (part >> 8).astype(np.uint8)
    small = np.asarray(cv2.resize(np.ascontiguousarray(levels), tuple(size), interpolation=cv2.INTER_AREA))
    inside = cv2.resize((hole[crop.slices] > 0).astype(np.float32), tuple(size), interpolation=cv2.INTER_AREA) > 0.5
    if not inside.any() or inside.all():
        return BrokenLines(0, 0.0)
    strength, along, coherence = _edges(small)
    return _ends(strength, along, coherence, inside)


def _edges(rgb: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Strength (h×w, CIELAB per pixel), direction along the edge (h×w×2, x and y, unit) and coherence (h×w)."""
    lab = cv2.cvtColor(rgb.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2LAB)
    lab = cv2.GaussianBlur(lab, (0, 0), 1.0)
    dx = np.stack([cv2.Sobel(lab[..., c], cv2.CV_32F, 1, 0) / 8 for c in range(3)], axis=-1)
    dy = np.stack([cv2.Sobel(lab[..., c], cv2.CV_32F, 0, 1) / 8 for c in range(3)], axis=-1)
    strength = np.sqrt((dx**2 + dy**2).sum(axis=-1))
    xx, yy, xy = (cv2.GaussianBlur(term.sum(axis=-1), (0, 0), 2.0) for term in (dx * dx, dy * dy, dx * dy))
    spread = np.sqrt((xx - yy) ** 2 + 4 * xy**2)
    coherence = spread / np.maximum(xx + yy, 1e-6)
    angle = 0.5 * np.arctan2(2 * xy, xx - yy) + np.pi / 2  # across the gradient
    return strength, np.stack([np.cos(angle), np.sin(angle)], axis=-1), coherence


def _ends(strength: np.ndarray, along: np.ndarray, coherence: np.ndarray, inside: np.ndarray) -> BrokenLines:
    height, width = inside.shape
    outwards = cv2.distanceTransform((~inside).astype(np.uint8), cv2.DIST_L2, 5)
    smooth = cv2.GaussianBlur(outwards - cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 5), (0, 0), 2.0)
    inwards = -np.stack([cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)], axis=-1)
    inwards /= np.maximum(np.linalg.norm(inwards, axis=-1, keepdims=True), 1e-6)
    facing = (along * inwards).sum(axis=-1)
    band = (outwards >= _OUTSIDE[0]) & (outwards <= _OUTSIDE[1])
    line = band & (strength > _STRONG) & (coherence > _COHERENT) & (np.abs(facing) > _CROSSES)
    labels, stats = cv2.connectedComponentsWithStats(line.astype(np.uint8), connectivity=8)[1:3]
    ends, total, lost = 0, 0.0, 0.0
    for label in range(1, len(stats)):
        if stats[label, cv2.CC_STAT_AREA] < _END:
            continue
        rows, columns = np.nonzero(labels == label)
        way = along[rows, columns] * np.sign(facing[rows, columns])[:, None]
        reach = outwards[rows, columns]
        best = np.zeros(len(rows), np.float32)
        for depth in range(_INSIDE[0], _INSIDE[1] + 1):
            for aside in range(-_ASIDE, _ASIDE + 1):
                step = reach + depth
                x = np.rint(columns + way[:, 0] * step - way[:, 1] * aside).astype(int).clip(0, width - 1)
                y = np.rint(rows + way[:, 1] * step + way[:, 0] * aside).astype(int).clip(0, height - 1)
                same = np.abs((along[y, x] * way).sum(axis=-1)) > _TURNED
                best = np.maximum(best, np.where(inside[y, x] & same, strength[y, x], 0))
        own = strength[rows, columns]
        goes_on = float(np.mean(best > _LIKE * own))
        total += float(own.max())
        if goes_on < 0.5:
            ends += 1
            lost += float(own.max())
    return BrokenLines(ends, lost / total if total else 0.0)
