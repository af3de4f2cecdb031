"""The shadow that a thing on a plain ground would cast, drawn from its outline: for products cut out on white.

Three kinds that studios use: under a thing that stands, dark where it touches the ground and soft around; the same
falling to one side; and the outline set off behind it, as on posters ("drop shadow"). Proportions are those of a large
soft light overhead, chosen by eye.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np

from models.errors import BadInputError
from models.geometry import Bounds
from models.mask import Mask, bounds

_TOUCHING = 0.05  # of the thing's height: what ends so much above its lowest point hardly touches the ground
_LEAST_TOUCH = 0.02
_CONTACT = (0.6, 0.012)  # how dark, and how soft as a share of the thing's width
_AROUND = (0.34, 0.05)
_FAR = (0.16, 0.14)
_DEPTH = 0.16  # of the footing's width: how far the shadow reaches before the thing
_TALL = 0.5  # times the thing's height: what stands wider is seen flatter
_FIRM, _WHOLE = 0.3, 0.7  # touch, and the share of the footing that touches so of a thing without legs
_OPEN = 0.45  # of the pools' darkness, under legs far apart
_SIDEWAYS = 0.35  # of the footing's width, for light from one side
_DROP = (0.4, 0.022, 0.03)  # how dark, how soft, how far off as shares of the thing's longer side
_FAINTEST = 1 / 512  # density that no sample shows


class Fall(Enum):
    """Which way a shadow falls."""

    UNDER = 0
    LEFT = -1
    RIGHT = 1
    BEHIND = 2
    """Set off behind the outline, a little down and to the right."""


@dataclass(frozen=True)
class DrawnShadow:
    """How a shadow is drawn; `strength` multiplies its darkness."""

    fall: Fall = Fall.UNDER
    strength: float = 1.0

    def density(self, thing: Mask) -> Mask:
        """H×W float32 in [0, 1): how much of the light is gone; 0 on the H×W thing itself and where nothing shows.

        Raises BadInputError for an empty mask.
        """
        solid = (thing >= 0.5).astype(np.float32)
        if not solid.any():
            raise BadInputError("The mask is empty; nothing is selected.")
        box = bounds(solid)
        drawn = self._behind(solid, box) if self.fall is Fall.BEHIND else self._on_the_ground(solid, box)
        shown = np.clip(drawn * self.strength, 0, 0.95) * (1 - np.clip(thing, 0, 1))
        return np.where(shown > _FAINTEST, shown, 0).astype(np.float32)

    def _behind(self, solid: np.ndarray, box: Bounds) -> np.ndarray:
        dark, soft, off = _DROP
        size = max(box.width, box.height)
        shift = np.array([[1, 0, 0.6 * off * size], [0, 1, off * size]], np.float32)
        moved = cv2.warpAffine(solid, shift, solid.shape[::-1])
        return dark * _blurred(moved, soft * size, soft * size)

    def _on_the_ground(self, solid: np.ndarray, box: Bounds) -> np.ndarray:
        """A dark line along what touches the ground, and two soft pools around it."""
        rows = np.arange(solid.shape[0])[:, None]
        lowest = np.where(solid > 0, rows, -1).max(axis=0)
        above = (box.y1 - 1 - lowest) / max(1.0, _TOUCHING * box.height)
        touch = np.where(lowest >= 0, np.exp(-(above**2)), 0.0)
        columns = np.flatnonzero(touch > _LEAST_TOUCH)
        left, right = int(columns[0]), int(columns[-1]) + 1
        footing = max(3.0, float(right - left))
        # between legs much light comes in from the sides
        filled = float(np.clip((touch[left:right] > _FIRM).mean() / _WHOLE, 0, 1))
        touched = np.zeros_like(solid)
        touched[np.clip(lowest[columns], 0, None), columns] = touch[columns]
        thick = max(1, round(0.02 * footing))
        touched = cv2.dilate(touched, np.ones((2 * thick + 1, 3), np.uint8))
        shift = float(self.fall.value) * _SIDEWAYS * footing
        deep = _DEPTH * min(footing, _TALL * box.height)
        middle = ((left + right) / 2, box.y1 - 1 + 0.15 * deep)
        result = _CONTACT[0] * _blurred(touched, _CONTACT[1] * footing, _CONTACT[1] * footing)
        for (dark, soft), aside, wide in ((_AROUND, 0.5 * shift, 1.0), (_FAR, shift, 1.25)):
            pool = np.zeros_like(solid)
            axes = (max(1, round(0.5 * wide * footing)), max(1, round(0.5 * wide * deep)))
            cv2.ellipse(pool, (round(middle[0] + aside), round(middle[1])), axes, 0, 0, 360, 1.0, -1, cv2.LINE_AA)
            pool = _blurred(pool, soft * (2 - filled) * footing, soft * (1 - 0.5 * filled) * footing)
            result = 1 - (1 - result) * (1 - dark * (_OPEN + (1 - _OPEN) * filled) * pool)
        return result


def _blurred(plane: np.ndarray, across: float, down: float) -> np.ndarray:
    return cv2.GaussianBlur(plane, (0, 0), sigmaX=max(0.6, across), sigmaY=max(0.6, down))
