"""What the service is told to paint."""

from __future__ import annotations

from models.inpainting.commission import Intent

_LONGEST = 4000  # characters: ten times what a person says of one thing, an eighth of what the service takes


def words_for(intent: Intent, prompt: str | None, avoid: str | None = None, references: int = 0) -> str:
    """The instruction for an edit of the transparent part of a picture.

    `prompt` says what should be there, `avoid` what should not, `references` how many further pictures come along.
    """
    wish = _short(prompt)
    match intent:
        case Intent.REMOVE:
            what = "Continue the surroundings through the masked part, as if nothing had ever been there. Add nothing."
            what += f" What is behind: {wish}." if wish else ""
        case Intent.EXTEND:
            what = f"Continue the scene into the masked part{': ' + wish if wish else ''}."
        case Intent.REPLACE:
            what = f"Replace what is in the masked part by {wish or 'something that fits'}, in its place and size."
        case Intent.REWORK:
            what = f"Make what is in the masked part look like {wish or 'new'}; keep its shape and its light."
        case Intent.INSERT:
            what = f"Add {wish or 'something that fits'} in the masked part."
    if references:
        what += f" The {'other picture shows' if references == 1 else 'other pictures show'} what is meant."
    if avoid and _short(avoid):
        what += f" Avoid: {_short(avoid)}."
    return (
        f"{what} Match the photo's perspective, light, shadows, sharpness and grain. "
        "Change nothing outside the masked part; do not move, zoom or crop the picture."
    )


def _short(text: str | None) -> str:
    return " ".join((text or "").split())[:_LONGEST].rstrip(" .")
