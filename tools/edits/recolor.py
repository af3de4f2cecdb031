"""Recolour: another colour for an object, with its shading, highlights and texture kept."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cached_property
from typing import ClassVar

import numpy as np
from pydantic import Field, field_validator

from models.colour.difference import body_difference
from models.colour.naming import ColourWish, parse_colour
from models.colour.recolour import recolour
from tools.checking import recolouring
from tools.checking.trial import Examined, Trial
from tools.edits.context import EditContext
from tools.edits.pixels import Computed, PixelEdit, Region
from tools.edits.wording import the
from tools.pictures.picture import Picture
from tools.pictures.profiles import colour_in_profile
from tools.workspace.workspace import Workspace

_SHADE_OF_CODE = re.compile(r"(?P<shade>.*\w) (?P<code>(?:#|ral|rgb|hsl).*)", re.IGNORECASE)


class Recolor(PixelEdit):
    """Change the colour of an object while its shading, highlights and texture stay."""

    op: ClassVar[str] = "recolor"
    needs_target: ClassVar[bool] = True
    checked: ClassVar[bool] = True
    question: ClassVar[str] = "What should get another colour? Click it, or brush over it, on the picture."
    value: str = Field(
        max_length=500,
        description="The colour: a name ('navy blue'), '#1F3A93', 'rgb(31, 58, 147)', 'RAL 5002', or a change "
        "of the present one ('darker', 'more muted').",
    )

    @field_validator("value")
    @classmethod
    def _known_colour(cls, value: str) -> str:
        parse_colour(value)
        return value

    @cached_property
    def wish(self) -> ColourWish:
        """The colour asked for, in sRGB."""
        return parse_colour(self.value)

    def compute(self, region: Region, context: EditContext) -> Computed:
        """Recolour the region towards the wish, expressed in the picture's own colour space."""
        wish = self.wish
        if wish.rgb is not None:
            wish = replace(wish, rgb=colour_in_profile(region.picture, wish.rgb))
        before = region.rgb if wish.is_relative else _own_colours(region, context.workspace)
        rgb = recolour(before, region.mask, wish, progress=context.progress)
        # the soft edge is worked into the result already: blending once more would bring the old rim back
        changed = (region.mask > 0).astype(np.float32)
        off = None if wish.is_relative else body_difference(before, rgb, region.mask, wish.target)
        return Computed(rgb, "oklab", mask=changed, details={} if off is None else {"difference": round(off, 2)})

    def examine(self, trial: Trial, computed: Computed, context: EditContext, first: Trial | None) -> Examined:
        """How near the colour came, and whether some of the old one is left."""
        del context
        asked = "" if self.wish.is_relative else self.wish.hex
        return recolouring.examined(trial, computed.details.get("difference"), asked, first)

    def sentence(self, label: str | None) -> str:
        """What was done."""
        shade = _SHADE_OF_CODE.fullmatch(self.value) if self.wish.shift is not None else None
        colour = self.value if shade is None else f"{shade['shade']} than {shade['code']}"
        return f"Recoloured {the(label)}: {colour}."


def _own_colours(region: Region, workspace: Workspace) -> np.ndarray:
    """The region's samples as they were before the latest versions recoloured nothing but what its mask covers.

    A second colour for the same thing starts from the colour that the thing had, not from the first one: what is of
    another material, shade and gloss are still told apart there, and no number of tries wears the picture out.
    """
    samples, version = region.rgb, workspace.head
    while version.edit.get("op") == Recolor.op and version.parent is not None:
        version = workspace.version(version.parent)
        earlier = workspace.picture(version.id)
        if not _differs_only_inside(region, earlier):
            break
        samples = earlier.pixels[(*region.bounds.slices, np.s_[:3])]
    return samples


def _differs_only_inside(region: Region, earlier: Picture) -> bool:
    """Whether an earlier picture is the region's picture, but for samples under the region's mask."""
    now = region.picture.pixels
    if earlier.pixels.shape != now.shape or earlier.pixels.dtype != now.dtype:
        return False
    changed = (earlier.pixels != now).any(axis=-1)
    changed[region.bounds.slices] &= region.mask == 0
    return not changed.any()
