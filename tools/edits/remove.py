"""Remove: take something out and fill its place from the surroundings."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from models.geometry import Bounds, Extent
from models.inpainting.filling import AUTO, fill_hole
from models.mask import Mask, grow
from tools.edits.context import EditContext
from tools.edits.pixels import Computed, PixelEdit, Region
from tools.edits.wording import the


class Fill(PixelEdit):
    """Shared by the edits whose result is what could have been behind the target."""

    needs_target: ClassVar[bool] = True
    certainty: ClassVar[float] = 0.8

    def shape_mask(self, mask: Mask, *, exact: bool) -> Mask:
        """The target with its soft edge and a little more, so that no rim of the old colours stays."""
        if exact:
            return mask
        rim = 3 + round(0.003 * Extent.of(mask).diagonal)
        return grow((mask > 0.1).astype(mask.dtype), rim)

    def context_margin(self, box: Bounds, extent: Extent) -> int:
        """Enough surroundings to find examples in: the target's own size, at least 128 px."""
        return max(128, max(box.width, box.height))

    def compute(self, region: Region, context: EditContext) -> Computed:
        """Fill by the engine that suits the hole."""
        filled = fill_hole(region.rgb, region.mask, seed=self.seed, progress=context.progress, engine=self.engine)
        return Computed(filled.image, filled.engine, note=filled.reason)

    @property
    def engine(self) -> str:
        """The engine to use: "auto", unless the request names one."""
        return AUTO


class Remove(Fill):
    """Erase an object, person, blemish, shadow or reflection and fill the place from its surroundings."""

    op: ClassVar[str] = "remove"
    question: ClassVar[str] = "What should I remove? Click it, or brush over it, on the picture."
    value: str | None = Field(None, max_length=500, description="Not used.")

    def sentence(self, label: str | None) -> str:
        """What was done."""
        return f"Removed {the(label)}."


class Inpaint(Fill):
    """Fill the selected part with a named engine, exactly as it is selected."""

    op: ClassVar[str] = "inpaint"
    spoken: ClassVar[bool] = False
    value: str = Field(AUTO, max_length=120, description="'auto', or the name of an engine.")

    @property
    def engine(self) -> str:
        """The engine that was named."""
        return self.value

    def sentence(self, label: str | None) -> str:
        """What was done."""
        return f"Filled {the(label)}."
