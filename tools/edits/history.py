"""Going back and forth between versions, and comparing them."""

from __future__ import annotations

import re
from typing import ClassVar

from pydantic import Field

from models.errors import BadInputError
from tools.edits.context import EditContext
from tools.edits.request import EditRequest, StepReport
from tools.workspace.tree import Version

_COUNT_WORDS = {"one": 1, "two": 2, "twice": 2, "three": 3, "four": 4, "five": 5, "last": 1, "once": 1}
_EVERYTHING = re.compile(r"\b(all|everything|every|start|original|beginning|scratch)\b(?!.*\bafter\b)")
_BEFORE = re.compile(r"\bbefore\s+(?:the\s+|i\s+|we\s+|you\s+)?(.+)")
_AFTER = re.compile(r"\b(?:after|since)\s+(?:the\s+|i\s+|we\s+|you\s+)?(.+)")


def _steps_in(text: str) -> int | None:
    number = re.search(r"\d+", text)
    if number:
        return int(number[0])
    return next((count for word, count in _COUNT_WORDS.items() if re.search(rf"\b{word}\b", text)), None)


def _report(op: str, version: Version, message: str) -> StepReport:
    return StepReport(op=op, message=message, engine="history", version=version.id, outside_max_diff=0)


class Undo(EditRequest):
    """Go back to an earlier version. Nothing is lost: later versions stay in the history."""

    op: ClassVar[str] = "undo"
    value: str | None = Field(
        None,
        max_length=500,
        description="Leave out for one step; '2' steps; 'all'; 'before the tree'; 'after the crop'; or the edit's "
        "own words, to go to just before it.",
    )

    def perform(self, context: EditContext) -> StepReport:
        """Move the workspace's head back."""
        workspace = context.workspace
        text = (self.value or "").lower().strip()
        before = workspace.head
        if not text:
            version = workspace.undo()
        elif _EVERYTHING.search(text):
            version = workspace.go_to(workspace.root.id)
        elif after := _AFTER.search(text):
            version = workspace.go_to(self._the_edit(context, after[1]).id)
        elif found := _BEFORE.search(text):
            version = workspace.go_to(self._just_before(context, found[1]).id)
        elif (steps := _steps_in(text)) is not None:
            version = workspace.undo(steps)
        else:
            version = workspace.go_to(self._just_before(context, text).id)
        back = before.number - version.number
        message = f"Went back to version {version.number}, before: {_undone(workspace.path(before.id), version)}"
        return _report(self.op, version, message if back else "Nothing to undo.")

    def _just_before(self, context: EditContext, words: str) -> Version:
        version = context.workspace.find_before(words)
        if version is None:
            raise BadInputError(f"I find no edit about {words!r} in this picture's history.")
        return version

    def _the_edit(self, context: EditContext, words: str) -> Version:
        before = self._just_before(context, words)
        path = context.workspace.path(context.workspace.head.id)
        return path[path.index(before) + 1]


def _undone(path: list[Version], version: Version) -> str:
    """The messages of what lies after a version on a path."""
    messages = [later.message for later in path[path.index(version) + 1 :]]
    return " ".join(messages)


class Redo(EditRequest):
    """Go forward again to a version that was undone."""

    op: ClassVar[str] = "redo"
    value: str | None = Field(None, max_length=500, description="How many steps; leave out for one.")

    def perform(self, context: EditContext) -> StepReport:
        """Move the workspace's head forward."""
        version = context.workspace.redo(_steps_in((self.value or "").lower()) or 1)
        return _report(self.op, version, f"Did it again: {version.message}")


class Compare(EditRequest):
    """Show the picture before and after, side by side. Changes nothing."""

    op: ClassVar[str] = "compare"
    value: str | None = Field(None, max_length=500, description="'original' or leave out for the previous version.")

    def perform(self, context: EditContext) -> StepReport:
        """Name the two versions; the app and the command line show them."""
        workspace = context.workspace
        path = workspace.path(workspace.head.id)
        if len(path) < 2:
            raise BadInputError("There is nothing to compare yet; this is the original.")
        words = f"{self.value or ''} {self.target or ''}".lower()
        before = path[0] if not words.strip() or _EVERYTHING.search(words) or "start" in words else path[-2]
        report = _report(self.op, workspace.head, f"Version {before.number} beside version {path[-1].number}.")
        return StepReport(**{**report.__dict__, "details": {"compare": [before.id, path[-1].id]}})
