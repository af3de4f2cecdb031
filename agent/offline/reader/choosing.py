"""Which of two readings stands, the grammar's or the learned one: by what each left unread and how sure it is."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from agent.offline import lexicon
from agent.offline import vocabulary as v
from agent.offline.history import Conversation
from agent.offline.reader.decoding import Reading
from agent.offline.reader.features import OPS
from agent.offline.steps import Step

_LIGHT = re.compile(
    r"(?:please|pls|plz|thanks?|thx|can|could|would|will|you|want|need|like|just|maybe|someone|the|and|then|also|plus|but|"
    r"for|from|with|into|onto|that|this|these|those|his|her|its|their|our|your|some|any|all|them|him|she|they|are|was|"
    r"were|has|have|had|not|out|off|too|very|really|bit|little|get|make|look|looks|one|should|how|about|what|when|way|"
    r"there|here|let|lets|put|again|now|still|more|less|instead|picture|image|photo|pic|shot|don't|it's|i'd|i'm|hey|hi)"
)
_WORD = re.compile(r"[\w']+")
_MEANT = re.compile(r"[a-z0-9']{3,}")
_STEM = re.compile(r"[a-z0-9#%]{3,}")
_STRANGE = re.compile(r"[,.:;?!]|\b(?:is|are|be|should|please|you|i|and|then|can|so|too|looks?|make)\b")
_NEED = frozenset("remove recolor replace move resize_object segment redact_text insert".split())


def _stems(phrase: str | None) -> set[str]:
    return {word[:4] for word in _STEM.findall((phrase or "").lower())}


def _unread(words: Sequence[str], steps: Sequence[Step]) -> float:
    """The share of the words that carry meaning and stand in no step."""
    told = {stem for step in steps for phrase in (step.target, step.value) for stem in _stems(phrase)}
    told |= {stem for step in steps for stem in _stems(step.op.replace("_", " "))}
    left = [word for word in words if word[:4] not in told and word not in lexicon.first_words()]
    return len(left) / max(len(words), 1)


def _odd(step: Step) -> float:
    """How unlike a phrase for a thing the target is: long, with marks, verbs or a pronoun in it."""
    target = (step.target or "").lower()
    words = _WORD.findall(target)
    strange = _STRANGE.search(target) is not None
    return min(len(words), 12) / 6 + 2.0 * strange + (1.0 if not target and step.op in _NEED else 0.0)


def _alike(one: str | None, other: str | None) -> float:
    a, b = _stems(one), _stems(other)
    return 1.0 if a == b else len(a & b) / max(len(a | b), 1)


def candidate(reading: Reading, grammar: Sequence[Step]) -> list[Step]:
    """The learned plan, in the grammar's words where both read the same steps and mean the same by them."""
    if [step.op for step in reading.steps] != [step.op for step in grammar]:
        return list(reading.steps)
    plan = []
    for learned, read in zip(reading.steps, grammar, strict=True):
        target = read.target if _alike(learned.target, read.target) >= 1 / 3 else learned.target
        same = read.value and (not learned.value or _alike(learned.value, read.value) > 0)
        plan.append(Step(learned.op, target, read.value if same else learned.value))
    return plan


def evidence(
    text: str, past: Conversation, grammar: Sequence[Step], reading: Reading, learned: Sequence[Step]
) -> np.ndarray:
    """What bears on the choice between the grammar's plan and the learned one, as numbers of about one."""
    words = [word for word in _MEANT.findall(text.lower()) if not _LIGHT.fullmatch(word)]
    own = list(learned[len(learned) - len(reading.ops) :])
    theirs = list(grammar)
    if len(own) < len(learned) and theirs and theirs[0].op == "undo" and len(theirs) > 1:
        theirs = theirs[1:]
    likely: list[float] = []
    for number, step in enumerate(theirs):
        column = OPS.index(step.op)
        tables = [reading.ops[number]] if len(theirs) == len(own) else reading.ops
        likely.append(max(float(table[column]) for table in tables) if tables else -5.0)
    paired = list(zip(theirs, own, strict=False))
    doubt = np.minimum(reading.bounds[1:], 1 - reading.bounds[1:]) if len(reading.bounds) > 1 else np.zeros(1)
    unknown = len(grammar) == 1 and grammar[0].op == "clarify"
    numbers = [
        unknown,
        unknown and grammar[0].target is None,
        bool(grammar) and grammar[0].op == "other",
        len(learned) == 1 and learned[0].op == "clarify",
        bool(learned) and learned[0].op == "other",
        len(grammar) / 3,
        len(learned) / 3,
        float(len(grammar) > len(learned)),
        float(len(grammar) < len(learned)),
        _unread(words, grammar),
        _unread(words, learned),
        max((_odd(step) for step in grammar), default=2.0) / 2,
        max((_odd(step) for step in learned), default=2.0) / 2,
        max(min(reading.sure, default=-5.0), -5.0),
        float(np.mean([max(each, -5.0) for each in reading.sure])) if reading.sure else -5.0,
        float(doubt.max(initial=0.0)),
        [step.op for step in grammar] == [step.op for step in learned],
        max(min(likely, default=-6.0), -8.0) / 3,
        max(float(np.mean(likely)) if likely else -6.0, -8.0) / 3,
        float(np.mean([_alike(a.target, b.target) for a, b in paired])) if paired else 0.0,
        float(np.mean([_alike(a.value, b.value) for a, b in paired])) if paired else 0.0,
        past.last is not None,
        past.open_edit is not None,
        len(words) / 10,
        text.count(",") / 3,
        any(v.is_pronoun(step.target or "") for step in grammar),
        any(v.is_pronoun(step.target or "") for step in learned),
    ]
    first = [0.0] * (2 * len(OPS))
    if grammar:
        first[OPS.index(grammar[0].op)] = 1.0
    if own:
        first[len(OPS) + OPS.index(own[0].op)] = 1.0
    return np.array([*map(float, numbers), *first, 1.0], np.float32)
