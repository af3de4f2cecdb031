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
from models.geometry import Bounds, Extent
from models.inpainting.filling import fill_hole
from models.mask import Mask, feather, grow
from models.segmentation.protocol import Candidate
from tools.edits.context import EditContext
from tools.edits.pixels import Computed, PixelEdit, Region
from tools.edits.wording import the
from tools.grounding import CANDIDATE
from tools.questions import NeedsAnswerError, Question

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

_SENSITIVITIES = 25.0, 75.0  # of the search for scratches: what is surely damage, and all that may be
_CLEAR = 0.75  # share of all that may be damage that must surely be, to mend it unasked
_CERTAIN, _ALL = "surely damage", "all that may be damage"
_WHICH = (
    "Some of the thin lines and specks may belong to the picture. Should I mend 1, what is surely damage, or 2, all "
    "that may be? Say the number, or brush over the damage."
)
_THIS = "I am not sure that these are damage. Say 1 to mend them, or brush over the damage."


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

    def context_margin(self, box: Bounds, extent: Extent) -> int:
        """Surroundings to fill from where holes are filled, else none."""
        return max(64, max(box.width, box.height) // 2) if self._repair() == "blemishes" else 0

    def _blemishes(self, region: Region, context: EditContext) -> Computed:
        found = self._damage(region, context)
        hole = grow(found.astype(np.float32), 1) * (region.mask > 0)
        filled = fill_hole(region.rgb, hole, seed=self.seed, progress=context.progress)
        note = f"mended {np.count_nonzero(hole > 0)} pixels; filled ones are invented"
        return Computed(filled.image, filled.engine, mask=hole, note=note)

    def _damage(self, region: Region, context: EditContext) -> Mask:
        """H×W float32, above 0 where to mend: what is surely damage, what the person approved or marked.

        Raises NeedsAnswerError with two proposals when much of what stands out may belong to the picture, and
        BadInputError when there is nothing.
        """
        inside = region.mask > 0
        if self.selection is not None and self.selection.startswith(CANDIDATE):
            return inside.astype(np.float32)
        marked = self.selection is not None or context.fresh_selection is not None
        certain, all_of_it = (find_scratches(region.rgb, sensitivity) * inside for sensitivity in _SENSITIVITIES)
        if marked:  # the person has already said where, so even faint marks are meant; if none, the whole place is
            return all_of_it if all_of_it.any() else inside.astype(np.float32)
        if not all_of_it.any():
            raise BadInputError("I found no scratches, dust or spots there; brush over what I should mend.")
        if np.count_nonzero(certain) >= _CLEAR * np.count_nonzero(all_of_it):
            return all_of_it
        proposals = (
            (grow(found.astype(np.float32), 1), score, label)
            for found, score, label in ((certain, 0.8, _CERTAIN), (np.maximum(certain, all_of_it), 0.5, _ALL))
            if found.any()
        )
        candidates = tuple(Candidate(_placed(mask, region), score, label) for mask, score, label in proposals)
        raise NeedsAnswerError(Question(_WHICH if len(candidates) > 1 else _THIS, candidates))

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


def _placed(mask: Mask, region: Region) -> Mask:
    """The region's mask in the whole picture."""
    extent = region.picture.extent
    whole = np.zeros((extent.height, extent.width), np.float32)
    whole[region.bounds.slices] = mask
    return whole


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
