"""A second colour for the same thing starts from the thing's own colour, not from the first one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from skimage import data

from models.mask import Mask
from tests.tools.opened import disc, opened, perform, select
from tools.edits.context import EditContext

_CENTER, _RADIUS = (150, 120), 60


def cup(folder: Path) -> tuple[EditContext, Mask]:
    context = opened(folder, data.coffee()[60:340, 120:420])
    mask = disc(context.workspace.picture().pixels.shape, _CENTER, _RADIUS)
    select(context, mask)
    return context, mask


def coloured(context: EditContext, *colours: str, selection: str = "chosen") -> np.ndarray:
    for colour in colours:
        perform(context, "recolor", value=colour, selection=selection)
    return context.workspace.picture().pixels


def test_the_last_colour_alone_decides(tmp_path: Path) -> None:
    once, _ = cup(tmp_path / "once")
    thrice, mask = cup(tmp_path / "thrice")
    green = coloured(once, "green")
    assert (coloured(thrice, "burgundy", "a touch darker burgundy", "green") == green).all()
    assert len(thrice.workspace.path(thrice.workspace.head.id)) == 4, "every colour stays in the history"
    thrice.workspace.undo()
    assert (thrice.workspace.picture().pixels[mask > 0] != green[mask > 0]).any()


def test_darker_is_darker_than_the_present_colour(tmp_path: Path) -> None:
    context, mask = cup(tmp_path)
    green = coloured(context, "green")[mask > 0].astype(int)
    darker = coloured(context, "darker")[mask > 0].astype(int)
    assert darker.mean() < green.mean() - 5
    assert darker[:, 1].mean() > darker[:, 0].mean() + 10, "it is green still"


def test_what_lies_between_is_kept(tmp_path: Path) -> None:
    context, _ = cup(tmp_path)
    coloured(context, "burgundy")
    perform(context, "adjust", value="contrast +60", selection="chosen")
    between = context.workspace.picture().pixels
    direct, _ = cup(tmp_path / "direct")
    assert (coloured(context, "green") != coloured(direct, "green")).any()
    assert (context.workspace.picture(context.workspace.head.parent).pixels == between).all()


def test_another_thing_keeps_the_colour_it_was_given(tmp_path: Path) -> None:
    context, mask = cup(tmp_path)
    half = mask.copy()
    half[:, : _CENTER[0]] = 0
    select(context, half, "half")
    burgundy = coloured(context, "burgundy")
    after = coloured(context, "green", selection="half")
    assert (after[half == 0] == burgundy[half == 0]).all()
    assert (after[half > 0] != burgundy[half > 0]).any()
