"""Ideas for the place that is being marked, below the canvas: shown where something here can paint them."""

from __future__ import annotations

from typing import Any

import streamlit as st

from agent.ideas import IdeaDesk
from agent.studio import Conversation
from models.errors import BadInputError
from models.geometry import Bounds
from models.inpainting.painters import available_painters
from tools.drawing import PLACE
from ui.canvas import Idea, IdeaMarks
from ui.session import the_studio

_POLL = 1.0  # seconds between two looks whether they have come


def desk() -> IdeaDesk:
    """The one that thinks."""
    return the_studio().ideas


def for_marks(conversation: Conversation, strokes: dict[str, Any]) -> IdeaMarks | None:
    """What could be in the place that these marks draw; None while that is being thought about, or without a painter.

    A chip that led to "I cannot paint that" would be a broken promise; the command line suggests without one.
    """
    if not available_painters():
        return None
    try:
        drawn = conversation.selector.origin_of(strokes).get(PLACE)
    except BadInputError:  # the canvas says so already
        return None
    if drawn is None:
        return None
    ideas = desk().about(conversation.workspace, strokes["version"], Bounds(*drawn))
    if not ideas:
        return None
    things = [Idea(thing=one.thing, phrase=one.phrase) for one in ideas]
    return IdeaMarks(revision=strokes["revision"], things=things)


@st.fragment(run_every=_POLL)
def await_ideas() -> None:
    """Draw the page anew once they have come; polls meanwhile."""
    if not desk().is_thinking:
        st.rerun()
