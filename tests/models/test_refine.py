import cv2
import numpy as np
import pytest
from skimage import data

from models.errors import BadInputError
from models.mask import grow, iou
from models.segmentation.refine import cut_in_band, refine_edges, snap_to_edges


def _disc(size: int, radius: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A reddish, noisy disc on a greenish, noisy ground, and its mask."""
    rng = np.random.default_rng(seed)
    mask = np.zeros((size, size), np.float32)
    cv2.circle(mask, (size // 2, size // 2), radius, 1.0, -1, cv2.LINE_AA)
    colour = mask[..., None] * np.array([170, 90, 80]) + (1 - mask[..., None]) * np.array([90, 130, 95])
    picture = np.clip(colour + rng.normal(0, 8, colour.shape), 0, 255).astype(np.uint8)
    return picture, mask


@pytest.mark.parametrize("error", [6, -6])
def test_an_edge_drawn_too_far_out_or_in_comes_back(error: int) -> None:
    picture, mask = _disc(240, 70)
    rough = grow(mask, error)
    assert iou(rough, mask) < 0.87
    refined = refine_edges(picture, rough, radius=9)
    assert refined.dtype == np.float32
    assert iou(refined, mask) > 0.97


def test_pixels_away_from_the_edge_keep_their_side() -> None:
    picture, mask = _disc(240, 70)
    refined = refine_edges(picture, grow(mask, 4), radius=8)
    assert (refined[grow(mask, -20) >= 0.5] == 1.0).all()
    assert (refined[grow(mask, 30) < 0.5] == 0.0).all()


def test_the_edge_is_soft_but_narrow() -> None:
    picture, mask = _disc(300, 100)
    refined = refine_edges(picture, mask, radius=6)
    between = (refined > 0) & (refined < 1)
    perimeter = 2 * np.pi * 100
    assert 0.5 < between.sum() / perimeter < 6


def test_a_large_picture_is_refined_at_its_own_resolution() -> None:
    picture, mask = _disc(1800, 500)
    rough = cv2.resize(cv2.resize(mask, (90, 90), interpolation=cv2.INTER_AREA), (1800, 1800)) > 0.5
    refined = refine_edges(picture, rough.astype(np.float32), radius=30)
    assert iou(refined, mask) > 0.99
    distance = cv2.distanceTransform((mask < 0.5).astype(np.uint8), cv2.DIST_L2, 5)
    assert distance[refined >= 0.5].max() <= 4


def test_an_object_at_the_border_stays_at_the_border() -> None:
    picture, mask = _disc(240, 70)
    refined = refine_edges(picture[:, 120:].copy(), mask[:, 120:].copy(), radius=6)
    assert refined[120, 0] == 1.0


def test_without_any_contrast_the_mask_stays_about_as_it_was() -> None:
    mask = _disc(200, 60)[1]
    flat = np.full((200, 200, 3), 120, np.uint8)
    assert iou(refine_edges(flat, mask, radius=5), mask) > 0.8


def test_everything_and_nothing() -> None:
    picture = data.chelsea()
    whole = np.ones(picture.shape[:2], np.float32)
    np.testing.assert_array_equal(refine_edges(picture, whole), whole)
    with pytest.raises(BadInputError):
        refine_edges(picture, np.zeros_like(whole))
    with pytest.raises(BadInputError):
        refine_edges(picture, whole[:-1])


def test_the_cut_needs_two_sides() -> None:
    picture = data.chelsea()[:40, :40]
    assert cut_in_band(picture, np.ones((40, 40), bool), 3).all()
    assert not cut_in_band(picture, np.zeros((40, 40), bool), 3).any()


def test_snapping_leaves_an_even_mask_alone() -> None:
    picture = data.chelsea()[:60, :60]
    np.testing.assert_array_equal(snap_to_edges(picture, np.ones((60, 60), np.float32)), np.ones((60, 60)))
