"""Edits that put something new into the picture: a thing that was not there, or another in the place of one."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np
from pydantic import Field, field_validator

from models.errors import BadInputError
from models.geometry import Bounds, Extent
from models.inpainting.commission import Commission, Intent, Structure
from models.inpainting.filling import AUTO
from models.inpainting.painters import is_remote
from models.mask import Mask, grow, union
from models.mask import bounds as bounds_of
from models.placement.things import thing_of
from models.segmentation.stuff import STUFF
from tools.checking import painting
from tools.checking.trial import Examined, Trial
from tools.edits.context import EditContext
from tools.edits.materials import reworked
from tools.edits.painting import ENGINE_SAID, paint, painter_margin
from tools.edits.pixels import Computed, PixelEdit, Region
from tools.edits.reference import commissioned, from_attachment
from tools.edits.request import StepReport
from tools.edits.shadow import drawn_shadow
from tools.edits.wording import a, the
from tools.grounding import Target
from tools.placing import find_place, room_for, said_place

_REWORKING = 0.75  # of the noise schedule: enough for another material, too little for another shape
_MOST_ROOM = 1.7  # times the old thing's sides that a new one may need
_WITHOUT = "Without one I can remove, recolour, move or cut out what is there."


class PaintedEdit(PixelEdit):
    """Shared by edits that a painter performs; a subclass says what it is told."""

    checked: ClassVar[bool] = True
    engine: str = Field(AUTO, max_length=500, description=ENGINE_SAID)

    def perform(self, context: EditContext) -> StepReport:
        """Painted, unless the value names an attached picture: then taken from there."""
        taken = from_attachment(self, context)
        return super().perform(context) if taken is None else taken.perform(context)

    @abstractmethod
    def commission(self, region: Region) -> Commission:
        """What is wanted in this region."""

    def context_margin(self, box: Bounds, extent: Extent) -> int:
        """What a painter's window needs."""
        del extent
        return painter_margin(box)

    def compute(self, region: Region, context: EditContext) -> Computed:
        """Paint it."""
        hole = (region.mask > 0).astype(np.float32)
        thing, wanted = str(self.model_dump()["value"]), self.commission(region)
        painted = paint(
            region.rgb,
            hole,
            commissioned(thing, wanted, region.picture, context),
            context,
            seed=self.seed,
            engine=self.engine,
            at=region.bounds,
            picture=region.picture.extent,
            otherwise=_WITHOUT,
            thing=None if wanted.intent is Intent.REWORK else thing,  # a material is no thing to be found
        )
        return Computed(
            painted.image, painted.engine, mask=hole, note=painted.note, details=painted.details, seed=painted.seed
        )

    def examine(self, trial: Trial, computed: Computed, context: EditContext, first: Trial | None) -> Examined:
        """Whether those who know what things are called see it. A service is not paid for a second try unasked."""
        examined = painting.examined(trial, str(self.model_dump()["value"]), context.sight, first)
        return Examined(examined.verdict) if is_remote(computed.engine) else examined


class Insert(PaintedEdit):
    """Add something new to the picture: an object, a person, a hat on somebody, a shadow. All else stays."""

    op: ClassVar[str] = "insert"
    value: str = Field(
        max_length=500,
        description="What to add, as a noun phrase with the looks it should have: 'a small round olive tree', "
        "'red mug'. How it should look may be written out; where it goes belongs into target. 'lamp from picture 2' "
        "takes it from an attached picture (the open one is picture 1). A shadow ('soft shadow', 'drop shadow', "
        "'shadow to the left') is drawn from the outline of the thing that target names, without a model.",
    )
    target: str | None = Field(
        None,
        max_length=500,
        description="Where it goes: what it is put on or beside, with the relation when there is one ('table', "
        "'left of the dog', 'behind the car', 'top left', 'this' for the person's own selection). Leave out "
        "when nobody said where: a good place is found.",
    )
    box: tuple[int, int, int, int] | None = Field(
        None, description="The exact place as x0, y0, x1, y1 in pixels, only when the person gave or corrected it."
    )

    @field_validator("box")
    @classmethod
    def _some_room(cls, box: tuple[int, int, int, int] | None) -> tuple[int, int, int, int] | None:
        if box is not None and (box[2] - box[0] < 1 or box[3] - box[1] < 1):
            raise BadInputError("A place is x0, y0, x1, y1 with x0 < x1 and y0 < y1.")
        return box

    def perform(self, context: EditContext) -> StepReport:
        """Painted, or taken from an attached picture; a shadow is drawn."""
        drawn = drawn_shadow(self)
        return super().perform(context) if drawn is None else drawn.perform(context)

    def find_target(self, context: EditContext) -> Target | None:
        """The place, called by what comes there."""
        return find_place(context, self.value, self.target, self.selection, self.box)

    def shape_mask(self, mask: Mask, *, exact: bool) -> Mask:
        """The place as it is."""
        del exact
        return (mask > 0).astype(np.float32)

    def commission(self, region: Region) -> Commission:
        """The thing, and what it is put to."""
        del region
        return Commission(prompt=_with_place(a(self.value), self.target), intent=Intent.INSERT)

    def compute(self, region: Region, context: EditContext) -> Computed:
        """Paint it; the report says where, so that the place can be shown and changed."""
        computed = super().compute(region, context)
        inner = bounds_of(region.mask).shifted(region.bounds.x0, region.bounds.y0)
        computed.details["place"] = list(inner if self.box is None else self.box)
        return computed

    def sentence(self, label: str | None) -> str:
        """What was done."""
        return f"Added {_with_place(a(self.value), self.target)}."


class Replace(PaintedEdit):
    """Turn one thing into another, or give it another material: 'teapot' for a mug, 'leather' for a jacket."""

    op: ClassVar[str] = "replace"
    needs_target: ClassVar[bool] = True
    certainty: ClassVar[float] = 0.6
    question: ClassVar[str] = "What should become that? Click it, or brush over it, on the picture."
    value: str = Field(
        max_length=500,
        description="What it should become, as a noun phrase ('a white porcelain teapot'), or its new material alone "
        "('leather', 'made of brick'): then its shape stays. 'the lamp from picture 2', 'fabric from picture 2': taken "
        "from an attached picture (the open one is picture 1).",
    )

    def shape_mask(self, mask: Mask, *, exact: bool) -> Mask:
        """The thing's own shape for a new material; with a rim, and room for what is larger, for another thing."""
        if exact:
            return (mask > 0).astype(np.float32)
        hard = (mask > 0.2).astype(np.float32)
        if self._reworked is not None or _is_stuff(self.target):
            return grow(hard, 1)
        rim = 3 + round(0.006 * Extent.of(mask).diagonal)
        room = self._room(bounds_of(mask, 0.5), Extent.of(mask))
        return union(grow(hard, rim), room) if room is not None else grow(hard, rim)

    def commission(self, region: Region) -> Commission:
        """Another thing in its place; or the same in another material, started from what it looks like."""
        del region
        if self._reworked is not None:
            return Commission(
                prompt=a(self._reworked), intent=Intent.REWORK, strength=_REWORKING, structure=Structure.EDGES
            )
        return Commission(prompt=a(self.value), intent=Intent.REPLACE)

    def sentence(self, label: str | None) -> str:
        """What was done."""
        if self._reworked is not None:
            return f"Made {the(label)} {self.value.removeprefix('made ')}." if label else f"Made it {self.value}."
        return f"Replaced {the(label)} with {a(self.value)}."

    @property
    def _reworked(self) -> str | None:
        return reworked(self.target, self.value)

    def _room(self, box: Bounds, extent: Extent) -> Mask | None:
        """Where the new thing stands out of the old one's outline, by their usual sizes; None when it does not."""
        old, new = thing_of(self.target or ""), thing_of(self.value)
        if not (old.known and new.known and old.home is new.home):
            return None
        tall = min(_MOST_ROOM, new.height / old.height) * box.height
        wide = min(_MOST_ROOM, new.width / old.width) * box.width
        if tall <= box.height and wide <= box.width:
            return None
        middle = (box.x0 + box.x1) / 2
        wanted = Bounds(round(middle - wide / 2), round(box.y1 - tall), round(middle + wide / 2), box.y1)
        return room_for(wanted.clipped(extent), extent)


def _is_stuff(target: str | None) -> bool:
    return bool(target) and target.lower().split()[-1] in STUFF


def _with_place(thing: str, target: str | None) -> str:
    """ "a vase" and "table" as "a vase on the table"; places of the picture are no part of a caption."""
    place = said_place(thing, target)
    return f"{thing} {place}" if place else thing
