"""How often the offline planner reads a labelled request as a person does.

    python -m tests.benchmarks.planner [--gold FILE ...] [--grammar] [--errors] [--match TEXT]

Without --gold: the labelled development requests of the shared material, where it is there, and the
requests beside the planner's tests. Scored by the shared material's own scorer. With --grammar: the
grammar alone, without the learned reader beside it.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

from agent.offline import Turn, plan
from tests.shared_material import SHARED

REQUESTS = Path(__file__).resolve().parents[1] / "agent" / "requests"


def scorer() -> ModuleType:
    """The shared material's score.py, loaded from its file."""
    if SHARED is None:
        raise SystemExit("The scorer is part of the shared material, which is not beside this checkout.")
    path = SHARED / "eval" / "instructions" / "score.py"
    spec = importlib.util.spec_from_file_location("instruction_score", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} cannot be loaded.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def predicted(row: dict[str, Any], *, learned: bool = True) -> list[dict[str, str | None]]:
    """The planner's plan for one labelled row, as the scorer reads it."""
    context = [Turn(turn["role"], turn["text"]) for turn in row.get("context") or []]
    steps = plan(row["text"], context, has_selection=bool(row.get("has_selection")), learned=learned).steps
    return [{"op": step.op, "target": step.target, "value": step.value} for step in steps]


def default_gold() -> list[Path]:
    """The labelled files that are there."""
    shared = [SHARED / "eval" / "instructions" / "dev.jsonl"] if SHARED else []
    return [*shared, *sorted(REQUESTS.glob("*.jsonl"))]


def main() -> None:
    """Score and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, action="append", help="labelled requests (JSON lines); may be repeated")
    parser.add_argument("--grammar", action="store_true", help="score the grammar alone")
    parser.add_argument("--errors", action="store_true", help="print every request that is not fully right")
    parser.add_argument("--match", default="", help="only print errors of rows whose text or category has this")
    arguments = parser.parse_args()
    score = scorer()
    for path in arguments.gold or default_gold():
        gold = score.load(path)
        begin = time.perf_counter()
        predictions = {row["id"]: predicted(row, learned=not arguments.grammar) for row in gold}
        seconds = time.perf_counter() - begin
        report, items = score.score(gold, predictions)
        sys.stdout.write(f"\n{path.name}: {seconds / max(len(gold), 1) * 1000:.1f} ms a request\n")
        score.show(report)
        if not arguments.errors:
            continue
        for row, steps, result in items:
            if result["full"] or arguments.match not in row["text"] + row["category"]:
                continue
            said = "".join(f"\n      {turn['role']}: {turn['text']}" for turn in row.get("context") or [])
            kind = "ops " if not result["exact"] else "args"
            sys.stdout.write(
                f"\n{row['id']} {kind} [{row['category']}] {row['text']}{said}\n"
                f"   gold {score.brief(row['plan'])}\n   pred {score.brief(steps)}\n"
            )


if __name__ == "__main__":
    main()
