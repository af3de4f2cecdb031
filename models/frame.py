"""Where a picture's pixels lie after it was cropped, turned, flipped, resized or extended."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from models.geometry import Extent
from models.mask import Mask


class Placement(NamedTuple):
    """x' = a·x + b·y + c, y' = d·x + e·y + f, in continuous coordinates: pixel (x, y) covers [x, x+1) × [y, y+1)."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 0.0
    e: float = 1.0
    f: float = 0.0

    def then(self, following: Placement) -> Placement:
        """Both, one after the other."""
        return Placement._of(following._matrix @ self._matrix)

    def inverted(self) -> Placement:
        """The way back. Raises ValueError when there is none (all pixels on a line)."""
        if abs(np.linalg.det(self._matrix)) < 1e-9:
            raise ValueError("this placement has no way back")
        return Placement._of(np.linalg.inv(self._matrix))

    @property
    def _matrix(self) -> np.ndarray:
        return np.array([[self.a, self.b, self.c], [self.d, self.e, self.f], [0.0, 0.0, 1.0]])

    @classmethod
    def _of(cls, matrix: np.ndarray) -> Placement:
        return cls(*(float(value) for value in matrix[:2].ravel()))


def shifted(dx: float, dy: float) -> Placement:
    """Moved right and down."""
    return Placement(c=dx, f=dy)


def scaled(across: float, down: float) -> Placement:
    """Stretched from the top left corner."""
    return Placement(a=across, e=down)


def flipped(extent: Extent, *, vertically: bool) -> Placement:
    """Mirrored inside a picture of that size: top to bottom, or left to right."""
    return Placement(e=-1.0, f=float(extent.height)) if vertically else Placement(a=-1.0, c=float(extent.width))


def quarter_turned(extent: Extent, times: int) -> Placement:
    """Turned counter-clockwise by `times` right angles, as `np.rot90` does with a picture of that size."""
    placement, width, height = Placement(), float(extent.width), float(extent.height)
    for _ in range(times % 4):  # (x, y) → (y, width - x)
        placement = placement.then(Placement(0.0, 1.0, 0.0, -1.0, 0.0, width))
        width, height = height, width
    return placement


def turned(extent: Extent, degrees: float) -> Placement:
    """Turned counter-clockwise about the middle, inside the same size."""
    cos, sin = float(np.cos(np.radians(degrees))), float(np.sin(np.radians(degrees)))
    x, y = extent.width / 2, extent.height / 2
    return Placement(cos, sin, x - cos * x - sin * y, -sin, cos, y + sin * x - cos * y)


def carried(mask: Mask, placement: Placement, extent: Extent) -> Mask:
    """An H×W mask of the old picture as one of the new picture's `extent`; 0 where the old one did not reach.

    Whole-pixel moves, quarter turns and flips are exact; everything else is linearly interpolated.
    """
    a, b, c, d, e, f = placement
    centres = np.array([[a, b, c + (a + b - 1) / 2], [d, e, f + (d + e - 1) / 2]])
    moved = cv2.warpAffine(mask, centres, tuple(extent), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    return np.clip(moved, 0.0, 1.0).astype(np.float32)
