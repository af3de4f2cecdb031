"""Any text at all gives a plan, and gives it soon."""

# ruff: noqa: E501 - a pattern or a row is read as one line

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.offline import Turn, is_reference, plan
from agent.offline.steps import OPERATIONS
from tests.benchmarks.planner import REQUESTS, predicted, scorer
from tests.shared_material import needs_shared

WORDS = (
    "remove make the a it red blue and , . to with background left one not undo more less than 'x' \"y\" # 4:5 20% in on "
    "of car sky brighter change add put is should be please can you no still too same for what about if"
).split()
TURNS = st.lists(st.builds(Turn, st.sampled_from(["user", "assistant"]), st.text(max_size=60)), max_size=4)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=st.text(max_size=300), context=TURNS, selected=st.booleans())
def test_any_text_gives_a_plan(text: str, context: list[Turn], selected: bool) -> None:
    found = plan(text, context, has_selection=selected)
    assert found.steps
    assert all(step.op in OPERATIONS for step in found.steps)
    is_reference(text)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(words=st.lists(st.sampled_from(WORDS), max_size=16), before=st.lists(st.sampled_from(WORDS), max_size=8))
def test_any_jumble_of_known_words_gives_a_plan(words: list[str], before: list[str]) -> None:
    found = plan(" ".join(words), [Turn("user", " ".join(before)), Turn("assistant", "Which one?")])
    assert found.steps
    assert all(step.op in OPERATIONS for step in found.steps)


@pytest.mark.parametrize(
    "text",
    ["a" * 10_000, "a " * 5_000, "remove the " * 1_000, "and " * 2_500, "make it " * 1_250, "'" * 10_000, "\"a" * 5_000,
     "the red car, " * 770, "<" * 10_000, "to " * 3_333, "\n" * 10_000, "把" * 10_000, "1:" * 5_000, "make the car red and " * 480,
     "with " + "a " * 4_990, "with " + "a bit of " * 1_100, "white bg " + "with a soft " * 830, "nobody " + "should " * 1_400],
    ids=lambda text: text[:8].replace("\n", "lines"),
)  # fmt: skip
def test_ten_thousand_characters_take_less_than_a_second(text: str) -> None:
    plan("warm up")
    begin = time.process_time()
    assert plan(text).steps
    assert time.process_time() - begin < 1.0


@needs_shared
@pytest.mark.parametrize(
    ("name", "floor"), [("single_dev", 0.85), ("followup_dev", 0.85), ("hard_dev", 0.85), ("compound_dev", 0.8)]
)
def test_labelled_requests_are_read_as_a_person_reads_them(name: str, floor: float) -> None:
    score = scorer()
    gold = score.load(REQUESTS / f"{name}.jsonl")
    report, _ = score.score(gold, {row["id"]: predicted(row) for row in gold})
    assert report["all"]["op_exact"] >= floor
