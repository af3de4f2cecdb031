import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from skimage import data

from models.segmentation.boundaries import ORIENTATIONS, boundary_strength, oriented_strength


def _halves(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    picture = np.empty((160, 200, 3), np.uint8)
    picture[:, :100], picture[:, 100:] = left, right
    return picture


@pytest.mark.parametrize(
    ("left", "right"),
    [((60, 60, 60), (180, 180, 180)), ((150, 90, 90), (90, 120, 90))],
    ids=["lightness", "colour"],
)
def test_a_plain_edge_is_strong_and_the_even_sides_are_silent(
    left: tuple[int, int, int], right: tuple[int, int, int]
) -> None:
    strength = boundary_strength(_halves(np.array(left), np.array(right)))
    assert strength.dtype == np.float32
    assert strength.shape == (160, 200)
    assert strength[80, 98:102].max() > 0.3
    assert strength[:, :60].max() < 0.02
    assert strength[:, 140:].max() < 0.02


def test_the_border_of_two_textures_outweighs_their_insides() -> None:
    noise = np.random.default_rng(1).normal(0, 60, (160, 200))
    lying, standing = gaussian_filter(noise, (0.5, 4)), gaussian_filter(noise, (4, 0.5))
    picture = np.where(np.arange(200) < 100, lying, standing)
    grey = np.clip(128 + picture, 0, 255).astype(np.uint8)[..., None].repeat(3, axis=-1)
    columns = oriented_strength(grey)[0].mean(axis=0)
    assert abs(int(columns.argmax()) - 100) <= 4
    assert columns.max() > 1.5 * np.median(columns)


def test_the_normal_of_a_vertical_edge_points_along_x() -> None:
    strength = oriented_strength(_halves(np.array([60] * 3), np.array([180] * 3)))
    assert strength.shape == (ORIENTATIONS, 160, 200)
    assert int(strength[:, 80, 100].argmax()) == 0
    turned = oriented_strength(_halves(np.array([60] * 3), np.array([180] * 3)).transpose(1, 0, 2).copy())
    assert int(turned[:, 100, 80].argmax()) == ORIENTATIONS // 2


def test_a_large_picture_comes_back_at_its_own_size_and_alike() -> None:
    picture = _halves(np.array([60] * 3), np.array([180] * 3)).repeat(6, axis=0).repeat(6, axis=1)
    strength = boundary_strength(picture)
    assert strength.shape == (960, 1200)
    assert strength[480, 590:610].max() > 0.3
    assert strength[480, :400].max() < 0.02


def test_it_repeats_itself_exactly() -> None:
    picture = data.chelsea()[::2, ::2].copy()
    np.testing.assert_array_equal(boundary_strength(picture), boundary_strength(picture))


def test_tiny_pictures_do_not_break_it() -> None:
    assert boundary_strength(np.full((3, 2, 3), 90, np.uint8)).shape == (3, 2)
