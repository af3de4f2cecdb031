"""The editor: the picture on its easel, the talk about it beside, the history below."""

from __future__ import annotations

import html

import streamlit as st

from agent.studio import Conversation
from ui.pages import download, easel, models, talk
from ui.session import leave


def show(conversation: Conversation) -> None:
    """Draw the screen for one conversation."""
    with st.container(key="topbar", horizontal=True, vertical_alignment="center", gap="small"):
        _wordmark()
        st.html(f'<span class="title">{html.escape(conversation.title)}</span>')
        # In a tab of its own: what is being marked or typed here stays.
        st.link_button("Models", models.ADDRESS, type="tertiary", help="What can be downloaded to make it better")
        if st.button("New photo", key="new"):
            leave()
            st.rerun()
        download.show(conversation)
    with st.container(key="workbench"):
        picture, words = st.columns([1, 0.4], gap="small")
        with picture:
            easel.show(conversation)
        with words:
            talk.show(conversation)


def _wordmark() -> None:
    if st.button("Pentimento", key="home", type="tertiary", help="All pictures"):
        leave()
        st.rerun()
