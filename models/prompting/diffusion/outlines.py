"""Places as people mark them: annotated outlines grown, boxed, wrapped and smudged, to be trained on."""

from __future__ import annotations

import cv2
import numpy as np

from models.mask import Mask, bounds

_GROWN = 0.02, 0.12  # of the thing's longer side
_LOOSE = 0.1  # of its sides: by how much a box is larger


def as_marked(mask: Mask, dice: np.random.Generator) -> Mask:
    """The mask as somebody might have marked that thing: H×W float32 of 0 and 1, never empty.

    Always a little larger than the thing, so that its own edge is not seen around the place.
    """
    selected = np.ascontiguousarray(mask >= 0.5).astype(np.uint8)
    box = bounds(selected.astype(np.float32))
    longest = max(box.width, box.height, 1)
    manner = dice.integers(4)
    if manner == 0:
        wider, higher = (1 + dice.uniform(0, _LOOSE, 2)) * (box.width, box.height)
        x, y = box.center
        corner = max(0, round(x - wider / 2)), max(0, round(y - higher / 2))
        cv2.rectangle(selected, corner, (round(x + wider / 2), round(y + higher / 2)), 1, -1)
    elif manner == 1:
        points = cv2.findNonZero(selected)
        cv2.fillConvexPoly(selected, cv2.convexHull(points), 1)
    elif manner == 2:
        x, y = box.center
        axes = max(1, round(0.56 * box.width)), max(1, round(0.56 * box.height))
        cv2.ellipse(selected, (x, y), axes, float(dice.uniform(-8, 8)), 0, 360, 1, -1)
    radius = max(1, round(dice.uniform(*_GROWN) * longest))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    return cv2.dilate(selected, kernel).astype(np.float32)
