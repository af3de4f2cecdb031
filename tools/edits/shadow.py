"""A shadow drawn from a thing's outline: `insert` comes here when what it is to add is a shadow."""

from __future__ import annotations

import re
from typing import ClassVar

import numpy as np
from pydantic import Field

from models.inpainting.filling import AUTO
from models.mask import Mask, feather_inwards
from models.placement.drawn_shadow import DrawnShadow, Fall
from models.placement.where import where_of
from tools.edits.context import EditContext
from tools.edits.pixels import Computed, PixelEdit, Region
from tools.edits.request import EditRequest
from tools.edits.wording import a, the
from tools.grounding import Target, ground, subject_of
from tools.questions import NeedsAnswerError, Question

_SHADOW = re.compile(r"\bshadows?(?=$| (?:to|on|at|under|beneath|below|behind|from)\b)", re.IGNORECASE)
_STRENGTHS = (
    (re.compile(r"\b(?:very|extremely) (?:soft|light|subtle|faint)\b", re.IGNORECASE), 0.45),
    (re.compile(r"\b(?:light|subtle|faint|slight|gentle|delicate)\b", re.IGNORECASE), 0.65),
    (re.compile(r"\b(?:strong|dark|hard|deep|heavy|bold)\b", re.IGNORECASE), 1.4),
)
_FALLS = (
    (re.compile(r"\bdrop[ -]shadow", re.IGNORECASE), Fall.BEHIND),
    (re.compile(r"\bleft\b", re.IGNORECASE), Fall.LEFT),
    (re.compile(r"\bright\b", re.IGNORECASE), Fall.RIGHT),
)
_DARK = 0.04  # of full scale, a little blue as the shade of a white room is
_INSIDE = 0.35  # how dark a place becomes that the person drew for the shadow itself


def drawn_shadow(request: EditRequest) -> PixelEdit | None:
    """The edit that draws the shadow which a request asks for; None when it asks for something else, or names an
    engine that is to paint it."""
    told = request.model_dump()
    if told.get("engine") not in (None, AUTO) or not _SHADOW.search(told.get("value") or ""):
        return None
    kept = {key: told[key] for key in ("target", "value", "selection", "seed") if told.get(key) is not None}
    return AddedShadow.model_validate(kept)


class AddedShadow(PixelEdit):
    """Draw the shadow of a thing on the ground around it."""

    op: ClassVar[str] = "insert"
    value: str = Field(max_length=500, description="The shadow: 'soft shadow', 'drop shadow', 'shadow to the left'.")

    @property
    def how(self) -> DrawnShadow:
        """Which way it falls, and how dark it is."""
        said = f"{self.value} {self.target or ''}"
        strength = next((much for pattern, much in _STRENGTHS if pattern.search(said)), 1.0)
        return DrawnShadow(next((fall for pattern, fall in _FALLS if pattern.search(said)), Fall.UNDER), strength)

    def find_target(self, context: EditContext) -> Target | None:
        """The thing that casts it: what was said or pointed at, or what was worked on last."""
        said = where_of(self.target).thing
        if self.selection is None and context.fresh_selection is None:
            target = ground(context, said or "it", needed=said is not None)
        else:
            target = ground(context, said, self.selection)
        if target is None:
            raise NeedsAnswerError(Question("Whose shadow? Click the thing, or brush over it, on the picture."))
        return subject_of(target)

    def shape_mask(self, mask: Mask, *, exact: bool) -> Mask:
        """How dark the shadow is. A mask that the person gave is the shadow's own place, and nothing beyond changes."""
        if exact:
            return _INSIDE * feather_inwards((mask > 0).astype(np.float32), 4)
        return self.how.density(mask)

    def compute(self, region: Region, context: EditContext) -> Computed:
        """Darken by the mask; where the picture is transparent, the shadow is what is seen there."""
        del context
        top = float(np.iinfo(region.rgb.dtype).max)
        shade = np.array([_DARK, _DARK, 1.4 * _DARK], np.float32) * top
        density = region.mask[..., None].astype(np.float32)
        under, alpha = region.rgb.astype(np.float32), None
        if region.picture.has_alpha:
            seen = region.picture.pixels[region.bounds.slices][..., 3:].astype(np.float32) / top
            opaque = seen + density - seen * density
            rgb = (under * seen * (1 - density) + shade * density) / np.maximum(opaque, 1e-6)
            alpha = np.rint(opaque[..., 0] * top).astype(region.rgb.dtype)
        else:
            rgb = under * (1 - density) + shade * density
        changed = (region.mask > 0).astype(np.float32)
        return Computed(np.rint(rgb).clip(0, top).astype(region.rgb.dtype), "drawn", mask=changed, alpha=alpha)

    def sentence(self, label: str | None) -> str:
        """What was done."""
        return f"Added {a(self.value)} to {the(label)}."
