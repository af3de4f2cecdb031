"""Removals of one message: none of their places is filled with what goes next."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from agent.studio import Studio
from models.mask import Mask, grow
from tests.models.checking.scenes import grass, painted, rectangle
from tests.tools.opened import opened, perform
from tools.edits.context import EditContext
from tools.edits.going import Going
from tools.pictures.picture import Picture

RED, BLUE = (200, 40, 40), (40, 40, 190)


def neighbours() -> tuple[np.ndarray, Mask, Mask]:
    """A red and a blue block side by side, which touch, on grass."""
    first, second = rectangle((240, 320), 100, 80, 170, 160), rectangle((240, 320), 170, 70, 240, 165)
    return painted(painted(grass(), first, RED), second, BLUE), first, second


def known(folder: Path) -> tuple[EditContext, Mask, Mask]:
    picture, first, second = neighbours()
    context = opened(folder, picture)
    for name, mask in (("first", first), ("second", second)):
        context.workspace.save_selection(name, mask, {"by": "drawing"})
    return context, first, second


def blueness(context: EditContext, where: Mask) -> float:
    """The share of a place that is plainly blue."""
    pixels = context.workspace.picture().pixels[where > 0].astype(int)
    return float(np.mean(pixels[:, 2] > pixels[:, 1] + 20))


def test_a_hole_is_not_filled_with_what_goes_next(tmp_path: Path) -> None:
    context, first, second = known(tmp_path)
    before = context.workspace.picture().pixels
    inner = grow(first, -4)
    perform(context, "remove", selection="first", attempt=1)
    assert blueness(context, inner) > 0.05, "alone it is made of its neighbour, too: that is how it was"
    context.workspace.undo()
    context.going.expect([("remove", {"selection": "second"})])
    report = perform(context, "remove", selection="first", attempt=1)
    assert blueness(context, inner) < 0.01
    after = context.workspace.picture().pixels
    kept = grow(first, 12) == 0
    assert (after[kept] == before[kept]).all(), "what goes next is still there, untouched"
    assert report.outside_max_diff == 0
    context.going.expect([])
    perform(context, "remove", selection="second")
    assert blueness(context, np.maximum(first, second)) < 0.01


def test_what_cannot_be_told_or_does_not_go_is_left_out(tmp_path: Path) -> None:
    context, first, _ = known(tmp_path)
    perform(context, "remove", selection="first", attempt=1)
    alone = context.workspace.picture().pixels
    context.workspace.undo()
    context.going.expect(
        [("remove", {"target": "the unicorn beside it"}), ("recolor", {"selection": "second", "value": "green"})]
    )
    assert context.going.removals == ({"target": "the unicorn beside it"},)
    perform(context, "remove", selection="first", attempt=1)
    assert (context.workspace.picture().pixels == alone).all()
    assert first.any()


def test_with_too_little_around_both_each_is_filled_on_its_own(tmp_path: Path) -> None:
    context, first, _ = known(tmp_path)
    context.workspace.save_selection("all else", 1 - first, {"by": "drawing"})
    context.going.expect([("remove", {"selection": "all else"})])
    perform(context, "remove", selection="first", attempt=1)
    assert len(context.workspace.versions()) == 2


@pytest.mark.parametrize("message", ["remove the red block and the blue block", "remove the blue block, the red block"])
def test_a_conversation_takes_both_out_cleanly(tmp_path: Path, message: str) -> None:
    picture, first, second = neighbours()
    conversation = Studio(tmp_path).create_from(Picture(picture), "blocks.png")
    job = conversation.say(message)
    assert job.wait(120)
    ops = [version.edit.get("op") for version in conversation.workspace.path(conversation.workspace.head.id)[1:]]
    assert ops == ["remove", "remove"], conversation.messages()[-1].text
    context = conversation.context()
    both = np.maximum(first, second)
    pixels = context.workspace.picture().pixels[both > 0].astype(int)
    assert np.mean(pixels[:, 1] > np.maximum(pixels[:, 0], pixels[:, 2])) > 0.97, "grass, all of it"
    assert context.going.removals == (), "nothing is left to go"


def test_only_removals_count() -> None:
    going = Going()
    going.expect([("remove", {"target": "man"}), ("blur", {"target": "sky"}), ("remove", {"target": "dog"})])
    assert [step["target"] for step in going.removals] == ["man", "dog"]
