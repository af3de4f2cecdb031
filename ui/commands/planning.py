"""`plan`: one request, or a file of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from agent.offline import Turn
from agent.planners import choose_planner
from agent.planning import plan_steps
from models.errors import BadInputError


def plan_text(text: str, planner: str) -> list[dict[str, Any]]:
    """The steps of one request; raises BadInputError when it is empty."""
    if not text.strip():
        raise BadInputError("Say what to change.")
    return plan_steps(choose_planner(planner), text)


def plan_rows(source: Path, target: Path, planner: str) -> int:
    """Plan every row of a JSON-lines file (id, text, optional context); returns how many there were."""
    chosen = choose_planner(planner)
    rows = _read(source)
    lines = []
    for row in rows:
        turns = [Turn(turn["role"], turn["text"]) for turn in row.get("context") or ()]
        lines.append(json.dumps({"id": row["id"], "plan": plan_steps(chosen, row["text"], turns)}, ensure_ascii=False))
    try:
        target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError as error:
        raise BadInputError(f"{target} could not be written: {error.strerror}.") from error
    return len(lines)


def _read(source: Path) -> list[dict[str, Any]]:
    try:
        text = source.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"{source} could not be read as text.") from error
    rows = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise BadInputError(f"Line {number} of {source} is not JSON.") from error
        if not (isinstance(row, dict) and isinstance(row.get("text"), str) and "id" in row):
            raise BadInputError(f"Line {number} of {source} needs an id and a text.")
        if not _is_context(row.get("context") or []):
            raise BadInputError(f"Line {number} of {source} needs a context of turns, each with a role and a text.")
        rows.append(row)
    return rows


def _is_context(turns: Any) -> bool:
    return isinstance(turns, list) and all(
        isinstance(turn, dict) and isinstance(turn.get("role"), str) and isinstance(turn.get("text"), str)
        for turn in turns
    )
