"""Polygons of continuous picture coordinates to masks and back; pixel (x, y) covers [x, x+1) × [y, y+1)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.geometry import Bounds, Extent

Outline = np.ndarray
"""N×2 float64 corners x, y; the last one is joined to the first."""

_SAME = 0.9  # IoU of two parts from which they are one part written twice


def filled(outline: Outline, extent: Extent) -> tuple[Bounds, np.ndarray]:
    """The pixels whose centres lie inside (even-odd), as bounds clipped to the picture and h×w bool within them."""
    low, high = outline.min(axis=0), outline.max(axis=0)
    box = Bounds(*np.floor(low).astype(int).tolist(), *np.ceil(high).astype(int).tolist()).clipped(extent)
    crossings = np.zeros((box.height, box.width + 1), bool)
    if not box.area:
        return box, crossings[:, :0]
    for (x0, y0), (x1, y1) in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        if y0 > y1:
            x0, y0, x1, y1 = x1, y1, x0, y0
        first, last = max(int(np.ceil(y0 - 0.5)), box.y0), min(int(np.ceil(y1 - 0.5)), box.y1)
        if first >= last:
            continue
        rows = np.arange(first, last)
        at = x0 + (rows + 0.5 - y0) * ((x1 - x0) / (y1 - y0))
        columns = np.clip(np.ceil(at - 0.5), box.x0, box.x1).astype(int) - box.x0
        crossings[rows - box.y0, columns] ^= True
    return box, np.logical_xor.accumulate(crossings[:, :-1], axis=1)


def united(outlines: Sequence[Outline], extent: Extent, area: float | None = None) -> np.ndarray:
    """All parts of one thing, H×W bool. A part that lies wholly inside another is a hole in it.

    COCO only says that parts are united, and readers fill what lies inside; writers use an inner part for a hole all
    the same. Where the two readings differ, the one nearer to the annotation's own `area` (pixels) is taken.
    """
    parts = sorted((filled(outline, extent) for outline in outlines), key=lambda part: -np.count_nonzero(part[1]))
    joined, carved = (np.zeros((extent.height, extent.width), bool) for _ in range(2))
    seen: list[tuple[Bounds, np.ndarray]] = []
    for box, inside in parts:
        if any(_alike(box, inside, *other) for other in seen):
            continue
        seen.append((box, inside))
        window = carved[box.slices]
        window[inside] = not (inside.any() and window[inside].all())
        joined[box.slices] |= inside
    if area is None:
        return carved
    wholly, less = (abs(np.count_nonzero(mask) - area) for mask in (joined, carved))
    return carved if less <= wholly else joined


def _alike(box: Bounds, inside: np.ndarray, other: Bounds, other_inside: np.ndarray) -> bool:
    common = box.intersection(other)
    if not common.area:
        return False
    own = inside[common.shifted(-box.x0, -box.y0).slices]
    theirs = other_inside[common.shifted(-other.x0, -other.y0).slices]
    shared = np.count_nonzero(own & theirs)
    return bool(shared > _SAME * (np.count_nonzero(inside) + np.count_nonzero(other_inside) - shared))
