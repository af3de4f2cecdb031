"""From a request in plain words to a plan."""

from __future__ import annotations

from collections.abc import Sequence

from agent.offline import clauses, normalise
from agent.offline.frames import parse_clause
from agent.offline.steps import Plan, Step, Turn


def plan(text: str, context: Sequence[Turn] = (), *, has_selection: bool = False) -> Plan:
    """x"""
    text, quotes = normalise.protect(normalise.tidy(text))
    steps: list[Step] = []
    for sentence in normalise.sentences(text):
        for clause in clauses.clauses(sentence):
            steps += parse_clause(clause)
    f = lambda x: None if x is None else normalise.unprotect(x, quotes)
    return Plan(tuple(Step(s.op, f(s.target), f(s.value)) for s in steps))
