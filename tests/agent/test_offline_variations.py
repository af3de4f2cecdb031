"""What the offline planner reads in wishes for variations, choices among them, and edits to be taken back alone."""

from __future__ import annotations

import pytest

from agent.offline import Turn, plan
from agent.offline.replies import NO_SUCH_EDIT, POSE, reply_for
from agent.offline.steps import Step

REMOVED = [Turn("user", "remove the car"), Turn("assistant", "Removed the car.")]
SHOWN = [
    *REMOVED,
    Turn("user", "show me three"),
    Turn("assistant", "Here are 3 variations, 1 to 3: click one, or say “the second one”."),
]
TAKEN = [*SHOWN, Turn("user", "the second one"), Turn("assistant", "Took number 2.")]
SEVERAL = [
    *(Turn("user", "add a tree on the hill"), Turn("assistant", "Added a tree.")),
    *(Turn("user", "make the car red"), Turn("assistant", "Recoloured the car: red.")),
    *(Turn("user", "make it brighter"), Turn("assistant", "Adjusted the whole picture: brighter.")),
]


def steps(text: str, context: list[Turn]) -> list[tuple[str, str | None, str | None]]:
    return [(step.op, step.target, step.value) for step in plan(text, context).steps]


@pytest.mark.parametrize(
    ("text", "context", "value"),
    [
        ("show me three", REMOVED, "three variations"),
        ("show me three of the removal", REMOVED, "three variations"),
        ("give me a few options", REMOVED, "a few variations"),
        ("can i see other options?", REMOVED, "three variations"),
        ("Try two more versions, please", REMOVED, "two variations"),
        ("the second one", SHOWN, "variation second"),
        ("2", SHOWN, "variation 2"),
        ("i like the third one", SHOWN, "variation third"),
        ("the last one is best", SHOWN, "variation last"),
        ("more like the second", SHOWN, "like variation second"),
        ("more like number 2", TAKEN, "like variation 2"),
        ("take number 3", TAKEN, "variation 3"),
    ],
)
def test_variations_are_redo(text: str, context: list[Turn], value: str) -> None:
    assert steps(text, context) == [("redo", None, value)]


@pytest.mark.parametrize("text", ["the second one", "show me three"])
def test_without_an_edit_they_are_not(text: str) -> None:
    assert steps(text, [])[0][0] == "clarify"


@pytest.mark.parametrize("text", ["remove the tree", "make it brighter", "undo"])
def test_other_wishes_after_variations_stay_what_they_are(text: str) -> None:
    assert steps(text, SHOWN)[0][0] != "redo"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("undo the recolour but keep the rest", "recolour"),
        ("keep the tree but undo the colour", "colour"),
        ("undo the red car, keep the rest", "red car"),
        ("undo step 2", "step 2"),
    ],
)
def test_one_edit_is_taken_back_by_name(text: str, value: str) -> None:
    assert steps(text, SEVERAL) == [("undo", None, value)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("crop 50% off the right", "right 50%"),
        ("cut 20 percent off the left side", "left 20%"),
        ("trim 100px off the bottom", "bottom 100px"),
        ("crop half off the top", "top 50%"),
    ],
)
def test_an_amount_off_a_side_is_no_thing(text: str, value: str) -> None:
    assert steps(text, []) == [("crop", None, value)]


def test_a_thing_off_a_side_is_one() -> None:
    assert steps("take the sticker off the left door", [])[0][0] == "remove"


def test_only_a_pose_is_refused_as_a_pose() -> None:
    assert reply_for([Step("other", "man", "smiling")]) == POSE
    reply = reply_for([Step("other", "this", "show me three blue variations")])
    assert reply == NO_SUCH_EDIT.format(wish="show me three blue variations")
