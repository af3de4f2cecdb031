"""Margins: plain where the picture's edge is plain, transparent where it is, of the colour that was asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from skimage import data

from tests.tools.opened import disc, opened, perform

_MARGIN = 20


def on_white(channels: int = 3, dtype: type = np.uint8) -> np.ndarray:
    """A disc of coffee on white, or on nothing."""
    top = np.iinfo(dtype).max
    photo = data.coffee()[100:300, 150:350].astype(dtype) * (top // 255)
    inside = disc(photo.shape, (100, 100), 80) > 0
    picture = np.full((200, 200, channels), top, dtype)
    picture[inside, :3] = photo[inside]
    if channels == 4:
        picture[~inside] = 0
    return picture


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [3, 4])
def test_a_plain_ground_goes_on_exactly(tmp_path: Path, channels: int, dtype: type) -> None:
    before = on_white(channels, dtype)
    before[-1, 90:104] = 7  # the thing's stand reaches the edge
    context = opened(tmp_path, before)
    report = perform(context, "outpaint", value="10% margin")
    after = context.workspace.picture().pixels
    inner = np.s_[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN]
    assert after.shape == (240, 240, channels)
    assert (after[inner] == before).all()
    outside = np.ones(after.shape[:2], bool)
    outside[inner] = False
    assert (after[outside] == before[0, 0]).all()
    assert report.engine == "plain"


@pytest.mark.parametrize(
    ("value", "colour"), [("20px white margin", (255,) * 3), ("20 px #1F3A93", (31, 58, 147)), ("20px black", (0,) * 3)]
)
def test_a_margin_has_the_colour_that_was_asked_for(tmp_path: Path, value: str, colour: tuple[int, int, int]) -> None:
    before = data.coffee()[100:300, 150:350]
    context = opened(tmp_path, before)
    perform(context, "outpaint", value=value)
    after = context.workspace.picture().pixels
    assert (after[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN] == before).all()
    assert (after[:_MARGIN] == colour).all()
    assert (after[:, -_MARGIN:] == colour).all()


def test_a_coloured_margin_of_a_cut_out_is_opaque(tmp_path: Path) -> None:
    context = opened(tmp_path, on_white(4))
    perform(context, "outpaint", value="20px white")
    after = context.workspace.picture().pixels
    assert (after[:_MARGIN] == 255).all()
    assert (after[_MARGIN, _MARGIN] == 0).all(), "what was transparent stays so"


def test_a_photo_goes_on_as_it_is(tmp_path: Path) -> None:
    context = opened(tmp_path, data.coffee()[100:300, 150:350])
    assert perform(context, "outpaint", value="10%").engine != "plain"
    assert context.workspace.picture().pixels[:_MARGIN].std() > 3


def test_only_the_edges_that_a_margin_joins_count(tmp_path: Path) -> None:
    before = on_white()
    before[:, -30:] = data.coffee()[100:300, 150:180]
    context = opened(tmp_path, before)
    assert perform(context, "outpaint", value="left 20px").engine == "plain"
    assert perform(context, "outpaint", value="right 20px").engine != "plain"
