"""The labelled requests are well-formed, and their gold plans agree with themselves."""

from __future__ import annotations

import importlib.util
import json
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.benchmarks.planner import predicted
from tests.shared_material import SHARED, needs_shared

FOLDER = Path(__file__).parent / "requests"
NAMES = ("single", "compound", "followup", "ecommerce", "hard")
FILES = [FOLDER / f"{name}_{split}.jsonl" for name in NAMES for split in ("dev", "held")]
OPS = set(
    "remove remove_text redact_text replace insert recolor adjust blur restore background_remove "
    "background_replace rotate crop outpaint style move resize_object segment compare undo redo clarify "
    "other".split()
)
LANGUAGES = {"es", "de", "fr", "zh", "hi", "hi-Latn"}
NEEDS_TARGET = {"remove", "replace", "recolor", "move", "resize_object", "segment", "redact_text", "blur"}
NEEDS_VALUE = {"replace", "insert", "recolor", "style", "background_replace", "move", "resize_object"}


def read_rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


ROWS = [(path.stem, row) for path in FILES for row in read_rows(path)]
FRESH = sorted(FOLDER.glob("fresh*.jsonl"))
# What share of each set the planner reads fully right, at least; a change that loses rows shows here. The held
# sets stand for requests nobody has tuned on, so their floors are the honest ones.
FLOORS = {
    "single_dev": 0.85, "compound_dev": 0.85, "followup_dev": 0.87, "ecommerce_dev": 0.74, "hard_dev": 0.92,
    "fresh1_dev": 0.93, "fresh2_dev": 0.93, "fresh3_dev": 0.90, "fresh4_dev": 0.87, "fresh5_dev": 0.91,
    "fresh6_dev": 0.90, "fresh7_dev": 0.90, "fresh8_dev": 0.90,
    "single_held": 0.83, "compound_held": 0.68, "followup_held": 0.75, "ecommerce_held": 0.64, "hard_held": 0.71,
    "fresh_held": 0.67, "blind_held": 0.72,
}  # fmt: skip


def plans_of(row: dict[str, Any]) -> list[list[dict[str, Any]]]:
    return [row["plan"], *row.get("alt_plans", [])]


def load_scorer() -> ModuleType:
    assert SHARED is not None
    path = SHARED / "eval" / "instructions" / "score.py"
    spec = importlib.util.spec_from_file_location("instruction_score", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("stem", "row"), ROWS, ids=[row["id"] for _, row in ROWS])
def test_row_is_well_formed(stem: str, row: dict[str, Any]):
    allowed = {"id", "text", "lang", "context", "source", "license", "redistributable", "category"}
    assert set(row) <= allowed | {"plan", "alt_plans"}
    assert row["text"].strip() == row["text"] != ""
    assert row["category"] == stem.split("_")[0]
    assert row["id"].startswith(stem.replace("_", "-"))
    assert row.get("lang", "es") in LANGUAGES
    for turn in row.get("context", []):
        assert set(turn) == {"role", "text"}
        assert turn["role"] in ("user", "assistant")
    assert all(plans_of(row))
    for step in (step for plan in plans_of(row) for step in plan):
        assert {"op", "target", "value"} <= set(step) <= {"op", "target", "value", "target_alt", "value_alt"}
        assert step["op"] in OPS
        for key in ("target", "value"):
            assert step[key] is None or step[key].strip() == step[key] != ""
            assert all(isinstance(other, str) and other.strip() for other in step.get(f"{key}_alt", []))
            assert "None" not in step.get(f"{key}_alt", [])
        assert step["op"] not in NEEDS_VALUE or step["value"]


def test_what_an_edit_acts_on_is_named():
    for _, row in ROWS:
        for step in row["plan"]:
            assert step["op"] not in NEEDS_TARGET or step["target"], row["id"]


def test_ids_and_requests_are_unique_across_files():
    assert max(Counter(row["id"] for _, row in ROWS).values()) == 1
    asked = Counter((row["text"].casefold(), json.dumps(row.get("context"))) for _, row in ROWS)
    assert max(asked.values()) == 1


def test_dev_and_held_are_about_equally_large():
    count = Counter(stem.rsplit("_", 1)[1] for stem, _ in ROWS)
    assert 0.8 < count["dev"] / count["held"] < 1.25


def test_every_language_stands_in_both_splits():
    for split in ("dev", "held"):
        assert {row.get("lang") for stem, row in ROWS if stem.endswith(split)} >= LANGUAGES


@needs_shared
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_gold_scored_against_itself_is_full(path: Path):
    score = load_scorer()
    gold = read_rows(path)
    report, _ = score.score(gold, {row["id"]: row["plan"] for row in gold})
    assert all(report["all"][name] in (1.0, None) for name in score.COLS[1:])
    for row in gold:
        for plan in plans_of(row):
            assert score.score_item(row, plan)["full"], row["id"]


@needs_shared
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_accepted_wording_scores_full_marks(path: Path):
    score = load_scorer()
    for row in read_rows(path):
        for plan in plans_of(row):
            for place, step in enumerate(plan):
                for key in ("target", "value"):
                    for other in step.get(f"{key}_alt", []):
                        told = [dict(each) for each in plan]
                        told[place][key] = other
                        assert score.score_item(row, told)["full"], (row["id"], key, other)


@needs_shared
@pytest.mark.parametrize(("stem", "floor"), FLOORS.items(), ids=FLOORS)
def test_planner_reads_at_least_this_share_fully(stem: str, floor: float):
    gold = read_rows(FOLDER / f"{stem}.jsonl")
    report, _ = load_scorer().score(gold, {row["id"]: predicted(row) for row in gold})
    assert report["all"]["full"] >= floor


@pytest.mark.parametrize("path", FRESH, ids=lambda path: path.stem)
def test_fresh_rows_are_well_formed(path: Path):
    for row in read_rows(path):
        assert row["id"].startswith(path.stem.replace("_", "-")), row["id"]
        assert row["category"] in NAMES
        for step in (step for plan in plans_of(row) for step in plan):
            assert step["op"] in OPS, row["id"]
            assert {"op", "target", "value"} <= set(step) <= {"op", "target", "value", "target_alt", "value_alt"}


@needs_shared
def test_no_row_is_copied_from_the_shared_development_set():
    assert SHARED is not None
    theirs = {row["text"].casefold() for row in read_rows(SHARED / "eval" / "instructions" / "dev.jsonl")}
    with_context = {row["text"].casefold() for _, row in ROWS}
    assert not theirs & with_context
