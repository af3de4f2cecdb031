"""Scratches and dust: mended where they are clear, proposed where they may belong to the picture."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data

from models.errors import BadInputError
from tests.tools.opened import opened, perform
from tools.grounding import keep_candidates
from tools.questions import NeedsAnswerError


def scratched(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The picture with three bright scratches, and where they are (H×W bool)."""
    lines = np.zeros(picture.shape[:2], np.uint8)
    height, width = picture.shape[:2]
    for start, end in (((20, 30), (width - 30, 90)), ((60, height - 20), (110, 15)), ((150, 20), (width - 60, 190))):
        cv2.line(lines, start, end, 255, 2)
    result = picture.copy()
    result[lines > 0] = 245
    return result, lines > 0


def error(picture: np.ndarray, truth: np.ndarray, where: np.ndarray) -> float:
    return float(np.abs(picture[where].astype(int) - truth[where]).mean())


def test_clear_scratches_are_mended_at_once(tmp_path: Path) -> None:
    moon = np.ascontiguousarray(np.repeat(skimage.data.moon()[100:340, 100:400, None], 3, axis=2))
    bad, where = scratched(moon)
    context = opened(tmp_path, bad)
    report = perform(context, "restore", value="scratches")
    after = context.workspace.picture().pixels
    assert error(after, moon, where) < 0.15 * error(bad, moon, where)
    assert report.outside_max_diff == 0
    assert "invented" in (report.verdict or "")


def test_doubtful_marks_are_proposed_and_the_answer_is_mended_exactly(tmp_path: Path) -> None:
    photo = np.ascontiguousarray(skimage.data.coffee()[:, 100:500])
    bad, where = scratched(photo)
    context = opened(tmp_path, bad)
    with pytest.raises(NeedsAnswerError, match="surely damage") as stopped:
        perform(context, "restore", value="scratches")
    certain, everything = stopped.value.question.candidates
    assert certain.mask.shape == everything.mask.shape == bad.shape[:2]
    assert np.count_nonzero(certain.mask) < np.count_nonzero(everything.mask)
    first = keep_candidates(context.workspace, (certain, everything))[0]
    perform(context, "restore", value="scratches", selection=first)
    after = context.workspace.picture().pixels
    changed = (after != bad).any(axis=-1)
    assert not changed[cv2.dilate(certain.mask, np.ones((15, 15))) == 0].any()
    both = where & (certain.mask > 0)
    assert np.count_nonzero(both) > 300
    assert error(after, photo, both) < 0.4 * error(bad, photo, both)


def test_what_is_brushed_over_is_mended_even_if_it_looks_like_nothing(tmp_path: Path) -> None:
    even = np.full((120, 160, 3), 120, np.uint8)
    even[50:60, 70:90] = 128  # too faint and too wide for a scratch
    context = opened(tmp_path, even)
    with pytest.raises(BadInputError, match="brush over"):
        perform(context, "restore", value="scratches")
    brushed = np.zeros((120, 160), np.float32)
    brushed[46:64, 66:94] = 1
    context.workspace.save_selection("drawn", brushed, {"by": "drawing"})
    perform(context, "restore", value="scratches", selection="drawn")
    assert np.abs(context.workspace.picture().pixels[50:60, 70:90].astype(int) - 120).max() <= 2
