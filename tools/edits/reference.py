"""Things and materials taken from an attached picture: set in, laid on, or put in the place of what was there.

`insert` and `replace` come here when their value speaks of another picture ("lamp from picture 2").
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from pydantic import Field

from models.colour.oklab import from_unit
from models.errors import BadInputError
from models.geometry import Bounds, Extent
from models.harmonise.cutting import Cutout
from models.harmonise.material import cover, swatch_of
from models.harmonise.setting import Placed, set_in
from models.harmonise.surface import lay_on
from models.inpainting.commission import Commission
from models.inpainting.filling import AUTO
from models.mask import Mask, components, resize
from models.mask import bounds as bounds_of
from models.placement.propose import Anchor, propose
from models.placement.surroundings import Surroundings
from models.placement.things import Home, Thing, thing_of
from models.placement.where import Relation, Where, where_of
from tools.edits.attached import Mention, attachment_of, mentioned
from tools.edits.context import EditContext
from tools.edits.finding_in_attached import Found, find_thing, material_of
from tools.edits.pixels import Computed, PixelEdit, Region
from tools.edits.remove import Fill
from tools.edits.request import EditRequest
from tools.edits.wording import the
from tools.grounding import Target, ground, is_pointing, is_whole
from tools.pictures.picture import Picture
from tools.pictures.profiles import to_srgb_preview
from tools.placing import PLACE, find_place

_MATERIAL = re.compile(
    r"\b(fabrics?|cloth|materials?|textures?|patterns?|wood|marble|leather|stones?|bricks?|tiles?|tiling|wallpaper|carpet|"
    r"velvet|denim|metal|fur|finish|upholstery|concrete|gravel|linen|wool|silk|plaid|tartan|weave|knit|parquet|planks)$",
    re.IGNORECASE,
)
_ROUND = re.compile(
    r"\b(mugs?|cups?|bottles?|cans?|jars?|glass|glasses|vases?|columns?|pillars?|candles?|tins?|tumblers?|pots?|thermos|"
    r"flasks?|barrels?|poles?)\b",
    re.IGNORECASE,
)
_LYING = re.compile(
    r"\b(floors?|ground|roads?|streets?|pavements?|sidewalks?|lawns?|grass|table ?tops?|tables?|desks?|counters?|"
    r"countertops?|squares?|paths?|driveways?|terraces?|decks?|beach|fields?|carpets?|rugs?)\b",
    re.IGNORECASE,
)
_BUST = 0.66  # of the picture's height, for a person whom the reference shows without legs
_WIDEST_BUST = 0.6  # of its width
_IN_A_CORNER = 0.2  # of the picture's width: something flat that lies on nothing
_MARGIN = 0.03  # of the shorter side
_DRAWN_SHARE = 0.96  # of a place the person drew for something flat
_CLICK = 3  # pixels: a mark no larger is a click
_SMALLEST_VOTE = 0.003  # share of the picture that a thing must have to tell the light's side
_NOTE = "taken from {name}; light, sharpness and grain matched"


@dataclass(frozen=True)
class Spot:
    """Where a thing goes: its bounds in the picture; what it stands on; what stands before it; both masks or None."""

    box: Bounds
    support: Mask | None = None
    before: Mask | None = None


def from_attachment(request: EditRequest, context: EditContext) -> PixelEdit | None:
    """The edit that takes what a request's value names from an attached picture; None when it names no picture, or an
    engine is named that is to paint it.
    """
    told = request.model_dump()
    value = told.get("value") or ""
    if told.get("engine") not in (None, AUTO):  # the person wants it painted; see `commissioned`
        return None
    mention = mentioned(value, attached=bool(context.attachments))
    if mention is None:
        return None
    kept = {key: told[key] for key in ("target", "value", "selection", "seed") if told.get(key) is not None}
    if mention.thing is not None and _MATERIAL.search(mention.thing):
        edit = MaterialOfPicture if request.op == ReplaceFromPicture.op else LaidMaterial
        return edit.model_validate(kept)
    if request.op == ReplaceFromPicture.op:
        return ReplaceFromPicture.model_validate(kept)
    return InsertFromPicture.model_validate({**kept, "box": told.get("box")})


def commissioned(value: str, commission: Commission, scene: Picture, context: EditContext) -> Commission:
    """A painter's commission with the thing that the value names in an attached picture, cut out on white.

    Unchanged when it names none. Painters that look at references take its looks from there, the others the words.
    """
    mention = mentioned(value, attached=bool(context.attachments))
    if mention is None:
        return commission
    identity, name = attachment_of(mention, context)
    found = find_thing(context, mention, identity, name, scene)
    alpha = found.cutout.alpha[..., None]
    shown = from_unit(found.cutout.rgb * alpha + (1.0 - alpha), np.uint8)
    prompt = commission.prompt
    if prompt is not None:
        prompt = prompt.replace(value, mention.thing or "thing")
    return replace(commission, prompt=prompt, references=(*commission.references, shown))


class FromPicture(PixelEdit):
    """Shared: the value names an attached picture and what to take of it."""

    value: str = Field(max_length=500, description="What to take, and from which picture: 'lamp from picture 2'.")

    @property
    def mention(self) -> Mention:
        """The value, read."""
        found = mentioned(self.value, attached=True)
        if found is None:
            raise BadInputError("Say which attached picture it is from: 'the lamp from picture 2'.")
        return found

    def context_margin(self, box: Bounds, extent: Extent) -> int:
        """The whole picture: its light is read from all of it."""
        del box
        return max(extent)

    def attachment(self, context: EditContext) -> tuple[str, str]:
        """Id and name of the picture. Raises BadInputError when there is none."""
        return attachment_of(self.mention, context)

    def find(self, region: Region, context: EditContext) -> Found:
        """The thing, lifted out of its picture."""
        identity, name = self.attachment(context)
        return find_thing(context, self.mention, identity, name, region.picture)

    def computed(self, region: Region, placed: Placed, name: str, label: str, note: str = _NOTE) -> Computed:
        """What was placed, as the pipeline takes it."""
        alpha = None
        if placed.opacity is not None:
            opaque = np.iinfo(region.rgb.dtype).max
            alpha = np.rint(placed.opacity.astype(np.float64) * opaque).astype(region.rgb.dtype)
            own = region.picture.pixels[region.bounds.slices][..., 3]
            alpha = np.where(placed.alpha > 0, alpha, own)
        made = Target(placed.alpha, label, "earlier")
        details = {"reference": name, **placed.measures}
        return Computed(
            placed.rgb, "harmonise", placed.changed, alpha, note.format(name=name), details, _seen(made, region)
        )


class InsertFromPicture(FromPicture):
    """Put a thing from an attached picture into this one."""

    op: ClassVar[str] = "insert"
    box: tuple[int, int, int, int] | None = None

    def find_target(self, context: EditContext) -> Target | None:
        """Nothing is changed but where the thing comes; a missing picture is told before anything is looked at."""
        self.attachment(context)
        return None

    def compute(self, region: Region, context: EditContext) -> Computed:
        """Laid onto a surface when it is flat, else stood at its place."""
        _, name = self.attachment(context)
        found = self.find(region, context)
        context.progress.report(0.3, "finding a place")
        label = found.name if found.name != "it" else name.rsplit(".", 1)[0]
        surface = self._surface(context, found)
        note = _NOTE if found.sure else f"taken from {{name}}: what stands out there, in case it is not the {label}"
        if surface is not None:
            share = _DRAWN_SHARE if self._is_drawn(context) else None
            wraps = bool(_ROUND.search(self.target or ""))
            options = {} if share is None else {"share": share}
            placed = lay_on(region.rgb, found.cutout, surface, round_surface=wraps, seed=self.seed, **options)
            return self.computed(region, placed, name, label, note)
        around = Surroundings.of(to_srgb_preview(region.picture))
        spot = self._spot(context, found, around)
        # what is laid over the picture as such (a logo in its corner) has no place in its light
        overlay = found.flat and where_of(self.target).thing is None
        placed = set_in(
            region.rgb,
            found.cutout,
            spot.box,
            standing=not found.flat and self._stands(found),
            support=spot.support,
            before=spot.before,
            others=_votes(around, region.picture.extent),
            opacity=_opacity(region),
            match=0.0 if overlay else 1.0,
            seed=self.seed,
        )
        computed = self.computed(region, placed, name, label, note)
        computed.details["place"] = list(spot.box.clipped(region.picture.extent))
        return computed

    def sentence(self, label: str | None) -> str:
        """What was done."""
        del label
        where, thing = where_of(self.target), self.mention.thing
        place = f" into this one ({self.target})" if self.target else " into this one"
        if where.thing is not None:
            relation = Relation.ON if where.relation is None else where.relation
            place = f" {relation.value} {the(where.thing)}"
        return f"Put {the(thing) if thing else 'what there is'} from the other picture{place}."

    def _is_drawn(self, context: EditContext) -> bool:
        return self.box is not None or self.selection is not None or context.fresh_selection is not None

    def _surface(self, context: EditContext, found: Found) -> Mask | None:
        """What a flat thing is laid onto; None when it is not flat, or lies on nothing in particular."""
        if not found.flat:
            return None
        where = where_of(self.target)
        if self._is_drawn(context):
            return self._drawn_surface(context)
        if where.thing is None or is_whole(where.thing) or where.relation not in (None, Relation.ON, Relation.IN):
            return None
        anchor = ground(context, where.thing)
        return None if anchor is None else anchor.mask

    def _drawn_surface(self, context: EditContext) -> Mask:
        """The box that was drawn as it is; of a click or a brushed thing what it selects."""
        name = self.selection or context.fresh_selection
        chosen = None if name is None else context.workspace.selection(name)
        marks = None if chosen is None else chosen.origin.get(PLACE)
        if self.box is not None or (marks and max(Bounds(*marks).extent) > _CLICK):
            return find_place(context, self.value, None, self.selection, self.box).mask
        selected = ground(context, None, name)
        if selected is None:
            raise BadInputError("That selection is empty; select again where it should go.")
        return selected.mask

    def _thing(self, found: Found) -> Thing:
        """Its usual size, in the proportions that the picture shows."""
        usual = thing_of(found.name)
        aspect = found.cutout.extent.width / found.cutout.extent.height
        if not usual.known or usual.home in (Home.HEAD, Home.BODY):
            return replace(usual, width=usual.height * aspect)
        # the same area as usual, since a word says little of the way a thing is seen
        height = float(np.sqrt(usual.height * usual.width / aspect)) if usual.aspect > aspect else usual.height
        return replace(usual, height=height, width=height * aspect)

    def _stands(self, found: Found) -> bool:
        return thing_of(found.name).home in (Home.GROUND, Home.SURFACE)

    def _spot(self, context: EditContext, found: Found, around: Surroundings) -> Spot:
        extent = context.workspace.head.extent
        where, cutout = where_of(self.target), found.cutout
        if self._is_drawn(context):
            place = find_place(context, found.name, self.target, self.selection, self.box)
            return Spot(fitted(cutout.extent, bounds_of(place.mask, 0.5)))
        if found.flat:
            return Spot(_in_corner(cutout.extent, where, extent))
        anchor = None
        if where.thing is not None and not is_whole(where.thing) and not is_pointing(where.thing):
            named = ground(context, where.thing)
            anchor = None if named is None else Anchor(named.mask, named.label, where.relation)
        place = propose(around, self._thing(found), where, anchor)
        before = anchor.mask if anchor is not None and place.behind else None
        if cutout.cut_off:
            return Spot(_cut_off_box(cutout, place.box, extent), None, before)
        box = fitted(cutout.extent, place.box, inside=False)
        carries = anchor is not None and _LYING.search(anchor.phrase) is not None
        return Spot(box, anchor.mask if anchor is not None and carries else None, before)


class ReplaceFromPicture(Fill, FromPicture):
    """Put a thing from an attached picture in the place of one that is there."""

    op: ClassVar[str] = "replace"
    certainty: ClassVar[float] = 0.6
    question: ClassVar[str] = "What should be replaced? Click it, or brush over it, on the picture."

    def find_target(self, context: EditContext) -> Target | None:
        """The old thing; a missing picture is told before anything is looked at."""
        self.attachment(context)
        return super().find_target(context)

    def context_margin(self, box: Bounds, extent: Extent) -> int:
        """The whole picture."""
        return FromPicture.context_margin(self, box, extent)

    @property
    def fills_from(self) -> str | None:
        """Anywhere."""
        return None

    def compute(self, region: Region, context: EditContext) -> Computed:
        """Remove the old thing, then stand the new one on the same base."""
        found = self.find(region, context)
        _, name = self.attachment(context)
        label = found.name if found.name != "it" else self.target or "it"
        old = bounds_of(region.mask, 0.5)
        filled = super().compute(region, context)
        around = Surroundings.of(to_srgb_preview(region.picture))
        placed = set_in(
            filled.rgb,
            found.cutout,
            fitted(found.cutout.extent, old, inside=False),
            standing=not found.flat,
            others=_votes(around, region.picture.extent),
            opacity=_opacity(region),
            seed=self.seed,
        )
        changed = np.maximum(placed.changed, (region.mask > 0).astype(np.float32))
        return self.computed(region, replace(placed, changed=changed), name, label)

    def sentence(self, label: str | None) -> str:
        """What was done."""
        thing = self.mention.thing
        new = the(thing) if thing and thing.lower() != "one" else "the one"
        return f"Replaced {the(label)} with {new} from the other picture."


class MaterialOfPicture(FromPicture):
    """Give a thing the material that an attached picture shows."""

    op: ClassVar[str] = "replace"
    needs_target: ClassVar[bool] = True
    certainty: ClassVar[float] = 0.6
    question: ClassVar[str] = "What should get that material? Click it, or brush over it, on the picture."

    def find_target(self, context: EditContext) -> Target | None:
        """What is covered; a missing picture is told before anything is looked at."""
        self.attachment(context)
        return super().find_target(context)

    def compute(self, region: Region, context: EditContext) -> Computed:
        """Its texture over the thing, under the thing's own light."""
        identity, name = self.attachment(context)
        rgb, where = material_of(context, self.mention, identity, region.picture)
        lies = bool(_LYING.search(self.target or ""))
        swatch = swatch_of(rgb, where)
        placed = cover(region.rgb, swatch, region.mask, lies_flat=lies, seed=self.seed, progress=context.progress)
        note = "covered with the material of {name}; folds, shades and reflections kept"
        return self.computed(region, placed, name, self.target or "it", note)

    def sentence(self, label: str | None) -> str:
        """What was done."""
        return f"Gave {the(label)} the {self.mention.thing or 'material'} of the other picture."


class LaidMaterial(MaterialOfPicture):
    """The same, said as bringing it in: "cover the chair with the fabric from picture 2"."""

    op: ClassVar[str] = "insert"


def fitted(thing: Extent, place: Bounds, *, inside: bool = True) -> Bounds:
    """Bounds of a thing's proportions on the middle of a place's base; `inside` it, else as high as it."""
    aspect = thing.width / thing.height
    height = float(place.height)
    if inside:
        height = min(height, place.width / aspect)
    width = max(1, round(height * aspect))
    x0 = round((place.x0 + place.x1 - width) / 2)
    return Bounds(x0, place.y1 - max(1, round(height)), x0 + width, place.y1)


def _cut_off_box(cutout: Cutout, place: Bounds, extent: Extent) -> Bounds:
    """A thing that its own picture cuts off goes where this picture cuts it off as well."""
    aspect = cutout.extent.width / cutout.extent.height
    box = place
    if "bottom" in cutout.cut_off:
        height = min(_BUST * extent.height, _WIDEST_BUST * extent.width / aspect)
        width = round(height * aspect)
        x0 = int(np.clip(place.center.x - width // 2, 0, max(0, extent.width - width)))
        box = Bounds(x0, extent.height - round(height), x0 + width, extent.height)
    else:
        box = fitted(cutout.extent, place, inside=False)
    if "left" in cutout.cut_off and "right" not in cutout.cut_off:
        return box.shifted(-box.x0, 0)
    if "right" in cutout.cut_off and "left" not in cutout.cut_off:
        return box.shifted(extent.width - box.x1, 0)
    return box


def _in_corner(thing: Extent, where: Where, extent: Extent) -> Bounds:
    """Where something flat that lies on nothing goes: to the side or corner that was said, else the middle."""
    width = min(_IN_A_CORNER * extent.width, _IN_A_CORNER * 2 * extent.height * thing.width / thing.height)
    size = Extent(max(1, round(width)), max(1, round(width * thing.height / thing.width)))
    margin = round(_MARGIN * min(extent))
    free = (extent.width - size.width, extent.height - size.height)
    x, y = (
        margin if side == -1 else room - margin if side == 1 else room // 2
        for side, room in zip((where.across, where.down), free, strict=True)
    )
    return Bounds(x, y, x + size.width, y + size.height)


def _votes(around: Surroundings, extent: Extent) -> list[Mask]:
    """Masks of what stands out in the picture, by whose shading the side of its light is told."""
    parts = components(around.subject.astype(np.float32))
    return [resize(part, extent) for part in parts if part.mean() >= _SMALLEST_VOTE]


def _opacity(region: Region) -> Mask | None:
    if not region.picture.has_alpha:
        return None
    alpha = region.picture.pixels[region.bounds.slices][..., 3]
    return alpha.astype(np.float32) / np.iinfo(alpha.dtype).max


def _seen(target: Target, region: Region) -> Target:
    """A target of the region as one of the whole picture."""
    extent = region.picture.extent
    if Extent.of(target.mask) == extent:
        return target
    whole = np.zeros((extent.height, extent.width), np.float32)
    whole[region.bounds.slices] = target.mask
    return replace(target, mask=whole)
