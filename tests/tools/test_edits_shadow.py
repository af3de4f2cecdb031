"""Shadows are drawn by `insert` without any model, around the thing that was said, pointed at or worked on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.tools.opened import disc, opened, perform, select
from tools.edits.context import EditContext
from tools.questions import NeedsAnswerError

_CENTER, _RADIUS = (150, 120), 50


def ball(folder: Path, channels: int = 3, dtype: type = np.uint8) -> EditContext:
    """A red ball on white, or on nothing."""
    top = np.iinfo(dtype).max
    pixels = np.full((240, 300, channels), top, dtype)
    inside = disc(pixels.shape, _CENTER, _RADIUS) > 0
    pixels[inside, :3] = (np.array([0.8, 0.1, 0.1]) * top).astype(dtype)
    if channels == 4:
        pixels[~inside] = 0
    return opened(folder, pixels)


def pointed(context: EditContext) -> EditContext:
    """The ball clicked: a selection that is no exact mask."""
    mask = disc(context.workspace.picture().pixels.shape, _CENTER, _RADIUS)
    context.workspace.save_selection("clicked", mask, {"by": "click"})
    return replace(context, fresh_selection="clicked")


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("value", ["soft shadow", "drop shadow", "shadow to the left"])
def test_a_shadow_darkens_the_ground_and_nothing_else(tmp_path: Path, value: str, dtype: type) -> None:
    context = pointed(ball(tmp_path, dtype=dtype))
    before = context.workspace.picture().pixels
    report = perform(context, "insert", value=value)
    after = context.workspace.picture().pixels
    inside = disc(before.shape, _CENTER, _RADIUS) > 0
    assert (after[inside] == before[inside]).all()
    assert (after <= before).all()
    assert (after[:60] == before[:60]).all()
    assert (after != before).any(axis=2).sum() == pytest.approx(report.mask_area, rel=0.1)
    assert report.engine == "drawn"
    assert report.outside_max_diff == 0


def test_on_nothing_the_shadow_is_what_is_seen(tmp_path: Path) -> None:
    context = pointed(ball(tmp_path, channels=4))
    perform(context, "insert", value="soft shadow", target="under it")
    alpha = context.workspace.picture().pixels[..., 3]
    row = _CENTER[1] + _RADIUS + 2
    assert 60 < alpha[row, _CENTER[0]] < 240
    assert context.workspace.picture().pixels[row, _CENTER[0], :3].max() < 30
    assert alpha[10, 10] == 0


def test_an_exact_mask_is_the_shadow_s_own_place(tmp_path: Path) -> None:
    context = ball(tmp_path)
    before = context.workspace.picture().pixels
    place = disc(before.shape, (60, 200), 25)
    perform(context, "insert", value="soft shadow", selection=select(context, place))
    after = context.workspace.picture().pixels
    assert (after[place == 0] == before[place == 0]).all()
    assert after[200, 60].max() < 230


def test_it_is_the_thing_whose_background_was_changed(tmp_path: Path) -> None:
    context = pointed(ball(tmp_path))
    perform(context, "background_replace", value="white")
    context = replace(context, fresh_selection=None)
    perform(context, "outpaint", value="30px")
    before = context.workspace.picture().pixels
    perform(context, "insert", value="soft shadow", target="under it")
    changed = (context.workspace.picture().pixels != before).any(axis=2)
    rows, columns = np.nonzero(changed)
    assert rows.min() > 30 + _CENTER[1]
    assert abs(columns.mean() - 30 - _CENTER[0]) < 6


def test_whose_shadow_is_asked_where_nothing_says(tmp_path: Path) -> None:
    context = ball(tmp_path)
    with pytest.raises(NeedsAnswerError, match="Whose shadow"):
        perform(context, "insert", value="soft shadow")
    assert len(context.workspace.versions()) == 1


def test_nobody_enlarges_the_background_or_gives_it_a_shadow(tmp_path: Path) -> None:
    context = ball(tmp_path)
    perform(context, "background_replace", value="white")
    before = context.workspace.picture().pixels
    perform(context, "insert", value="soft shadow")
    shaded = context.workspace.picture().pixels
    assert (shaded[_CENTER[1], _CENTER[0]] == before[_CENTER[1], _CENTER[0]]).all()
    assert shaded[_CENTER[1] + _RADIUS + 2, _CENTER[0]].max() < 200
    perform(context, "resize_object", value="30% bigger", target="it")
    larger = context.workspace.picture().pixels
    red = [(one[..., 0].astype(int) - one[..., 1] > 60).sum() for one in (shaded, larger)]
    assert red[1] == pytest.approx(1.69 * red[0], rel=0.08)
