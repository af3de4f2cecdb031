"""Labelled requests read from JSON lines and laid over their words, with what the grammar makes of each."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from agent.offline import planner
from agent.offline.history import Conversation
from agent.offline.reader.features import marks_of
from agent.offline.reader.tokens import tokens
from agent.offline.steps import Step, Turn
from agent.offline.wording import Wording, wording
from agent.reader_training.aligning import IGNORED, Laid, lay


@dataclass(frozen=True)
class Row:
    """A labelled request, its wording, the conversation before it, and the grammar's plan for it.

    The plan is one made before the grammar was tuned on the request; None where no such plan is known.
    """

    label: dict[str, Any]
    said: Wording
    past: Conversation
    grammar: list[Step] | None


def read_rows(path: Path, first: Mapping[str, Sequence[Mapping[str, Any]]], tuned_on: bool) -> list[Row]:
    """The rows of a file. Of one that the grammar was `tuned_on`, only plans in `first` count: those it made before."""
    rows = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.strip():
            continue
        label = json.loads(line)
        past = planner.conversation(
            [Turn(turn["role"], turn["text"]) for turn in label.get("context") or []], learned=False
        )
        said = wording(label["text"])
        if not tuned_on:
            grammar = planner.read(label["text"], past, learned=False)[0]
        elif label["id"] in first:
            kept = [_quoted(step, said.quotes) for step in first[label["id"]]]
            grammar = [Step(step["op"], step["target"], step["value"]) for step in kept]
        else:
            grammar = None
        rows.append(Row(label, said, past, grammar))
    return rows


def read_now(row: Row) -> Row:
    """The row with what the grammar makes of it now."""
    return replace(row, grammar=planner.read(row.label["text"], row.past, learned=False)[0])


def plans_of(row: Row) -> list[list[dict[str, Any]]]:
    """The labelled plan and its accepted alternatives, their quotations as the wording has them."""
    plans = [row.label["plan"], *(row.label.get("alt_plans") or [])]
    return [[_quoted(step, row.said.quotes) for step in plan] for plan in plans]


def laid(row: Row) -> Laid | None:
    """The row's plan over its words: of its accepted plans the one that is said most literally."""
    said = tokens(row.said.text)
    best: tuple[float, Laid] | None = None
    for number, plan in enumerate(plans_of(row) if said else []):
        over = lay(said, row.said.text, plan, row.past)
        if over is None:
            continue
        cost = 0.5 * (number > 0) + 0.1 * over.roles.count(IGNORED)
        cost += sum(2.0 * (piece.target == "") + piece.value.startswith("=") for piece in over.pieces)
        if best is None or cost < best[0]:
            best = cost, over
    if best is None:
        return None
    best[1].marks = marks_of(said, row.grammar)
    return best[1]


def _quoted(step: Mapping[str, Any], quotes: Sequence[str]) -> dict[str, Any]:
    def token(phrase: Any) -> Any:
        for number, quote in enumerate(quotes):
            if isinstance(phrase, str) and len(quote) > 1 and quote.lower() in phrase.lower():
                place = phrase.lower().index(quote.lower())
                phrase = f"{phrase[:place]}Qtxt{number}z{phrase[place + len(quote) :]}"
        return phrase

    return {
        key: [token(each) for each in value] if isinstance(value, list) else token(value) if key != "op" else value
        for key, value in step.items()
    }
