"""Mounting the canvas in the page and reading what the person did on it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict, cast

import streamlit as st

from models.geometry import Bounds, Extent
from ui.canvas.detail import Detail, looked_at
from ui.canvas.overlay import CandidateMark, Overlay
from ui.canvas.regions import NamedMark, RegionMap
from ui.component import data_url, load_component

_component = load_component(
    "canvas",
    Path(__file__).parent,
    html="canvas.html",
    css="canvas.css",
    scripts=(
        *("view.js", "strokes.js", "paint.js", "regions.js", "ghost.js", "ideas.js", "easel.js"),
        *("pointers.js", "refining.js", "shelf.js", "canvas.js"),
    ),
)

Strokes = dict[str, Any]


@dataclass(frozen=True)
class Comparison:
    """The other picture of a before/after comparison."""

    picture: bytes
    extent: Extent
    label: str


class PlaceMark(TypedDict):
    """Where the version shown got something new: x0, y0, x1, y1 in pixels, and what to call it."""

    version: str
    box: list[int]
    label: str


@dataclass(frozen=True)
class CanvasEvent:
    """One thing the person asked for on the canvas.

    `name` is "undo", "redo", "choose" (detail: index), "answer", "decline", "quick" (detail: action, colour),
    "save_selection" (as), "rename_selection" (selection, as), "delete_selection" (selection), "export" (format: "png"
    or "coco"), "scale" (yes), "place" (box: x0, y0, x1, y1) or "idea" (thing).
    `strokes` are the marks at that moment, None when there were none.
    """

    name: str
    detail: dict[str, Any]
    strokes: Strokes | None


class Idea(TypedDict):
    """One thing that could be added, for a button, and in full."""

    thing: str
    phrase: str


class IdeaMarks(TypedDict):
    """Ideas for the marks of one revision."""

    revision: int
    things: list[Idea]


class Download(TypedDict):
    """A file for the person's disk, offered once per `id`; `data` is base64."""

    id: str
    file: str
    data: str


@dataclass(frozen=True)
class Upload:
    """A file that the person gave to the canvas; `data` is base64, and a later one has a higher number."""

    serial: float
    name: str
    data: str


def canvas(
    *,
    key: str,
    conversation: str,
    version: str,
    picture: bytes,
    extent: Extent,
    label: str = "",
    before: Comparison | None = None,
    comparing: str = "",
    overlay: Overlay | None = None,
    detail: Detail | None = None,
    changed: list[list[float]] | None = None,
    place: PlaceMark | None = None,
    question: str | None = None,
    candidates: list[CandidateMark] | None = None,
    can_undo: bool = False,
    can_redo: bool = False,
    busy: bool = False,
    consumed: int = 0,
    looking: bool = False,
    regions: RegionMap | None = None,
    named: list[NamedMark] | None = None,
    offer: str | None = None,
    download: Download | None = None,
    received: float = 0.0,
    ideas: IdeaMarks | None = None,
) -> CanvasEvent | None:
    """Show a version and return what the person asked for since the last run, if anything.

    Args:
        key: names the widget; its marks are read with `drawn_strokes(key, ...)`.
        conversation: marks belong to it and come back after a reload.
        picture: preview of the version as PNG, JPEG or WebP bytes, at most about 1600 pixels long.
        extent: full-resolution size; all coordinates are in these pixels.
        before: what to compare with; None disables comparing.
        comparing: a name for a comparison asked for elsewhere; a new one opens the split view.
        overlay: the refined selection for the current marks.
        detail: real pixels for the part that `seen_closely` named.
        changed: outlines of where this version differs from its parent; shown for a moment when it arrives.
        place: where something was just added; it can be dragged, and is answered by the event "place".
        question: a pending question, shown over the picture with its numbered candidates.
        busy: a job is running; marks are not taken meanwhile.
        consumed: marks up to this revision have been used by a message and disappear.
        looking: the picture is being looked at; regions follow, and a click takes a moment longer.
        regions: what lies under the pointer, for the tool that picks regions.
        named: the selections saved by name.
        offer: a yes-or-no question about the file imported last, answered by the event "scale".
        download: a file to save on the person's disk.
        received: the number of the upload that was handled last.
        ideas: what could be added where the marks are, to be clicked; answered by the event "idea".
    """
    shown = {
        "conversation": conversation,
        "version": version,
        "picture": data_url(picture),
        "width": extent.width,
        "height": extent.height,
        "label": label,
        "before": None
        if before is None
        else {
            "picture": data_url(before.picture),
            "width": before.extent.width,
            "height": before.extent.height,
            "label": before.label,
        },
        "comparing": comparing,
        "overlay": overlay,
        "detail": detail,
        "changed": changed or [],
        "place": place,
        "question": question,
        "candidates": candidates or [],
        "can": {"undo": can_undo, "redo": can_redo},
        "busy": busy,
        "consumed": consumed,
        "looking": looking,
        "regions": regions,
        "named": named or [],
        "offer": offer,
        "download": download,
        "received": received,
        "ideas": ideas,
    }
    command = _component.show(key=key, data=shown, on_strokes_change=lambda: None)
    if not command:
        return None
    rest = {name: value for name, value in command.items() if name not in ("name", "strokes")}
    strokes = command.get("strokes")
    return CanvasEvent(str(command["name"]), rest, strokes if strokes and strokes.get("items") else None)


def drawn_strokes(key: str, version: str, consumed: int = 0) -> Strokes | None:
    """The marks now on the canvas `key`, or None when there are none for this version or all are used up."""
    state = st.session_state.get(key)
    strokes = cast("Strokes | None", state.get("strokes") if state else None)
    if not strokes or not strokes.get("items"):
        return None
    if strokes.get("version") != version or int(strokes.get("revision", 0)) <= consumed:
        return None
    return strokes


def seen_closely(key: str, version: str, extent: Extent) -> Bounds | None:
    """The part of the picture for which the preview on the canvas `key` is too coarse; None when there is none."""
    state = st.session_state.get(key)
    return looked_at(state.get("view") if state else None, version, extent)


def uploaded_file(key: str) -> Upload | None:
    """The file last given to the canvas `key`, as long as the browser offers it."""
    state = st.session_state.get(key)
    sent = state.get("upload") if state else None
    return Upload(float(sent["serial"]), str(sent["name"]), str(sent["data"])) if sent else None


def is_reached_for(key: str, version: str) -> bool:
    """Whether the pointer has come to the canvas `key` while this version was on it: a click may follow."""
    state = st.session_state.get(key)
    return bool(state) and state.get("reach") == version
