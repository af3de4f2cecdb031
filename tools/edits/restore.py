"""Repair: scratches and dust, noise, blur, haze, and a general touch-up."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import ClassVar

import numpy as np
from pydantic import Field

from models.colour.tone import Adjustment, apply_adjustments
from models.errors import BadInputError, UnavailableError
from models.filters.dehaze import dehaze
from models.filters.denoise import denoise
from models.filters.scratches import find_scratches
from models.filters.sharpen import deblur
from models.geometry import Extent
from models.inpainting.filling import fill_hole
from models.mask import Mask, feather, grow
from tools.edits.context import EditContext
from tools.edits.pixels import Computed, PixelEdit, Region
from tools.edits.wording import the

_REPAIRS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("colorize", re.compile(r"colou?ri[sz]|add colou?r|^colou?r$")),
    ("upscale", re.compile(r"upscale|\bhd\b|\b4k\b|resolution|quality|super")),
    ("derain", re.compile(r"\brain|derain|snowflake")),
    (
        "blemishes",
        re.compile(
            r"scratch|dust|crack|speck|spot|stain|smudge|lint|crease|fold|tear|torn|hair|blemish|imperfect|wrinkl|"
            r"pimple|acne|fix|clean|repair|damage|dots?\b|glare"
        ),
    ),
    ("denoise", re.compile(r"nois|grain|smooth")),
    ("deblur", re.compile(r"blur|sharp|focus|clear|crisp")),
    ("dehaze", re.compile(r"haz|fog|mist|smog")),
)


class Restore(PixelEdit):
    """Repair or improve a photo: scratches and dust, noise, blur, haze, faded tones."""

    op: ClassVar[str] = "restore"
    value: str | None = Field(
        None,
        max_length=500,
        description="'scratches', 'dust', 'denoise', 'deblur', 'dehaze', 'enhance'. Leave out for what it needs.",
    )

    def shape_mask(self, mask: Mask, *, exact: bool) -> Mask:
        """A soft edge."""
        return mask if exact else feather(mask, 1 + 0.002 * Extent.of(mask).diagonal)

    def compute(self, region: Region, context: EditContext) -> Computed:
        """Apply the named repair, or a gentle general one."""
        repair = self._repair()
        return _METHODS[repair](self, region, context)

    def sentence(self, label: str | None) -> str:
        """What was done."""
        return f"Restored {the(label)}{': ' + self.value if self.value else ''}."

    def _repair(self) -> str:
        text = (self.value or "").lower()
        return next((name for name, pattern in _REPAIRS if pattern.search(text)), "enhance")

    def _blemishes(self, region: Region, context: EditContext) -> Computed:
        found = find_scratches(region.rgb) * (region.mask > 0)
        if not np.any(found > 0):
            raise BadInputError("I found no scratches, dust or spots there; brush over what I should mend.")
        hole = grow(found.astype(np.float32), 1) * (region.mask > 0)
        filled = fill_hole(region.rgb, hole, seed=self.seed, progress=context.progress)
        note = f"mended {np.count_nonzero(hole > 0)} pixels; filled ones are invented"
        return Computed(filled.image, filled.engine, mask=hole, note=note)

    def _denoise(self, region: Region, context: EditContext) -> Computed:
        return Computed(denoise(region.rgb, progress=context.progress), "denoise")

    def _deblur(self, region: Region, context: EditContext) -> Computed:
        return Computed(deblur(region.rgb, progress=context.progress), "deblur")

    def _dehaze(self, region: Region, context: EditContext) -> Computed:
        return Computed(dehaze(region.rgb, progress=context.progress), "dehaze")

    def _enhance(self, region: Region, context: EditContext) -> Computed:
        calm = denoise(region.rgb, strength=20.0, progress=context.progress.part(0.0, 0.7))
        wishes = (Adjustment("auto", 60.0), Adjustment("sharpness", 15.0))
        return Computed(apply_adjustments(calm, wishes, progress=context.progress.part(0.7, 1.0)), "enhance")

    def _colorize(self, region: Region, context: EditContext) -> Computed:
        raise UnavailableError(
            "Colouring a grey photo needs a model that knows what things look like; none is installed."
        )

    def _upscale(self, region: Region, context: EditContext) -> Computed:
        raise UnavailableError(
            "New detail needs an upscaling model, and none is installed; I can enlarge plainly ('resize to 200%')."
        )

    def _derain(self, region: Region, context: EditContext) -> Computed:
        raise UnavailableError("Taking rain or snow out of a photo needs a model, and none is installed.")


_METHODS: dict[str, Callable[[Restore, Region, EditContext], Computed]] = {
    "blemishes": Restore._blemishes,
    "denoise": Restore._denoise,
    "deblur": Restore._deblur,
    "dehaze": Restore._dehaze,
    "enhance": Restore._enhance,
    "colorize": Restore._colorize,
    "upscale": Restore._upscale,
    "derain": Restore._derain,
}
