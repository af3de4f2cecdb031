"""Looks: the named ones that need no model."""

from __future__ import annotations

import re
from typing import ClassVar

from pydantic import Field

from models.errors import BadInputError, UnavailableError
from models.filters.style import STYLES, apply_style, find_style
from models.filters.tiling import seamless_tile
from tools.edits.context import EditContext
from tools.edits.pixels import Computed, PixelEdit, Region
from tools.edits.wording import the

_TILING = re.compile(r"\b(?:seamless|tile?able|tiling|repeating|repeatable)\b", re.IGNORECASE)


class Style(PixelEdit):
    """Give the whole picture (or a part) another look. Everything in it may change."""

    op: ClassVar[str] = "style"
    value: str = Field(
        max_length=500,
        description="'pencil sketch', 'watercolor', 'oil painting', 'cartoon', 'vintage film', 'noir', "
        "'seamless texture' (tiles without a seam); any other look needs a diffusion model.",
    )

    def compute(self, region: Region, context: EditContext) -> Computed:
        """Apply the look."""
        if _TILING.search(self.value):
            return self._tile(region, context)
        name = find_style(self.value)
        if name is None:
            raise UnavailableError(
                f"The look {self.value!r} needs a diffusion model, and none is installed; without one I can do "
                f"{', '.join(sorted(STYLES))}."
            )
        rgb = apply_style(region.rgb, name, seed=self.seed, progress=context.progress)
        return Computed(rgb, name, note="a look changes everything it is applied to")

    def _tile(self, region: Region, context: EditContext) -> Computed:
        if not region.mask.all() or region.mask.shape != region.picture.pixels.shape[:2]:
            raise BadInputError("A seamless texture is made of the whole picture; crop to the part you want first.")
        rgb = seamless_tile(region.rgb, seed=self.seed, progress=context.progress)
        return Computed(rgb, "patchmatch", note="the borders are invented, so that the picture tiles without a seam")

    def sentence(self, label: str | None) -> str:
        """What was done."""
        if _TILING.search(self.value):
            return "Made a seamless texture of the picture."
        return f"Gave {the(label)} the look {self.value}."
