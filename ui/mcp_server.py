"""The edits for other agents, over the Model Context Protocol. Pictures stay on this machine; ids go over the wire."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from mcp.server.mcpserver import Image, MCPServer

from agent.studio import Studio
from models.errors import BadInputError, PentimentoError
from models.geometry import Bounds
from tools.edits.catalogue import OPERATIONS
from tools.pictures.profiles import to_srgb_preview
from tools.pictures.reading import open_picture
from tools.pictures.writing import check_target, save_picture

_PREVIEW = 768  # px, longer side

server = MCPServer(
    "pentimento",
    instructions="Edit photos by saying what should change. open_picture first; every edit makes a new version, "
    "nothing outside the edited region changes, and any version can be gone back to.",
)
_studio: Studio | None = None


def studio() -> Studio:
    """The one studio of this process, opened at first use."""
    global _studio
    if _studio is None:
        _studio = Studio()
    return _studio


@server.tool()
def open_picture_file(path: str) -> str:
    """Open a picture file of this machine. Returns the id that the other tools take."""
    try:
        conversation = studio().create_from(open_picture(Path(path)), Path(path).name)
    except PentimentoError as error:
        return json.dumps({"error": str(error)})
    head = conversation.workspace.head
    return json.dumps({"id": conversation.id, "width": head.extent.width, "height": head.extent.height})


@server.tool()
def edit(id: str, text: str, point: list[int] | None = None, box: list[int] | None = None) -> str:
    """Say what to change: 'remove the car', 'make the mug #1F3A93', 'undo that'.

    `point` [x, y] or `box` [x0, y0, x1, y1] in pixels show what is meant. Returns the answer, a report per step,
    and the question when one is open (answer it with another call).
    """
    items: list[dict[str, Any]] = []
    if point is not None:
        items.append({"kind": "point", "point": point, "positive": True})
    if box is not None:
        items.append({"kind": "box", "box": box})
    try:
        conversation = studio().open(id)
        job = conversation.say(text, strokes={"items": items} if items else None)
        job.wait()
    except PentimentoError as error:
        return json.dumps({"error": str(error)})
    asked = conversation.question
    answer = {
        "message": job.text,
        "steps": [event["step"] for event in job.events if "step" in event],
        "question": asked.text if asked else None,
        "version": conversation.workspace.head.id,
    }
    return json.dumps(answer, ensure_ascii=False)


@server.tool()
def suggest(id: str, box: list[int], count: int = 5) -> str:
    """What could be painted into a place, best first: `box` is [x0, y0, x1, y1] in pixels of the current version.

    Returns phrases with a score and a reason; hand one back as `edit(id, "add <thing>", box=box)`.
    """
    try:
        workspace = studio().open(id).workspace
        if len(box) != 4:
            raise BadInputError("A box is [x0, y0, x1, y1], in pixels.")
        place = Bounds(*box).clipped(workspace.head.extent)
        mask = np.zeros((workspace.head.extent.height, workspace.head.extent.width), np.float32)
        mask[place.slices] = 1.0
        makers = studio().suggesters
        ideas = makers().suggest(to_srgb_preview(workspace.picture()), mask, min(max(count, 1), 20))
    except PentimentoError as error:
        return json.dumps({"error": str(error)})
    return json.dumps({"suggestions": [asdict(one) for one in ideas], "reason": makers.reason}, ensure_ascii=False)


@server.tool()
def operations() -> str:
    """The operations there are, with what their value may say."""
    spoken = {
        op: {"does": (model.__doc__ or "").strip(), "value": model.model_fields["value"].description}
        for op, model in OPERATIONS.items()
        if model.spoken
    }
    return json.dumps(spoken, ensure_ascii=False)


@server.tool()
def history(id: str) -> str:
    """All versions of an open picture: id, parent, what made it, and which is current."""
    try:
        workspace = studio().open(id).workspace
    except PentimentoError as error:
        return json.dumps({"error": str(error)})
    rows = [
        {"id": version.id, "parent": version.parent, "number": version.number, "message": version.message}
        for version in workspace.versions()
    ]
    return json.dumps({"versions": rows, "current": workspace.head.id}, ensure_ascii=False)


@server.tool()
def look(id: str) -> Image:
    """A small picture (at most 768 px) of the current version."""
    workspace = studio().open(id).workspace
    return Image(data=workspace.preview(workspace.head.id, _PREVIEW), format="jpeg")


@server.tool()
def save(id: str, path: str) -> str:
    """Write the current version to a file, in the format of its suffix. Never overwrites an existing file."""
    target = Path(path)
    try:
        if target.exists():
            raise BadInputError(f"{target} exists already; choose another name.")
        picture = studio().open(id).workspace.picture()
        check_target(target)
        save_picture(picture, target)
    except PentimentoError as error:
        return json.dumps({"error": str(error)})
    return json.dumps({"saved": str(target)})


def serve() -> None:
    """Serve over standard input and output until the client leaves."""
    server.run("stdio")
