"""How things in a picture stand to each other, judged by their outlines and places."""

from __future__ import annotations

import cv2
import numpy as np

from models.segmentation.phrases.components import Part

# The thing is on, or a piece of, the other one.
_UPON = frozenset(["on", "in", "inside", "of", "on top of", "at", "over"])
# The other one is on, or a piece of, the thing.
_BEARING = frozenset(["with", "wearing", "holding"])
_BESIDE = frozenset(["next to", "close to", "beside", "near", "by"])
# In picture sides: nearer than this is beside; a large neighbour reaches further.
_NEAR, _PER_SIDE = 0.35, 0.5
# A thing that is further from the other than so many times the nearest one is not meant by "next to".
_FURTHER = 1.5
_LEAST_GAP = 0.02  # of the picture's diagonal: within it, two things are equally near


def holds(how: str, part: Part, anchor: Part) -> bool:
    """Whether a part stands in a relation (one of `vocabulary.RELATIONS`) to an anchor."""
    (x, y), (ax, ay) = part.place, anchor.place
    if how in _UPON:
        return _lies_upon(part, anchor)
    if how in _BEARING:
        return _lies_upon(anchor, part)
    if how in ("to the left of", "left of"):
        return x < ax
    if how in ("to the right of", "right of"):
        return x > ax
    if how == "above":
        return y < ay
    if how in ("under", "below"):
        return y > ay
    return bool(np.hypot(x - ax, y - ay) < _NEAR + _PER_SIDE * np.sqrt(anchor.area))


def related(parts: list[Part], how: str, anchor: Part) -> list[Part]:
    """The parts that stand in the relation, in their order; of those beside something only the nearest ones."""
    kept = [part for part in parts if holds(how, part, anchor)]
    if how not in _BESIDE or len(kept) < 2:
        return kept
    gaps = [gap(part.mask, anchor.mask) for part in kept]
    diagonal = float(np.hypot(*anchor.mask.shape))
    furthest = max(_FURTHER * min(gaps), _LEAST_GAP * diagonal)
    return [part for part, away in zip(kept, gaps, strict=True) if away <= furthest]


def gap(first: np.ndarray, second: np.ndarray) -> float:
    """The distance in pixels between two non-empty h×w bool masks, 0 when they touch or overlap."""
    away = cv2.distanceTransform((~second).astype(np.uint8), cv2.DIST_L2, 3)
    return max(0.0, float(away[first].min()) - 1.0)


def _lies_upon(part: Part, anchor: Part) -> bool:
    """Whether a part's middle lies within the anchor's columns, and no further above it than what stands on it."""
    (x, y) = part.place
    rows, columns = np.nonzero(anchor.mask)
    px, py = x * anchor.mask.shape[1], y * anchor.mask.shape[0]
    above = 0.25 * np.ptp(rows) + 0.1 * anchor.mask.shape[0]
    return bool(columns.min() <= px <= columns.max() and rows.min() - above <= py <= rows.max())
