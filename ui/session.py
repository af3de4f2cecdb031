"""What the pages share: the studio, the conversation in the address bar, and errors said kindly."""

from __future__ import annotations

import gc
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from agent.studio import Conversation, Studio
from models.errors import BadInputError, PentimentoError

_log = logging.getLogger(__name__)
_ADDRESS = "c"  # ?c=<conversation id>: reloading the page or sharing its address comes back to the same place
_NOTICE = "notice"


@st.cache_resource(show_spinner=False)
def the_studio() -> Studio:
    """One studio for the whole server process; its jobs outlive reruns and closed tabs."""
    studio = Studio()
    # Streamlit collects garbage after every run of the script; what has been imported by now will never be any
    gc.collect()
    gc.freeze()
    return studio


def attached(studio: Studio) -> Conversation | None:
    """The conversation that the page's address names; None (and a notice) when it names none."""
    identity = st.query_params.get(_ADDRESS)
    if not identity:
        return None
    try:
        return studio.open(identity)
    except BadInputError as error:
        del st.query_params[_ADDRESS]
        notify(str(error))
        return None


def enter(conversation: Conversation) -> None:
    """Show this conversation from the next run on."""
    st.query_params[_ADDRESS] = conversation.id


def leave() -> None:
    """Back to the first screen."""
    st.query_params.pop(_ADDRESS, None)


def is_running(conversation: Conversation) -> bool:
    """Whether a job works on this conversation now."""
    return conversation.job is not None and conversation.job.state == "running"


def notify(sentence: str) -> None:
    """Say one sentence to the person, now or at the next run."""
    st.session_state[_NOTICE] = sentence


def show_notice() -> None:
    """Show what `notify` left behind, once."""
    sentence = st.session_state.pop(_NOTICE, None)
    if sentence:
        st.toast(sentence, duration="long")


@contextmanager
def kindly() -> Iterator[None]:
    """Turn whatever goes wrong inside into one sentence; the log keeps the rest."""
    try:
        yield
    except PentimentoError as error:
        notify(str(error))
    except (OSError, ValueError, KeyError, RuntimeError, MemoryError, sqlite3.Error):
        _log.exception("the page could not do what was asked")
        notify("That did not work, and nothing was changed. Please try again.")
