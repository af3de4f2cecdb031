"""The second opinion on a message: the learned reading, where it is likelier right than the grammar's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from agent.offline.completing import completed
from agent.offline.history import Conversation
from agent.offline.reader.choosing import candidate, evidence
from agent.offline.reader.decoding import read
from agent.offline.reader.network import Network
from agent.offline.steps import Step

WEIGHTS = Path(__file__).with_name("reader.npz")
_ASKS = frozenset(("clarify", "other"))
_TAKES_AWAY = frozenset("remove replace remove_text redact_text background_remove background_replace".split())

# How likely the learned plan's operations have to be right, on top of being likelier right than the grammar's plan.
# Where the grammar asks, a wrong edit costs more than a needless question; what takes something away costs most.
INSTEAD_OF_AN_EDIT = 0.2
LIKELIER_THAN_AN_EDIT = 0.6
LIKELIER_WITH_FEWER_EDITS = 0.75
LIKELIER_WITH_THE_SAME_OPERATIONS = 0.8
AN_ANSWER_INSTEAD_OF_A_QUESTION = 0.75
INSTEAD_OF_A_QUESTION = 0.4
TAKING_AWAY = 0.5
INSTEAD_OF_AN_ANSWER = 0.5
WORTH_ASKING = 0.2
"""From here on a doubtful reading is at least good for a question about the thing it names."""


@dataclass(frozen=True)
class Reader:
    """Fitted networks, and the weights of the evidence: that theirs is the better plan, that it can be trusted."""

    network: Network
    choice: np.ndarray
    trust: np.ndarray


@dataclass(frozen=True)
class Opinion:
    """The learned plan, why it asks (when it does), how likely it is the better one, and how likely it is right."""

    steps: list[Step]
    why: str
    better: float
    right: float


@cache
def fitted(path: Path = WEIGHTS) -> Reader | None:
    """The reader of a file of weights; None where there is no such file, and the grammar reads alone."""
    if not path.exists():
        return None
    with np.load(path, allow_pickle=False) as stored:
        choice, trust = (stored[f"choice/{name}"].astype(np.float32) for name in ("better", "right"))
    return Reader(Network.load(path), choice, trust)


def opinion(reader: Reader, text: str, past: Conversation, grammar: Sequence[Step]) -> Opinion:
    """What the learned reader makes of a message; no steps where it makes nothing of it."""
    reading = read(reader.network, text, past, grammar)
    if not reading.steps:
        return Opinion([], "", 0.0, 0.0)
    learned, why = completed(candidate(reading, grammar), past, False)
    told = evidence(text, past, grammar, reading, learned)
    better, right = (float(1 / (1 + np.exp(-(told @ weights)))) for weights in (reader.choice, reader.trust))
    return Opinion(learned, why, better, right)


def better(
    text: str, past: Conversation, grammar: Sequence[Step], reader: Reader | None = None
) -> tuple[list[Step], str] | None:
    """The learned plan where it should stand instead of the grammar's, and why it asks (when it does)."""
    reader = reader or fitted()
    if reader is None or not grammar:
        return None
    found = opinion(reader, text, past, grammar)
    if not found.steps:
        return None
    if _crops_to_what_should_go(found.steps, grammar):
        return None
    likelier, right = _asked_of(found.steps, grammar)
    if found.better > likelier and found.right > right:
        return found.steps, found.why or _why(found.steps)
    if grammar[0] == Step("clarify") and found.right > WORTH_ASKING and (named := _named(found.steps, text)):
        return [Step("clarify", named)], "wish"
    return None


def _crops_to_what_should_go(learned: Sequence[Step], grammar: Sequence[Step]) -> bool:
    """ "Crop out the man": a crop with a target keeps the target, so it must not stand for a removal."""
    gone = {step.target for step in grammar if step.op == "remove"}
    return any(step.op == "crop" and step.target in gone for step in learned)


def _asked_of(learned: Sequence[Step], grammar: Sequence[Step]) -> tuple[float, float]:
    """How likely the learned plan must be the better one, and how likely right."""
    new = {step.op for step in learned} - {step.op for step in grammar}
    fewer = _edits(learned) < _edits(grammar)
    if _edits(grammar):
        likelier = LIKELIER_WITH_FEWER_EDITS if fewer else LIKELIER_THAN_AN_EDIT
        if [step.op for step in learned] == [step.op for step in grammar]:
            likelier = LIKELIER_WITH_THE_SAME_OPERATIONS
        return likelier, TAKING_AWAY if new & _TAKES_AWAY else INSTEAD_OF_AN_EDIT
    if not _edits(learned):
        return 0.5, AN_ANSWER_INSTEAD_OF_A_QUESTION if "other" in new else 0.0
    if grammar[0].op == "other":
        return 0.5, INSTEAD_OF_AN_ANSWER
    return 0.5, TAKING_AWAY if new & _TAKES_AWAY else INSTEAD_OF_A_QUESTION


def _edits(steps: Sequence[Step]) -> int:
    return sum(step.op not in _ASKS for step in steps)


def _why(steps: Sequence[Step]) -> str:
    if steps[0].op != "clarify":
        return ""
    return "wish" if steps[0].target else "unknown"


def _named(steps: Sequence[Step], text: str) -> str | None:
    """The one thing a doubtful plan is about, where the message names it in a few plain words."""
    things = {step.target for step in steps if step.op not in _ASKS}
    thing = next(iter(things)) if len(things) == 1 else None
    plain = thing is not None and 2 < len(thing) < 30 and thing.replace(" ", "").isalpha() and thing in text
    return thing if plain else None
