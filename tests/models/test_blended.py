"""The learned mean of continuations, with the weights that ship."""

from __future__ import annotations

import itertools
from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data

from models.errors import BadInputError, CancelledError
from models.geometry import Extent
from models.inpainting import blended
from models.inpainting.blended import METHODS, Blended, Weigher, load_weigher, reduction
from models.inpainting.diffusive import Diffusive, Method
from models.inpainting.evidence import evidence
from models.progress import SILENT, Progress
from models.training.masks import shapes


def photo(name: str, side: int = 192) -> np.ndarray:
    picture = np.asarray(getattr(skimage.data, name)())[..., :3]
    y, x = (picture.shape[0] - side) // 2, (picture.shape[1] - side) // 2
    return np.ascontiguousarray(picture[y : y + side, x : x + side])


def scratched(picture: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The picture with drawn scratches blackened, and where they are."""
    hole = shapes.scratches(np.random.default_rng(seed), Extent.of(picture))
    return np.where(hole[..., None] > 0, 0, picture).astype(picture.dtype), hole


def psnr(truth: np.ndarray, made: np.ndarray, hole: np.ndarray) -> float:
    error = np.square((truth.astype(float) - made)[hole > 0]).mean()
    return float(10 * np.log10(255**2 / error))


def test_the_shipped_weights_beat_frequency_selection_and_telea_on_scratches() -> None:
    """On photos that nobody trained on, in the mean: no single picture decides."""
    gains = []
    for name, seed in itertools.product(("astronaut", "coffee", "chelsea", "rocket"), (1, 5)):
        truth = photo(name)
        damaged, hole = scratched(truth, seed)
        engines = (Blended(), Diffusive(Method.FSR), Diffusive(Method.TELEA), Diffusive(Method.BIHARMONIC))
        made, *others = (psnr(truth, engine.fill(damaged, hole, seed=0, progress=SILENT), hole) for engine in engines)
        gains.append([made - other for other in others])
    over_fsr, over_telea, over_biharmonic = np.mean(gains, axis=0)
    assert over_fsr > 0.2
    assert over_telea > 1.0
    assert over_biharmonic > 0.3


def test_nothing_outside_the_hole_changes_and_what_the_hole_shows_does_not_matter() -> None:
    damaged, hole = scratched(photo("coffee", 96), 1)
    filled = Blended().fill(damaged, hole, seed=0, progress=SILENT)
    np.testing.assert_array_equal(filled[hole == 0], damaged[hole == 0])
    noise = np.random.default_rng(0).integers(0, 256, damaged.shape, np.uint8)
    other = np.where(hole[..., None] > 0, noise, damaged)
    np.testing.assert_array_equal(Blended().fill(other, hole, seed=3, progress=SILENT), filled)


def test_sixteen_bits_are_filled_alike() -> None:
    damaged, hole = scratched(photo("coffee", 96), 1)
    deep = Blended().fill(damaged.astype(np.uint16) * 257, hole, seed=0, progress=SILENT)
    assert deep.dtype == np.uint16
    shallow = Blended().fill(damaged, hole, seed=0, progress=SILENT)
    assert np.abs(deep[hole > 0] / 257 - shallow[hole > 0]).mean() < 1.0


def test_tiles_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    damaged, hole = scratched(photo("chelsea", 128), 2)
    whole = Blended().fill(damaged, hole, seed=0, progress=SILENT)
    monkeypatch.setattr(blended, "_TILE", 50)
    tiled = Blended().fill(damaged, hole, seed=0, progress=SILENT)
    assert np.abs(whole.astype(int) - tiled).max() <= 1


def test_many_thin_pixels_are_filled_without_the_slowest_method(monkeypatch: pytest.MonkeyPatch) -> None:
    truth = cv2.resize(photo("chelsea", 128), (256, 256), interpolation=cv2.INTER_CUBIC)
    damaged, hole = scratched(truth, 2)
    membrane = Diffusive(Method.MEMBRANE).fill(damaged, hole, seed=0, progress=SILENT)
    monkeypatch.setattr(blended, "_MOST", int(hole.sum()) // 3)
    monkeypatch.setattr("models.inpainting.diffusive._by_fsr", lambda *_: pytest.fail("that takes too long"))
    filled = Blended().fill(damaged, hole, seed=0, progress=SILENT)
    assert psnr(truth, filled, hole) > psnr(truth, membrane, hole) + 1


def test_large_wide_holes_are_solved_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    truth = photo("coffee", 192)
    hole = np.zeros((192, 192), np.float32)
    hole[60:120, 30:150] = 1
    damaged = np.where(hole[..., None] > 0, 0, truth).astype(np.uint8)
    assert reduction(hole > 0) == 1
    monkeypatch.setattr(blended, "_MOST", int(hole.sum()) // 3)
    assert reduction(hole > 0) == 2
    filled = Blended().fill(damaged, hole, seed=0, progress=SILENT)
    np.testing.assert_array_equal(filled[hole == 0], damaged[hole == 0])
    telea = Diffusive(Method.TELEA).fill(damaged, hole, seed=0, progress=SILENT)
    assert psnr(truth, filled, hole) > psnr(truth, telea, hole)


def test_only_sources_are_continued() -> None:
    picture = np.full((64, 96, 3), 200, np.uint8)
    picture[:, 48:] = 20
    hole, sources = np.zeros((64, 96), np.float32), np.zeros((64, 96), np.float32)
    hole[:, 44:48], sources[:, :44] = 1, 1
    filled = Blended().fill(picture, hole, seed=0, progress=SILENT, sources=sources)
    assert filled[hole > 0].min() > 180


def test_it_can_be_stopped_and_refuses_what_leaves_nothing() -> None:
    damaged, hole = scratched(photo("coffee", 64), 1)
    with pytest.raises(CancelledError):
        Blended().fill(damaged, hole, seed=0, progress=Progress(is_cancelled=lambda: True))
    with pytest.raises(BadInputError):
        Blended().fill(damaged, np.ones_like(hole), seed=0, progress=SILENT)


def test_weights_add_up_to_one_and_evidence_knows_no_colour_of_the_hole() -> None:
    picture = photo("astronaut", 64).astype(np.float32)
    hole = np.zeros((64, 64), bool)
    hole[20:25] = True
    fillings = [picture + shift for shift in range(len(METHODS))]
    told = evidence(picture, fillings, hole, ~hole)
    assert told.shape == (hole.sum(), 4 * len(METHODS) + 5)
    np.testing.assert_allclose(load_weigher().weights(told).sum(1), 1, rtol=1e-5)
    hidden = np.where(hole[..., None], 0, picture)
    np.testing.assert_array_equal(evidence(hidden, fillings, hole, ~hole), told)


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.npz").write_bytes(b"no weights")
    np.savez(tmp_path / "b.npz", mean=np.zeros(3))
    shipped = load_weigher()
    shipped.save(tmp_path / "w.npz")
    with np.load(tmp_path / "w.npz") as held:
        np.savez(tmp_path / "c.npz", **{**held, "methods": np.array(["magic"])})
    (tmp_path / "d.npz").write_bytes((tmp_path / "w.npz").read_bytes()[:-200])
    for name in ("a.npz", "b.npz", "c.npz", "d.npz", "missing.npz"):
        with pytest.raises(BadInputError, match=name):
            load_weigher(tmp_path / name)


def test_what_is_saved_is_read(tmp_path: Path) -> None:
    shipped = load_weigher()
    shipped.save(tmp_path / "w.npz")
    again = load_weigher(tmp_path / "w.npz")
    assert isinstance(again, Weigher)
    told = np.random.default_rng(0).normal(size=(7, len(shipped.mean))).astype(np.float32)
    np.testing.assert_array_equal(again.weights(told), shipped.weights(told))
