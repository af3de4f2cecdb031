"""The first screen: bring a photo, try a sample, or go on where one left off."""

from __future__ import annotations

from datetime import UTC, datetime

import cv2
import numpy as np
import streamlit as st

from agent.studio import Studio, Summary
from ui.gallery import Card, gallery
from ui.pages.models import ADDRESS
from ui.samples import Sample, samples
from ui.session import enter, kindly

PICTURE_TYPES = ["png", "jpg", "jpeg", "webp", "tif", "tiff", "heic", "heif", "avif", "bmp", "gif"]
_UPLOADS = "uploads"  # session state: how many files have been handed over
_PROMISE = "Say what to change. It changes exactly there, and nowhere else."
_PRIVACY = "Everything stays on this machine. Every version is kept."


def show(studio: Studio) -> None:
    """Draw the screen."""
    with st.container(key="start"):
        st.html(f'<header class="hero"><h1>Pentimento</h1><p>{_PROMISE}</p></header>')
        _upload(studio)
        _samples(studio)
        _recent(studio)
        st.html(f'<footer class="foot">{_PRIVACY} <a href="{ADDRESS}" target="_self">Models</a></footer>')


def _upload(studio: Studio) -> None:
    turn = st.session_state.setdefault(_UPLOADS, 0)
    file = st.file_uploader("Drop a photo here", type=PICTURE_TYPES, key=f"photo-{turn}", label_visibility="collapsed")
    if file is None:
        return
    st.session_state[_UPLOADS] = turn + 1  # a new key empties the field, so that no file is tried twice
    with kindly():
        enter(studio.create(file.getvalue(), file.name))
    st.rerun()


def _samples(studio: Studio) -> None:
    known = {sample.title: sample for sample in samples()}
    if not known:
        return
    st.html('<h2 class="shelf">Or try one of these</h2>')
    cards = [
        Card(title, title, _sample_thumbnail(sample), f"“{sample.ideas[0]}”", f"Open the sample {title}")
        for title, sample in known.items()
    ]
    choice = gallery(cards, key="samples", label="Sample photos", variant="row")
    if choice:
        sample = known[choice.id]
        with kindly():
            enter(studio.create(sample.read(), f"{sample.title}{sample.path.suffix}"))
            st.rerun()


def _recent(studio: Studio) -> None:
    summaries = studio.recent()
    if not summaries:
        return
    st.html('<h2 class="shelf">Go on where you left off</h2>')
    cards = [_recent_card(summary) for summary in summaries]
    choice = gallery(cards, key="recent", label="Recent pictures", variant="row")
    if not choice:
        return
    with kindly():
        if choice.deed == "drop":
            studio.delete(choice.id)
        else:
            enter(studio.open(choice.id))
        st.rerun()


def _recent_card(summary: Summary) -> Card:
    return Card(
        summary.id,
        summary.title,
        summary.thumbnail,
        ago(summary.updated, datetime.now(UTC)),
        f"Open {summary.title}",
        removable=True,
    )


def ago(moment: str, now: datetime) -> str:
    """How long ago an ISO 8601 moment was, in words."""
    minutes = int((now - datetime.fromisoformat(moment)).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min ago"
    if minutes < 24 * 60:
        hours = minutes // 60
        return f"{hours} hour{'s' if hours > 1 else ''} ago"
    days = minutes // (24 * 60)
    return f"{days} day{'s' if days > 1 else ''} ago"


@st.cache_data(show_spinner=False)
def _sample_thumbnail(sample: Sample, height: int = 260) -> bytes:
    picture = cv2.imdecode(np.frombuffer(sample.read(), np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        return b""
    size = (round(picture.shape[1] * height / picture.shape[0]), height)
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 88])[1].tobytes()
