"""Crop, rotate (also flip, straighten) and resize."""

from __future__ import annotations

import re
from typing import ClassVar

import cv2
import numpy as np
from pydantic import Field

from models.colour.naming import parse_colour
from models.errors import BadInputError
from models.frame import Placement, flipped, quarter_turned, scaled, shifted, turned
from models.geometry import Bounds, Extent
from models.mask import bounds as bounds_of
from models.straighten import estimate_lean, largest_upright, turn
from tools.edits.context import EditContext
from tools.edits.frame import FrameEdit, Reframed
from tools.edits.wording import the
from tools.grounding import Target
from tools.pictures.picture import Picture
from tools.pictures.profiles import to_srgb_preview

_RATIO = re.compile(r"(\d+(?:\.\d+)?)\s*(?::|/|by|to)\s*(\d+(?:\.\d+)?)", re.IGNORECASE)
_SIZE = re.compile(r"(\d{1,5})\s*(?:px)?\s*[x×*]\s*(\d{1,5})\s*(?:px|pixels)?", re.IGNORECASE)
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*(%|percent|px|pixels?)?", re.IGNORECASE)
_COLOUR = re.compile(
    r"(?:\b(?:white|black|(?:light |dark )?gr[ea]y|cream|beige|ivory)|#(?:[0-9a-f]{6}|[0-9a-f]{3}))"
    r"(?=\s*$|[,.]| (?:margins?|padding|borders?|frame)\b)",
    re.IGNORECASE,
)
_SIDES = ("left", "right", "top", "bottom")
_SIDE_WORDS = {
    "upper": "top",
    "lower": "bottom",
    "above": "top",
    "below": "bottom",
    "up": "top",
    "down": "bottom",
}
_LARGEST_SIDE = 30_000


def sides_in(text: str) -> list[str]:
    """The sides of the picture that a text names, in the order left, right, top, bottom."""
    words = {_SIDE_WORDS.get(word, word) for word in re.findall(r"[a-z]+", text.lower())}
    if words & {"sides", "horizontally"}:
        words |= {"left", "right"}
    if "vertically" in words:
        words |= {"top", "bottom"}
    return [side for side in _SIDES if side in words]


def ratio_in(text: str) -> float | None:
    """The width-to-height ratio that a text names ('square', '4:5', 'portrait'), None when it names none."""
    if re.search(r"\bsquare\b", text, re.IGNORECASE):
        return 1.0
    found = _RATIO.search(text)
    if found:
        width, height = float(found[1]), float(found[2])
        if width <= 0 or height <= 0 or not 0.02 <= width / height <= 50:
            raise BadInputError(f"A shape of {found[1]}:{found[2]} is not possible; try 1:1, 4:5 or 16:9.")
        return width / height
    for word, ratio in (("portrait", 4 / 5), ("landscape", 3 / 2), ("widescreen", 16 / 9), ("panorama", 2.5)):
        if re.search(rf"\b{word}", text, re.IGNORECASE):
            return ratio
    return None


def size_in(text: str) -> Extent | None:
    """The size in pixels that a text names ('1920x1080'), None when it names none."""
    found = _SIZE.search(text)
    if not found:
        return None
    extent = Extent(int(found[1]), int(found[2]))
    if not (1 <= extent.width <= _LARGEST_SIDE and 1 <= extent.height <= _LARGEST_SIDE):
        raise BadInputError(f"A side must be between 1 and {_LARGEST_SIDE} pixels.")
    return extent


def amount_in(text: str, whole: int, otherwise: float) -> int:
    """Pixels for an amount like '10 %' or '200 px' of `whole`; `otherwise` is a fraction of it."""
    found = _AMOUNT.search(text)
    if not found:
        return round(whole * otherwise)
    number = float(found[1])
    return round(
        number if (found[2] or "%").lower().startswith("p") and found[2] != "percent" else whole * number / 100
    )


def colour_in(text: str) -> tuple[float, float, float] | None:
    """The sRGB colour that a frame's wish names ("50px white", "10% #EEEEEE margin"), each in [0, 1]; None without."""
    found = _COLOUR.search(text)
    return None if found is None else parse_colour(found[0]).rgb


def around(box: Bounds, extent: Extent, ratio: float | None) -> Bounds:
    """The bounds widened to the ratio and kept inside the picture; smaller only where the picture ends."""
    width, height = max(box.width, 1), max(box.height, 1)
    if ratio is not None:
        width, height = max(width, round(height * ratio)), max(height, round(width / ratio))
        scale = min(1.0, extent.width / width, extent.height / height)
        width, height = max(1, round(width * scale)), max(1, round(height * scale))
    width, height = min(width, extent.width), min(height, extent.height)
    x0 = min(max(box.center.x - width // 2, 0), extent.width - width)
    y0 = min(max(box.center.y - height // 2, 0), extent.height - height)
    return Bounds(x0, y0, x0 + width, y0 + height)


class Crop(FrameEdit):
    """Cut the picture to a part: to a shape, around an object, or off one side. Also zooming in."""

    op: ClassVar[str] = "crop"
    value: str | None = Field(
        None,
        max_length=500,
        description="'square', '4:5', '16:9', '1200x800', '10% off the left', 'tighter'. With a target: around it.",
    )

    def reframe(self, picture: Picture, target: Target | None, context: EditContext) -> Reframed:
        """The part of the picture that was asked for; its samples are those of the source."""
        del context
        bounds = self._bounds(picture.extent, target)
        if bounds.area == 0:
            raise BadInputError("That crop would leave nothing of the picture.")
        rows, columns = bounds.slices
        pixels = np.ascontiguousarray(picture.pixels[rows, columns])
        size, placement = size_in(self.value or ""), shifted(-bounds.x0, -bounds.y0)
        if size and size != bounds.extent and size.pixels < bounds.area:
            pixels = cv2.resize(pixels, tuple(size), interpolation=cv2.INTER_AREA)
            placement = placement.then(scaled(size.width / bounds.width, size.height / bounds.height))
        note = f"now {pixels.shape[1]}×{pixels.shape[0]} pixels"
        return Reframed(picture.with_pixels(pixels), "crop", note, placement)

    def sentence(self, label: str | None) -> str:
        """What was done."""
        how = f" to {self.value}" if self.value and (ratio_in(self.value) or size_in(self.value)) else ""
        return f"Cropped {'around ' + the(label) if label else 'the picture'}{how}."

    def _bounds(self, extent: Extent, target: Target | None) -> Bounds:
        text = self.value or ""
        size = size_in(text)
        ratio = size.width / size.height if size else ratio_in(text)
        if target is not None:
            box = bounds_of(target.mask, 0.5)
            tight = 0.04 if re.search(r"tight|close|exact", text, re.IGNORECASE) else 0.12
            margin = (
                amount_in(text, max(box.width, box.height), tight) if "%" in text else round(tight * max(box.extent))
            )
            return around(box.padded(margin).clipped(extent), extent, ratio)
        if ratio is not None:
            scale = min(extent.width / ratio, extent.height)
            wide = Extent(max(1, min(extent.width, round(scale * ratio))), max(1, round(scale)))
            return Bounds(0, 0, *wide).shifted((extent.width - wide.width) // 2, (extent.height - wide.height) // 2)
        sides = sides_in(text)
        across, down = amount_in(text, extent.width, 0.1), amount_in(text, extent.height, 0.1)
        if not sides and re.search(r"\bpx|pixel|%|percent|tight|zoom|close|bit|little|edge|border|in\b|^$", text):
            sides = list(_SIDES)
        if not sides:
            raise BadInputError(f"I can't crop to {text!r}; try 'square', '4:5', '10% off the left' or an object.")
        return Bounds(
            across if "left" in sides else 0,
            down if "top" in sides else 0,
            extent.width - (across if "right" in sides else 0),
            extent.height - (down if "bottom" in sides else 0),
        ).clipped(extent)


class Rotate(FrameEdit):
    """Turn, flip, mirror or straighten the whole picture."""

    op: ClassVar[str] = "rotate"
    value: str | None = Field(
        None,
        max_length=500,
        description="'90 clockwise', '180', '20 degrees', 'flip horizontally', 'mirror', 'upside down', "
        "'straighten'. Leave out for 90 clockwise.",
    )

    def find_target(self, context: EditContext) -> Target | None:
        """Always the whole picture: a thing in it is named only to say what should stand straight."""
        del context
        return None

    def reframe(self, picture: Picture, target: Target | None, context: EditContext) -> Reframed:
        """Quarter turns and flips move samples; other angles resample and cut the corners."""
        del target, context
        text = (self.value or "90 clockwise").lower()
        pixels = picture.pixels
        if re.search(r"flip|mirror|reflect", text):
            vertical = bool(re.search(r"vertical|upside|top", text))
            pixels, note = np.flip(pixels, 0 if vertical else 1), None
            placement = flipped(picture.extent, vertically=vertical)
        elif re.search(r"straight|level|upright|horizon", text):
            lean = estimate_lean(to_srgb_preview(picture))
            if abs(lean) < 0.15:
                raise BadInputError("The picture already stands straight, as far as its lines tell.")
            (pixels, placement), note = self._turned(pixels, lean), f"it leaned by {abs(lean):.1f}°"
        else:
            (pixels, placement), note = self._by_degrees(pixels, text), None
        return Reframed(picture.with_pixels(np.ascontiguousarray(pixels)), "rotate", note, placement)

    def sentence(self, label: str | None) -> str:
        """What was done."""
        del label
        text = (self.value or "90 clockwise").lower()
        if re.search(r"flip|mirror|reflect", text):
            return "Flipped the picture."
        if re.search(r"straight|level|upright|horizon", text):
            return "Straightened the picture."
        return f"Rotated the picture: {self.value or '90 degrees clockwise'}."

    def _by_degrees(self, pixels: np.ndarray, text: str) -> tuple[np.ndarray, Placement]:
        number = re.search(r"-?\d+(?:\.\d+)?", text)
        if number:
            degrees = float(number[0])
        elif re.search(r"upside|half", text):
            degrees = 180.0
        else:
            degrees = 90.0
        if re.search(r"counter|anti|ccw|left", text):
            degrees = -degrees
        quarters = degrees / 90.0
        if quarters == round(quarters):
            times = -round(quarters) % 4
            return np.rot90(pixels, times), quarter_turned(Extent.of(pixels), times)
        if abs(degrees) > 360:
            raise BadInputError("A turn is at most 360 degrees.")
        return self._turned(pixels, -degrees)

    @staticmethod
    def _turned(pixels: np.ndarray, counter_clockwise: float) -> tuple[np.ndarray, Placement]:
        height, width = pixels.shape[:2]
        inner = Extent(*largest_upright(width, height, counter_clockwise))
        whole = turn(pixels, counter_clockwise)
        box = Bounds(0, 0, *inner).shifted((width - inner.width) // 2, (height - inner.height) // 2)
        placement = turned(Extent.of(pixels), counter_clockwise).then(shifted(-box.x0, -box.y0))
        return whole[box.slices], placement


class Resize(FrameEdit):
    """Change the size of the whole picture in pixels."""

    op: ClassVar[str] = "resize"
    value: str = Field(max_length=500, description="'1920x1080', '50%', '2x', '800 px wide', 'half'.")

    def find_target(self, context: EditContext) -> Target | None:
        """Always the whole picture."""
        del context
        return None

    def reframe(self, picture: Picture, target: Target | None, context: EditContext) -> Reframed:
        """Area-averaged when it shrinks, Lanczos when it grows; the shape is kept unless both sides are given."""
        del target, context
        extent = self._extent(picture.extent)
        shrinking = extent.pixels < picture.extent.pixels
        method = cv2.INTER_AREA if shrinking else cv2.INTER_LANCZOS4
        pixels = cv2.resize(picture.pixels, tuple(extent), interpolation=method)
        placement = scaled(extent.width / picture.extent.width, extent.height / picture.extent.height)
        note = f"now {extent.width}×{extent.height} pixels"
        return Reframed(picture.with_pixels(pixels), "resize", note, placement)

    def sentence(self, label: str | None) -> str:
        """What was done."""
        del label
        return f"Resized the picture: {self.value}."

    def _extent(self, extent: Extent) -> Extent:
        text = self.value.lower()
        size = size_in(text)
        if size:
            return size
        number = re.search(r"(\d+(?:\.\d+)?)\s*(%|percent|px|pixels?|x|times)?", text)
        if number and (number[2] or "").startswith(("px", "pixel")):
            pixels = float(number[1])
            scale = pixels / (extent.height if re.search(r"high|tall|height", text) else extent.width)
        elif number and number[2] in ("%", "percent"):
            scale = float(number[1]) / 100
        elif number:
            scale = float(number[1])
        else:
            scale = {"half": 0.5, "double": 2.0, "twice": 2.0, "bigger": 1.5, "smaller": 0.67}.get(
                next(iter(re.findall(r"half|double|twice|bigger|smaller", text)), ""), 0.0
            )
        result = Extent(round(extent.width * scale), round(extent.height * scale))
        if not (1 <= result.width <= _LARGEST_SIDE and 1 <= result.height <= _LARGEST_SIDE) or result.pixels > 2e8:
            raise BadInputError(f"I can't resize to {self.value!r}; try '1920x1080', '50%' or '800 px wide'.")
        return result
