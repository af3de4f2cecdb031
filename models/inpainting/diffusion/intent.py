"""What a hole is filled for. It decides what the model starts from and what shows through at the rim."""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from models.inpainting.diffusion.families import Prompting

_BEHIND = "background, empty scene"  # what to ask of a caption model where nothing is wanted
_LONGEST = 1000  # characters; text encoders drop far shorter ones


class Intent(StrEnum):
    """What the person wants in the hole."""

    REMOVE = "remove"
    """Nothing: what could have been behind."""
    INSERT = "insert"
    """Something that was not there."""
    REPLACE = "replace"
    """Something in the place, size and posture of what is there."""
    EXTEND = "extend"
    """More of the picture, beyond an edge of it."""


def intent_of(empty: np.ndarray, prompt: str | None) -> Intent:
    """The likeliest intent for an H×W bool hole and the words that came with it.

    A hole that covers a whole edge of the picture extends it; words ask for something; no words, for nothing.
    """
    if empty[0].all() or empty[-1].all() or empty[:, 0].all() or empty[:, -1].all():
        return Intent.EXTEND
    return Intent.INSERT if prompt and prompt.strip() else Intent.REMOVE


def words_for(intent: Intent, prompt: str | None, prompting: Prompting) -> str:
    """What the model is told, in the manner it was trained on. Of longer texts the first 1,000 characters."""
    wish = " ".join((prompt or "").split())[:_LONGEST].rstrip(" .")
    if prompting is Prompting.CAPTION:
        return wish or _BEHIND
    match intent:
        case Intent.REMOVE:
            return "Remove the object and show what is behind it." if not wish else f"{wish}."
        case Intent.EXTEND:
            return f"Continue the scene{': ' + wish if wish else ''}."
        case Intent.REPLACE:
            return f"Replace it with {wish}." if wish else "Repaint it."
        case Intent.INSERT:
            return f"Add {wish}." if wish else "Fill the marked part."
