"""Labelled plans laid over the words they came from: where each step begins, and which words are its target, value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from agent.offline.history import Conversation
from agent.offline.reader.tokens import Token, occurrences, stem, tokens

IGNORED = -100
"""A label that is not known and costs nothing."""

_JOINTS = frozenset(", . ; : + & / ! ? - and then also plus but \n n while".split())
_SAID_UNDO = re.compile(
    r"\b(?:undo|revert|roll ?back|go back|take (?:that|it) back|put (?:it|that) back|reset|restore)\b"
)


_ANCHORS = {
    "crop": "crop zoom closer tighter trim square",
    "rotate": "straighten tilt level horizon crooked flip mirror rotate turn upright",
    "background_remove": "background backdrop transparent isolate bg cutout freisteller png",
    "background_replace": "background backdrop bg",
    "restore": "denoise grain noise blur scratch wrinkles repair fix clean crease upscale dust restore",
    "adjust": "bright dark contrast saturation warm cool sharp exposure light vivid",
    "undo": "undo revert back",
    "redo": "redo",
    "outpaint": "extend expand zoom",
    "compare": "compare before",
    "other": "save export send print why what can could thanks hello",
}
SPOKEN = ("chat", "no action", "refuse", "unsupported", "export")
"""What no edit answers, with words that are not in the message."""
# A usual value and the wordings that mean it, per operation; the first that fits is taken.
_USUAL: dict[str, tuple[tuple[str, str], ...]] = {
    "adjust": (
        ("black and white", r"black and white|gr[ae]yscale|b&w|monochrome"),
        ("less yellow", r"less yellow|remove yellow|yellow (?:tint|cast)"),
        ("less contrast", r"(?:less|lower|reduce|contrast -).*contrast|contrast -|contrast down"),
        ("more contrast", r"contrast|less flat"),
        ("less saturated", r"(?:less|lower|reduce).*(?:saturat|vibran|color)|desaturat|saturation -|muted"),
        ("more saturated", r"saturat|vibran|vivid|colorful|color"),
        ("cooler", r"cooler|less warm|cool|less orange|less yellow"),
        ("warmer", r"warm|less cold|less blue"),
        ("sharpen", r"sharp|crisp|clarity"),
        ("softer", r"soft"),
        ("lower highlights", r"(?:lower|less|reduce|down).*highlight|highlights? (?:-|down)"),
        ("lift shadows", r"(?:lift|raise|open|bright|light).*shadow|shadows? (?:\+|up|brighter)"),
        ("darker", r"dark|less bright|dim|less exposure|exposure -|brightness -|less light"),
        ("brighter", r"bright|light|expos|less dark|lift"),
        ("white balance", r"white balance"),
    ),
    "restore": (
        ("denoise", r"denoise|nois|grain"),
        ("deblur", r"deblur|blur|focus|sharp"),
        ("dehaze", r"haz|fog|mist"),
        ("derain", r"rain"),
        ("colorize", r"coloriz"),
        ("upscale", r"upscal|resol|larger|bigger|quality"),
        ("remove scratches", r"scratch"),
        ("remove wrinkles", r"wrinkle|iron|steam|crease|press"),
        ("remove red eye", r"red.?eye"),
        ("remove dust", r"dust|speck"),
        ("smooth", r"smooth|blemish|skin|acne|pimple"),
        ("clean", r"clean|stain|dirt|smudge|fingerprint|spot"),
        ("repair", r"repair|fix|restore|tear|crack|fold|damage|mend|patch"),
    ),
    "rotate": (
        ("straighten", r"straight|level|upright"),
        ("flip horizontally", r"flip|mirror"),
        ("90 degrees clockwise", r"90"),
        ("180 degrees", r"180|upside"),
    ),
    "resize_object": (
        ("smaller", r"small|shrink|less|thin|slim|short|narrow|down|half"),
        ("larger", r"large|big|bigger|tall|long|wide|up|twice|double"),
    ),
    "crop": (
        ("square", r"square|1:1"),
        ("tighter", r"tight|close|zoom"),
    ),
    "undo": (("all", r"all|everything|original"), ("2", r"2|two")),
    "other": (
        ("refuse", r"refuse"),
        ("unsupported", r"unsupported"),
        ("no action", r"no action"),
        ("chat", r"chat"),
        ("export", r"export|save|download"),
        ("apply to all", r"apply to all"),
    ),
}


def usual(step: dict[str, Any]) -> str:
    """The usual value that a step's value comes to; "" where there is none."""
    for name, pattern in _USUAL.get(step["op"], ()):
        if any(re.search(pattern, phrase.lower()) for phrase in _phrases(step, "value")[:1]):
            return name
    return ""


@dataclass
class Piece:
    """One step and the words [begin, end) it was read from."""

    begin: int
    end: int
    op: str
    target: str
    value: str
    target_span: tuple[int, int] | None = None
    value_span: tuple[int, int] | None = None
    usual: str = ""


@dataclass
class Laid:
    """A message whose plan is laid over its words. `roles` has IGNORED where a wanted phrase was not found."""

    said: list[Token]
    text: str
    pieces: list[Piece]
    roles: list[int]
    bounds: list[int]
    taken_back: int
    context: Conversation | None = None
    marks: np.ndarray | None = None
    origin: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


def _phrases(step: dict[str, Any], key: str) -> list[str]:
    first = step.get(key)
    return [phrase for phrase in [first, *(step.get(f"{key}_alt") or [])] if phrase]


_PREPOSITION = re.compile(
    r"\s(?:of|in|on|at|with|near|behind|from|to|next|under|above|beside|between|by|around|wearing)\s"
)


def _span(step: dict[str, Any], key: str, said: Sequence[Token], after: int) -> tuple[int, int] | None:
    """Where the step's target or value is said: behind word `after` if it can be."""
    options = _phrases(step, key)
    best: tuple[int, int] | None = None
    for phrase in options:
        places = occurrences(phrase, said)
        if places:
            later = [place for place in places if place[0] >= after]
            choice = later[0] if later else places[-1]
            if best is None or (choice[1] - choice[0] > best[1] - best[0] and choice[0] >= after):
                best = choice
    if best is None and key == "target":  # its head alone, with the words before it that the phrase has too
        for phrase in options:
            core = _PREPOSITION.split(phrase)[0]
            heads = tokens(core)
            if not heads:
                continue
            wanted = {stem(token.text) for token in tokens(phrase)}
            places = [place for place in occurrences(heads[-1].text, said) if place[0] >= after]
            if places:
                begin, end = places[0]
                while begin > 0 and stem(said[begin - 1].text) in wanted:
                    begin -= 1
                return begin, end
    return best


def lay(said: list[Token], text: str, plan: list[dict[str, Any]], past: Conversation) -> Laid | None:
    """The plan laid over the words, or None where it cannot be told which words a step came from."""
    steps = list(plan)
    low = text.lower()
    back = int(len(steps) > 1 and steps[0]["op"] == "undo" and not _SAID_UNDO.search(low) and past.last is not None)
    if back:
        steps = steps[1:]
    spans: list[tuple[tuple[int, int] | None, tuple[int, int] | None]] = []
    taken: set[int] = set()
    after = 0
    for step in steps:
        value = None if usual(step) in SPOKEN else _span(step, "value", said, after)
        target = _span(step, "target", said, after)
        if value and target and max(value[0], target[0]) < min(value[1], target[1]):
            if value[1] - value[0] >= target[1] - target[0] and step["op"] in ("insert", "outpaint", "crop"):
                target = None
            else:
                value = None
        own = [span for span in (target, value) if span and not set(range(*span)) & taken]
        if target and set(range(*target)) & taken:
            target = (-1, -1)
        if value and set(range(*value)) & taken:
            value = (-1, -1)
        for span in own:
            taken |= set(range(*span))
        if own:
            after = max(after, min(span[0] for span in own))
        spans.append((target, value))
    begins = _begins(said, spans, steps)
    if begins is None:
        return None
    _hand_on(spans, [*begins, len(said)])
    roles = [0] * len(said)
    bounds = [0] * len(said)
    pieces = []
    for number, (step, (target, value)) in enumerate(zip(steps, spans, strict=True)):
        begin = begins[number]
        end = begins[number + 1] if number + 1 < len(begins) else len(said)
        bounds[begin] = 1
        piece = Piece(begin, end, step["op"], "none", "none", usual=usual(step))
        for key, span, letter in (("target", target, 1), ("value", value, 3)):
            source = _source(step, key, span, begin, end, number, steps, spans, past)
            setattr(piece, key, source)
            if source == "span" and span:
                setattr(piece, f"{key}_span", span)
                for place in range(*span):
                    roles[place] = letter if place == span[0] else letter + 1
            elif source == "":
                for place in range(begin, end):
                    roles[place] = roles[place] or IGNORED
        pieces.append(piece)
    bounds[0] = 1
    return Laid(said, text, pieces, roles, bounds, back, past)


def _anchored(step: dict[str, Any], said: Sequence[Token], after: int) -> list[tuple[int, int]]:
    """A word that tells of the step where neither target nor value is said: "denoise", "bg", "tilt"."""
    words = re.findall(r"[a-z]{3,}", " ".join([step["op"], *_phrases(step, "value")]).lower())
    stems = {word[:4] for word in words} | {word[:4] for word in _ANCHORS.get(step["op"], "").split()}
    places = [place for place, token in enumerate(said) if token.low[:4] in stems and place >= after]
    return [(places[0], places[0] + 1)] if places else []


def _hand_on(spans: list[tuple[tuple[int, int] | None, tuple[int, int] | None]], cuts: Sequence[int]) -> None:
    """Words that an earlier step shares belong to the later step they stand in ("the door and the gate red")."""
    for number, pair in enumerate(spans):
        for part, span in enumerate(pair):
            if not span or span[0] < cuts[number + 1]:
                continue
            for later in range(number + 1, len(spans)):
                if cuts[later] <= span[0] < cuts[later + 1] and spans[later][part] == (-1, -1):
                    both = list(spans[later])
                    both[part] = span
                    spans[later] = (both[0], both[1])


def _begins(
    said: Sequence[Token],
    spans: Sequence[tuple[tuple[int, int] | None, tuple[int, int] | None]],
    steps: Sequence[dict[str, Any]],
) -> list[int] | None:
    """The word each step begins at: behind the joint between its phrases and those of the step before."""
    begins = [0]
    known: list[list[tuple[int, int]]] = []
    for number, pair in enumerate(spans):
        own = [span for span in pair if span and span[0] >= 0]
        after = max((span[1] for spans_of in known for span in spans_of), default=0)
        known.append(own or _anchored(steps[number], said, after))
    for number in range(1, len(spans)):
        before = [span for spans_of in known[:number] for span in spans_of]
        own = known[number]
        if not before or not own:
            return None
        low = max([span[1] for span in before if span[0] < min(o[0] for o in own)] or [0])
        high = min(span[0] for span in own)
        low = max(low, begins[-1] + 1)
        if high < low:
            return None
        joints = [place for place in range(low, high) if said[place].low in _JOINTS]
        begin = joints[0] if joints else low
        begins.append(min(begin, len(said) - 1))
    return begins


def _same(one: str | None, other: str | None) -> bool:
    return bool(one and other) and stem(str(one)) == stem(str(other))


def _source(
    step: dict[str, Any],
    key: str,
    span: tuple[int, int] | None,
    begin: int,
    end: int,
    number: int,
    steps: Sequence[dict[str, Any]],
    spans: Sequence[Any],
    past: Conversation,
) -> str:
    """Where a target or value stands; "" when it is not known, "=words" when it is a usual word that is not said."""
    if step[key] is None:
        return "none"
    if span and span[0] >= begin and span[1] <= end:
        return "span"
    if number and any(_same(step[key], other) for other in _phrases(steps[number - 1], key)):
        return "before"
    if number + 1 < len(steps) and any(_same(step[key], other) for other in _phrases(steps[number + 1], key)):
        return "after"
    last = past.last
    if last and any(_same(last.target, other) for other in _phrases(step, key)):
        return "last target"
    if last and any(_same(last.value, other) for other in _phrases(step, key)):
        return "last value"
    return f"={usual(step)}" if key == "value" and usual(step) else ""
