"""Edits that put something new into the picture. What cannot be had without a generating model says so."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from models.errors import UnavailableError
from models.frame import shifted
from models.geometry import Bounds, Extent
from models.inpainting.filling import fill_hole
from tools.edits.context import EditContext
from tools.edits.frame import FrameEdit, Reframed
from tools.edits.framing import amount_in, ratio_in, sides_in, size_in
from tools.edits.request import EditRequest, StepReport
from tools.grounding import Target
from tools.pictures.picture import Picture

_MOST_NEW = 0.6  # of the new picture; beyond that copied texture is plainly copied
_FITTING = 0.25  # of the old side: wider margins show that they repeat the picture


class Insert(EditRequest):
    """Add something new to the picture: an object, text, a shadow."""

    op: ClassVar[str] = "insert"
    value: str = Field(max_length=500, description="What to add, as a noun phrase.")

    def perform(self, context: EditContext) -> StepReport:
        """Needs an engine that can paint what it never saw."""
        del context
        raise UnavailableError(
            f"To add {self.value!r} I need a diffusion model, and none is installed here; I can remove, recolour, "
            "adjust, blur, move or cut out what is already there."
        )


class Replace(EditRequest):
    """Turn one thing into another, change what a text says, or change a material."""

    op: ClassVar[str] = "replace"
    value: str = Field(max_length=500, description="What it should become, as a noun phrase.")

    def perform(self, context: EditContext) -> StepReport:
        """Needs an engine that can paint what it never saw."""
        del context
        raise UnavailableError(
            f"To turn it into {self.value!r} I need a diffusion model, and none is installed here; I can remove it, "
            "recolour it, or move it."
        )


class Outpaint(FrameEdit):
    """Extend the picture beyond its edges, continuing what is there. Also zooming out."""

    op: ClassVar[str] = "outpaint"
    value: str | None = Field(
        None, max_length=500, description="'16:9', 'top 20%', 'left and right', '10%', 'square', '1920x1080'."
    )

    def find_target(self, context: EditContext) -> Target | None:
        """Always the whole picture."""
        del context
        return None

    def reframe(self, picture: Picture, target: Target | None, context: EditContext) -> Reframed:
        """A larger canvas whose margins are filled from the picture's own texture; the old samples stay."""
        del target
        outer, box = self._canvas(picture.extent)
        if 1 - picture.extent.pixels / outer.pixels > _MOST_NEW:
            raise UnavailableError("So much new picture needs a diffusion model; without one I can add up to 60%.")
        canvas = np.zeros((outer.height, outer.width, 3), picture.pixels.dtype)
        hole = np.ones((outer.height, outer.width), np.float32)
        canvas[box.slices] = picture.pixels[..., :3]
        hole[box.slices] = 0.0
        done = fill_hole(canvas, hole, seed=self.seed, progress=context.progress)
        filled = done.image
        filled[box.slices] = picture.pixels[..., :3]
        if picture.has_alpha:
            alpha = np.full((*filled.shape[:2], 1), np.iinfo(filled.dtype).max, filled.dtype)
            alpha[box.slices] = picture.pixels[..., 3:]
            filled = np.concatenate([filled, alpha], axis=-1)
        return Reframed(picture.with_pixels(filled), done.engine, _remark(outer, box), shifted(box.x0, box.y0))

    def sentence(self, label: str | None) -> str:
        """What was done."""
        del label
        return f"Extended the picture{': ' + self.value if self.value else ''}."

    def _canvas(self, extent: Extent) -> tuple[Extent, Bounds]:
        """The new extent, and where the old picture lies in it."""
        text = (self.value or "").lower()
        size = size_in(text)
        ratio = size.width / size.height if size else ratio_in(text)
        sides = sides_in(text)
        if ratio is not None:
            outer = Extent(
                max(extent.width, round(extent.height * ratio)),
                max(extent.height, round(extent.width / ratio)),
            )
            x0, y0 = (outer.width - extent.width) // 2, (outer.height - extent.height) // 2
            x0 = outer.width - extent.width if sides == ["left"] else 0 if sides == ["right"] else x0
            y0 = outer.height - extent.height if sides == ["top"] else 0 if sides == ["bottom"] else y0
        else:
            sides = sides or ["left", "right", "top", "bottom"]
            across, down = amount_in(text, extent.width, 0.2), amount_in(text, extent.height, 0.2)
            x0, y0 = across * ("left" in sides), down * ("top" in sides)
            outer = Extent(
                x0 + extent.width + across * ("right" in sides),
                y0 + extent.height + down * ("bottom" in sides),
            )
        return outer, Bounds(x0, y0, x0 + extent.width, y0 + extent.height)


def _remark(outer: Extent, box: Bounds) -> str:
    """What to say of the margins around the old picture at `box`."""
    widest = max(
        max(box.x0, outer.width - box.x1) / box.width,
        max(box.y0, outer.height - box.y1) / box.height,
    )
    if widest <= _FITTING:
        return "the margins are invented"
    return (
        f"the margins are invented; beyond {_FITTING:.0%} of a side, as here, they repeat what is there: look at them, "
        "and ask for less where that shows"
    )
