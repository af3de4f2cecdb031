"""Selections seen from another version: carried through every crop, turn, flip and resize between the two."""

from __future__ import annotations

import numpy as np

from models.frame import Placement, carried
from models.mask import Mask, invert
from tools.workspace.selections import Selection
from tools.workspace.tree import Version
from tools.workspace.workspace import Workspace

PLACEMENT = "placement"  # in a version's report: where the pixels of the version before lie, see `Placement`
REFRAMES = frozenset(["crop", "rotate", "resize", "outpaint"])  # operations that change the frame


def in_frame(workspace: Workspace, selection: Selection, version: Version, *, inverted: bool = False) -> Mask | None:
    """The selection's mask as it lies in a version, H×W float32; with `inverted`, what it leaves out.

    None when nothing of it lies inside, or when it is not known how the frame changed on the way.
    """
    way = way_between(workspace, selection.version, version.id)
    if way is None:
        return None
    extent = version.extent
    chosen = invert(selection.mask) if inverted else selection.mask
    if way == Placement():
        return chosen if chosen.shape == (extent.height, extent.width) else None
    mask = carried(chosen, way, extent)
    return mask if np.any(mask >= 0.5) else None


def way_between(workspace: Workspace, source: str, target: str) -> Placement | None:
    """Where the pixels of one version lie in another, by way of their latest common ancestor; None when unknown."""
    if source == target:
        return Placement()
    up, down = workspace.path(source), workspace.path(target)
    common = sum(one.id == other.id for one, other in zip(up, down, strict=False))
    way = Placement()
    for index in range(len(up) - 1, common - 1, -1):
        step = _step(up[index - 1], up[index])
        if step is None:
            return None
        way = way.then(step.inverted())
    for index in range(common, len(down)):
        step = _step(down[index - 1], down[index])
        if step is None:
            return None
        way = way.then(step)
    return _tidy(way)


def _step(parent: Version, version: Version) -> Placement | None:
    told = (version.report or {}).get(PLACEMENT)
    if told is not None:
        return Placement(*told)
    reframed = version.edit.get("op") in REFRAMES or version.extent != parent.extent
    return None if reframed else Placement()


def _tidy(way: Placement) -> Placement:
    """Whole numbers where only rounding keeps them from being such: there and back again is exactly nothing."""
    return Placement(*(float(round(value)) if abs(value - round(value)) < 1e-7 else value for value in way))
