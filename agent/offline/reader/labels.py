"""What the learned reader tells of words and of steps."""

from __future__ import annotations

LAYERS = 2
"""Layers of the network's two-way LSTM."""

ROLES = ("O", "BT", "IT", "BV", "IV")
"""The part of a word: none, first or further word of a target, first or further word of a value."""

SOURCES = ("none", "span", "before", "after", "last target", "last value")
"""Where a step's target or value stands: nowhere, in words of its own, with the step before or after it, in the
conversation. A value can also be one of the usual ones, which comes last."""

USUAL_OF: dict[str, tuple[str, ...]] = {
    "adjust": (
        "black and white", "less yellow", "less contrast", "more contrast", "less saturated", "more saturated",
        "cooler", "warmer", "sharpen", "softer", "lower highlights", "lift shadows", "darker", "brighter",
        "white balance",
    ),
    "restore": (
        "denoise", "deblur", "dehaze", "derain", "colorize", "upscale", "remove scratches", "remove wrinkles",
        "remove red eye", "remove dust", "smooth", "clean", "repair",
    ),
    "rotate": ("straighten", "flip horizontally", "90 degrees clockwise", "180 degrees"),
    "resize_object": ("smaller", "larger"),
    "crop": ("square", "tighter"),
    "undo": ("all", "2"),
    "other": ("refuse", "unsupported", "no action", "chat", "export", "apply to all"),
}  # fmt: skip
"""Values that are usual with an operation and often not said in these words ("too dark" wants "brighter")."""

USUAL = tuple(sorted({f"{op} {value}" for op, values in USUAL_OF.items() for value in values}))
