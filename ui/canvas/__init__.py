"""The picture canvas: shows a version, takes brush strokes, boxes and clicks, compares, asks which one."""

from ui.canvas.component import CanvasEvent, Comparison, canvas, drawn_strokes
from ui.canvas.overlay import Overlay, candidate_marks, selection_overlay

__all__ = [
    "CanvasEvent",
    "Comparison",
    "Overlay",
    "candidate_marks",
    "canvas",
    "drawn_strokes",
    "selection_overlay",
]
