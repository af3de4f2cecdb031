"""Fillers for thin holes: exact outside, precise at 16 bits, and as good as their use needs."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import skimage.data

from models.errors import BadInputError, CancelledError
from models.inpainting.diffusive import Diffusive, Method
from models.inpainting.protocol import Inpainter
from models.progress import SILENT, Progress


def scratch(shape: tuple[int, int]) -> np.ndarray:
    mask = np.zeros(shape, np.float32)
    cv2.line(mask, (10, 12), (shape[1] - 10, shape[0] - 14), 1.0, 3)
    return mask


@pytest.fixture(params=list(Method))
def engine(request: pytest.FixtureRequest) -> Inpainter:
    return Diffusive(request.param)


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_fills_a_scratch_and_nothing_else(engine: Inpainter, depth: type) -> None:
    image = (skimage.data.astronaut()[:220, :260].astype(np.uint16) * (np.iinfo(depth).max // 255)).astype(depth)
    hole = scratch((220, 260))
    damaged = np.where(hole[..., None] > 0, 0, image).astype(depth)
    result = engine.fill(damaged, hole, seed=0, progress=SILENT)
    assert result.dtype == depth
    assert np.array_equal(result[hole == 0], image[hole == 0])
    error = (result.astype(float) - image)[hole > 0] / np.iinfo(depth).max
    assert -10 * np.log10(np.mean(error**2)) > 22


@pytest.mark.parametrize("method", [Method.FSR, Method.MEMBRANE])
def test_a_16_bit_ramp_has_no_8_bit_steps(method: Method) -> None:
    ramp = np.linspace(9000, 16000, 200)[None, :, None] + np.zeros((60, 1, 1))
    image = np.rint(np.broadcast_to(ramp, (60, 200, 3))).astype(np.uint16)
    hole = np.zeros((60, 200), np.float32)
    hole[28:33, 20:180] = 1
    result = Diffusive(method).fill(image, hole, seed=0, progress=SILENT)
    assert len(np.unique(result[30, 20:180, 0])) > 120  # 8 bits have 28 levels here
    assert np.abs(np.diff(result[30, 20:180, 0].astype(int))).max() < 150


@pytest.mark.parametrize("shape", [(1, 2), (2, 1), (5, 4), (9, 300)])
def test_any_size(engine: Inpainter, shape: tuple[int, int]) -> None:
    hole = np.zeros(shape, np.float32)
    hole[0, 0] = 1
    result = engine.fill(np.full((*shape, 3), 120, np.uint8), hole, seed=0, progress=SILENT)
    assert np.abs(result.astype(int) - 120).max() <= 2


def test_pixels_that_are_no_source_do_not_bleed_in() -> None:
    image = np.full((60, 60, 3), 100, np.uint8)
    image[:, 32:] = 250
    hole, sources = np.zeros((60, 60), np.float32), np.ones((60, 60), np.float32)
    hole[20:40, 28:32] = 1
    sources[:, 32:] = 0
    result = Diffusive(Method.MEMBRANE).fill(image, hole, seed=0, progress=SILENT, sources=sources)
    assert result[hole > 0].max() <= 101


def test_nothing_to_continue_is_refused(engine: Inpainter) -> None:
    with pytest.raises(BadInputError, match="nothing left to fill from"):
        engine.fill(np.zeros((9, 9, 3), np.uint8), np.ones((9, 9), np.float32), seed=0, progress=SILENT)


def test_can_be_cancelled(engine: Inpainter) -> None:
    image, hole = np.zeros((60, 60, 3), np.uint8), scratch((60, 60))
    with pytest.raises(CancelledError):
        engine.fill(image, hole, seed=0, progress=Progress(is_cancelled=lambda: True))


def test_a_membrane_has_no_crease_inside_a_large_hole() -> None:
    rows, columns = np.mgrid[:360, :420].astype(np.float64)
    saddle = 128 + (columns - 210) * (rows - 180) / 600  # harmonic, so the membrane is this very picture
    picture = np.dstack([np.clip(saddle, 0, 255)] * 3)
    sixteen = np.rint(picture * 257).astype(np.uint16)
    hole = np.zeros(rows.shape, np.float32)
    hole[30:330, 30:390] = 1
    filled = Diffusive(Method.MEMBRANE).fill(
        np.where(hole[..., None] > 0, 0, sixteen).astype(np.uint16), hole, seed=0, progress=SILENT
    )
    off = np.abs(filled.astype(float) - sixteen) / 257
    assert off.max() < 0.75
    creases = np.abs(np.diff(filled.astype(float) - sixteen, axis=0)) / 257
    assert creases.max() < 0.2
