"""Taking the picture home: in its own format by default, in another one on request."""

from __future__ import annotations

from pathlib import PurePath

import streamlit as st

from agent.studio import Conversation
from tools.pictures.writing import encode_picture, mime_of, natural_format, suffix_of
from tools.workspace.workspace import Workspace

_FORMATS = ("PNG", "JPEG", "WebP", "TIFF")


def show(conversation: Conversation) -> None:
    """The download button and the menu of other formats."""
    workspace, head = conversation.workspace, conversation.workspace.head
    own = _own_format(workspace, conversation.id, head.id)
    stem = PurePath(conversation.title).stem or "picture"
    with st.container(key="download", horizontal=True, gap=None, width="content"):
        _button("Download", workspace, head.id, own, f"{stem}{suffix_of(own)}", primary=True)
        with st.popover("Other formats", key="formats"):
            for form in _FORMATS:
                if not (head.has_alpha and form == "JPEG"):
                    _button(form, workspace, head.id, form, f"{stem}{suffix_of(form)}")


def _button(label: str, workspace: Workspace, version: str, form: str, name: str, *, primary: bool = False) -> None:
    """A button whose file is only made when it is asked for."""
    st.download_button(
        label,
        lambda: encode_picture(workspace.picture(version), form),
        file_name=name,
        mime=mime_of(form),
        key="download-own" if primary else f"download-{form}",
        type="primary" if primary else "secondary",
        on_click="ignore",
        help=f"The whole picture in full size, as {name}" if primary else None,
        width="content" if primary else "stretch",
    )


@st.cache_data(show_spinner=False, max_entries=200)
def _own_format(_workspace: Workspace, conversation: str, version: str) -> str:
    del conversation  # part of the cache's key
    return natural_format(_workspace.picture(version))
