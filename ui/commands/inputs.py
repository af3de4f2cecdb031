"""Reading what the command line was given: points, boxes, masks."""

from __future__ import annotations

import re
from pathlib import Path

from models.errors import BadInputError
from models.geometry import Bounds, Extent, Point
from models.mask import Mask
from tools.selections.mask_files import read_mask

_NUMBERS = re.compile(r"-?\d+(?:\.\d+)?")


def point_from(text: str, extent: Extent) -> Point:
    """A point from "X,Y"; raises BadInputError when it is malformed or outside the picture."""
    x, y = _integers(text, 2, "A point is X,Y")
    if not (0 <= x < extent.width and 0 <= y < extent.height):
        raise BadInputError(f"The point {x},{y} lies outside the picture ({extent.width}×{extent.height}).")
    return Point(x, y)


def box_from(text: str, extent: Extent) -> Bounds:
    """Bounds from "X0,Y0,X1,Y1", clipped to the picture; raises BadInputError when nothing is left."""
    x0, y0, x1, y1 = _integers(text, 4, "A box is X0,Y0,X1,Y1")
    bounds = Bounds(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)).clipped(extent)
    if bounds.area == 0:
        raise BadInputError(f"The box {text} holds no pixel of the picture ({extent.width}×{extent.height}).")
    return bounds


def mask_from(path: Path, extent: Extent) -> Mask:
    """A mask from a picture file, see `read_mask`. Raises BadInputError when it does not fit the picture."""
    return read_mask(path, extent)


def _integers(text: str, count: int, shape: str) -> list[int]:
    parts = re.split(r"[,;\s]+", text.strip().strip("()[]"))
    if len(parts) != count or not all(_NUMBERS.fullmatch(part) for part in parts):
        raise BadInputError(f"{shape}, in pixels; {text!r} is not.")
    return [round(float(part)) for part in parts]
