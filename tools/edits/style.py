"""Looks: the named ones that need no model."""

from __future__ import annotations

import re
from typing import ClassVar

import numpy as np
from pydantic import Field

from models.errors import BadInputError
from models.filters.style import STYLES, apply_style, find_style
from models.filters.tiling import seamless_tile
from models.geometry import Bounds, Extent
from models.inpainting.commission import Commission, Intent
from models.inpainting.filling import AUTO
from tools.edits.context import EditContext
from tools.edits.painting import ENGINE_SAID, paint, painter_margin
from tools.edits.pixels import Computed, PixelEdit, Region
from tools.edits.wording import the

_TILING = re.compile(r"\b(?:seamless|tile?able|tiling|repeating|repeatable)\b", re.IGNORECASE)
_REWORKING = 0.6  # of the noise schedule: another manner, the same picture


class Style(PixelEdit):
    """Give the whole picture (or a part) another look. Everything in it may change."""

    op: ClassVar[str] = "style"
    value: str = Field(
        max_length=500,
        description="'pencil sketch', 'watercolor', 'oil painting', 'cartoon', 'vintage film', 'noir', "
        "'seamless texture' (tiles without a seam); any other look in words is painted by a painting model.",
    )
    engine: str = Field(AUTO, max_length=500, description=ENGINE_SAID)

    def context_margin(self, box: Bounds, extent: Extent) -> int:
        """Only a painter looks beyond the part."""
        del extent
        return painter_margin(box) if self._is_painted else 0

    def compute(self, region: Region, context: EditContext) -> Computed:
        """Apply the look."""
        if _TILING.search(self.value):
            return self._tile(region, context)
        name = find_style(self.value)
        if name is None or self._is_painted:
            return self._paint(region, context)
        rgb = apply_style(region.rgb, name, seed=self.seed, progress=context.progress)
        return Computed(rgb, name, note="a look changes everything it is applied to")

    @property
    def _is_painted(self) -> bool:
        return not _TILING.search(self.value) and (self.engine != AUTO or find_style(self.value) is None)

    def _paint(self, region: Region, context: EditContext) -> Computed:
        """The picture painted anew, started from what it shows."""
        hole = (region.mask > 0).astype(np.float32)
        painted = paint(
            region.rgb,
            hole,
            Commission(prompt=_caption(self.value), intent=Intent.REWORK, strength=_REWORKING),
            context,
            seed=self.seed,
            engine=self.engine,
            at=region.bounds,
            picture=region.picture.extent,
            otherwise=f"Without one I can do {', '.join(sorted(STYLES))}.",
        )
        note = f"Everything it is applied to was painted anew, so look at faces, hands and writing. {painted.note}"
        return Computed(painted.image, painted.engine, mask=hole, note=note, details=painted.details)

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


def _caption(look: str) -> str:
    """A look as the description of a picture: "night" as "night scene", "van gogh" as "in the style of van gogh"."""
    described = re.search(r"\b(?:style|painting|drawing|photo|look|scene|art|render|illustration|poster)\b", look, re.I)
    return look if described else f"the same scene as {look}"
