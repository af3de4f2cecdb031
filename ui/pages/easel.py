"""The picture with its tools, and the strip of its versions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import streamlit as st

from agent.studio import Conversation, Question
from models.errors import BadInputError
from models.geometry import Bounds, Extent
from models.mask import as_mask
from models.mask import bounds as bounds_of
from tools.edits.again import place_of
from tools.grounding import remembered
from tools.workspace.tree import Version
from tools.workspace.workspace import Workspace
from ui.canvas import (
    CandidateMark,
    CanvasEvent,
    Comparison,
    Detail,
    Overlay,
    PlaceMark,
    candidate_marks,
    canvas,
    changed_outlines,
    detail,
    drawn_strokes,
    is_reached_for,
    nothing_selected,
    seen_closely,
    selection_overlay,
)
from ui.canvas.detail import part
from ui.component import data_url
from ui.history import layout
from ui.pages import ideas, selecting
from ui.session import is_running, kindly
from ui.strip import strip

PREVIEW = 1600  # pixels of the longer side on the canvas
_COMPARED = "compared"  # session state: (conversation id, version id, a name for this comparison)

# What a quick action on the selection says in the person's name.
_QUICK = {
    "remove": "remove this",
    "recolour": "make this {colour}",
    "blur": "blur this",
    "cutout": "cut this out",
}


def show(conversation: Conversation) -> None:
    """Draw the canvas and the strip."""
    _canvas(conversation)
    _history(conversation)


def canvas_key(conversation: Conversation) -> str:
    """The canvas widget's key."""
    return f"canvas-{conversation.id}"


def say(
    conversation: Conversation,
    text: str,
    *,
    strokes: dict[str, Any] | None = None,
    attachments: Sequence[tuple[str, bytes]] = (),
) -> None:
    """Hand a message to the agent together with the marks on the canvas, which then lets go of them."""
    marks = strokes or drawn_strokes(canvas_key(conversation), conversation.workspace.head.id, _consumed(conversation))
    conversation.say(text, strokes=marks, attachments=attachments)
    _use_up(conversation, marks)


def _use_up(conversation: Conversation, strokes: dict[str, Any] | None) -> None:
    if strokes:
        st.session_state[f"consumed-{conversation.id}"] = int(strokes["revision"])


def compare_with(conversation: Conversation, version: str, name: str) -> None:
    """Show this version beside the head. A new `name` opens the split view."""
    st.session_state[_COMPARED] = (conversation.id, version, name)


def _consumed(conversation: Conversation) -> int:
    return st.session_state.get(f"consumed-{conversation.id}", 0)


@st.fragment
def _canvas(conversation: Conversation) -> None:
    workspace, head = conversation.workspace, conversation.workspace.head
    consumed = _consumed(conversation)
    strokes = drawn_strokes(canvas_key(conversation), head.id, consumed)
    busy = is_running(conversation)
    if selecting.take_upload(conversation, canvas_key(conversation)):
        st.rerun()
    if not busy and _is_to_be_looked_at(conversation):
        conversation.selector.look()
    looking = conversation.selector.is_looking
    at = selecting.desk(conversation)
    question = None if busy else conversation.question
    before, comparing = _comparison(conversation)
    event = canvas(
        key=canvas_key(conversation),
        conversation=conversation.id,
        version=head.id,
        picture=preview(workspace, conversation.id, head.id),
        extent=head.extent,
        label="Original" if head.parent is None else f"Version {head.number}",
        before=before,
        comparing=comparing,
        overlay=_overlay(conversation, strokes) if strokes and not busy else None,
        detail=_close_up(conversation),
        changed=_changed(workspace, conversation.id, head.id),
        place=_place(head),
        question=question.text if question else None,
        candidates=_candidates(question) if question else None,
        can_undo=head.parent is not None,
        can_redo=bool(workspace.children(head.id)),
        busy=busy,
        consumed=consumed,
        looking=looking,
        regions=None if busy else selecting.regions(conversation),
        named=selecting.named(conversation),
        offer=at.offer[2] if at.offer else None,
        download=at.download,
        received=at.received,
        ideas=ideas.for_marks(conversation, strokes) if strokes and not busy else None,
    )
    if event:
        at.download = None
        with kindly():
            _perform(conversation, event)
        st.rerun()
    if looking:
        selecting.await_regions(conversation.selector)
    elif strokes and not busy and ideas.desk().is_thinking:
        ideas.await_ideas()


def _is_to_be_looked_at(conversation: Conversation) -> bool:
    """Whether a click may follow: the page has just opened on this version, or the pointer has come to it."""
    head = conversation.workspace.head.id
    opened = st.session_state.setdefault(f"opened-{conversation.id}", head)
    return head == opened or is_reached_for(canvas_key(conversation), head)


def _perform(conversation: Conversation, event: CanvasEvent) -> None:
    if event.name == "undo":
        conversation.workspace.undo()
    elif event.name == "redo":
        conversation.workspace.redo()
    elif event.name == "choose":
        conversation.answer(choice=int(event.detail["index"]))
    elif event.name == "answer":
        conversation.answer(strokes=event.strokes)
        _use_up(conversation, event.strokes)
    elif event.name == "decline":
        conversation.answer(none=True)
    elif event.name == "place":
        conversation.place_again([int(edge) for edge in event.detail["box"]])
    elif event.name == "idea":
        say(conversation, f"add {event.detail['thing']}", strokes=event.strokes)
    elif event.name in selecting.DEEDS:
        selecting.DEEDS[event.name](conversation, event)
    elif event.name == "quick":
        text = _QUICK[event.detail["action"]].format(colour=event.detail["colour"])
        say(conversation, text, strokes=event.strokes)


def _overlay(conversation: Conversation, strokes: dict[str, Any]) -> Overlay:
    """The refined selection for these marks, worked out once per change of them."""
    key, stamp = f"overlay-{conversation.id}", (strokes["version"], strokes["revision"], strokes["items"])
    kept = st.session_state.get(key)
    if kept and kept[0] == stamp:
        return kept[1]
    try:
        overlay = selection_overlay(conversation.selection_from(strokes), strokes["revision"])
    except BadInputError:  # the marks found nothing: the canvas says so, and the person goes on marking
        overlay = nothing_selected(strokes["revision"])
    st.session_state[key] = (stamp, overlay)
    return overlay


def _close_up(conversation: Conversation) -> Detail | None:
    head = conversation.workspace.head
    box = seen_closely(canvas_key(conversation), head.id, head.extent)
    return _detail(conversation.workspace, conversation.id, head.id, box) if box else None


@st.cache_data(show_spinner=False, max_entries=12)
def _detail(_workspace: Workspace, conversation: str, version: str, box: Bounds) -> Detail | None:
    del conversation  # part of the cache's key, as in preview()
    return detail(_workspace.picture(version), version, box)


@st.cache_data(show_spinner=False, max_entries=200)
def _changed(_workspace: Workspace, conversation: str, version: str) -> list[list[float]]:
    del conversation  # part of the cache's key, as in preview()
    selection = remembered(_workspace, version)
    return changed_outlines(selection.mask) if selection else []


def _place(head: Version) -> PlaceMark | None:
    box = place_of(head)
    return None if box is None else PlaceMark(version=head.id, box=list(box), label=str(head.edit.get("value", "")))


def _candidates(question: Question) -> list[CandidateMark]:
    masks = [cv2.imdecode(np.frombuffer(one.mask, np.uint8), cv2.IMREAD_GRAYSCALE) for one in question.candidates]
    labels = [one.label for one in question.candidates]
    return candidate_marks([as_mask(mask) for mask in masks if mask is not None], labels)


def _comparison(conversation: Conversation) -> tuple[Comparison | None, str]:
    """What the head is compared with: the version asked for, else the one before it."""
    workspace, head = conversation.workspace, conversation.workspace.head
    owner, version, name = st.session_state.get(_COMPARED, ("", "", ""))
    if owner != conversation.id or version == head.id:
        version, name = head.parent, ""
    if version is None:
        return None, ""
    other = workspace.version(version)
    label = "Original" if other.parent is None else f"Version {other.number}"
    return Comparison(preview(workspace, conversation.id, other.id), other.extent, label), name


@st.cache_data(show_spinner=False, max_entries=48)
def preview(_workspace: Workspace, conversation: str, version: str) -> bytes:
    """A version as picture bytes for the screen; versions never change, so it is made once."""
    del conversation  # part of the cache's key: version ids are only unique within a workspace
    return _workspace.preview(version, PREVIEW)


@st.cache_data(show_spinner=False, max_entries=400)
def thumbnail(_workspace: Workspace, conversation: str, version: str) -> bytes:
    """A version as a small picture."""
    del conversation
    return _workspace.thumbnail(version)


@st.cache_data(show_spinner=False, max_entries=60)
def close_up(_workspace: Workspace, conversation: str, version: str) -> bytes:
    """The place that a version's edit worked on, as a small JPEG; the whole picture where that is not known."""
    worked_on = remembered(_workspace, version)
    if worked_on is None or Extent.of(worked_on.mask) != _workspace.version(version).extent:
        return thumbnail(_workspace, conversation, version)
    box = bounds_of(worked_on.mask, 0.5)
    return part(_workspace.picture(version), box.padded(round(0.35 * max(box.width, box.height))))


@st.fragment
def _history(conversation: Conversation) -> None:
    nodes = _nodes(conversation)
    lanes = min(2, 1 + max(node["lane"] for node in nodes))
    with st.container(key="history"):
        st.html(f"<style>.st-key-workbench {{ --lanes: {lanes}; }}</style>")
        command = strip(nodes, key=f"strip-{conversation.id}")
    if not command:
        return
    with kindly():
        if command["name"] == "go" and not is_running(conversation):
            conversation.workspace.go_to(command["id"])
        elif command["name"] == "compare":
            compare_with(conversation, command["id"], f"{command['id']}-{conversation.workspace.head.id}")
        elif command["name"] == "rename":
            conversation.workspace.rename(command["id"], command["label"])
    st.rerun()


def _nodes(conversation: Conversation) -> list[dict[str, Any]]:
    workspace = conversation.workspace
    versions = workspace.versions()
    places = layout({one.id: one.parent for one in versions}, [one.id for one in versions])
    head = workspace.head.id
    path = {one.id for one in workspace.path(head)}
    owner, compared, _ = st.session_state.get(_COMPARED, ("", "", ""))
    return [
        {
            "id": one.id,
            "parent": one.parent,
            "number": one.number,
            "label": _label(one),
            "detail": one.message,
            "picture": data_url(thumbnail(workspace, conversation.id, one.id)),
            "column": places[one.id].column,
            "lane": places[one.id].lane,
            "current": one.id == head,
            "on_path": one.id in path,
            "compared": owner == conversation.id and one.id == compared,
        }
        for one in versions
    ]


def _label(version: Version) -> str:
    if version.name:
        return version.name
    return "Original" if version.parent is None else version.message
