"""The weight-free filler: exactness, determinism, every odd size, and that it really continues texture."""

from __future__ import annotations

import threading
import time

import cv2
import numpy as np
import pytest
import skimage.data

from models.errors import BadInputError, CancelledError
from models.inpainting.patchmatch import PatchMatch
from models.inpainting.protocol import Inpainter
from models.progress import SILENT, Progress


def disc(shape: tuple[int, int], centre: tuple[int, int], radius: int) -> np.ndarray:
    mask = np.zeros(shape, np.float32)
    cv2.circle(mask, centre, radius, 1.0, -1)
    return mask


def filled(image: np.ndarray, hole: np.ndarray, **options: object) -> np.ndarray:
    arguments = {"seed": 3, "progress": SILENT, **options}
    return PatchMatch().fill(image, hole, **arguments)  # type: ignore[arg-type]


def psnr(truth: np.ndarray, result: np.ndarray, hole: np.ndarray) -> float:
    error = (truth.astype(float) - result)[hole > 0] / np.iinfo(truth.dtype).max
    return float(-10 * np.log10(np.mean(error**2) + 1e-12))


@pytest.fixture(scope="module")
def grass() -> np.ndarray:
    return np.dstack([skimage.data.grass()[:256, :256]] * 3)


def test_is_an_inpainter() -> None:
    engine: Inpainter = PatchMatch()
    assert engine.name == "patchmatch"


def test_outside_the_hole_nothing_changes() -> None:
    image, hole = skimage.data.coffee()[:200, :300], disc((200, 300), (150, 100), 20)
    result = filled(image, hole)
    assert result.dtype == image.dtype
    assert np.array_equal(result[hole == 0], image[hole == 0])
    assert not np.array_equal(result[hole > 0], image[hole > 0])


def test_what_was_in_the_hole_does_not_matter() -> None:
    image, hole = skimage.data.coffee()[:160, :200], disc((160, 200), (100, 80), 16)
    painted = image.copy()
    painted[hole > 0] = (255, 0, 255)
    assert np.array_equal(filled(image, hole), filled(painted, hole))


def test_barely_selected_pixels_are_filled_too() -> None:
    image = np.full((40, 50, 3), 90, np.uint8)
    image[20, 20] = 250
    hole = np.zeros((40, 50), np.float32)
    hole[20, 20] = 0.01
    assert np.all(np.abs(filled(image, hole)[20, 20].astype(int) - 90) <= 1)


def test_stripes_are_continued() -> None:
    columns = np.where((np.arange(160) // 8) % 2, 200, 60).astype(np.uint8)
    image = np.dstack([np.tile(columns, (120, 1))] * 3)
    hole = disc((120, 160), (80, 60), 18)
    assert psnr(image, filled(image, hole), hole) > 25


def test_texture_keeps_its_strength(grass: np.ndarray) -> None:
    hole = disc((256, 256), (120, 130), 40)
    inside = hole > 0
    result = filled(grass, hole)
    telea = cv2.inpaint(grass, inside.astype(np.uint8), 3, cv2.INPAINT_TELEA)

    def strength(picture: np.ndarray) -> float:
        return float(cv2.Laplacian(picture[..., 0].astype(np.float32), cv2.CV_32F)[inside].std())

    assert 0.75 < strength(result) / strength(grass) < 1.3
    assert strength(telea) / strength(grass) < 0.5  # what the measure is there to tell apart


def test_grey_stays_grey(grass: np.ndarray) -> None:
    result = filled(grass, disc((256, 256), (60, 60), 15))
    assert np.array_equal(result[..., 0], result[..., 1])
    assert np.array_equal(result[..., 0], result[..., 2])


def test_a_16_bit_ramp_stays_smooth() -> None:
    ramp = np.linspace(9000, 30000, 240)[None, :, None] + np.linspace(0, 4000, 160)[:, None, None]
    image = np.rint(np.broadcast_to(ramp, (160, 240, 3))).astype(np.uint16)
    hole = disc((160, 240), (120, 80), 30)
    result = filled(image, hole)
    assert result.dtype == np.uint16
    values = result[..., 0].astype(int)
    assert len(np.unique(values[hole > 0])) > 1000  # 8-bit samples would leave about 25
    assert np.abs(values - image[..., 0]).max() < 6 * 257
    assert np.abs(np.diff(values, axis=1))[79:82, 88:152].max() < 257  # no step of an 8-bit level


@pytest.mark.parametrize("shape", [(1, 2), (2, 1), (3, 5), (6, 40), (7, 7), (9, 9), (15, 300), (33, 31)])
def test_any_size(shape: tuple[int, int]) -> None:
    image = np.random.default_rng(0).integers(0, 255, (*shape, 3), np.uint8)
    hole = np.zeros(shape, np.float32)
    hole[shape[0] // 2, shape[1] // 2] = 1
    result = filled(image, hole)
    assert result.shape == image.shape
    assert np.array_equal(result[hole == 0], image[hole == 0])


@pytest.mark.parametrize("side", ["left", "top", "right", "bottom", "all but a patch"])
def test_holes_may_touch_the_border(side: str) -> None:
    image = skimage.data.coffee()[:96, :128]
    hole = np.zeros((96, 128), np.float32)
    where = {
        "left": np.s_[20:70, :20],
        "top": np.s_[:20, 20:70],
        "right": np.s_[20:70, -20:],
        "bottom": np.s_[-20:, :],
        "all but a patch": np.s_[:, 16:],
    }[side]
    hole[where] = 1
    painted = np.where(hole[..., None] > 0, 0, image).astype(np.uint8)
    result = filled(painted, hole)
    assert result[hole > 0].min(axis=-1).mean() > 3  # nothing of the black shows through
    assert np.array_equal(result[hole == 0], image[hole == 0])


def test_the_whole_picture_cannot_be_filled() -> None:
    with pytest.raises(BadInputError, match="nothing left to fill from"):
        filled(np.zeros((20, 20, 3), np.uint8), np.ones((20, 20), np.float32))


def test_no_source_leaves_nothing_either() -> None:
    hole = disc((40, 40), (20, 20), 5)
    with pytest.raises(BadInputError, match="nothing left to fill from"):
        filled(np.zeros((40, 40, 3), np.uint8), hole, sources=hole)


def test_an_empty_mask_is_refused() -> None:
    with pytest.raises(BadInputError, match="empty"):
        filled(np.zeros((20, 20, 3), np.uint8), np.zeros((20, 20), np.float32))


def test_pixels_that_are_no_source_are_no_examples() -> None:
    rng = np.random.default_rng(5)
    image = rng.integers(60, 120, (140, 180, 3)).astype(np.uint8)
    image[20:120, 110:150] = (250, 30, 30)  # a red neighbour that touches the hole
    hole = np.zeros((140, 180), np.float32)
    hole[40:100, 70:110] = 1
    neighbour = np.zeros_like(hole)
    neighbour[18:122, 108:152] = 1
    neighbour[hole > 0] = 0
    inside = hole > 0
    inside[:, 100:] = False  # the blend may tint the seam itself

    def red(picture: np.ndarray) -> float:
        return float((picture[inside][:, 0].astype(int) - picture[inside][:, 1]).max())

    assert red(filled(image, hole, sources=1 - neighbour)) < 100


def test_the_seed_decides_and_threads_do_not(grass: np.ndarray) -> None:
    hole = disc((256, 256), (120, 130), 50)
    runs = [PatchMatch(threads).fill(grass, hole, seed=11, progress=SILENT) for threads in (1, 2, 5)]
    assert np.array_equal(runs[0], runs[1])
    assert np.array_equal(runs[0], runs[2])
    other = PatchMatch().fill(grass, hole, seed=12, progress=SILENT)
    assert not np.array_equal(runs[0], other)


def test_progress_only_rises_and_ends_at_one(grass: np.ndarray) -> None:
    hole = np.maximum(disc((256, 256), (50, 50), 12), disc((256, 256), (200, 200), 20))
    seen: list[float] = []
    filled(grass, hole, progress=Progress(lambda fraction, label: seen.append(fraction)))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert len(seen) > 10


def test_can_be_cancelled_quickly() -> None:
    image = cv2.resize(skimage.data.astronaut(), (1024, 1024), interpolation=cv2.INTER_CUBIC)
    hole = disc((1024, 1024), (500, 500), 160)
    small = np.s_[::8, ::8]
    filled(image[small].copy(), hole[small].copy())  # compile first
    stop = threading.Event()
    threading.Timer(0.4, stop.set).start()
    start = time.perf_counter()
    with pytest.raises(CancelledError):
        filled(image, hole, progress=Progress(is_cancelled=stop.is_set))
    assert time.perf_counter() - start < 0.4 + 1.0  # measured well below 0.3 s; the machine may be busy


def test_copies_come_from_the_sources_alone(grass: np.ndarray) -> None:
    image = grass.copy()
    image[:, 180:] = image[:, 180:] // 2 + np.array([120, 0, 0], np.uint8)  # the only red there is
    hole = disc((256, 256), (90, 128), 40)
    sources = np.zeros_like(hole)
    sources[20:80, 190:250] = 1
    result = filled(image, hole, sources=sources)
    core = disc((256, 256), (90, 128), 28) > 0
    assert (result[core][:, 0].astype(int) - result[core][:, 1]).min() > 60
    assert np.array_equal(result[hole == 0], image[hole == 0])


def test_ground_that_goes_on_is_met_without_a_step(grass: np.ndarray) -> None:
    hole = np.zeros((256, 256), np.float32)
    hole[100:150, 30:90] = 1
    sources = np.zeros_like(hole)
    sources[20:90, 150:250] = 1
    result = filled(grass, hole, sources=sources).astype(int)
    rim = (np.abs(result[99, 30:90] - result[100, 30:90]) + np.abs(result[149, 30:90] - result[150, 30:90])).mean() / 2
    assert rim < 1.5 * np.abs(np.diff(result[:, 30:90], axis=0)).mean()


@pytest.mark.parametrize("corner", [(slice(0, 90), slice(0, 70)), (slice(-75, None), slice(-91, None))])
def test_a_large_picture_is_filled_up_to_its_very_corner(corner: tuple[slice, slice]) -> None:
    rows, columns = np.mgrid[:801, :702]
    rng = np.random.default_rng(4)
    plain = 120 + 50 * np.sin(rows / 9) + 25 * np.sin((rows + columns) / 23) + rng.normal(0, 4, rows.shape)
    picture = np.repeat(plain.clip(0, 255).astype(np.uint8)[..., None], 3, axis=2)
    picture[..., 2] //= 2
    hole = np.zeros(rows.shape, np.float32)
    hole[corner] = 1.0
    torn = picture.copy()
    torn[hole > 0] = (255, 0, 255)
    filled = PatchMatch().fill(torn, hole, seed=1, progress=SILENT)
    assert np.array_equal(filled[hole == 0], picture[hole == 0])
    blue = filled[corner][..., 2].astype(float)
    assert np.abs(blue - filled[corner][..., 0] / 2.0).max() < 12, "copies of the picture, none of what lay in the hole"
    assert blue.std() == pytest.approx(picture[..., 2].std(), rel=0.35)
