"""The thing that was just added, in another place or size: painted anew there, not cut out and moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from models.errors import BadInputError
from models.geometry import Bounds, Extent
from tools.edits.context import EditContext
from tools.edits.create import Insert
from tools.edits.request import StepReport, build
from tools.grounding import is_pointing, words_of
from tools.workspace.tree import Version

_SMALLEST = 8  # pixels of a side


def place_of(version: Version) -> Bounds | None:
    """Where a version added something; None when it did another thing."""
    place = (version.report or {}).get("place")
    if version.edit.get("op") != Insert.op or version.parent is None or not place:
        return None
    return Bounds(*(int(edge) for edge in place))


def just_placed(context: EditContext, target: str | None) -> Bounds | None:
    """Where the current version added what `target` means ("it", "the tree"); None when it means something else."""
    head = context.workspace.head
    place = place_of(head)
    if place is None or target is None or context.fresh_selection is not None:
        return None
    words, added = words_of(target), words_of(str(head.edit.get("value", "")))
    meant = is_pointing(target) or (bool(words) and words[-1] in added and set(words) <= {*added, "new"})
    return place if meant else None


def place_again(context: EditContext, box: Sequence[int]) -> StepReport:
    """Paint what the current version added into another box (x0, y0, x1, y1 in pixels), from the version before it.

    Both stay in the history, side by side. Raises BadInputError when the current version added nothing, or the box
    leaves the picture; whatever is raised, the current version stays what it was.
    """
    workspace, head = context.workspace, context.workspace.head
    if place_of(head) is None or head.parent is None:
        raise BadInputError("This version added nothing that could be placed anew; go to one that did.")
    wanted = Bounds(*box).clipped(head.extent)
    if min(wanted.width, wanted.height) < _SMALLEST:
        raise BadInputError("That place lies outside the picture; drag it back in.")
    told = {key: value for key, value in head.edit.items() if key not in ("op", "selection", "target", "attempt")}
    request = build(Insert, {**told, "box": tuple(wanted)})
    workspace.go_to(head.parent)
    try:
        report = request.perform(replace(context, fresh_selection=None))
    except BaseException:
        workspace.go_to(head.id)
        raise
    return report


def pushed_in(box: Bounds, extent: Extent) -> Bounds:
    """The box moved into the picture, cut where it is larger."""
    dx = max(0, -box.x0) - max(0, box.x1 - extent.width)
    dy = max(0, -box.y0) - max(0, box.y1 - extent.height)
    return box.shifted(dx, dy).clipped(extent)
