"""In-repo Streamlit components: their html, css and js lie in files of their own, no build step."""

from __future__ import annotations

import base64
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit.components.v2 import component

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

_COMMANDS = Path(__file__).with_suffix(".js")
_SEAT = "seat"  # session state: what tells this session of a page from the one before a restart of the server


class Component:
    """A mounted component that shows data and sends commands, each of which is performed once."""

    def __init__(self, mount: ComponentRenderer) -> None:
        self._mount = mount

    def show(self, *, key: str, data: dict[str, Any], **on_change: Any) -> dict[str, Any] | None:
        """Draw `data` under `key`; the command that came since the last run, if any.

        `on_change` are Streamlit's `on_<state>_change` callbacks for further states that the script sets.
        """
        seat = st.session_state.setdefault(_SEAT, secrets.token_hex(8))
        result = self._mount(key=key, data={**data, "seat": seat}, on_command_change=lambda: None, **on_change)
        command = result.get("command")
        performed = f"{key}-performed"
        if not command or command["seat"] != seat or command["serial"] <= st.session_state.get(performed, 0):
            return None
        st.session_state[performed] = command["serial"]
        return {name: value for name, value in command.items() if name not in ("seat", "serial")}


def load_component(name: str, folder: Path, html: str, css: str, scripts: tuple[str, ...]) -> Component:
    """Register a component from files in `folder`.

    The scripts become one module, in the order given, after `component.js`; the last one holds the default export.
    (Streamlit takes a single script per component, and ours are short enough to be read one by one but not as one
    file.)
    """
    text = {file: (folder / file).read_text(encoding="utf-8") for file in (html, css, *scripts)}
    return Component(
        component(
            f"pentimento.{name}",
            html=text[html],
            css=text[css],
            js="\n".join([_COMMANDS.read_text(encoding="utf-8"), *(text[script] for script in scripts)]),
        )
    )


def data_url(data: bytes) -> str:
    """A picture's bytes as a `data:` address: nothing to serve, nothing to fetch."""
    return f"data:{_media_type(data)};base64,{base64.b64encode(data).decode('ascii')}"


def _media_type(data: bytes) -> str:
    """The media type, from the first bytes of a PNG, JPEG or WebP file."""
    if data.startswith(b"\x89PNG"):
        return "image/png"
    if data.startswith(b"\xff\xd8"):
        return "image/jpeg"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return "application/octet-stream"
