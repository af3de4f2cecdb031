"""The look: colours and fonts are in .streamlit/config.toml, the layout in theme.css."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_STYLESHEET = Path(__file__).with_name("theme.css")


def apply_theme() -> None:
    """Put the stylesheet into the page."""
    st.html(_STYLESHEET)
