"""Readings kept as tables: a pattern for what is said, and what makes steps of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from agent.offline.steps import Step

Reading = Callable[[re.Match[str]], list[Step]]
Rule = tuple[re.Pattern[str], Reading]


def rule(pattern: str, reading: Reading) -> Rule:
    """A rule whose pattern matches from the start of a wish, whatever its case."""
    return re.compile(pattern, re.IGNORECASE), reading


def first_reading(rules: Iterable[Rule], text: str) -> list[Step]:
    """The steps of the first rule that reads the text; empty when none does."""
    for pattern, reading in rules:
        if (match := pattern.match(text)) and (steps := reading(match)):
            return steps
    return []
