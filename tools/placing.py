"""From what a request says about a new thing's place to a mask: a box, a selection, words of place, or a proposal."""

from __future__ import annotations

import numpy as np

from models.errors import BadInputError
from models.geometry import Bounds, Extent
from models.mask import Mask, subtract
from models.placement.propose import Anchor, propose, standing_at
from models.placement.surroundings import Surroundings
from models.placement.things import Home, thing_of
from models.placement.where import Relation, where_of
from tools.drawing import PLACE
from tools.edits.context import EditContext
from tools.grounding import Target, ground, is_pointing, is_whole
from tools.pictures.profiles import to_srgb_preview
from tools.selections.carrying import in_frame
from tools.workspace.selections import Selection

_CLICK = 3  # pixels: a mark no larger is a click


def find_place(
    context: EditContext, value: str, target: str | None, selection: str | None, box: tuple[int, int, int, int] | None
) -> Target:
    """Where the thing that `value` names goes; the target is called by `value`.

    In this order: the `box`; an exact mask of the person's; the box or stroke they drew, or the spot they clicked;
    what `target` says, grounded; a place that is proposed. Raises NeedsAnswerError when the words name nothing here.
    """
    extent = context.workspace.head.extent
    if box is not None:
        return Target(room_for(Bounds(*box).clipped(extent), extent), value, "selection", exact=True)
    where, thing = where_of(target), thing_of(value)
    name = selection or context.fresh_selection
    anchor = None
    if name is not None:
        chosen = context.workspace.selection(name)
        lies_to = where.thing is not None and not is_pointing(where.thing)
        drawn = None if lies_to and selection is not None else _drawn(context, chosen, value)
        if drawn is not None:
            return drawn
        mask = _required(context, chosen)
        anchor = Anchor(mask, where.thing or value, where.relation)
    elif where.thing is not None and not is_whole(where.thing):
        found = ground(context, where.thing)
        anchor = None if found is None else Anchor(found.mask, found.label, where.relation)
    around = Surroundings.of(to_srgb_preview(context.workspace.picture()))
    place = propose(around, thing, where, anchor)
    mask = room_for(place.box, extent)
    if place.behind and anchor is not None:
        mask = _behind(mask, anchor.mask)
    return Target(mask, value, "proposal")


def room_for(box: Bounds, extent: Extent) -> Mask:
    """A box with rounded corners as a mask (things have none), exact at its sides: H×W float32, 0 or 1."""
    mask = np.zeros((extent.height, extent.width), np.float32)
    part = box.clipped(extent)
    y = (np.arange(part.y0, part.y1) + 0.5 - (box.y0 + box.y1) / 2) / max(box.height / 2, 0.5)
    x = (np.arange(part.x0, part.x1) + 0.5 - (box.x0 + box.x1) / 2) / max(box.width / 2, 0.5)
    mask[part.slices] = (y[:, None] ** 6 + x[None] ** 6) <= 1.0
    if not mask.any():
        mask[part.slices] = 1.0
    return mask


def said_place(value: str, target: str | None) -> str:
    """What a caption says of the place: "on the table"; empty for parts of the picture and for what is pointed at."""
    where = where_of(target)
    if where.thing is None or is_pointing(where.thing) or is_whole(where.thing):
        return ""
    relation = where.relation
    if relation is None:
        relation = Relation.IN if where.thing.split()[-1] in ("sky", "water", "air") else Relation.ON
    said = {Relation.LEFT: "to the left of", Relation.RIGHT: "to the right of"}.get(relation, relation.value)
    return f"{said} the {where.thing}"


def _drawn(context: EditContext, selection: Selection, value: str) -> Target | None:
    """The place that a drawing says; None when it means a thing (a person to wear a hat, a named selection)."""
    extent = context.workspace.head.extent
    if selection.origin.get("by") == "mask":
        return Target(_required(context, selection), value, "selection", exact=True)
    marks = selection.origin.get(PLACE)
    same = context.workspace.version(selection.version).extent == extent
    if not marks or not same:
        return None
    box, thing = Bounds(*marks).clipped(extent), thing_of(value)
    if max(box.width, box.height) > _CLICK:
        return Target(room_for(box, extent), value, "selection", exact=True)
    if thing.home in (Home.HEAD, Home.BODY):
        return None
    around = Surroundings.of(to_srgb_preview(context.workspace.picture()))
    return Target(room_for(standing_at(around, thing, box.x0, box.y0).box, extent), value, "proposal")


def _required(context: EditContext, selection: Selection) -> Mask:
    mask = in_frame(context.workspace, selection, context.workspace.head)
    if mask is None or not np.any(mask >= 0.5):
        raise BadInputError(f"“{selection.name}” lies outside this version of the picture; select again.")
    return mask


def _behind(mask: Mask, before: Mask) -> Mask:
    """What of a place is seen when something stands before it; all of it when that hides everything."""
    seen = subtract(mask, (before > 0.1).astype(np.float32))
    return seen if np.count_nonzero(seen) > 0.1 * np.count_nonzero(mask) else mask
