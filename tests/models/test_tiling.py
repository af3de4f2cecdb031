import numpy as np
import pytest
import skimage.data

from models.errors import BadInputError, CancelledError
from models.filters.tiling import seamless_tile
from models.progress import Progress


def seams(picture: np.ndarray) -> tuple[float, float]:
    """How much larger steps are where the tile meets itself than between other neighbours: across x, across y."""
    plane = picture.astype(float)
    x = np.abs(plane[:, 0] - plane[:, -1]).mean() / np.abs(np.diff(plane, axis=1)).mean()
    y = np.abs(plane[0] - plane[-1]).mean() / np.abs(np.diff(plane, axis=0)).mean()
    return float(x), float(y)


def texture(name: str) -> np.ndarray:
    return np.repeat(getattr(skimage.data, name)()[:200, :241, None], 3, axis=2)


@pytest.mark.parametrize("name", ["grass", "gravel"])
def test_a_tile_meets_itself_as_it_meets_its_own_inside(name: str) -> None:
    before = texture(name)
    tile = seamless_tile(before, seed=1)
    assert tile.shape == before.shape
    assert tile.dtype == before.dtype
    assert min(seams(before)) > 1.8
    assert max(seams(tile)) < 1.2
    assert tile.std() == pytest.approx(before.std(), rel=0.15)  # the texture keeps its strength


def test_no_seam_of_the_filling_shows_inside_either() -> None:
    before = texture("gravel")
    tile = seamless_tile(before, seed=1)
    strongest = [np.abs(np.diff(one[..., 0].astype(float), axis=1)).mean(axis=0).max() for one in (before, tile)]
    assert strongest[1] < 1.1 * strongest[0]


def test_light_that_falls_off_does_not_show_as_a_chequerboard() -> None:
    grass = texture("grass").astype(float) * np.linspace(0.5, 1.2, 241)[None, :, None]
    tile = seamless_tile(grass.clip(0, 255).astype(np.uint8)).astype(float)
    assert abs(tile[:, :12].mean() - tile[:, -12:].mean()) < 12  # 8-bit levels; about 75 before


def test_16_bits_are_kept() -> None:
    deep = texture("gravel").astype(np.uint16) * 257 + 31
    tile = seamless_tile(deep)
    assert tile.dtype == np.uint16
    assert len(np.unique(tile)) > 3000
    assert max(seams(tile)) < 1.2


def test_a_small_picture_is_refused_and_work_can_be_stopped() -> None:
    with pytest.raises(BadInputError, match="at least 64 by 64"):
        seamless_tile(np.zeros((40, 200, 3), np.uint8))
    with pytest.raises(CancelledError):
        seamless_tile(texture("grass"), progress=Progress(is_cancelled=lambda: True))
