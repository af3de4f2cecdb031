"""The history strip's component; what it shows is worked out in ui/history.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ui.component import load_component

_component = load_component("strip", Path(__file__).parent, html="strip.html", css="strip.css", scripts=("strip.js",))


def strip(nodes: list[dict[str, Any]], *, key: str) -> dict[str, Any] | None:
    """Show the nodes; the command given since the last run ({"name": "go" | "compare" | "rename", "id": …})."""
    return _component.show(key=key, data={"nodes": nodes})
