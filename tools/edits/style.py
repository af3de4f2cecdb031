"""Looks: the named ones that need no model."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from models.errors import UnavailableError
from models.filters.style import STYLES, apply_style, find_style
from tools.edits.context import EditContext
from tools.edits.pixels import Computed, PixelEdit, Region
from tools.edits.wording import the


class Style(PixelEdit):
    """Give the whole picture (or a part) another look. Everything in it may change."""

    op: ClassVar[str] = "style"
    value: str = Field(
        max_length=500,
        description="'pencil sketch', 'watercolor', 'oil painting', 'cartoon', 'vintage film', 'noir'; any other look "
        "needs a diffusion model.",
    )

    def compute(self, region: Region, context: EditContext) -> Computed:
        """Apply the look."""
        name = find_style(self.value)
        if name is None:
            raise UnavailableError(
                f"The look {self.value!r} needs a diffusion model, and none is installed; without one I can do "
                f"{', '.join(sorted(STYLES))}."
            )
        rgb = apply_style(region.rgb, name, seed=self.seed, progress=context.progress)
        return Computed(rgb, name, note="a look changes everything it is applied to")

    def sentence(self, label: str | None) -> str:
        """What was done."""
        return f"Gave {the(label)} the look {self.value}."
