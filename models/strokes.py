"""What a person draws on the picture, as masks, points and boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from models.geometry import Bounds, Extent, Point
from models.mask import Mask


@dataclass(frozen=True)
class Stroke:
    """One drag of the brush or the eraser: radius and points in pixels of the full-size picture."""

    points: tuple[Point, ...]
    radius: int
    erases: bool = False


@dataclass(frozen=True)
class Drawing:
    """Everything drawn since the last message, in the order it was drawn within each kind."""

    strokes: tuple[Stroke, ...] = ()
    boxes: tuple[Bounds, ...] = ()
    positive: tuple[Point, ...] = ()
    negative: tuple[Point, ...] = field(default=())

    @property
    def is_empty(self) -> bool:
        """Whether nothing would be selected."""
        painted = any(not stroke.erases for stroke in self.strokes)
        return not (painted or self.boxes or self.positive)


def rasterise(strokes: Sequence[Stroke], extent: Extent) -> Mask:
    """The strokes as an H×W mask, 1 where painted and not erased afterwards."""
    canvas = np.zeros((extent.height, extent.width), np.uint8)
    for stroke in strokes:
        shade = 0 if stroke.erases else 255
        path = np.array(stroke.points, np.int32).reshape(-1, 1, 2)
        cv2.polylines(canvas, [path], False, shade, max(1, 2 * stroke.radius), cv2.LINE_8)
        for point in stroke.points:  # round ends and joints at any width
            cv2.circle(canvas, (int(point.x), int(point.y)), stroke.radius, shade, -1)
    return (canvas > 0).astype(np.float32)
