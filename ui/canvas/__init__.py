"""The picture canvas: shows a version, takes brush strokes, boxes and clicks, compares, asks which one."""

from ui.canvas.component import (
    CanvasEvent,
    Comparison,
    Download,
    Idea,
    IdeaMarks,
    PlaceMark,
    Upload,
    canvas,
    drawn_strokes,
    is_reached_for,
    seen_closely,
    uploaded_file,
)
from ui.canvas.detail import Detail, detail
from ui.canvas.overlay import (
    CandidateMark,
    Overlay,
    candidate_marks,
    changed_outlines,
    nothing_selected,
    selection_overlay,
)
from ui.canvas.regions import NamedMark, RegionMap, named_marks, region_map

__all__ = [
    "CandidateMark",
    "CanvasEvent",
    "Comparison",
    "Detail",
    "Download",
    "Idea",
    "IdeaMarks",
    "NamedMark",
    "Overlay",
    "PlaceMark",
    "RegionMap",
    "Upload",
    "candidate_marks",
    "canvas",
    "changed_outlines",
    "detail",
    "drawn_strokes",
    "is_reached_for",
    "named_marks",
    "nothing_selected",
    "region_map",
    "seen_closely",
    "selection_overlay",
    "uploaded_file",
]
