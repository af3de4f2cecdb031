"""Several edits that come into the workspace all together, or not at all.

They are performed on a copy of a version, outside the workspace. Whatever goes wrong, or is stopped, leaves no trace;
when all is done the results are committed one after the other.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from models.mask import Mask
from models.progress import Progress
from tools.edits.context import EditContext
from tools.edits.request import EditRequest, StepReport
from tools.grounding import Target, copy_offer, named_selections, remember, remembered
from tools.pictures.picture import Picture
from tools.selections.carrying import in_frame
from tools.workspace.tree import Version
from tools.workspace.workspace import Workspace


@dataclass(frozen=True)
class Rehearsed:
    """An edit that was performed on the copy: what is to be written down of it, and the copy's version."""

    request: dict[str, Any]
    report: StepReport
    version: str


class Rehearsal:
    """A copy of one version, and what has been performed on it."""

    def __init__(self, context: EditContext, copy: Workspace) -> None:
        self._context = context
        self._copy = copy

    def keep(self, name: str, mask: Mask, *, exact: bool) -> None:
        """Have a mask of the base version's frame at hand under a name; later frames see it where it lies in them."""
        self._copy.go_to(self._copy.root.id)
        self._copy.save_selection(name, mask, {"by": "drawing", "exact": exact})

    def start_over(self) -> None:
        """Go on from the base version."""
        self._copy.go_to(self._copy.root.id)

    def perform(self, request: EditRequest, selection: str | None, progress: Progress) -> Rehearsed:
        """Perform a request on the copy as it is now, on a mask kept under `selection` where there is one."""
        given: dict[str, Any] = {} if selection is None else {"selection": selection}
        if "attempt" in type(request).model_fields:
            given["attempt"] = 1  # its mask is what the better try worked on; there is nothing to correct
        asked = request.model_copy(update=given)
        context = replace(self._context, workspace=self._copy, progress=progress, fresh_selection=None)
        report = asked.perform(context)
        return Rehearsed(request.as_dict(), report, self._copy.head.id)

    def picture(self, done: Rehearsed) -> Picture:
        """What an edit made."""
        return self._copy.picture(done.version)

    def commit(self, done: Rehearsed, parent: str, more: Mapping[str, Any]) -> Version:
        """Bring one result into the workspace, as a child of `parent`; `more` is added to its report."""
        workspace = self._context.workspace
        version = workspace.commit(
            self.picture(done),
            edit=done.request,
            message=done.report.message,
            report=done.report.as_dict() | dict(more),
            parent=parent,
        )
        kept = remembered(self._copy, done.version)
        if kept is not None:
            label, exact = str(kept.origin["label"]), bool(kept.origin.get("exact"))
            remember(workspace, version.id, Target(kept.mask, label, "earlier", exact))
        copy_offer(self._copy, done.version, workspace, version.id)
        return version


@contextmanager
def rehearsing(context: EditContext, base: Version) -> Iterator[Rehearsal]:
    """A rehearsal on a copy of `base`, which is gone at the end."""
    with tempfile.TemporaryDirectory(prefix="pentimento-") as folder:
        picture = context.workspace.picture(base.id)
        with Workspace.create(Path(folder) / "copy", picture, name=context.workspace.name) as copy:
            for selection in named_selections(context.workspace):
                mask = in_frame(context.workspace, selection, base)
                if mask is not None:
                    copy.save_selection(selection.name, mask, selection.origin)
            yield Rehearsal(context, copy)
