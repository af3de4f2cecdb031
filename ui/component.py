"""In-repo Streamlit components: their html, css and js lie in files of their own, no build step."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING

from streamlit.components.v2 import component

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer


def load_component(name: str, folder: Path, html: str, css: str, scripts: tuple[str, ...]) -> ComponentRenderer:
    """Register a component from files in `folder` and return its mounting function.

    The scripts become one module, in the order given; the last one holds the default export. (Streamlit takes
    a single script per component, and ours are short enough to be read one by one but not as one file.)
    """
    text = {file: (folder / file).read_text(encoding="utf-8") for file in (html, css, *scripts)}
    return component(
        f"pentimento.{name}",
        html=text[html],
        css=text[css],
        js="\n".join(text[script] for script in scripts),
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
