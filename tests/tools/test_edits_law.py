"""The law: outside the mask every sample is the parent's, bit for bit, whatever the edit, depth or channels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from skimage import data

from tests.tools.opened import disc, opened, perform, select

MASKED_EDITS: list[tuple[str, dict[str, Any]]] = [
    ("remove", {}),
    ("inpaint", {"value": "patchmatch"}),
    ("recolor", {"value": "navy blue"}),
    ("recolor", {"value": "darker"}),
    ("adjust", {"value": "brightness +30"}),
    ("adjust", {"value": "black and white"}),
    ("blur", {}),
    ("blur", {"value": "pixelate"}),
    ("restore", {"value": "denoise"}),
    ("style", {"value": "pencil sketch"}),
    ("redact_text", {}),
]


def photo(depth: int, alpha: bool) -> np.ndarray:
    pixels = data.astronaut()[100:360, 120:420]
    if alpha:
        ramp = np.linspace(40, 255, pixels.shape[1]).astype(np.uint8)
        pixels = np.dstack([pixels, np.broadcast_to(ramp, pixels.shape[:2])])
    if depth == 16:
        noise = np.random.default_rng(0).integers(0, 256, pixels.shape, dtype=np.uint16)
        return pixels.astype(np.uint16) * 256 + noise
    return pixels


@pytest.mark.parametrize(("depth", "alpha"), [(8, False), (16, False), (8, True), (16, True)])
@pytest.mark.parametrize(("op", "arguments"), MASKED_EDITS)
def test_nothing_outside_the_mask_changes(
    tmp_path: Path, op: str, arguments: dict[str, Any], depth: int, alpha: bool
) -> None:
    before = photo(depth, alpha)
    context = opened(tmp_path, before)
    mask = disc(before.shape, (150, 120), 40)
    report = perform(context, op, selection=select(context, mask), **arguments)
    after = context.workspace.picture().pixels
    assert after.dtype == before.dtype
    assert after.shape == before.shape
    assert (after[mask == 0] == before[mask == 0]).all()
    assert (after[mask > 0] != before[mask > 0]).any()
    assert report.outside_max_diff == 0
    if alpha:
        assert (after[..., 3] == before[..., 3]).all()


def test_sixteen_bit_edits_keep_sixteen_bits(tmp_path: Path) -> None:
    ramp = np.linspace(8000, 50000, 400 * 300).astype(np.uint16).reshape(300, 400)
    context = opened(tmp_path, np.dstack([ramp] * 3))
    perform(context, "adjust", value="brightness +10")
    after = context.workspace.picture().pixels
    assert len(np.unique(after)) > 20_000


def test_cutting_out_keeps_the_subject_and_hides_the_rest(tmp_path: Path) -> None:
    before = data.astronaut()
    context = opened(tmp_path, before)
    subject = disc(before.shape, (220, 220), 150)
    perform(context, "background_remove", selection=select(context, subject))
    after = context.workspace.picture().pixels
    assert after.shape[2] == 4
    assert (after[subject == 1][:, :3] == before[subject == 1]).all()
    assert (after[subject == 1][:, 3] == 255).all()
    assert not after[subject == 0].any()


def test_a_new_background_leaves_the_subject_alone(tmp_path: Path) -> None:
    before = data.astronaut()
    context = opened(tmp_path, before)
    subject = disc(before.shape, (220, 220), 150)
    perform(context, "background_replace", value="#336699", selection=select(context, subject))
    after = context.workspace.picture().pixels
    assert (after[subject == 1] == before[subject == 1]).all()
    assert (after[subject == 0] == (0x33, 0x66, 0x99)).all()


def test_moving_fills_the_old_place_and_keeps_the_object(tmp_path: Path) -> None:
    before = np.full((120, 200, 3), (60, 120, 60), np.uint8)
    spot = disc(before.shape, (50, 60), 20)
    before[spot == 1] = (200, 30, 30)
    context = opened(tmp_path, before)
    perform(context, "move", value="right 80 px", selection=select(context, spot))
    after = context.workspace.picture().pixels
    assert (after[60, 130] == (200, 30, 30)).all()
    assert np.abs(after[60, 50].astype(int) - (60, 120, 60)).max() <= 2
    assert (after[:, 170:] == before[:, 170:]).all()


def test_an_object_gets_bigger_where_it_stands(tmp_path: Path) -> None:
    before = np.full((160, 200, 3), (60, 120, 60), np.uint8)
    spot = disc(before.shape, (100, 80), 20)
    before[spot == 1] = (200, 30, 30)
    context = opened(tmp_path, before)
    perform(context, "resize_object", value="2x", selection=select(context, spot))
    red = context.workspace.picture().pixels[..., 0] > 150
    rows, columns = np.nonzero(red)
    assert columns.max() - columns.min() == pytest.approx(80, abs=4)
    assert rows.max() == pytest.approx(100, abs=2)  # it keeps standing on its base
