"""Blur and pixelate: soften a background, hide a face."""

from __future__ import annotations

import re
from typing import ClassVar

from pydantic import Field, field_validator

from models.errors import BadInputError
from models.filters.blur import lens_blur
from models.filters.pixelate import fitting_block, pixelate
from models.geometry import Bounds, Extent
from models.mask import Mask, feather
from models.mask import bounds as bounds_of
from tools.edits.context import EditContext
from tools.edits.pixels import Computed, PixelEdit, Region
from tools.edits.wording import the

_STRENGTHS = {"slight": 0.5, "little": 0.5, "bit": 0.5, "soft": 0.5, "gentle": 0.5, "light": 0.5}
_STRENGTHS |= {"strong": 2.0, "heavy": 2.0, "heavily": 2.0, "very": 2.0, "lot": 2.0, "much": 2.0, "more": 1.5}
_PIXELATED = re.compile(r"pixel|mosaic|block", re.IGNORECASE)
_NUMBER = re.compile(r"(\d+(?:\.\d+)?)\s*(px|pixels?|%)?", re.IGNORECASE)


class Blur(PixelEdit):
    """Blur the whole picture or a part, as a lens would; or pixelate it."""

    op: ClassVar[str] = "blur"
    value: str | None = Field(
        None,
        max_length=500,
        description="How strong: 'slightly', 'strong', '12 px'; or 'pixelate'. Leave out for a natural strength.",
    )

    @field_validator("value")
    @classmethod
    def _sensible_radius(cls, value: str | None) -> str | None:
        number = _NUMBER.search(value or "")
        if number and not 0 < float(number[1]) <= 500:
            raise BadInputError("A blur can be between 1 and 500 pixels wide.")
        return value

    def shape_mask(self, mask: Mask, *, exact: bool) -> Mask:
        """A soft edge; a pixelated part keeps a hard one, so that it hides what it should."""
        if exact or self._pixelated:
            return mask
        return feather(mask, 1 + 0.003 * Extent.of(mask).diagonal)

    def context_margin(self, box: Bounds, extent: Extent) -> int:
        """The reach of the blur."""
        return round(2 * self._radius(box, extent))

    def compute(self, region: Region, context: EditContext) -> Computed:
        """Blur or pixelate, taking colours only from inside the mask."""
        box = bounds_of(region.mask)
        radius = self._radius(box, region.picture.extent)
        if self._pixelated:
            block = round(radius) if _NUMBER.search(self.value or "") else fitting_block(box.width, box.height)
            return Computed(pixelate(region.rgb, max(2, block), within=box), "pixelate")
        # a blur of everything has no outside to keep out
        mask = None if region.mask.all() else region.mask
        return Computed(lens_blur(region.rgb, radius, mask, progress=context.progress), "lens blur")

    def sentence(self, label: str | None) -> str:
        """What was done."""
        return f"{'Pixelated' if self._pixelated else 'Blurred'} {the(label)}."

    @property
    def _pixelated(self) -> bool:
        return bool(self.value and _PIXELATED.search(self.value))

    def _radius(self, box: Bounds, extent: Extent) -> float:
        """Radius in pixels: as asked, else in proportion to the part (to hide it) and the picture."""
        number = _NUMBER.search(self.value or "")
        if number and number[2] != "%":
            return float(number[1])
        natural = max(2.0, 0.012 * extent.diagonal)
        if number:
            return natural * float(number[1]) / 50.0
        words = re.findall(r"[a-z]+", (self.value or "").lower())
        for word in words:
            stem = word.removesuffix("ly") if word != "heavily" else word
            if stem in _STRENGTHS:
                return natural * _STRENGTHS[stem]
        return natural
