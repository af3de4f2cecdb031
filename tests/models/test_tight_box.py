import cv2
import numpy as np
import pytest

from models.geometry import Bounds
from models.mask import as_mask, bounds, iou
from models.segmentation.boxed import regions_in_box
from models.segmentation.candidates import FILLING, analyse
from models.segmentation.prompts import RegionPredictor
from models.segmentation.tight_box import BoxPatches, Likeness, cuts_in_box


def _post_with_two_colours() -> tuple[np.ndarray, np.ndarray]:
    """A thing of two unlike parts on noisy ground: H×W×3 uint8, and where it is, H×W bool."""
    rng = np.random.default_rng(0)
    picture = np.full((240, 320, 3), (110, 130, 100), float)
    picture[60:120, 130:190] = (200, 60, 50)
    picture[120:190, 145:175] = (50, 60, 190)
    thing = np.zeros((240, 320), bool)
    thing[60:120, 130:190] = thing[120:190, 145:175] = True
    picture = cv2.GaussianBlur(picture + rng.normal(0, 5, picture.shape), (0, 0), 0.8)
    return np.clip(picture, 0, 255).astype(np.uint8), thing


def test_a_cut_holds_both_parts_of_a_thing_and_nothing_outside_the_box() -> None:
    picture, thing = _post_with_two_colours()
    analysis = analyse(picture)
    box = Bounds(122, 50, 200, 200)
    patches = BoxPatches.of(analysis.lab, analysis.strength, analysis.trees[1], box)
    masks = [patches.painted(chosen) for chosen in cuts_in_box(patches)]
    assert max(iou(as_mask(m), as_mask(thing)) for m in masks) > 0.9
    outside = np.ones(thing.shape, bool)
    outside[box.slices] = False
    assert not any((m & outside).any() for m in masks)


def test_the_thing_is_unlike_what_lies_around_the_box() -> None:
    picture, thing = _post_with_two_colours()
    analysis = analyse(picture)
    box = Bounds(122, 50, 200, 200)
    patches = BoxPatches.of(analysis.lab, analysis.strength, analysis.trees[1], box)
    odds = patches.painted(Likeness(patches).log_odds(patches.inside.astype(float)) > 1.0)
    assert iou(as_mask(odds), as_mask(thing)) > 0.85


@pytest.mark.parametrize("slack", [0, 6, 14])
def test_a_box_means_all_of_the_thing_not_its_larger_part(slack: int) -> None:
    picture, thing = _post_with_two_colours()
    predictor = RegionPredictor()
    predictor.set_image(picture)
    grounding = predictor.from_box(bounds(as_mask(thing)).padded(slack))
    assert iou(grounding.mask, as_mask(thing)) > 0.9


def test_a_small_box_in_a_large_picture_is_measured_up_close() -> None:
    picture, thing = _post_with_two_colours()
    large = np.full((1500, 2000, 3), (110, 130, 100), np.uint8)
    large[300:540, 400:720] = picture
    predictor = RegionPredictor()
    predictor.set_image(large)
    expected = np.zeros((1500, 2000), np.float32)
    expected[300:540, 400:720] = thing
    assert iou(predictor.from_box(bounds(expected).padded(8)).mask, expected) > 0.93


def test_there_is_always_something_to_offer() -> None:
    analysis = analyse(np.full((60, 80, 3), 120, np.uint8))
    regions = regions_in_box(analysis, Bounds(0, 0, 80, 60))
    assert regions
    assert all(r.mask.shape == (60, 80) for r in regions)
    assert regions[-1].source != FILLING
