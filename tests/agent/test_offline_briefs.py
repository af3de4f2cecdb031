"""Briefs, wishes taken back, and slips of the pen, as the offline planner reads them."""

from __future__ import annotations

import pytest

from agent.offline import Turn, plan
from agent.offline.spelling import mend


def read(text: str, *context: Turn) -> list[tuple[str, str | None, str | None]]:
    return [(step.op, step.target, step.value) for step in plan(text, context).steps]


def test_brief_is_read_wish_by_wish_in_order():
    assert read("bg white / no tag / 1:1") == [
        ("background_replace", None, "white"),
        ("remove", "tag", None),
        ("crop", None, "1:1"),
    ]


def test_label_of_a_brief_says_what_its_bare_wishes_are_about():
    assert read("earrings: brighter, no fingerprints")[0] == ("adjust", "earrings", "brighter")
    assert read("sku 4412: navy, no tag") == [("recolor", "product", "navy"), ("remove", "tag", None)]


def test_unreadable_remark_in_a_brief_is_passed_over():
    ops = [op for op, _, _ in read("white bg, soft shadow, see mail, square")]
    assert ops == ["background_replace", "insert", "crop"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("make it bluer, no wait, greener", ("adjust", None, "greener")),
        ("remove the dog - no, actually the cat", ("remove", "cat", None)),
        ("add a hat, scratch that, a crown", ("insert", None, "crown")),
    ],
)
def test_wish_taken_back_is_not_done(text: str, expected: tuple[str, str | None, str | None]):
    assert read(text) == [expected]


def test_nouns_are_mended_only_where_the_writer_is_careless():
    assert mend("plz rmeove teh thign on teh tabel") == "plz remove the thing on the table"
    assert mend("remove the slate") == "remove the slate"
    assert mend("blur the horde of fans") == "blur the horde of fans"


def test_numbered_options_can_be_chosen_by_number():
    context = (
        Turn("user", "move the logo"),
        Turn("assistant", "Where to? 1) top left 2) bottom right"),
    )
    assert read("option 2", *context)[0][:2] == ("move", "logo")
    assert "bottom right" in str(read("option 2", *context)[0][2])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "cut this out, white bg, with some margin",
            [("background_replace", None, "white"), ("outpaint", None, "10% margin")],
        ),
        (
            "put it on white and leave 5% padding around it",
            [("background_replace", None, "white"), ("outpaint", None, "5% margin")],
        ),
        ("add 50 px of white padding on all sides", [("outpaint", None, "50 px white margin")]),
        ("crop to the mug with a small margin", [("crop", "mug", None)]),
        ("clean the handwriting from the margins", None),
    ],
)
def test_room_around_a_thing_is_a_wish_of_its_own(text: str, expected: list[tuple[str, str | None, str | None]] | None):
    if expected is None:
        assert "outpaint" not in [op for op, _, _ in read(text)]
    else:
        assert read(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "nobody should be able to read the plate",
        "no one can read the plate",
        "I don't want anyone to read the plate",
        "the plate must not be readable",
    ],
)
def test_what_nobody_may_read_is_redacted(text: str):
    assert [(op, target) for op, target, _ in read(text)] == [("redact_text", "plate")]


def test_why_something_is_blurred_is_no_second_wish():
    assert read("blur the plate so that no one can read it") == [("blur", "plate", None)]
    assert read("no one should recognise the man on the left") == [("blur", "man on the left", None)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "white bg with soft shadow",
            [("background_replace", None, "white"), ("insert", None, "soft shadow")],
        ),
        (
            "put the mug on white with a drop shadow and 10% margin",
            [
                ("background_replace", None, "white"),
                ("insert", None, "drop shadow"),
                ("outpaint", None, "10% margin"),
            ],
        ),
        ("replace the background with a beach with palm shadows", None),
    ],
)
def test_a_shadow_is_a_wish_of_its_own(text: str, expected: list[tuple[str, str | None, str | None]] | None):
    if expected is None:
        assert [op for op, _, _ in read(text)] == ["background_replace"]
    else:
        assert read(text) == expected


def test_a_number_answers_only_what_offered_numbers():
    done = (Turn("user", "make the mug red"), Turn("assistant", "Recoloured the mug: red."))
    assert [op for op, _, _ in read("1", *done)] == ["clarify"]
    asked = (
        Turn("user", "make the mug red"),
        Turn("assistant", "Which mug do you mean? 1) the left one 2) the right one"),
    )
    assert [op for op, _, _ in read("2", *asked)] == ["recolor"]
