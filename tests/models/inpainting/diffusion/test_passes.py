"""Detail for holes larger than the model: pieces, ramps and tone, with painters that are plain functions."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.geometry import Bounds, Extent
from models.inpainting.commission import Commission
from models.inpainting.diffusion import Diffusion
from models.inpainting.diffusion.passes import Piece, passes, ramp, refined, with_tone_of
from models.inpainting.diffusion.window import working
from models.progress import SILENT, Progress

NATIVE, MULTIPLE = 128 * 128, 8


def hole_in(width: int, height: int, box: Bounds) -> np.ndarray:
    hole = np.zeros((height, width), np.float32)
    hole[box.slices] = 1
    return hole


def test_what_fits_needs_no_further_pass() -> None:
    hole = hole_in(300, 200, Bounds(50, 50, 150, 150))
    assert passes(hole, 1.0, NATIVE, MULTIPLE) == []
    assert passes(hole, 0.75, NATIVE, MULTIPLE) == []
    assert len(passes(hole, 0.5, NATIVE, MULTIPLE)) == 1


def test_every_pass_is_finer_and_the_last_is_at_full_scale() -> None:
    hole = hole_in(900, 800, Bounds(200, 200, 700, 600))
    plan = passes(hole, working(Extent(900, 800), NATIVE, MULTIPLE).scale, NATIVE, MULTIPLE)
    scales = [level[0].work.scale for level in plan]
    assert scales == sorted(scales)
    assert scales[-1] == pytest.approx(1.0, abs=0.05)
    assert all(after / before <= 2.7 for before, after in pairwise(scales))
    assert all(piece.work.padded.pixels <= NATIVE for level in plan for piece in level)


def test_a_gigantic_hole_is_painted_as_fine_as_64_pieces_allow() -> None:
    hole = hole_in(3000, 2600, Bounds(0, 0, 3000, 2600))
    plan = passes(hole, 0.05, NATIVE, MULTIPLE)
    assert 40 < len(plan[-1]) <= 64
    assert 0.2 < plan[-1][0].work.scale < 0.6


@settings(max_examples=60, deadline=None)
@given(
    st.integers(140, 700),
    st.integers(140, 700),
    st.tuples(st.integers(0, 600), st.integers(0, 600), st.integers(1, 500), st.integers(1, 500)),
)
def test_every_pixel_of_the_hole_is_wholly_painted_in_every_pass(
    width: int, height: int, place: tuple[int, int, int, int]
) -> None:
    box = Bounds(place[0], place[1], place[0] + place[2], place[1] + place[3]).clipped(Extent(width, height))
    if not box.area:
        return
    hole = hole_in(width, height, box)
    for level in passes(hole, 0.3, NATIVE, MULTIPLE):
        done = np.zeros(hole.shape, np.float32)
        for piece in level:
            assert piece.bounds.clipped(Extent(width, height)) == piece.bounds
            weight = ramp(piece.bounds, Extent(width, height))
            done[piece.bounds.slices] += weight * (1 - done[piece.bounds.slices])
        assert done[hole > 0].min() > 0.999


def painted_black(piece: Piece, picture: np.ndarray, hole: np.ndarray, progress: Progress) -> np.ndarray:
    """A painter whose tone drifts and that adds a fine weave."""
    progress.report(1.0, "step")
    y, x = np.mgrid[0 : picture.shape[0], 0 : picture.shape[1]]
    weave = 0.1 * (((x + y) // 2) % 2 - 0.5).astype(np.float32)
    drift = 0.2 * (piece.bounds.x0 / 900 - 0.5)
    return np.clip(picture + np.where(hole > 0, weave + drift, 0.0)[..., None], 0, 1).astype(np.float32)


def test_detail_arrives_everywhere_without_seams_or_drift() -> None:
    hole = hole_in(700, 500, Bounds(60, 50, 640, 450))
    canvas = np.repeat(np.linspace(0.3, 0.7, 700, dtype=np.float32)[None, :, None], 500, axis=0).repeat(3, axis=2)
    plan = passes(hole, 0.2, NATIVE, MULTIPLE)
    told: list[tuple[float, str]] = []
    made = refined(canvas, hole, plan, painted_black, Progress(lambda share, label: told.append((share, label))))
    assert np.array_equal(made[hole == 0], canvas[hole == 0])
    fine = made - cv2.GaussianBlur(made, (0, 0), 3)
    power = cv2.boxFilter(fine[..., 0] ** 2, -1, (31, 31))[80:420, 90:610]
    assert power.min() > 0.2 * np.median(power) > 0, "no part was left as it was enlarged"
    coarse = cv2.GaussianBlur(made, (0, 0), 8)[60:440, 70:630] - canvas[60:440, 70:630]
    assert np.abs(coarse).max() < 0.05, "the tone is the coarse painting's, though every piece drifted"
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert told[-1][1] == f"detail {sum(map(len, plan))} of {sum(map(len, plan))}: step"


def test_tone_is_kept_and_detail_taken() -> None:
    rng = np.random.default_rng(0)
    start = np.full((96, 96, 3), 0.5, np.float32)
    grain = rng.normal(0, 0.05, start.shape).astype(np.float32)
    made = with_tone_of(start, start + grain + np.float32(0.2))
    assert made.mean() == pytest.approx(0.5, abs=0.01)
    assert made.std() == pytest.approx(0.05, rel=0.15)


def test_a_ramp_does_not_fall_at_the_edge_of_the_crop() -> None:
    weights = ramp(Bounds(0, 20, 100, 120), Extent(300, 120))
    assert weights.shape == (100, 100)
    assert weights[-1, 0] == weights[50, 0] == weights[50, 50] == 1
    assert weights[50, -1] < 0.01 > weights[0, 50]


def test_a_real_model_paints_a_hole_larger_than_itself(
    tiny: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from models.inpainting.diffusion import folder

    def small(name: str, family_of: Callable[[str], object] = folder.family_of) -> object:
        return replace(family_of(name), native=96 * 96)  # pyright: ignore[reportArgumentType, reportCallIssue]

    monkeypatch.setattr(folder, "family_of", small)
    y, x = np.mgrid[0:260, 0:300]
    photo = np.dstack([x * 255 // 300, y * 255 // 260, (x + y) * 255 // 560]).astype(np.uint8)
    hole = hole_in(300, 260, Bounds(60, 60, 240, 200))
    labels: list[str] = []
    engine = Diffusion(str(tiny("sd")), Commission(steps=2))
    made = engine.fill(photo, hole, seed=1, progress=Progress(lambda _, label: labels.append(label)), prompt="a")
    assert np.array_equal(made[hole == 0], photo[hole == 0])
    details = [label for label in labels if label.startswith("detail")]
    assert sum("step 1 of 1" in label for label in details) >= 9
    assert np.array_equal(made, engine.fill(photo, hole, seed=1, progress=SILENT, prompt="a"))
    rough = engine.drafts(photo, hole, [1], steps=2, progress=SILENT, prompt="a")[0]
    assert not np.array_equal(made, rough)
    fine = [np.abs(cv2.Laplacian(one, cv2.CV_32F))[100:160, 100:200].mean() for one in (made, rough)]
    assert fine[0] > fine[1]
