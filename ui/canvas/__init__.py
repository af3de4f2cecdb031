"""The picture canvas: shows a version, takes brush strokes, boxes and clicks, compares, asks which one."""

from ui.canvas.component import CanvasEvent, Comparison, canvas, drawn_strokes, is_reached_for, seen_closely
from ui.canvas.detail import Detail, detail
from ui.canvas.overlay import (
    CandidateMark,
    Overlay,
    candidate_marks,
    changed_outlines,
    nothing_selected,
    selection_overlay,
)

__all__ = [
    "CandidateMark",
    "CanvasEvent",
    "Comparison",
    "Detail",
    "Overlay",
    "candidate_marks",
    "canvas",
    "changed_outlines",
    "detail",
    "drawn_strokes",
    "is_reached_for",
    "nothing_selected",
    "seen_closely",
    "selection_overlay",
]
