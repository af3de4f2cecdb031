"""The page: a first screen to open a photo, the editor once there is one, and the models beside."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui.pages import editor, models, start
from ui.session import attached, kindly, show_notice, the_studio
from ui.theme import apply_theme

_ICON = Path(__file__).with_name("icon.svg")


def main() -> None:
    """Draw the page once; Streamlit calls this at every interaction."""
    st.set_page_config(page_title="Pentimento", page_icon=str(_ICON), layout="wide")
    apply_theme()
    with kindly():
        if models.is_asked_for():
            models.show(models.the_downloads())
        else:
            _pictures()
    show_notice()


def _pictures() -> None:
    studio = the_studio()
    conversation = attached(studio)
    if conversation is None:
        start.show(studio)
    else:
        editor.show(conversation)
