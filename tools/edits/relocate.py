"""Move an object, or make it larger or smaller; the place it leaves is filled."""

from __future__ import annotations

import re
from abc import abstractmethod
from typing import ClassVar, NamedTuple

import cv2
import numpy as np
from pydantic import Field

from models.cutout import estimate_foreground
from models.errors import BadInputError
from models.geometry import Bounds, Extent
from models.mask import Mask
from models.mask import bounds as bounds_of
from tools.edits.again import just_placed, place_again, pushed_in
from tools.edits.context import EditContext
from tools.edits.framing import sides_in
from tools.edits.pixels import Computed, Region
from tools.edits.remove import Fill
from tools.edits.request import StepReport
from tools.edits.wording import the
from tools.grounding import Target, ground, subject_of

_NUMBER = re.compile(r"(\d+(?:\.\d+)?)\s*(%|percent|px|pixels?|x|times)?", re.IGNORECASE)
_USUAL_STEP = 0.15  # of the picture's side, when no distance was said
_USUAL_SCALE = 1.3


class Placement(NamedTuple):
    """Where an object goes: scaled about the middle of its base, then moved by dx, dy pixels."""

    scale: float
    dx: float
    dy: float

    def matrix(self, box: Bounds) -> np.ndarray:
        """The 2×3 affine matrix in picture coordinates."""
        base_x, base_y = (box.x0 + box.x1 - 1) / 2, box.y1 - 1
        offset = (base_x * (1 - self.scale) + self.dx, base_y * (1 - self.scale) + self.dy)
        return np.array([[self.scale, 0.0, offset[0]], [0.0, self.scale, offset[1]]])

    def of(self, box: Bounds) -> Bounds:
        """The bounds after it."""
        middle, half = (box.x0 + box.x1) / 2 + self.dx, self.scale * box.width / 2
        base = box.y1 + self.dy
        return Bounds(round(middle - half), round(base - self.scale * box.height), round(middle + half), round(base))


class Relocate(Fill):
    """Shared: lift the object, fill its place, put it down elsewhere or in another size."""

    @abstractmethod
    def placement(self, box: Bounds, extent: Extent, context: EditContext) -> Placement:
        """Where the object with these bounds goes."""

    def perform(self, context: EditContext) -> StepReport:
        """What was only just added is painted anew in its new place; everything else is lifted and put down."""
        place = None if self.selection is not None else just_placed(context, self.target)
        if place is None:
            return super().perform(context)
        extent = context.workspace.head.extent
        return place_again(context, pushed_in(self.placement(place, extent, context).of(place), extent))

    def find_target(self, context: EditContext) -> Target | None:
        """The object; of a background, what stands before it."""
        target = super().find_target(context)
        return None if target is None else subject_of(target)

    def shape_mask(self, mask: Mask, *, exact: bool) -> Mask:
        """The object's own soft outline; the hole it leaves is grown in `compute`."""
        del exact
        return mask

    def context_margin(self, box: Bounds, extent: Extent) -> int:
        """The whole picture: the new place may be anywhere."""
        del box
        return max(extent)

    def compute(self, region: Region, context: EditContext) -> Computed:
        """Fill what is uncovered, then composite the object's own colours at its new place."""
        hole = super().shape_mask(region.mask, exact=False)
        box = bounds_of(region.mask, 0.5)
        placement = self.placement(box, region.picture.extent, context)
        object_rgb = estimate_foreground(region.rgb, region.mask)
        size = (region.mask.shape[1], region.mask.shape[0])
        matrix = placement.matrix(box)
        matte = cv2.warpAffine(region.mask, matrix, size, flags=cv2.INTER_LINEAR)
        if not np.any(matte >= 0.5):
            raise BadInputError("That would put it outside the picture; say a smaller distance.")
        flags = cv2.INTER_LINEAR if placement.scale < 1 else cv2.INTER_CUBIC
        placed = cv2.warpAffine(object_rgb, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        filled = super().compute(
            Region(region.picture, region.bounds, region.rgb, hole),
            context,
        )
        weight = matte[..., None]
        rgb = np.rint(filled.rgb * (1.0 - weight) + placed * weight).astype(region.rgb.dtype)
        changed = np.maximum(hole, (matte > 0).astype(np.float32))
        return Computed(rgb, filled.engine, mask=changed, note=filled.note)


class Move(Relocate):
    """Move an object within the picture; the place it leaves is filled from the surroundings."""

    op: ClassVar[str] = "move"
    question: ClassVar[str] = "What should I move? Click it on the picture."
    value: str = Field(
        max_length=500,
        description="Where to: 'left', 'up 10%', 'right 200 px', 'to the bottom right corner', 'to the center', "
        "'on top of the table', 'next to the lamp'.",
    )

    def placement(self, box: Bounds, extent: Extent, context: EditContext) -> Placement:
        """A distance, a place in the picture, or a place beside something else."""
        text = self.value.lower()
        beside = re.search(r"\b(on top of|on|onto|above|below|under|beneath|next to|beside|near|behind)\b\s+(.+)", text)
        if beside and not sides_in(beside[2]):
            other = ground(context, beside[2])
            if other is not None:
                return _beside(box, bounds_of(other.mask, 0.5), beside[1])
        sides = sides_in(text)
        if re.search(r"\b(center|centre|middle)\b", text):
            return Placement(1.0, extent.width / 2 - box.center.x, extent.height / 2 - box.center.y)
        if not sides:
            if re.search(r"\b(back|away|further|behind)\b", text):
                return Placement(0.8, 0.0, -0.05 * extent.height)
            if re.search(r"\b(front|forward|closer|nearer)\b", text):
                return Placement(1.25, 0.0, 0.05 * extent.height)
            raise BadInputError(f"I don't know where {self.value!r} is; say left, right, up, down or beside what.")
        if re.search(r"\b(corner|edge|side|far)\b", text):
            return Placement(1.0, *_against(box, extent, sides))
        across, down = self._distance(extent)
        dx = across * (("right" in sides) - ("left" in sides))
        dy = down * (("bottom" in sides) - ("top" in sides))
        return Placement(1.0, dx, dy)

    def sentence(self, label: str | None) -> str:
        """What was done."""
        return f"Moved {the(label)}: {self.value}."

    def _distance(self, extent: Extent) -> tuple[float, float]:
        number = _NUMBER.search(self.value)
        if number and (number[2] or "").lower().startswith("p") and number[2] != "percent":
            return float(number[1]), float(number[1])
        share = float(number[1]) / 100 if number else _USUAL_STEP
        if not number and re.search(r"\b(bit|little|slightly)\b", self.value.lower()):
            share *= 0.5
        return share * extent.width, share * extent.height


class ResizeObject(Relocate):
    """Make an object larger or smaller where it stands."""

    op: ClassVar[str] = "resize_object"
    question: ClassVar[str] = "What should get another size? Click it on the picture."
    value: str = Field(
        max_length=500,
        description="'bigger', 'smaller', '20% larger', 'half the size', '2x', 'a bit bigger'.",
    )

    def placement(self, box: Bounds, extent: Extent, context: EditContext) -> Placement:
        """Scaled about the middle of its base, so that it keeps standing where it stands."""
        scale = self._scale(box, context)
        if not 0.02 <= scale <= 20:
            raise BadInputError("An object can be scaled between 2% and 20 times its size.")
        return Placement(scale, 0.0, 0.0)

    def sentence(self, label: str | None) -> str:
        """What was done."""
        return f"Resized {the(label)}: {self.value}."

    def _scale(self, box: Bounds, context: EditContext) -> float:
        text = self.value.lower()
        shrink = bool(re.search(r"small|shrink|reduc|less|down|tiny|shorter|thinner", text))
        like = re.search(r"size of (?:the )?(.+)", text)
        if like and not _NUMBER.search(text):
            other = ground(context, like[1])
            if other is not None:
                return max(bounds_of(other.mask, 0.5).extent) / max(box.extent)
        number = _NUMBER.search(text)
        if number and (number[2] or "").lower() in ("x", "times"):
            return 1 / float(number[1]) if shrink and float(number[1]) > 0 else float(number[1])
        if number and float(number[1]) > 0:
            share = float(number[1]) / 100
            grow_word = re.search(r"big|larg|grow|more|up|increas|enlarg|taller|wider", text)
            return 1 - share if shrink else 1 + share if grow_word else share
        if "half" in text:
            return 0.5
        if re.search(r"double|twice", text):
            return 2.0
        step = 1.15 if re.search(r"\b(bit|little|slightly)\b", text) else 1.6 if "much" in text else _USUAL_SCALE
        if shrink:
            return 1 / step
        if re.search(r"big|larg|grow|increas|enlarg|up|taller|wider|huge", text):
            return step
        raise BadInputError(f"I don't know how large {self.value!r} is; say 'bigger', '20% smaller' or '2x'.")


def _against(box: Bounds, extent: Extent, sides: list[str]) -> tuple[float, float]:
    """The way to the sides of the picture, with a small margin."""
    margin = round(0.03 * min(extent))
    dx = dy = 0.0
    if "left" in sides:
        dx = margin - box.x0
    if "right" in sides:
        dx = extent.width - margin - box.x1
    if "top" in sides:
        dy = margin - box.y0
    if "bottom" in sides:
        dy = extent.height - margin - box.y1
    return dx, dy


def _beside(box: Bounds, other: Bounds, relation: str) -> Placement:
    """The way to a place relative to another object's bounds."""
    center_dx = other.center.x - box.center.x
    if relation in ("on top of", "on", "onto"):
        return Placement(1.0, center_dx, other.y0 + 0.12 * other.height - box.y1)
    if relation == "above":
        return Placement(1.0, center_dx, other.y0 - 0.1 * box.height - box.y1)
    if relation in ("below", "under", "beneath"):
        return Placement(1.0, center_dx, other.y1 + 0.05 * box.height - box.y0)
    side = 1 if box.center.x >= other.center.x else -1
    gap = 0.1 * box.width + (other.width + box.width) / 2
    return Placement(1.0, center_dx + side * gap, other.y1 - box.y1)
