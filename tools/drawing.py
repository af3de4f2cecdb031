"""From what a person does on the canvas to a mask: marks, picked regions, saved selections, adjustments, in order."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from models.errors import BadInputError
from models.geometry import Bounds, Extent, Point
from models.mask import Mask, feather, grow, invert, subtract, union
from models.segmentation.protocol import Browsable, Predictor
from models.strokes import Drawing, Stroke, rasterise

PLACE = "place"
"""Key of a selection's origin: the bounds of what was drawn, [x0, y0, x1, y1] in pixels of its version."""
MOST_PIXELS = 500  # by which a selection grows, shrinks or softens in one step
_MOST_ITEMS = 2_000
_UNREADABLE = "What was drawn on the picture could not be read; please draw it again."
_NOTHING = "Nothing is selected; click the thing, or brush over it."
_MOST_OF_IT = 0.6  # a click that leaves something out does not mean more than this share of the selection

Deed = Literal["grow", "shrink", "feather", "invert"]


@dataclass(frozen=True)
class Adjustment:
    """A change of all that is selected so far; `pixels` of the full-size picture, 0 for "invert"."""

    deed: Deed
    pixels: int = 0


@dataclass(frozen=True)
class Picked:
    """A region that was shown under the pointer and clicked: its number in an atlas, made `by` a predictor."""

    point: Point
    index: int
    by: str
    version: str
    adds: bool = True


@dataclass(frozen=True)
class Loaded:
    """A selection saved by name."""

    name: str


Part = Drawing | Adjustment | Picked | Loaded


@dataclass(frozen=True)
class Sources:
    """Where masks come from: the version's id and predictor, and its saved selections by name."""

    version: str
    predictor: Callable[[], Predictor]
    saved: Callable[[str], Mask]


def parse_parts(strokes: Mapping[str, Any], extent: Extent) -> tuple[Part, ...]:
    """Read the canvas component's items; coordinates are clipped to the picture.

    `strokes` is {"width", "height", "items": [...]} in pixels of a picture of that size, scaled to `extent`
    when it differs (the canvas may show a smaller one). Marks that follow each other belong together and are one
    Drawing; everything else is a part of its own. Raises BadInputError when it is malformed.
    """
    try:
        scale_x = extent.width / float(strokes.get("width") or extent.width)
        scale_y = extent.height / float(strokes.get("height") or extent.height)
        items = list(strokes.get("items", ()))
        if len(items) > _MOST_ITEMS or not (math.isfinite(scale_x) and math.isfinite(scale_y)):
            raise BadInputError(_UNREADABLE)
        return _joined([_part(item, extent, scale_x, scale_y) for item in items])
    except (KeyError, TypeError, ValueError, IndexError, OverflowError, AttributeError) as error:
        raise BadInputError(_UNREADABLE) from error


def _part(item: Mapping[str, Any], extent: Extent, scale_x: float, scale_y: float) -> Part:
    def point(pair: Any) -> Point:
        return Point(round(float(pair[0]) * scale_x), round(float(pair[1]) * scale_y)).clipped(extent)

    kind = item["kind"]
    if kind in ("brush", "eraser"):
        radius = max(1, round(float(item["radius"]) * (scale_x + scale_y) / 2))
        return Drawing((Stroke(tuple(map(point, item["points"])), radius, kind == "eraser"),) if item["points"] else ())
    if kind == "box":
        (x0, y0), (x1, y1) = point(item["box"][:2]), point(item["box"][2:])
        box = Bounds(min(x0, x1), min(y0, y1), max(x0, x1) + 1, max(y0, y1) + 1).clipped(extent)
        return Drawing(boxes=(box,) if box.area else ())
    if kind == "point":
        spot = point(item["point"])
        return Drawing(positive=(spot,)) if item.get("positive", True) else Drawing(negative=(spot,))
    if kind == "pick":
        adds = bool(item.get("positive", True))
        return Picked(point(item["point"]), int(item["index"]), str(item["by"]), str(item["version"]), adds)
    if kind == "saved":
        return Loaded(str(item["name"]))
    if kind == "adjust":
        pixels = round(float(item.get("pixels", 0)) * (scale_x + scale_y) / 2)
        if item["deed"] not in get_args(Deed) or not 0 <= pixels <= MOST_PIXELS:
            raise BadInputError(f"A selection grows, shrinks or softens by 0 to {MOST_PIXELS} pixels.")
        return Adjustment(item["deed"], pixels)
    raise ValueError(f"unknown item {kind}")


def _joined(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Neighbouring drawings as one: several clicks are one prompt."""
    joined: list[Part] = []
    for part in parts:
        last = joined[-1] if joined else None
        if isinstance(part, Drawing) and isinstance(last, Drawing):
            joined[-1] = Drawing(
                last.strokes + part.strokes,
                last.boxes + part.boxes,
                last.positive + part.positive,
                last.negative + part.negative,
            )
        else:
            joined.append(part)
    return tuple(joined)


def marked(parts: Sequence[Part]) -> Bounds | None:
    """The bounds of the boxes, strokes and clicks that add, of whatever lies there; None without any.

    A click alone is one pixel.
    """
    found: Bounds | None = None
    for part in parts:
        spots = [Bounds(*spot, spot.x + 1, spot.y + 1) for spot in _spots(part)]
        boxes = list(part.boxes) if isinstance(part, Drawing) else []
        strokes = [stroke for stroke in part.strokes if not stroke.erases] if isinstance(part, Drawing) else []
        for stroke in strokes:
            boxes += [Bounds(*spot, spot.x + 1, spot.y + 1).padded(stroke.radius) for spot in stroke.points]
        for box in [*spots, *boxes]:
            found = box if found is None else found.union(box)
    return found


def _spots(part: Part) -> tuple[Point, ...]:
    if isinstance(part, Picked):
        return (part.point,) if part.adds else ()
    return part.positive if isinstance(part, Drawing) else ()


def is_adjusted(parts: Sequence[Part]) -> bool:
    """Whether the person set the edge by hand: then it is to be taken at its word."""
    return any(isinstance(part, Adjustment) for part in parts)


def applied(mask: Mask | None, part: Part, sources: Sources, extent: Extent) -> Mask:
    """The selection after one more part. `mask` is what was selected before it, None for nothing.

    Raises BadInputError when the part finds nothing, or when nothing stays selected.
    """
    if isinstance(part, Adjustment):
        if mask is None:
            raise BadInputError(_NOTHING)
        result = adjusted(mask, part)
        if part.deed == "shrink" and not np.any(result >= 0.5):
            raise BadInputError("Nothing is left after shrinking it that far; shrink it less.")
    elif isinstance(part, Loaded):
        saved = sources.saved(part.name)
        result = saved if mask is None else union(mask, saved)
    elif isinstance(part, Picked):
        region = _picked(part, sources)
        before = mask if mask is not None else np.zeros_like(region)
        result = union(before, region) if part.adds else subtract(before, region)
    else:
        result = _drawn(mask, part, sources.predictor(), extent)
    if not np.any(result >= 0.5):
        raise BadInputError(_NOTHING)
    return result


def adjusted(mask: Mask, adjustment: Adjustment) -> Mask:
    """Grown, shrunk, softened or inverted."""
    if adjustment.deed == "grow":
        return grow(mask, adjustment.pixels)
    if adjustment.deed == "shrink":
        return grow(mask, -adjustment.pixels)
    if adjustment.deed == "feather":
        return feather(mask, adjustment.pixels)
    return invert(mask)


def _picked(part: Picked, sources: Sources) -> Mask:
    """The region that was shown; what a click there finds when it was shown on another version, or by another model."""
    predictor = sources.predictor()
    if isinstance(predictor, Browsable) and (part.by, part.version) == (predictor.name, sources.version):
        return predictor.proposal_mask(part.index)
    return predictor.from_points([part.point]).mask


def _drawn(mask: Mask | None, drawing: Drawing, predictor: Predictor, extent: Extent) -> Mask:
    """Clicks, boxes and brushed parts united with what was there; then what was left out and erased goes."""
    result = np.zeros((extent.height, extent.width), np.float32) if mask is None else mask
    prompted = bool(drawing.positive)
    if prompted:
        result = union(result, predictor.from_points(drawing.positive, drawing.negative).mask)
    for box in drawing.boxes:
        result = union(result, predictor.from_box(box).mask)
    painted = rasterise([stroke for stroke in drawing.strokes if not stroke.erases], extent)
    if painted.any():
        result = union(result, predictor.from_brush(painted).mask)
    if not prompted or mask is not None:
        for point in drawing.negative:
            if result[point.y, point.x] > 0:
                result = subtract(result, _part_at(result, point, predictor))
    erased = [Stroke(stroke.points, stroke.radius) for stroke in drawing.strokes if stroke.erases]
    return subtract(result, rasterise(erased, extent)) if erased else result


def _part_at(selected: Mask, point: Point, predictor: Predictor) -> Mask:
    """What a click on something selected wants out of it: the best guess that is not (nearly) all of it."""
    inside = selected >= 0.5
    whole = max(int(np.count_nonzero(inside)), 1)
    masks = [candidate.mask for candidate in predictor.from_points([point]).candidates]
    shares = [np.count_nonzero(inside & (mask >= 0.5)) / whole for mask in masks]
    telling = [mask for mask, share in zip(masks, shares, strict=True) if share <= _MOST_OF_IT]
    return telling[0] if telling else masks[int(np.argmin(shares))]
