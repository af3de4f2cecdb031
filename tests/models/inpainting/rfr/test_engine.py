"""The engine fills holes of any width in pictures of any size, and leaves the rest alone."""

from pathlib import Path

import numpy as np
import pytest

from models.errors import BadInputError, CancelledError, UnavailableError
from models.geometry import Extent
from models.inpainting.choose import available_engines, built_in_engines
from models.inpainting.filling import fill_hole
from models.inpainting.patchmatch.crops import clusters
from models.inpainting.protocol import Inpainter
from models.inpainting.rfr import engine as engine_module
from models.inpainting.rfr.checkpoint import save_checkpoint
from models.inpainting.rfr.engine import RFR, shipped_weights
from models.inpainting.rfr.pieces import LARGEST, batches, cut
from models.inpainting.rfr.solving import reduced, width_to_cross
from models.progress import SILENT, Progress
from tests.models.inpainting.rfr.nets import seasoned


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "rfr.safetensors"
    save_checkpoint(seasoned(8, 5), path, step=0)
    return path


def _image(height: int, width: int, dtype: type = np.uint8, channels: int = 3) -> np.ndarray:
    rng = np.random.default_rng(0)
    ramp = np.add.outer(np.linspace(0, 0.6, height), np.linspace(0, 0.3, width))[..., None]
    grain = rng.random((height, width, channels)) * 0.1
    image = np.broadcast_to(ramp + grain, (height, width, channels))
    return np.ascontiguousarray(np.repeat(image, 3 // channels, axis=2) * np.iinfo(dtype).max).astype(dtype)


def _box(height: int, width: int, y: int, x: int, tall: int, wide: int) -> np.ndarray:
    hole = np.zeros((height, width), np.float32)
    hole[y : y + tall, x : x + wide] = 1
    return hole


HOLES = {
    "thin": _box(90, 130, 10, 20, 60, 4),
    "at the corner": _box(61, 77, 0, 0, 20, 30),
    "a pixel": _box(17, 23, 8, 9, 1, 1),
    "one row": _box(1, 40, 0, 10, 1, 3),
    "wider than the reach": _box(300, 340, 60, 70, 170, 190),
    "across a long picture": _box(60, 700, 28, 0, 3, 700),
    "all but a rim": _box(150, 150, 3, 3, 144, 144),
}


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("name", HOLES)
def test_it_fills_the_hole_and_nothing_else(name: str, dtype: type, weights: Path) -> None:
    hole = HOLES[name]
    image = _image(*hole.shape, dtype)
    before = image.copy()
    filled = RFR(weights).fill(image, hole, seed=3, progress=SILENT)
    assert filled.shape == image.shape
    assert filled.dtype == dtype
    assert np.array_equal(image, before)
    assert np.array_equal(filled[hole == 0], image[hole == 0])
    # what lay in the hole has no influence
    image[hole > 0] = 7
    assert np.array_equal(RFR(weights).fill(image, hole, seed=3, progress=SILENT), filled)


def test_16_bits_are_not_rounded_to_8(weights: Path) -> None:
    hole = HOLES["thin"]
    filled = RFR(weights).fill(_image(90, 130, np.uint16), hole, seed=0, progress=SILENT)
    assert len(np.unique(filled[hole > 0] % 257)) > 100


def test_the_same_seed_gives_the_same_samples(weights: Path) -> None:
    image, hole = _image(300, 340), HOLES["wider than the reach"]
    first, again = (RFR(weights).fill(image, hole, seed=1, progress=SILENT) for _ in range(2))
    assert np.array_equal(first, again)


def test_wide_holes_of_a_net_for_narrow_ones_are_solved_small(tmp_path: Path) -> None:
    image, hole = _image(160, 160), _box(160, 160, 50, 50, 60, 60)
    results = []
    for widest in (None, 100, 20):
        save_checkpoint(seasoned(8, 5), tmp_path / f"{widest}.safetensors", step=0, widest=widest)
        results.append(RFR(tmp_path / f"{widest}.safetensors").fill(image, hole, seed=0, progress=SILENT))
    assert np.array_equal(results[0], results[1])
    assert not np.array_equal(results[0], results[2])


def test_grey_stays_grey(weights: Path) -> None:
    image = _image(90, 130, np.uint8, channels=1)
    filled = RFR(weights).fill(image, HOLES["thin"], seed=0, progress=SILENT)
    assert (np.ptp(filled, axis=2) == 0).all()


def test_a_forbidden_neighbour_is_not_looked_at(weights: Path) -> None:
    image, hole = _image(90, 130), HOLES["thin"]
    forbidden = _box(90, 130, 10, 40, 60, 30)
    first = RFR(weights).fill(image, hole, seed=0, progress=SILENT, sources=1 - forbidden)
    assert np.array_equal(first[forbidden > 0], image[forbidden > 0])
    image[forbidden > 0] = 255
    again = RFR(weights).fill(image, hole, seed=0, progress=SILENT, sources=1 - forbidden)
    assert np.array_equal(first[hole > 0], again[hole > 0])


def test_what_cannot_be_filled_is_said(weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    image = _image(20, 20)
    with pytest.raises(BadInputError, match="nothing left"):
        RFR(weights).fill(image, np.ones((20, 20), np.float32), seed=0, progress=SILENT)
    with pytest.raises(BadInputError, match="empty"):
        RFR(weights).fill(image, np.zeros((20, 20), np.float32), seed=0, progress=SILENT)
    with pytest.raises(BadInputError, match="There is no file"):
        RFR(tmp_path / "none.safetensors").fill(image, np.eye(20, dtype=np.float32), seed=0, progress=SILENT)
    monkeypatch.setattr(engine_module, "SHIPPED", tmp_path)
    with pytest.raises(UnavailableError, match="pentimento train rfr"):
        RFR().fill(image, np.eye(20, dtype=np.float32), seed=0, progress=SILENT)


def test_it_stops_when_asked(weights: Path) -> None:
    reports: list[float] = []

    def stop() -> bool:
        return len(reports) > 2

    with pytest.raises(CancelledError):
        RFR(weights).fill(
            _image(90, 130), HOLES["thin"], seed=0, progress=Progress(lambda share, _: reports.append(share), stop)
        )
    assert len(reports) == 3


def test_progress_only_grows(weights: Path) -> None:
    reports: list[float] = []
    hole = np.maximum(HOLES["wider than the reach"], _box(300, 340, 5, 5, 3, 12))
    RFR(weights).fill(_image(300, 340), hole, seed=0, progress=Progress(lambda share, _: reports.append(share)))
    assert reports == sorted(reports)
    assert reports[-1] == 1.0


def test_shipped_weights_make_the_engine_available(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "SHIPPED", tmp_path)
    image, hole = _image(90, 130), HOLES["thin"]
    assert shipped_weights() is None
    assert "rfr" not in available_engines()
    with pytest.raises(UnavailableError, match="no weights"):
        fill_hole(image, hole, seed=0, progress=SILENT, engine="rfr")
    (tmp_path / "rfr.safetensors").write_bytes(weights.read_bytes())
    engine: Inpainter = available_engines()["rfr"]
    assert "rfr" not in built_in_engines()
    expected = engine.fill(image, hole, seed=0, progress=SILENT)
    filled = fill_hole(image, hole, seed=0, progress=SILENT, engine="rfr")
    assert filled.engine == "rfr"
    assert np.array_equal(filled.image, expected)
    # nothing has been measured that would make it the best for a hole
    assert fill_hole(image, hole, seed=0, progress=SILENT).engine != "rfr"


def test_small_holes_far_apart_are_batched_and_large_ones_cut() -> None:
    hole = np.zeros((600, 1500), bool)
    for x in range(150, 1400, 300):
        hole[100:106, x : x + 6] = True
    hole[400:404, :] = True
    found = list(clusters(hole, ~hole))
    extent = Extent.of(hole)
    together = list(batches(found, extent, 4 * 256 * 256))
    assert max(map(len, together)) > 1
    covered = np.zeros_like(hole, int)
    for batch in together:
        assert len({piece.padded for piece in batch}) == 1
        for piece in batch:
            assert max(piece.padded) <= LARGEST
            assert piece.padded.width % 16 == piece.padded.height % 16 == 0
            covered[piece.window.slices] += piece.hole
    assert np.array_equal(covered, hole.astype(int))
    assert any(len(cut(cluster, extent)) > 1 for cluster in found)


def test_a_hole_at_the_edge_is_twice_as_wide() -> None:
    known = np.ones((100, 100), bool)
    known[:, 40:60] = False
    inside = width_to_cross(known)
    known = np.ones((100, 100), bool)
    known[:, 80:] = False
    assert width_to_cross(known) == 2 * inside + 1 == 39
    assert width_to_cross(np.zeros((5, 5), bool)) == float("inf")


def test_reducing_does_not_mix_in_what_is_unknown() -> None:
    picture = np.full((40, 40, 3), 0.25, np.float32)
    hole = np.zeros((40, 40), bool)
    hole[11:30, 13:31] = True
    picture[hole] = 1.0
    small, small_hole, small_known = reduced(picture, hole, ~hole, (17, 13))
    np.testing.assert_allclose(small[small_known], 0.25, atol=1e-5)
    assert small_hole.any()
    assert not (small_hole & small_known).any()
