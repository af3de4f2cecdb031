"""The part of a picture that is looked at for ideas: a square around the place, with the place itself blotted out."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from models.geometry import Bounds, Extent
from models.mask import Mask, bounds

_WIDER = 2.4  # than the place
_LEAST = 0.7  # of the picture's shorter side: a scene is not told by a few pixels around a small place
_BLUR = 1 / 14  # of the side, within the place: nothing is seen there but the mean tone around


@dataclass(frozen=True)
class Window:
    """What of a picture is shown to a model that looks at squares.

    `bounds` in pixels of the picture; `square` side×side×3 uint8 sRGB, what the place held replaced by its blurred
    surroundings; `place` side×side float32 in [0, 1].
    """

    bounds: Bounds
    square: np.ndarray
    place: np.ndarray


def window_around(rgb: np.ndarray, mask: Mask, side: int) -> Window:
    """Look at a place: `rgb` H×W×3 uint8, `mask` H×W float32 that selects something, `side` pixels of the square."""
    extent = Extent.of(rgb)
    box = bounds(mask, 0.5)
    wanted = max(round(_WIDER * max(box.width, box.height)), round(_LEAST * min(extent)))
    seen = box.at_least(wanted, extent)
    square = cv2.resize(np.ascontiguousarray(rgb[seen.slices]), (side, side), interpolation=cv2.INTER_AREA)
    place = cv2.resize((mask[seen.slices] >= 0.5).astype(np.float32), (side, side), interpolation=cv2.INTER_AREA)
    hidden = place > 0
    if hidden.all():
        blotted = np.full_like(square, 127)
    else:
        filled = without(square, hidden)
        blurred = cv2.GaussianBlur(filled, (0, 0), max(1.0, _BLUR * side))
        blotted = np.where(hidden[..., None], blurred, square)
    return Window(seen, blotted, place.astype(np.float32))


def without(rgb: np.ndarray, hidden: np.ndarray) -> np.ndarray:
    """The picture with what is hidden replaced by the nearest that is not: nothing of it leaks into the rest."""
    _, nearest = cv2.distanceTransformWithLabels(
        hidden.astype(np.uint8), cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    colours = np.zeros((int(nearest.max()) + 1, 3), np.uint8)
    labels = np.asarray(nearest, np.intp)
    colours[labels[~hidden]] = rgb[~hidden]
    return colours[labels]
