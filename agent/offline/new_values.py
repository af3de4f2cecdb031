"""A bare colour or noun said after an edit, as what should be there instead."""

from __future__ import annotations

import re

from agent.offline import framing
from agent.offline import phrases as p
from agent.offline.history import Conversation, thing_of
from agent.offline.steps import Step


def new_colour(phrase: str, past: Conversation, last: Step) -> list[Step]:
    """The steps of a bare colour said after an edit."""
    value = p.colour_words(phrase)
    if last.op == "background_replace":
        return [Step("background_replace", None, value)]
    if last.op == "background_remove":
        return [Step("background_replace", None, value)]
    if last.op == "adjust" and not last.target:
        return [Step("adjust", None, f"{value} tint")]
    focus = past.focus
    return [Step("recolor", last.target if last.op == "recolor" else focus or last.target or "it", value)]


def as_new_value(phrase: str, last: Step) -> list[Step]:
    """A bare noun phrase as what should be there instead."""
    if re.match(
        r"(?:i|you|we|he|she|they|it|there|what|why|how|who|when|where|is|are|do|does|can|yes|no|ok)\b", phrase, re.I
    ):
        return []
    bare = p.bare(phrase)
    if last.op in ("background_replace", "background_remove"):
        return [Step("background_replace", None, re.sub(r"\s+background$", "", bare))]
    if last.op == "style":
        return [Step("style", last.target, bare)]
    if last.op == "replace":
        return [Step("replace", thing_of(last), bare)]
    if last.op == "insert":
        if re.match(r"(?:an?|some|two|three)\b", phrase, re.I) and thing_of(last):
            return [Step("replace", thing_of(last), bare)]
        return []
    if last.op == "crop" and (match := re.search(framing.RATIO, bare, re.I)):
        return [Step("crop", last.target, match[0])]
    if last.op == "rotate":
        return framing.rotate(bare, "rotate")
    return []
