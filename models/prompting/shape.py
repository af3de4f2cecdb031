"""What the outline of a place says about what could be in it: log p(shape | thing), from the table alone.

Heights become metres by the ground plane: a thing that stands on level ground with its foot y_f below the horizon y_h,
seen by a camera h_c above the ground, is h_c · height / (y_f − y_h) tall (Hoiem, Efros and Hebert 2006, eq. 1, for a
camera held level). Horizon and camera are guesses, so the size speaks softly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from models.errors import BadInputError
from models.mask import Mask, bounds
from models.prompting.phrases import Concept

CAMERA = 1.5  # metres above the ground
_LEAST_FALL = 0.03  # of the picture's height: how far below the horizon a foot is at the least
# By how much (natural logarithms) sizes and shapes of one kind of thing differ, our guesses of scale included.
_SIZE_GROUND, _SIZE_NEAR, _SIZE_SKY, _ASPECT, _SOLIDITY = 0.6, 0.8, 0.8, 0.4, 0.15
# Where no ground tells the scale: how many metres a picture's height shows, usually.
_METRES = {"facade": 6.0, "wall": 2.6, "table": 0.8, "leaves": 2.0}
_MEASURED = 256  # pixels of the longer side of what solidity is measured on
_BOXED = 0.97  # a fuller bounding box than this was drawn as one
_TOUCHING = 0.5  # how much less a measure counts along a border that cuts the place off


@dataclass(frozen=True)
class PlaceShape:
    """A place's measures, in shares of the picture.

    `area` of the picture's; `top` and `foot` of its height, downwards; `height` likewise; `aspect` is width over
    height in pixels; `solidity` area over the convex hull's. `left`, `right`, `above`, `below`: which borders of the
    picture it touches. `is_box`: it fills its bounding box, so its outline is the person's tool's, not a thing's.
    """

    area: float
    top: float
    foot: float
    height: float
    aspect: float
    solidity: float
    left: bool
    right: bool
    above: bool
    below: bool
    is_box: bool

    @classmethod
    def of(cls, mask: Mask) -> PlaceShape:
        """Measure an H×W mask at 0.5. Raises BadInputError when nothing is selected."""
        box = bounds(mask, 0.5 - 1e-6)
        if box.area == 0:
            raise BadInputError("The mask is empty; nothing is selected.")
        rows, columns = mask.shape
        inside = (mask[box.slices] >= 0.5).astype(np.uint8)
        area = int(np.count_nonzero(inside))
        part = cv2.resize(inside, tuple(box.extent.fit_within(_MEASURED)), interpolation=cv2.INTER_AREA)
        corners = cv2.findNonZero(np.kron(part, np.ones((2, 2), np.uint8)))
        hull = cv2.contourArea(cv2.convexHull(corners)) if corners is not None else 0.0  # doubled: pixels have an area
        solidity = min(1.0, 4 * np.count_nonzero(part) / max(hull, 1.0))
        return cls(
            area=area / mask.size,
            top=box.y0 / rows,
            foot=box.y1 / rows,
            height=box.height / rows,
            aspect=box.width / box.height,
            solidity=solidity,
            left=box.x0 == 0,
            right=box.x1 == columns,
            above=box.y0 == 0,
            below=box.y1 == rows,
            is_box=area >= _BOXED * box.area,
        )

    def metres(self, place: str, horizon: float) -> float:
        """How tall a thing filling the place would be; `horizon` is the height of the horizon, downwards."""
        if place in _METRES:
            return _METRES[place] * self.height
        return CAMERA * self.height / max(self.foot - horizon, _LEAST_FALL)


def log_fit(shape: PlaceShape, concept: Concept, place: str, horizon: float) -> float:
    """log p(shape | thing, place), up to a constant; `place` is one of PLACES."""
    upright = _TOUCHING if shape.above or shape.below else 1.0
    across = _TOUCHING if shape.left or shape.right else 1.0
    if place == "sky":
        size = _bell(math.log(shape.height / concept.share), _SIZE_SKY) if concept.share else -4.0
    else:
        spread = _SIZE_NEAR if place in _METRES else _SIZE_GROUND
        size = _bell(math.log(shape.metres(place, horizon) / concept.height), spread)
    aspect = _bell(math.log(shape.aspect / concept.aspect), _ASPECT)
    outline = 0.0 if shape.is_box else 0.5 * _bell(shape.solidity - concept.solidity, _SOLIDITY)
    return upright * size + upright * across * aspect + min(upright, across) * outline


def _bell(deviation: float, spread: float) -> float:
    """Log of a bell with heavier tails than a Gaussian's: our table is rough (Student's t, 4 degrees)."""
    return -2.5 * math.log1p((deviation / spread) ** 2 / 4)
