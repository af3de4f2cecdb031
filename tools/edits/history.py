"""Going back and forth between versions, and comparing them."""

from __future__ import annotations

import re
from typing import ClassVar

from pydantic import Field

from models.errors import BadInputError
from tools.edits import variations
from tools.edits.context import EditContext
from tools.edits.request import EditRequest, StepReport
from tools.edits.without import take_out
from tools.workspace.tree import Version

_COUNT_WORDS = {"one": 1, "two": 2, "twice": 2, "three": 3, "four": 4, "five": 5, "last": 1, "once": 1}
_EVERYTHING = re.compile(r"\b(all|everything|every|start|original|beginning|scratch)\b(?!.*\bafter\b)")
_BEFORE = re.compile(r"\bbefore\s+(?:the\s+|i\s+|we\s+|you\s+)?(.+)")
_NUMBERED = re.compile(r"^(?:steps?|edits?|numbers?)\s+[#\d]")
_BACK_TO = re.compile(r"^back to\b")
_AFTER = re.compile(r"\b(?:after|since)\s+(?:the\s+|i\s+|we\s+|you\s+)?(.+)")


def _steps_in(text: str) -> int | None:
    number = re.search(r"\d+", text)
    if number:
        return int(number[0])
    return next((count for word, count in _COUNT_WORDS.items() if re.search(rf"\b{word}\b", text)), None)


def _request_of(version: Version) -> EditRequest:
    """The request that made a version."""
    from tools.edits.catalogue import request_for  # the catalogue lists this module, too

    return request_for(str(version.edit.get("op")), {key: one for key, one in version.edit.items() if key != "op"})


def _report(op: str, version: Version, message: str) -> StepReport:
    return StepReport(op=op, message=message, engine="history", version=version.id, outside_max_diff=0)


class Undo(EditRequest):
    """Go back to an earlier version. Nothing is lost: later versions stay in the history."""

    op: ClassVar[str] = "undo"
    value: str | None = Field(
        None,
        max_length=500,
        description="Leave out for one step; '2' steps; 'all'; 'before the tree' and 'after the crop' go back there; "
        "an edit's own words ('the recolour', 'step 2') take that one back and keep what was done since.",
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
        elif _NUMBERED.match(text):
            return self._taken_out(context, _numbered(workspace.path(before.id), text))
        elif (steps := _steps_in(text)) is not None:
            version = workspace.undo(steps)
        elif _BACK_TO.match(text):
            version = workspace.go_to(self._just_before(context, text).id)
        else:
            return self._taken_out(context, [self._the_edit(context, text)])
        back = before.number - version.number
        message = f"Went back to version {version.number}, before: {_undone(workspace.path(before.id), version)}"
        return _report(self.op, version, message if back else "Nothing to undo.")

    def _taken_out(self, context: EditContext, dropped: list[Version]) -> StepReport:
        """Take these edits back and keep the later ones."""
        path = context.workspace.path(context.workspace.head.id)
        later = [one for one in path if one.number > dropped[0].number and one not in dropped]
        version = take_out(context, dropped, _request_of)
        message = f"Took back: {' '.join(one.message for one in dropped)}"
        if later:
            message += f" Kept what came after: {' '.join(one.message for one in later)}"
        return _report(self.op, version, message)

    def _just_before(self, context: EditContext, words: str) -> Version:
        version = context.workspace.find_before(words)
        if version is None:
            raise BadInputError(f"I find no edit about {words!r} in this picture's history.")
        return version

    def _the_edit(self, context: EditContext, words: str) -> Version:
        before = self._just_before(context, words)
        path = context.workspace.path(context.workspace.head.id)
        return path[path.index(before) + 1]


def _numbered(path: list[Version], text: str) -> list[Version]:
    """The edits that numbers mean, counted from the first edit on the way here."""
    numbers = sorted({int(number) for number in re.findall(r"\d+", text)})
    if numbers[0] < 1 or numbers[-1] >= len(path):
        raise BadInputError(f"There are {len(path) - 1} steps so far; say a number among them.")
    return [path[number] for number in numbers]


def _undone(path: list[Version], version: Version) -> str:
    """The messages of what lies after a version on a path."""
    messages = [later.message for later in path[path.index(version) + 1 :]]
    return " ".join(messages)


class Redo(EditRequest):
    """Go forward again to a version that was undone; or show variations of the last edit, and choose one."""

    op: ClassVar[str] = "redo"
    value: str | None = Field(
        None,
        max_length=500,
        description="How many steps; leave out for one. 'three variations' makes more of the last edit to choose from, "
        "'like variation 2' more like that one, 'variation 2' takes it.",
    )

    def perform(self, context: EditContext) -> StepReport:
        """Move the workspace's head forward, or make and choose variations."""
        varied = variations.performed(context, self.value or "", _request_of)
        if varied is not None:
            return varied
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
