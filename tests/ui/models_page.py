"""The Models page over small models from a loopback server; `streamlit run` it, with both variables set, to try it."""

from __future__ import annotations

import os
from pathlib import Path

import streamlit as st

from models.weights.store import Store
from tests.models.weights.published_models import entry, release
from ui.downloads import Downloads
from ui.pages import models
from ui.session import show_notice
from ui.theme import apply_theme


@st.cache_resource(show_spinner=False)
def downloads() -> Downloads:
    root = Path(os.environ["PENTIMENTO_MODELS"])
    asking = {
        "name": "Own",
        "commercial": "no",
        "gated": True,
        "link": "https://example.org/ask",
        "note": "For research only.",
    }
    gated = entry(id="oracle", title="Oracle", licence=asking, gpu_recommended=True)
    shelf = (release(os.environ["MODELS_FROM"]), entry(), gated)
    return Downloads(Store(root, {model.id: model for model in shelf}, cache=root / "hub-cache"))


st.set_page_config(page_title="Models", layout="wide")
apply_theme()
models.show(downloads())
show_notice()
