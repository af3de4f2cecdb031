"""Selections on the editor's page: the shelf of named ones, their files, and the regions under the pointer."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import streamlit as st

from agent.studio import Conversation
from models.errors import BadInputError
from tools.selections.mask_files import WrongSizeError
from tools.selections.selector import Selector
from ui.canvas import CanvasEvent, Download, NamedMark, RegionMap, named_marks, region_map, uploaded_file
from ui.session import kindly, notify

_POLL = 1.0  # seconds between two looks whether the regions are there; Streamlit collects garbage after each


@dataclass
class _Desk:
    """What this page remembers of one conversation's files between two runs of the script."""

    received: float = 0.0  # the number of the upload handled last
    offer: tuple[str, bytes, str] | None = None  # name, bytes and question of a file that needs scaling
    download: Download | None = None
    downloads: int = 0


def desk(conversation: Conversation) -> _Desk:
    """This session's desk for a conversation."""
    return st.session_state.setdefault(f"desk-{conversation.id}", _Desk())


def regions(conversation: Conversation) -> RegionMap | None:
    """The regions under the pointer, once the head version has been looked at."""
    found = conversation.selector.regions()
    if found is None:
        return None
    by, atlas = found
    version = conversation.workspace.head.id
    kept = st.session_state.get("regions")
    if kept is None or kept[0] != (conversation.id, version):
        kept = st.session_state["regions"] = ((conversation.id, version), region_map(atlas, by, version))
    return kept[1]


def named(conversation: Conversation) -> list[NamedMark]:
    """The shelf, worked out once per version and change of it."""
    selections = conversation.selector.named()
    stamp = (
        conversation.id,
        conversation.workspace.head.id,
        [(one.name, one.version, one.content) for one in selections],
    )
    kept = st.session_state.get("shelf")
    if kept is None or kept[0] != stamp:
        seen = conversation.selector.kept()
        kept = st.session_state["shelf"] = (stamp, named_marks([one.name for one in seen], [one.mask for one in seen]))
    return kept[1]


@st.fragment(run_every=_POLL)
def await_regions(selector: Selector) -> None:
    """Draw the page anew once the background has finished looking; polls meanwhile."""
    if not selector.is_looking:
        st.rerun()


def take_upload(conversation: Conversation, key: str) -> bool:
    """Import the file that was dropped on the canvas since the last run; whether there was one."""
    sent = uploaded_file(key)
    at = desk(conversation)
    if sent is None or sent.serial <= at.received:
        return False
    at.received, at.offer = sent.serial, None
    with kindly():
        try:
            data = base64.b64decode(sent.data, validate=True)
        except (binascii.Error, ValueError) as error:
            raise BadInputError(f"{sent.name} did not arrive whole; please try again.") from error
        _import(conversation, PurePath(sent.name.replace("\\", "/")).name, data)
    return True


def _import(conversation: Conversation, name: str, data: bytes, *, scale: bool = False) -> None:
    at = desk(conversation)
    try:
        notify(conversation.selector.import_file(name, data, conversation.title, scale=scale).sentence)
        at.offer = None
    except WrongSizeError as error:
        if not error.scalable:
            raise
        at.offer = (name, data, str(error))


def _save(conversation: Conversation, event: CanvasEvent) -> None:
    conversation.selector.keep(str(event.detail["as"]), event.strokes or {})


def _rename(conversation: Conversation, event: CanvasEvent) -> None:
    conversation.selector.rename(str(event.detail["selection"]), str(event.detail["as"]))


def _delete(conversation: Conversation, event: CanvasEvent) -> None:
    conversation.selector.delete(str(event.detail["selection"]))


def _export(conversation: Conversation, event: CanvasEvent) -> None:
    selector, at = conversation.selector, desk(conversation)
    title = PurePath(conversation.title).stem
    if event.detail["format"] == "png":
        data, file = selector.as_png(event.strokes or {}), f"{title} mask.png"
    else:
        data, file = selector.as_coco(event.strokes, conversation.title), f"{title} selections.json"
    at.downloads += 1
    at.download = Download(id=f"{conversation.id}-{at.downloads}", file=file, data=base64.b64encode(data).decode())


def _scale(conversation: Conversation, event: CanvasEvent) -> None:
    at = desk(conversation)
    offer, at.offer = at.offer, None
    if offer is not None and event.detail["yes"]:
        _import(conversation, offer[0], offer[1], scale=True)


DEEDS: dict[str, Callable[[Conversation, CanvasEvent], Any]] = {
    "save_selection": _save,
    "rename_selection": _rename,
    "delete_selection": _delete,
    "export": _export,
    "scale": _scale,
}
"""What the canvas can ask for about selections, by the event's name."""
