"""One earlier edit is taken back, and those made since are kept; or it is said why that cannot be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.errors import BadInputError, CancelledError
from models.progress import Progress
from tests.tools.opened import disc, opened, perform, select
from tools.edits.context import EditContext


def two_discs(folder: Path) -> EditContext:
    """Red on the left, blue on the right; both selected by hand."""
    pixels = np.full((120, 200, 3), 128, np.uint8)
    left, right = disc(pixels.shape, (50, 60), 25), disc(pixels.shape, (150, 60), 25)
    pixels[left > 0], pixels[right > 0] = (200, 40, 40), (40, 60, 200)
    context = opened(folder, pixels)
    select(context, left, "red disc")
    select(context, right, "blue disc")
    return context


def messages(context: EditContext) -> list[str]:
    return [version.message for version in context.workspace.path(context.workspace.head.id)[1:]]


def test_a_later_edit_elsewhere_is_kept(tmp_path: Path) -> None:
    context = two_discs(tmp_path)
    perform(context, "recolor", target="red disc", value="green")
    perform(context, "recolor", target="blue disc", value="yellow")
    with_both = context.workspace.picture().pixels
    report = perform(context, "undo", value="green")
    pixels = context.workspace.picture().pixels
    assert messages(context) == ["Recoloured the blue disc: yellow."]
    assert "Kept what came after" in report.message
    assert (pixels[:, :100] == context.workspace.picture(context.workspace.root.id).pixels[:, :100]).all()
    assert (pixels[:, 100:] == with_both[:, 100:]).all()
    assert len(context.workspace.versions()) == 4, "nothing is lost"


def test_edits_of_the_whole_picture_and_of_the_frame_are_done_again(tmp_path: Path) -> None:
    context = two_discs(tmp_path)
    perform(context, "recolor", target="red disc", value="green")
    perform(context, "crop", value="10% off the left")
    perform(context, "recolor", target="blue disc", value="yellow")
    perform(context, "adjust", value="brighter")
    perform(context, "undo", value="step 1")
    assert context.workspace.head.extent.width == 180
    pixels = context.workspace.picture().pixels.astype(int)
    assert pixels[60, 30, 0] > pixels[60, 30, 1] + 80, "red again"
    assert pixels[60, 130, 0] > pixels[60, 130, 2] + 80, "yellow still"
    assert len(messages(context)) == 3


def test_an_edit_of_the_same_place_is_told(tmp_path: Path) -> None:
    context = two_discs(tmp_path)
    perform(context, "recolor", target="red disc", value="green")
    perform(context, "blur", target="red disc", value="strong")
    before = context.workspace.head.id
    with pytest.raises(BadInputError, match=r"same place.*Undo 2 steps"):
        perform(context, "undo", value="green")
    assert context.workspace.head.id == before
    assert len(context.workspace.versions()) == 3


def test_the_last_edit_by_name_is_simply_gone_back_from(tmp_path: Path) -> None:
    context = two_discs(tmp_path)
    perform(context, "recolor", target="red disc", value="green")
    first = context.workspace.head.id
    perform(context, "recolor", target="blue disc", value="yellow")
    perform(context, "undo", value="the yellow")
    assert context.workspace.head.id == first
    assert len(context.workspace.versions()) == 3


def test_several_steps_by_number(tmp_path: Path) -> None:
    context = two_discs(tmp_path)
    perform(context, "recolor", target="red disc", value="green")
    perform(context, "recolor", target="blue disc", value="yellow")
    perform(context, "adjust", value="brighter")
    perform(context, "undo", value="steps 1, 2")
    assert [message.split()[0] for message in messages(context)] == ["Adjusted"]
    with pytest.raises(BadInputError, match="step"):
        perform(context, "undo", value="step 7")


def test_stopping_it_leaves_no_trace(tmp_path: Path) -> None:
    context = two_discs(tmp_path)
    perform(context, "recolor", target="red disc", value="green")
    perform(context, "recolor", target="blue disc", value="yellow")
    perform(context, "adjust", value="brighter")
    head = context.workspace.head.id
    reports: list[float] = []
    stopping = replace(
        context, progress=Progress(lambda fraction, _: reports.append(fraction), lambda: len(reports) > 6)
    )
    with pytest.raises(CancelledError):
        perform(stopping, "undo", value="green")
    assert context.workspace.head.id == head
    assert len(context.workspace.versions()) == 4
