"""Tone: brightness, contrast, colour balance, sharpness, of the whole picture or of a part."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, field_validator

from models.colour.tone import apply_adjustments
from models.colour.tone_words import parse_adjustments
from models.geometry import Extent
from models.mask import Mask, feather
from tools.edits.context import EditContext
from tools.edits.pixels import Computed, PixelEdit, Region
from tools.edits.wording import the


class Adjust(PixelEdit):
    """Change the tone: brightness, exposure, contrast, saturation, warmth, sharpness, black and white, sepia."""

    op: ClassVar[str] = "adjust"
    value: str = Field(
        max_length=500,
        description="What and how much: 'brighter', 'a bit warmer', 'contrast +30', 'brightness -20', "
        "'less saturated', 'black and white', 'sepia', 'sharpen', 'auto'. Amounts are -100..100.",
    )

    @field_validator("value")
    @classmethod
    def _known_adjustment(cls, value: str) -> str:
        parse_adjustments(value)
        return value

    def shape_mask(self, mask: Mask, *, exact: bool) -> Mask:
        """A soft edge, so that a change of tone does not draw an outline."""
        return mask if exact else feather(mask, 1 + 0.002 * Extent.of(mask).diagonal)

    def compute(self, region: Region, context: EditContext) -> Computed:
        """Apply the adjustments in the order they were said."""
        adjusted = apply_adjustments(region.rgb, parse_adjustments(self.value), progress=context.progress)
        return Computed(adjusted, "tone")

    def sentence(self, label: str | None) -> str:
        """What was done."""
        return f"Adjusted {the(label)}: {self.value}."
