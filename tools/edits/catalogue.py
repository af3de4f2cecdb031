"""All operations by name. Command line, chat, recipes and the MCP server read this one table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.errors import BadInputError
from tools.edits.adjust import Adjust
from tools.edits.background import BackgroundRemove, BackgroundReplace
from tools.edits.blur import Blur
from tools.edits.create import Insert, Replace
from tools.edits.framing import Crop, Resize, Rotate
from tools.edits.history import Compare, Redo, Undo
from tools.edits.outpaint import Outpaint
from tools.edits.recolor import Recolor
from tools.edits.relocate import Move, ResizeObject
from tools.edits.remove import Inpaint, Remove
from tools.edits.request import EditRequest, build
from tools.edits.restore import Restore
from tools.edits.style import Style
from tools.edits.talk import Clarify, Other, Segment
from tools.edits.text import RedactText, RemoveText

OPERATIONS: Mapping[str, type[EditRequest]] = {
    model.op: model
    for model in (
        Remove,
        RemoveText,
        RedactText,
        Inpaint,
        Recolor,
        Adjust,
        Blur,
        Restore,
        Style,
        BackgroundRemove,
        BackgroundReplace,
        Crop,
        Rotate,
        Resize,
        Outpaint,
        Move,
        ResizeObject,
        Insert,
        Replace,
        Segment,
        Compare,
        Undo,
        Redo,
        Clarify,
        Other,
    )
}


def request_for(op: str, arguments: Mapping[str, Any]) -> EditRequest:
    """The validated request; raises BadInputError with one sentence for an unknown operation or bad arguments."""
    model = OPERATIONS.get(op)
    if model is None:
        raise BadInputError(f"There is no operation {op!r}; there are {', '.join(sorted(OPERATIONS))}.")
    return build(model, arguments)
