"""Edits that fill: from a place that was named, into a tile, into margins."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.errors import BadInputError
from tests.tools.opened import disc, opened, perform, select


@pytest.fixture
def halves() -> np.ndarray:
    """A noisy green half and a noisy blue half, 160×240."""
    picture = np.empty((160, 240, 3), np.uint8)
    picture[:, :120], picture[:, 120:] = (60, 150, 50), (40, 70, 190)
    noise = np.random.default_rng(3).integers(-15, 16, picture.shape)
    return (picture + noise).astype(np.uint8)


def blue_share(pixels: np.ndarray) -> float:
    return float(np.mean(pixels[..., 2].astype(int) > pixels[..., 1]))


def test_a_saved_selection_says_where_to_fill_from(tmp_path: Path, halves: np.ndarray) -> None:
    context = opened(tmp_path, halves)
    hole, source = disc(halves.shape, (60, 80), 25), disc(halves.shape, (190, 80), 30)
    select(context, hole, "hole")
    select(context, source, "lake")
    report = perform(context, "inpaint", selection="hole", source="lake")
    after = context.workspace.picture().pixels
    assert np.array_equal(after[hole == 0], halves[hole == 0])
    assert blue_share(after[disc(halves.shape, (60, 80), 15) > 0]) > 0.95
    assert report.engine == "patchmatch"
    perform(context, "undo")
    perform(context, "inpaint", selection="hole")
    assert blue_share(context.workspace.picture().pixels[hole > 0]) < 0.05


def test_words_say_where_to_fill_from(tmp_path: Path, halves: np.ndarray) -> None:
    context = opened(tmp_path, halves)
    hole = disc(halves.shape, (60, 80), 25)
    select(context, hole, "ball")
    context.workspace.save_selection("lake", disc(halves.shape, (190, 80), 30), {"by": "strokes"})
    report = perform(context, "remove", selection="ball", value="from the lake")
    assert blue_share(context.workspace.picture().pixels[disc(halves.shape, (60, 80), 15) > 0]) > 0.95
    assert "lake" in (report.verdict or "")


def test_words_that_name_nothing_are_one_sentence(tmp_path: Path, halves: np.ndarray) -> None:
    context = opened(tmp_path, halves)
    select(context, disc(halves.shape, (60, 80), 25), "ball")
    with pytest.raises(BadInputError, match="can't tell what in the picture is 'giraffe'"):
        perform(context, "remove", selection="ball", value="from the giraffe")


def test_too_small_a_source_is_one_sentence(tmp_path: Path, halves: np.ndarray) -> None:
    context = opened(tmp_path, halves)
    select(context, disc(halves.shape, (60, 80), 25), "ball")
    select(context, disc(halves.shape, (190, 80), 4), "dot")
    with pytest.raises(BadInputError, match="too small to copy from; choose at least about 20 by 20 pixels"):
        perform(context, "inpaint", selection="ball", source="dot")


def test_a_seamless_texture_is_made_of_the_whole_picture(tmp_path: Path, halves: np.ndarray) -> None:
    context = opened(tmp_path, halves)
    select(context, disc(halves.shape, (60, 80), 40), "part")
    with pytest.raises(BadInputError, match="crop to the part"):
        perform(context, "style", selection="part", value="seamless texture")
    report = perform(context, "style", value="seamless texture")
    tile = context.workspace.picture().pixels.astype(int)
    assert tile.shape == halves.shape
    assert np.abs(tile[:, 0] - tile[:, -1]).mean() < 15  # 8-bit levels; over 80 before
    assert report.message == "Made a seamless texture of the picture."


@pytest.mark.parametrize(
    ("wish", "size", "offset"),
    [("right 20%", (160, 288), (0, 0)), ("top and left 10%", (176, 264), (16, 24)), ("square", (240, 240), (40, 0))],
)
def test_margins_go_on_as_the_picture_does(
    tmp_path: Path, halves: np.ndarray, wish: str, size: tuple[int, int], offset: tuple[int, int]
) -> None:
    context = opened(tmp_path, halves)
    report = perform(context, "outpaint", value=wish)
    after = context.workspace.picture().pixels
    assert after.shape[:2] == size
    y, x = offset
    assert np.array_equal(after[y : y + 160, x : x + 240], halves)
    assert blue_share(after[:, : 120 + x - 8]) < 0.05
    assert blue_share(after[:, 120 + x + 8 :]) > 0.95
    assert "the margins are invented" in (report.verdict or "")


def test_wide_margins_say_that_they_repeat_the_picture(tmp_path: Path, halves: np.ndarray) -> None:
    context = opened(tmp_path, halves)
    assert "repeat" not in (perform(context, "outpaint", value="right 20%").verdict or "")
    assert "ask for less" in (perform(context, "outpaint", value="right 40%").verdict or "")
