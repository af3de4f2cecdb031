"""From what a person drew on the canvas to a selection of the workspace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from models.errors import BadInputError
from models.geometry import Bounds, Extent, Point
from models.mask import Mask, subtract, union
from models.segmentation.protocol import Predictor
from models.strokes import Drawing, Stroke, rasterise


def parse_drawing(strokes: Mapping[str, Any], extent: Extent) -> Drawing:
    """Read the canvas component's items; coordinates are clipped to the picture.

    `strokes` is {"width", "height", "items": [...]} in pixels of a picture of that size, scaled to `extent`
    when it differs (the canvas may show a smaller one). Raises BadInputError when it is malformed.
    """
    try:
        scale_x = extent.width / float(strokes.get("width") or extent.width)
        scale_y = extent.height / float(strokes.get("height") or extent.height)

        def point(pair: Any) -> Point:
            return Point(round(float(pair[0]) * scale_x), round(float(pair[1]) * scale_y)).clipped(extent)

        lines: list[Stroke] = []
        boxes: list[Bounds] = []
        positive: list[Point] = []
        negative: list[Point] = []
        for item in strokes.get("items", ()):
            kind = item["kind"]
            if kind in ("brush", "eraser") and item["points"]:
                radius = max(1, round(float(item["radius"]) * (scale_x + scale_y) / 2))
                lines.append(Stroke(tuple(map(point, item["points"])), radius, kind == "eraser"))
            elif kind == "box":
                (x0, y0), (x1, y1) = point(item["box"][:2]), point(item["box"][2:])
                box = Bounds(min(x0, x1), min(y0, y1), max(x0, x1) + 1, max(y0, y1) + 1).clipped(extent)
                if box.area:
                    boxes.append(box)
            elif kind == "point":
                (positive if item.get("positive", True) else negative).append(point(item["point"]))
    except (KeyError, TypeError, ValueError, IndexError, OverflowError) as error:
        raise BadInputError("What was drawn on the picture could not be read; please draw it again.") from error
    return Drawing(tuple(lines), tuple(boxes), tuple(positive), tuple(negative))


def select(drawing: Drawing, predictor: Predictor, extent: Extent) -> Mask:
    """The mask that a drawing means: clicks, boxes and brushed parts united, the eraser taken off last.

    Raises BadInputError when nothing is drawn or nothing is found.
    """
    mask = np.zeros((extent.height, extent.width), np.float32)
    if drawing.positive:
        mask = union(mask, predictor.from_points(drawing.positive, drawing.negative).mask)
    for box in drawing.boxes:
        mask = union(mask, predictor.from_box(box).mask)
    painted = rasterise([stroke for stroke in drawing.strokes if not stroke.erases], extent)
    if painted.any():
        mask = union(mask, predictor.from_brush(painted).mask)
    erased = rasterise([Stroke(s.points, s.radius) for s in drawing.strokes if s.erases], extent)
    mask = subtract(mask, erased)
    if not np.any(mask >= 0.5):
        raise BadInputError("Nothing is selected; click the thing, or brush over it.")
    return mask
