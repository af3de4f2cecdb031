from __future__ import annotations

import base64

import cv2
import numpy as np
import pytest

from models.geometry import Bounds, Extent
from tools.pictures.picture import Picture
from ui.canvas import candidate_marks, changed_outlines, detail, selection_overlay
from ui.canvas.detail import looked_at
from ui.canvas.overlay import innermost_point, outlines


def _decoded(url: str) -> np.ndarray:
    data = base64.b64decode(url.split(",", 1)[1])
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)


def _ring(size: int = 200) -> np.ndarray:
    mask = cv2.circle(np.zeros((size, size), np.float32), (size // 2, size // 2), size // 3, 1.0, -1)
    return cv2.circle(mask, (size // 2, size // 2), size // 6, 0.0, -1)


def test_the_tint_sheet_carries_the_soft_mask_as_alpha() -> None:
    mask = np.tile(np.linspace(0, 1, 64, dtype=np.float32), (32, 1))
    overlay = selection_overlay(mask, 7)
    assert overlay["revision"] == 7
    assert np.array_equal(_decoded(overlay["mask"])[..., 3], np.round(mask * 255).astype(np.uint8))
    assert overlay["share"] == pytest.approx(0.5, abs=0.01)


def test_large_masks_are_shown_smaller_but_traced_in_full_pixels() -> None:
    mask = np.zeros((2000, 4000), np.float32)
    mask[500:1500, 1000:3000] = 1
    overlay = selection_overlay(mask, 1)
    assert _decoded(overlay["mask"]).shape[:2] == (800, 1600)
    points = np.array(overlay["outlines"][0]).reshape(-1, 2)
    assert points.min(axis=0) == pytest.approx([1000, 500], abs=3)
    assert points.max(axis=0) == pytest.approx([3000, 1500], abs=3)


def test_a_ring_has_two_outlines_and_its_label_lies_on_it() -> None:
    mask = (_ring() * 255).astype(np.uint8)
    assert len(outlines(mask, Extent(200, 200))) == 2
    x, y = innermost_point(mask)
    assert mask[int(y), int(x)] == 255


def test_candidates_keep_their_numbers_when_one_is_empty() -> None:
    marks = candidate_marks([_ring(), np.zeros((200, 200), np.float32), _ring()], ["left", "none", "right"])
    assert [(mark["index"], mark["label"]) for mark in marks] == [(1, "left"), (3, "right")]
    assert marks[0]["bounds"] == pytest.approx([34, 34, 167, 167], abs=2)


def test_an_edit_of_everything_has_no_outline() -> None:
    assert len(changed_outlines(_ring())) == 2
    assert changed_outlines(np.ones((50, 60), np.float32)) == []


def test_a_detail_shows_the_pixels_of_its_box() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)
    pixels = cv2.resize(pixels, (600, 400), interpolation=cv2.INTER_CUBIC)
    shown = detail(Picture(pixels), "v1", Bounds(100, 50, 900, 250))
    assert shown is not None
    assert shown["box"] == [100, 50, 600, 250]
    assert _decoded(shown["picture"])[..., ::-1].astype(int) == pytest.approx(pixels[50:250, 100:600], abs=24)


def test_what_the_browser_reports_is_not_trusted() -> None:
    extent = Extent(100, 80)
    assert looked_at({"version": "v1", "box": [-50, 10, 500, 60]}, "v1", extent) == Bounds(0, 10, 100, 60)
    assert looked_at({"version": "v1", "box": [0, 0, 50, 50]}, "v2", extent) is None
    assert looked_at({"version": "v1", "box": [300, 0, 500, 50]}, "v1", extent) is None
    assert looked_at(None, "v1", extent) is None
