"""Remove: take something out and fill its place from the surroundings."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import ClassVar

import numpy as np
from pydantic import Field

from models.errors import BadInputError
from models.geometry import Bounds, Extent
from models.inpainting.filling import AUTO, fill_hole
from models.inpainting.painters import is_painter
from models.mask import Mask, grow
from models.mask import bounds as bounds_of
from tools.checking import removal
from tools.checking.larger import doubt_about
from tools.checking.trial import Examined, Trial
from tools.checking.verdict import Verdict
from tools.edits.consent import require_consent
from tools.edits.context import EditContext
from tools.edits.pixels import Computed, PixelEdit, Region
from tools.edits.wording import the
from tools.grounding import Target, ground
from tools.questions import NeedsAnswerError

_LEAST_LEFT = 0.15  # of the region: with less around both holes each is filled on its own
_FROM = re.compile(r"\b(?:from|with|using|of)\s+(?:the\s+|copies of (?:the\s+)?)?(?P<where>\S.*)", re.IGNORECASE)


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
        """Enough surroundings to find examples in: the target's own size, at least 128 px; all if a place is named."""
        return max(extent) if self.fills_from else max(128, max(box.width, box.height))

    def compute(self, region: Region, context: EditContext) -> Computed:
        """Fill by the engine that suits the hole."""
        where = bounds_of(region.mask).shifted(region.bounds.x0, region.bounds.y0)
        require_consent(self.engine, where, region.picture.extent, context.consent)
        place = self.place_to_fill_from(context)
        sources = None if place is None else (place.mask[region.bounds.slices] >= 0.5).astype(np.float32)
        if sources is None and region.avoid is not None:
            sources = (region.avoid <= 0).astype(np.float32)
        besides = None if place is not None else self.going_besides(region, context)
        filled = fill_hole(
            region.rgb,
            region.mask if besides is None else np.maximum(region.mask, besides),
            seed=self.seed,
            progress=context.progress,
            engine=self.engine,
            sources=sources,
            prompt=self.wish,
        )
        note = filled.reason if place is None else f"Filled with copies of {the(place.label)} alone."
        return Computed(filled.image, filled.engine, note=note)

    def going_besides(self, region: Region, context: EditContext) -> Mask | None:
        """h×w float32 (0 or 1): what later removals of the same message take out of the region beside its own mask.

        Filled together with it, neither is made of the other; only what lies under the own mask is kept. Names that
        nothing certain answers to are left out: they are asked about when their turn comes. None when nothing else is
        known to go, or when it would leave too little to fill from.
        """
        others = np.zeros(region.mask.shape, np.float32)
        for step in context.going.removals:
            try:
                # the person's marks for this message say what goes first
                unmarked = replace(context, fresh_selection=None)
                found = ground(unmarked, step.get("target"), step.get("selection"), certainty=self.certainty)
            except (NeedsAnswerError, BadInputError):
                continue
            if found is not None:
                others = np.maximum(others, self.shape_mask(found.mask, exact=False)[region.bounds.slices] > 0)
        others[region.mask > 0] = 0.0
        left = np.count_nonzero((others == 0) & (region.mask == 0))
        return others if others.any() and left > _LEAST_LEFT * others.size else None

    @property
    def wish(self) -> str | None:
        """Words for what should be there instead; None: what could have been behind."""
        return None

    @property
    def fills_from(self) -> str | None:
        """Words for the one place to fill from; None: the surroundings."""
        return None

    def place_to_fill_from(self, context: EditContext) -> Target | None:
        """Where copies may be taken from, None for anywhere; raises BadInputError when the words name nothing."""
        if self.fills_from is None:
            return None
        try:
            # the person's marks for this message say what goes, not what it is filled with
            return ground(replace(context, fresh_selection=None), self.fills_from)
        except NeedsAnswerError as unsure:
            raise BadInputError(
                f"I can't tell what in the picture is {self.fills_from!r}; select it, save the selection under that "
                "name, and ask again."
            ) from unsure

    @property
    def engine(self) -> str:
        """The engine to use: "auto", unless the request names one."""
        return AUTO


class Remove(Fill):
    """Erase an object, person, blemish, shadow or reflection and fill the place from its surroundings."""

    op: ClassVar[str] = "remove"
    checked: ClassVar[bool] = True
    question: ClassVar[str] = "What should I remove? Click it, or brush over it, on the picture."
    value: str | None = Field(
        None,
        max_length=500,
        description="'from the grass': fill with copies of that alone. Leave out to let me choose.",
    )

    @property
    def fills_from(self) -> str | None:
        """What the value names."""
        found = _FROM.search(self.value or "")
        return found["where"] if found else None

    def examine(self, trial: Trial, computed: Computed, context: EditContext, first: Trial | None) -> Examined:
        """Whether it is gone whole, and the place looks untouched."""
        with context.sight.lock:
            doubt = None if first else doubt_about(trial, context.sight.predictor(context.workspace))
        found = removal.examined(trial, context.sight, first, doubt)
        if self.fills_from is None or computed.note is None:
            return found
        # what it is filled with was said, so that an edge or a likeness is as wanted
        mattering = tuple(one for one in found.verdict.findings if one.kind not in ("seam", "copies"))
        return Examined(Verdict(mattering, computed.note.rstrip(".")), offer=found.offer)

    def sentence(self, label: str | None) -> str:
        """What was done."""
        return f"Removed {the(label)}."


class Inpaint(Fill):
    """Fill the selected part with a named engine, exactly as it is selected."""

    op: ClassVar[str] = "inpaint"
    spoken: ClassVar[bool] = False
    value: str = Field(
        AUTO,
        max_length=500,
        description="'auto', the name of an engine, 'diffusion:' and the path of a diffusers folder, or 'openai'.",
    )
    prompt: str | None = Field(
        None, max_length=500, description="What should be there, as a noun phrase; for engines that can paint."
    )
    source: str | None = Field(
        None, max_length=120, description="Name of a saved selection: copies are taken from there alone."
    )

    @property
    def engine(self) -> str:
        """The engine that was named."""
        return self.value

    @property
    def wish(self) -> str | None:
        """The prompt."""
        return self.prompt

    def context_margin(self, box: Bounds, extent: Extent) -> int:
        """A painter chooses its own window, which reaches at most so far beyond the mask."""
        margin = super().context_margin(box, extent)
        return max(margin, 512) if is_painter(self.engine) else margin

    @property
    def fills_from(self) -> str | None:
        """The selection's name."""
        return self.source

    def place_to_fill_from(self, context: EditContext) -> Target | None:
        """The saved selection."""
        return None if self.source is None else ground(context, None, self.source)

    def sentence(self, label: str | None) -> str:
        """What was done."""
        return f"Filled {the(label)}."
