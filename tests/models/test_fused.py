"""Copies fitted to the rims' continuation: exact outside, only where the hole is narrow, better than either there."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import skimage.data

from models.errors import BadInputError
from models.geometry import Extent
from models.inpainting.blended import Blended
from models.inpainting.diffusive import Diffusive, Method
from models.inpainting.fused import NARROW, Fused, narrow_share, thin_limit, thin_share, two_band
from models.inpainting.patchmatch import PatchMatch
from models.inpainting.protocol import Inpainter
from models.progress import SILENT, Progress


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    return np.ascontiguousarray(skimage.data.coffee()[40:240, 150:410])


@pytest.fixture(scope="module")
def stroke() -> np.ndarray:
    hole = np.zeros((200, 260), np.float32)
    cv2.polylines(hole, [np.array([(30, 20), (90, 150), (200, 60), (240, 180)])], False, 1.0, 24)
    return hole


def detail(picture: np.ndarray, hole: np.ndarray) -> float:
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return float((grey - cv2.GaussianBlur(grey, (0, 0), 1.5))[hole > 0].std())


def psnr(truth: np.ndarray, result: np.ndarray, hole: np.ndarray) -> float:
    error = (truth.astype(float) - result)[hole > 0] / np.iinfo(truth.dtype).max
    return float(-10 * np.log10(np.mean(error**2) + 1e-12))


def test_is_an_inpainter() -> None:
    engine: Inpainter = Fused()
    assert engine.name == "fused"


def test_a_stroke_is_nearer_to_the_truth_than_copies_and_crisper_than_the_continuation(
    photo: np.ndarray, stroke: np.ndarray
) -> None:
    damaged = np.where(stroke[..., None] > 0, 0, photo).astype(np.uint8)
    result, copies, continued = (
        engine.fill(damaged, stroke, seed=1, progress=SILENT)
        for engine in (Fused(), PatchMatch(), Diffusive(Method.FSR))
    )
    assert np.array_equal(result[stroke == 0], photo[stroke == 0])
    assert psnr(photo, result, stroke) > psnr(photo, copies, stroke)
    assert detail(result, stroke) > 1.1 * detail(continued, stroke)


def test_16_bits_stay_16_bits(photo: np.ndarray) -> None:
    image = photo[:80, :100].astype(np.uint16) * 200
    hole = np.zeros((80, 100), np.float32)
    hole[20:60, 40:52] = 1
    result = Fused().fill(image, hole, seed=1, progress=SILENT)
    assert result.dtype == np.uint16
    assert np.array_equal(result[hole == 0], image[hole == 0])
    assert np.count_nonzero(result[hole > 0] % 200) > 0.9 * 3 * hole.sum()  # not steps of 8 bits
    assert psnr(image, result, hole) > 15


def test_wide_holes_are_left_to_the_copies(photo: np.ndarray) -> None:
    hole = np.zeros((200, 260), np.float32)
    hole[60:130, 80:170] = 1
    result, copies = (engine.fill(photo, hole, seed=1, progress=SILENT) for engine in (Fused(), PatchMatch()))
    assert np.array_equal(result, copies)


def test_thin_parts_are_continued_alone_and_wider_ones_keep_their_copies(photo: np.ndarray) -> None:
    hole = np.zeros((200, 260), np.float32)
    hole[30:36, 20:240] = 1
    hole[100:128, 20:240] = 1
    damaged = np.where(hole[..., None] > 0, 0, photo).astype(np.uint8)
    fused, continued = (engine.fill(damaged, hole, seed=1, progress=SILENT) for engine in (Fused(), Blended()))
    np.testing.assert_array_equal(fused[30:36, 20:240], continued[30:36, 20:240])
    wide = np.zeros_like(hole)
    wide[100:128, 20:240] = 1
    assert detail(fused, wide) > 1.05 * detail(continued, wide)


def test_thinness_is_told_part_by_part_and_grows_with_the_picture() -> None:
    hole = np.zeros((200, 300), bool)
    hole[20:26, 20:280] = True
    hole[80:95, 20:280] = True
    hole[140:170, 20:280] = True
    share = thin_share(hole)
    assert share.dtype == np.float32
    assert (share[20:26, 20:280] == 1).all()
    assert 0 < share[87, 150] < 1
    assert share[155, 150] == 0
    assert share[~hole].max() == 0
    assert thin_share(hole, 2 * thin_limit(Extent(300, 200)))[87, 150] == 1
    assert thin_limit(Extent(4000, 2560)) == 2 * thin_limit(Extent(300, 200))


def test_narrowness_is_told_part_by_part() -> None:
    hole = np.zeros((200, 400), bool)
    hole[50:150, 30:130] = True  # a body
    hole[95:105, 130:350] = True  # with an arm
    share = narrow_share(hole)
    assert not share[~hole].any()
    assert not share[50:150, 30:130].any()  # corners too
    assert (share[95:105, 150 + NARROW : 350] == 1).all()
    assert (np.diff(share[100, 130:350]) >= 0).all()


def test_the_bands_are_taken_apart() -> None:
    everywhere = np.ones((60, 60), bool)
    checks = np.where(np.indices((60, 60)).sum(axis=0) % 2, 120, 80).astype(np.uint8)
    detailed, smooth = np.dstack([checks] * 3), np.full((60, 60, 3), 130, np.uint8)
    result = two_band(detailed, smooth, np.ones((60, 60), np.float32), everywhere, 1.5)
    middle = result[15:45, 15:45, 0].astype(float)
    assert middle.mean() == pytest.approx(130, abs=1)
    assert middle.std() == pytest.approx(20, abs=1)


def test_large_strokes_are_continued_at_a_smaller_size(
    photo: np.ndarray, stroke: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged = np.where(stroke[..., None] > 0, 255, photo).astype(np.uint8)
    copies = PatchMatch().fill(damaged, stroke, seed=1, progress=SILENT)
    monkeypatch.setattr("models.inpainting.blended._MOST", int(stroke.sum() // 3))
    result = Fused().fill(damaged, stroke, seed=1, progress=SILENT)
    assert np.array_equal(result[stroke == 0], photo[stroke == 0])
    assert psnr(photo, result, stroke) > psnr(photo, copies, stroke)


def test_grey_stays_grey(stroke: np.ndarray) -> None:
    image = np.dstack([skimage.data.camera()[100:300, 100:360]] * 3)
    result = Fused().fill(image, stroke, seed=1, progress=SILENT)
    assert np.array_equal(result[..., 0], result[..., 1])
    assert np.array_equal(result[..., 0], result[..., 2])


@pytest.mark.parametrize("shape", [(1, 2), (3, 5), (7, 7), (15, 300)])
def test_any_size(shape: tuple[int, int]) -> None:
    image = np.random.default_rng(0).integers(0, 255, (*shape, 3), np.uint8)
    hole = np.zeros(shape, np.float32)
    hole[shape[0] // 2, shape[1] // 2] = 1
    result = Fused().fill(image, hole, seed=0, progress=SILENT)
    assert np.array_equal(result[hole == 0], image[hole == 0])


def test_pixels_that_are_no_source_do_not_bleed_in() -> None:
    image = np.full((80, 80, 3), 100, np.uint8)
    image[:, 48:] = 250
    hole, sources = np.zeros((80, 80), np.float32), np.ones((80, 80), np.float32)
    hole[20:60, 32:48] = 1
    sources[:, 48:] = 0
    result = Fused().fill(image, hole, seed=0, progress=SILENT, sources=sources)
    assert result[hole > 0].max() <= 103


def test_nothing_to_continue_is_refused() -> None:
    with pytest.raises(BadInputError, match="nothing left to fill from"):
        Fused().fill(np.zeros((9, 9, 3), np.uint8), np.ones((9, 9), np.float32), seed=0, progress=SILENT)


def test_progress_only_rises_and_ends_at_one(photo: np.ndarray, stroke: np.ndarray) -> None:
    seen: list[float] = []
    Fused().fill(photo, stroke, seed=1, progress=Progress(lambda fraction, label: seen.append(fraction)))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
