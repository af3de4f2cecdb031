"""Holes larger than the model: the whole at its own size first, then finer and finer, piece by piece.

Every finer pass starts from the coarser one's painting, noised a little, so that the model adds detail and keeps what
it has decided. Pieces overlap; one takes over from the other in a ramp, and each pixel is painted once in a pass. Tone
and colour stay those of the coarse painting, so pieces cannot drift apart. All pure: the model comes in as a function.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np

from models.geometry import Bounds, Extent
from models.inpainting.diffusion.window import Working, working
from models.mask import Mask
from models.mask import bounds as bounds_of
from models.progress import Progress

_SHARP = 0.7  # working pixels for a pixel: down to this a painting enlarged is sharp enough with the picture's grain
_FINER = 2.5  # times at most from one pass to the next; a blur wider than that is beyond what little noise can sharpen
_OVERLAP = 0.25  # of a piece's side, half of it a ramp
_MOST_PIECES = 64  # in one pass
_TONE = 24.0  # a piece's side through this: coarser than that, the coarse painting decides
_SOLID = 1.0 - 1e-4


@dataclass(frozen=True)
class Piece:
    """One call of the model: a part of the crop, and the size it is painted at."""

    bounds: Bounds
    work: Working


Paint = Callable[[Piece, np.ndarray, Mask, Progress], np.ndarray]
"""The model: a piece, what it shows so far (H×W×3 float32), its hole (H×W, > 0), and it as the model paints it."""


def passes(hole: Mask, scale: float, native: int, multiple: int) -> list[list[Piece]]:
    """The finer passes that a painting at `scale` (working pixels for a pixel) needs; none when it is sharp enough.

    `hole` is H×W; `native` (pixels) and `multiple` are the model's. The last pass is at the picture's own scale, or as
    near to it as 64 pieces allow.
    """
    if scale >= _SHARP:
        return []
    finest = 1.0
    while len(_pieces(hole, finest, native, multiple)) > _MOST_PIECES:
        finest *= 0.9
    count = max(0, math.ceil(math.log(finest / scale) / math.log(_FINER) - 1e-9))
    scales = [scale * (finest / scale) ** ((number + 1) / count) for number in range(count)]
    return [_pieces(hole, one, native, multiple) for one in scales]


def refined(canvas: np.ndarray, hole: Mask, plan: list[list[Piece]], paint: Paint, progress: Progress) -> np.ndarray:
    """Return `canvas` (H×W×3 float32 in [0, 1]) with the hole (H×W, > 0) repainted in finer and finer pieces.

    Outside the hole it stays as it is. Raises CancelledError.
    """
    total, number = sum(len(one) for one in plan), 0
    for one_pass in plan:
        layer, done = np.zeros_like(canvas), np.zeros(hole.shape, np.float32)
        for piece in one_pass:
            rows, columns = piece.bounds.slices
            share = progress.part(number / total, (number + 1) / total)
            number += 1
            pending = (hole[rows, columns] > 0) & (done[rows, columns] < _SOLID)
            weight = ramp(piece.bounds, Extent.of(canvas)) * pending * (1.0 - done[rows, columns])
            if not weight.any():
                continue
            so_far = layer[rows, columns] + (1.0 - done[rows, columns, None]) * canvas[rows, columns]
            start = piece.work.shrink(so_far)
            label = f"detail {number} of {total}"
            told = replace(
                share, on_report=lambda at, what, share=share, label=label: share.report(at, f"{label}: {what}")
            )
            painted = paint(piece, start, piece.work.shrink_mask(pending.astype(np.float32)), told)
            layer[rows, columns] += weight[..., None] * piece.work.enlarge(with_tone_of(start, painted))
            done[rows, columns] += weight
        canvas = layer + (1.0 - done[..., None]) * canvas
    return np.clip(canvas, 0.0, 1.0)


def ramp(bounds: Bounds, crop: Extent) -> np.ndarray:
    """How far a piece decides, H×W float32: 1 in its core, falling to 0 at its edges, but not at the crop's."""
    across = _rise(bounds.width, bounds.x0 > 0, bounds.x1 < crop.width)
    down = _rise(bounds.height, bounds.y0 > 0, bounds.y1 < crop.height)
    return np.minimum(down[:, None], across[None, :])


def with_tone_of(start: np.ndarray, painted: np.ndarray) -> np.ndarray:
    """The detail of `painted` on the tone and colour of `start`; both H×W×3 float32."""
    sigma = max(start.shape[:2]) / _TONE
    drift = cv2.GaussianBlur(painted - start, (0, 0), sigma, borderType=cv2.BORDER_REFLECT_101)
    return np.clip(painted - drift, 0.0, 1.0)


def _pieces(hole: Mask, scale: float, native: int, multiple: int) -> list[Piece]:
    """Overlapping pieces whose cores cover the hole, row by row; those without any of the hole are left out."""
    crop, box = Extent.of(hole), bounds_of(hole)
    side = max(multiple, round(math.sqrt(native) / scale))
    found = []
    for y0, y1 in _spans(box.y0, box.y1, side, crop.height):
        for x0, x1 in _spans(box.x0, box.x1, side, crop.width):
            bounds = Bounds(x0, y0, x1, y1)
            if (hole[bounds.slices] > 0).any():
                found.append(Piece(bounds, working(bounds.extent, native, multiple)))
    return found


def _spans(start: int, end: int, side: int, length: int) -> list[tuple[int, int]]:
    """Stretches of `side` pixels, evenly spaced, whose cores cover start..end; within 0..length."""
    if side >= length:
        return [(0, length)]
    margin = math.ceil(side * _OVERLAP / 2)
    first, last = max(0, start - margin), min(length, end + margin)
    count = max(1, math.ceil((last - first - 2 * margin) / (side - 2 * margin)))
    if count == 1:
        begin = min(max(0, (first + last - side) // 2), length - side)
        return [(begin, begin + side)]
    last_begin = min(last, length) - side
    begins = [round(first + (last_begin - first) * number / (count - 1)) for number in range(count)]
    return [(begin, begin + side) for begin in begins]


def _rise(length: int, at_start: bool, at_end: bool) -> np.ndarray:
    width = max(1.0, length * _OVERLAP / 2)
    place = np.arange(length, dtype=np.float32) + 0.5
    rise = np.ones(length, np.float32)
    if at_start:
        rise = np.minimum(rise, place / width)
    if at_end:
        rise = np.minimum(rise, place[::-1] / width)
    t = np.clip(rise, 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)
