from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage import data

from models.errors import BadInputError
from models.straighten import estimate_lean, turn
from tests.tools.opened import disc, opened, perform, select

COFFEE = data.coffee()  # 400 rows, 600 columns


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ("square", (400, 400)),
        ("4:5", (400, 320)),
        ("16:9", (338, 600)),
        ("10% off the left", (400, 540)),
        ("top 100 px", (300, 600)),
        ("300x200", (200, 300)),
    ],
)
def test_crops_have_the_size_that_was_said(tmp_path: Path, value: str, shape: tuple[int, int]) -> None:
    context = opened(tmp_path, COFFEE)
    perform(context, "crop", value=value)
    after = context.workspace.picture().pixels
    assert np.abs(np.subtract(after.shape[:2], shape)).max() <= 1


def test_a_crop_around_an_object_holds_it_and_copies_samples(tmp_path: Path) -> None:
    context = opened(tmp_path, COFFEE)
    mask = disc(COFFEE.shape, (400, 150), 40)
    perform(context, "crop", value="square", selection=select(context, mask))
    after = context.workspace.picture().pixels
    assert after.shape[0] == after.shape[1]
    rows, columns = 110 - (after.shape[0] - 81) // 2, 360 - (after.shape[1] - 81) // 2
    found = [
        (r, c)
        for r in range(rows - 2, rows + 3)
        for c in range(columns - 2, columns + 3)
        if (COFFEE[r : r + after.shape[0], c : c + after.shape[1]] == after).all()
    ]
    assert len(found) == 1


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("90 clockwise", np.rot90(COFFEE, -1)),
        ("90 degrees counterclockwise", np.rot90(COFFEE)),
        ("180", np.rot90(COFFEE, 2)),
        ("upside down", np.rot90(COFFEE, 2)),
        ("flip horizontally", COFFEE[:, ::-1]),
        ("mirror", COFFEE[:, ::-1]),
        ("flip vertically", COFFEE[::-1]),
        (None, np.rot90(COFFEE, -1)),
    ],
)
def test_quarter_turns_and_flips_only_move_samples(tmp_path: Path, value: str | None, expected: np.ndarray) -> None:
    context = opened(tmp_path, COFFEE)
    perform(context, "rotate", value=value)
    assert (context.workspace.picture().pixels == expected).all()


@pytest.mark.parametrize("lean", [-6.0, -2.0, 3.5, 8.0])
def test_a_leaning_picture_is_put_straight(tmp_path: Path, lean: float) -> None:
    grid = np.full((400, 500, 3), 220, np.uint8)
    for offset in range(40, 500, 70):
        cv2.line(grid, (offset, 0), (offset, 400), (30, 60, 90), 3)
        cv2.line(grid, (0, offset), (500, offset), (90, 40, 30), 3)
    leaning = turn(grid, lean)
    assert estimate_lean(leaning) == pytest.approx(-lean, abs=0.4)
    context = opened(tmp_path, leaning)
    perform(context, "rotate", value="straighten")
    assert abs(estimate_lean(context.workspace.picture().pixels)) < 0.5


def test_what_stands_straight_is_left_alone(tmp_path: Path) -> None:
    context = opened(tmp_path, np.full((80, 80, 3), 128, np.uint8))
    with pytest.raises(BadInputError, match="straight"):
        perform(context, "rotate", value="straighten")
    assert len(context.workspace.versions()) == 1


@pytest.mark.parametrize(
    ("value", "extent"),
    [("300x100", (300, 100)), ("50%", (300, 200)), ("2x", (1200, 800)), ("150 px wide", (150, 100))],
)
def test_resizing(tmp_path: Path, value: str, extent: tuple[int, int]) -> None:
    context = opened(tmp_path, COFFEE)
    perform(context, "resize", value=value)
    assert tuple(context.workspace.head.extent) == extent


@pytest.mark.parametrize(
    ("op", "value"), [("resize", "0x0"), ("resize", "huge"), ("resize", "99999x2"), ("crop", "0:5"), ("crop", "banana")]
)
def test_sizes_that_are_none_are_refused(tmp_path: Path, op: str, value: str) -> None:
    context = opened(tmp_path, COFFEE)
    with pytest.raises(BadInputError):
        perform(context, op, value=value)
    assert len(context.workspace.versions()) == 1


def test_extending_keeps_the_old_picture_whole(tmp_path: Path) -> None:
    context = opened(tmp_path, data.grass()[:120, :160, None].repeat(3, axis=2))
    before = context.workspace.picture().pixels
    perform(context, "outpaint", value="top 25%")
    after = context.workspace.picture().pixels
    assert after.shape == (150, 160, 3)
    assert (after[30:] == before).all()
    assert after[:30].std() > 0.4 * before.std()
