"""Requests about other pictures as the offline planner reads them."""

from __future__ import annotations

import pytest

from agent.offline import plan


def _plan(text: str, *, has_attachment: bool = False) -> list[tuple[str, str | None, str | None]]:
    return [(step.op, step.target, step.value) for step in plan(text, has_attachment=has_attachment).steps]


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("put the lamp from the second picture on the table", [("insert", "table", "lamp from the second picture")]),
        ("put the attached logo on the mug", [("insert", "mug", "logo from the attached picture")]),
        ("Can you please put the logo I attached on the mug?", [("insert", "mug", "logo from the attached picture")]),
        ("place the logo from logo.png on his t-shirt", [("insert", "t-shirt", "logo from logo.png")]),
        ("put the dog from picture 2 next to the man", [("insert", "next to man", "dog from picture 2")]),
        ("add the cat from the other photo", [("insert", None, "cat from the other photo")]),
        ("add the second picture on the wall", [("insert", "wall", "second picture")]),
        ("give the sofa the fabric of the second picture", [("replace", "sofa", "fabric from the second picture")]),
        ("cover the chair with the fabric from picture 2", [("replace", "chair", "fabric from picture 2")]),
        ("use the texture of picture 2 for the floor", [("replace", "floor", "texture from picture 2")]),
        ("replace the lamp with the one from picture 2", [("replace", "lamp", "one from picture 2")]),
        ("give her the hat from picture 2", [("insert", "her", "hat from picture 2")]),
        ("use the second picture as the background", [("background_replace", None, "second picture")]),
        ("put her in front of the tower from picture 2", [("background_replace", None, "tower from picture 2")]),
        (
            "remove the cup and put the lamp from picture 2 on the table",
            [("remove", "cup", None), ("insert", "table", "lamp from picture 2")],
        ),
        (
            "take the lamp from the second picture and put it on the table",
            [("insert", "table", "lamp from the second picture")],
        ),
    ],
)
def test_requests_about_another_picture(text: str, steps: list[tuple[str, str | None, str | None]]) -> None:
    assert _plan(text) == steps


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("blur the background of the picture", [("blur", "background", None)]),
        ("remove the person in the photo", [("remove", "person", None)]),
        ("add a tree", [("insert", None, "tree")]),
        ("put the lamp on the table", [("move", "lamp", "on table")]),
    ],
)
def test_the_open_picture_is_no_other_picture(text: str, steps: list[tuple[str, str | None, str | None]]) -> None:
    assert _plan(text) == steps


def test_what_came_with_the_message_is_meant() -> None:
    assert _plan("put this logo on the mug", has_attachment=True) == [
        ("insert", "mug", "logo from the attached picture")
    ]
    assert _plan("make it brighter", has_attachment=True) == _plan("make it brighter")
