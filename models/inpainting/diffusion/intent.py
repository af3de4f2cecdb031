"""What a hole is filled for, where nobody said so, and how a model is told."""

from __future__ import annotations

import numpy as np

from models.inpainting.commission import Intent
from models.inpainting.diffusion.families import Prompting

_BEHIND = "background, empty scene"  # what to ask of a caption model where nothing is wanted
_LONGEST = 1000  # characters; text encoders drop far shorter ones


def intent_of(empty: np.ndarray, prompt: str | None) -> Intent:
    """The likeliest intent for an H×W bool hole and the words that came with it.

    A hole that covers a whole edge of the picture extends it; words ask for something; no words, for nothing.
    """
    if empty[0].all() or empty[-1].all() or empty[:, 0].all() or empty[:, -1].all():
        return Intent.EXTEND
    return Intent.INSERT if prompt and prompt.strip() else Intent.REMOVE


def cut_short(prompt: str, read: str | None) -> tuple[str, ...]:
    """A sentence where less of the prompt is read than there is: a model's text network `read` so much of it."""
    wish = " ".join(prompt.split())
    if read is None and len(wish) <= _LONGEST:
        return ()
    words = (wish[:_LONGEST] if read is None else read).split()
    return (
        f"The model read only the first {len(words)} words of the description, up to “{' '.join(words[-3:])}”; put "
        "what matters first.",
    )


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
        case Intent.REWORK:
            return f"Make it look like {wish}, in the same shape." if wish else "Repaint it."
        case Intent.INSERT:
            return f"Add {wish}." if wish else "Fill the marked part."
