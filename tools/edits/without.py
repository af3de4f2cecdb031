"""Taking one earlier edit back and keeping those made since: they are performed anew without it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from models.errors import BadInputError
from models.mask import Mask, grow
from tools.edits.context import EditContext
from tools.edits.rehearsal import rehearsing
from tools.edits.request import EditRequest
from tools.grounding import remembered
from tools.selections.carrying import in_frame
from tools.workspace.tree import Version

_SAME_PLACE = 0.02  # of the smaller mask: so much of it shared, two edits worked on one place
_RIM = 0.005  # of the picture's side: edits reach a little beyond their target

RequestOf = Callable[[Version], EditRequest]


def take_out(context: EditContext, dropped: Sequence[Version], request_of: RequestOf) -> Version:
    """The newest version of a new branch on which everything but `dropped` was done again.

    `dropped` lie on the path to the current version. Later edits keep their masks and seeds. Raises BadInputError when
    one of them worked on the same place as what is taken out: what it did cannot be kept without it.
    """
    workspace = context.workspace
    path = workspace.path(workspace.head.id)
    first = min(path.index(version) for version in dropped)
    base, names = path[first - 1], {version.id for version in dropped}
    later = [version for version in path[first:] if version.id not in names]
    masks = {version.id: _mask(context, version, base) for version in path[first:]}
    for version in dropped:
        for other in later:
            if other.number > version.number and _overlap(masks[version.id], masks[other.id]):
                raise BadInputError(
                    f"“{other.message}” was done in the same place after “{version.message}”, so I can't keep the one "
                    f"without the other. “Undo {len(path) - first} steps” takes back both, and what lies between."
                )
    if not later:
        return workspace.go_to(base.id)
    with rehearsing(context, base) as rehearsal:
        for version in later:
            mask = masks[version.id]
            if mask is not None:
                kept = remembered(workspace, version.id)
                rehearsal.keep(version.id, mask, exact=bool(kept and kept.origin.get("exact")))
        rehearsal.start_over()
        done = []
        for index, version in enumerate(later):
            part = context.progress.part(index / len(later), (index + 1) / len(later))
            selection = version.id if masks[version.id] is not None else None
            done.append(rehearsal.perform(request_of(version), selection, part))
        parent = base.id
        for one in done:
            parent = rehearsal.commit(one, parent, {}).id
    return workspace.version(parent)


def _mask(context: EditContext, version: Version, base: Version) -> Mask | None:
    """What an edit worked on, in the frame of `base`; None for the whole picture."""
    kept = remembered(context.workspace, version.id)
    return None if kept is None else in_frame(context.workspace, kept, base)


def _overlap(first: Mask | None, second: Mask | None) -> bool:
    """Whether two edits worked on one place. What was done to the whole picture is done to any picture."""
    if first is None or second is None:
        return False
    rim = 1 + round(_RIM * float(np.sqrt(first.size)))
    wide = [grow((mask >= 0.5).astype(np.float32), rim) > 0 for mask in (first, second)]
    shared = np.count_nonzero(wide[0] & wide[1])
    return bool(shared > _SAME_PLACE * min(np.count_nonzero(one) for one in wide))
