"""Points, extents and bounds in pixels. x runs right, y runs down; bounds are half-open."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np


class Point(NamedTuple):
    """A pixel position, x first."""

    x: int
    y: int

    def clipped(self, extent: Extent) -> Point:
        """The nearest pixel inside the extent."""
        return Point(min(max(self.x, 0), extent.width - 1), min(max(self.y, 0), extent.height - 1))


class Extent(NamedTuple):
    """The size of an image in pixels, width first."""

    width: int
    height: int

    @classmethod
    def of(cls, array: np.ndarray) -> Extent:
        """The extent of an H×W or H×W×C array."""
        return cls(int(array.shape[1]), int(array.shape[0]))

    @property
    def pixels(self) -> int:
        """How many pixels there are."""
        return self.width * self.height

    @property
    def diagonal(self) -> float:
        """Length of the diagonal in pixels."""
        return math.hypot(self.width, self.height)

    @property
    def bounds(self) -> Bounds:
        """The whole image."""
        return Bounds(0, 0, self.width, self.height)

    def fit_within(self, longest: int) -> Extent:
        """The largest extent of the same shape whose longer side is at most `longest`; never enlarges."""
        scale = min(1.0, longest / max(self.width, self.height))
        return Extent(max(1, round(self.width * scale)), max(1, round(self.height * scale)))


class Bounds(NamedTuple):
    """A rectangle of pixels: x0 ≤ x < x1, y0 ≤ y < y1."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def width(self) -> int:
        """Width in pixels, 0 when empty."""
        return max(0, self.x1 - self.x0)

    @property
    def height(self) -> int:
        """Height in pixels, 0 when empty."""
        return max(0, self.y1 - self.y0)

    @property
    def extent(self) -> Extent:
        """Width and height."""
        return Extent(self.width, self.height)

    @property
    def area(self) -> int:
        """How many pixels lie inside."""
        return self.width * self.height

    @property
    def center(self) -> Point:
        """The middle pixel."""
        return Point((self.x0 + self.x1) // 2, (self.y0 + self.y1) // 2)

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns, for indexing an H×W array."""
        return slice(self.y0, self.y1), slice(self.x0, self.x1)

    def padded(self, pixels: int) -> Bounds:
        """Grown by `pixels` on every side; may leave the image, see `clipped`."""
        return Bounds(self.x0 - pixels, self.y0 - pixels, self.x1 + pixels, self.y1 + pixels)

    def clipped(self, extent: Extent) -> Bounds:
        """The part that lies inside the extent (empty when nothing does)."""
        x0, y0 = min(max(self.x0, 0), extent.width), min(max(self.y0, 0), extent.height)
        return Bounds(x0, y0, min(max(self.x1, x0), extent.width), min(max(self.y1, y0), extent.height))

    def shifted(self, dx: int, dy: int) -> Bounds:
        """Moved by dx to the right and dy down."""
        return Bounds(self.x0 + dx, self.y0 + dy, self.x1 + dx, self.y1 + dy)

    def union(self, other: Bounds) -> Bounds:
        """The smallest bounds that hold both."""
        return Bounds(min(self.x0, other.x0), min(self.y0, other.y0), max(self.x1, other.x1), max(self.y1, other.y1))

    def intersection(self, other: Bounds) -> Bounds:
        """What lies in both (empty when nothing does)."""
        x0, y0 = max(self.x0, other.x0), max(self.y0, other.y0)
        return Bounds(x0, y0, max(x0, min(self.x1, other.x1)), max(y0, min(self.y1, other.y1)))

    def at_least(self, side: int, extent: Extent) -> Bounds:
        """Widened to at least `side` pixels each way where the image allows, shifted inwards, not cut."""
        width, height = min(max(self.width, side), extent.width), min(max(self.height, side), extent.height)
        x0 = min(max(self.x0 - (width - self.width) // 2, 0), extent.width - width)
        y0 = min(max(self.y0 - (height - self.height) // 2, 0), extent.height - height)
        return Bounds(x0, y0, x0 + width, y0 + height)
