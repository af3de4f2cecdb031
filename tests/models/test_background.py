import numpy as np
import pytest
from skimage import data

from models.segmentation.background import matte, otsu, split_subject, tidied, with_small_holes_filled
from models.segmentation.phrases import PhraseGrounder
from models.segmentation.saliency import Scene, boundary_connectivity, reduced
from tests.models.test_phrases import GREEN, scene_with


def test_the_subject_is_what_stands_out():
    picture = scene_with((180, 120, 60, GREEN))
    split = split_subject(Scene.of(picture))
    truth = np.hypot(*np.mgrid[-120:120, -180:180]) <= 60
    assert (split.mask & truth).sum() / (split.mask | truth).sum() > 0.95
    assert split.confidence > 0.8


def test_an_even_picture_has_no_subject():
    split = split_subject(Scene.of(np.full((120, 160, 3), 90, np.uint8)))
    assert split.confidence < 0.5


def test_noise_is_not_trusted():
    noise = np.random.default_rng(0).integers(0, 255, (200, 300, 3), dtype=np.uint8)
    assert split_subject(Scene.of(noise)).confidence < 0.5


def test_background_and_subject_are_complements():
    grounder = PhraseGrounder()
    grounder.set_image(data.coffee())
    subject, background = grounder.subject(), grounder.background()
    assert subject.found
    assert background.found
    assert subject.mask[180, 300] == 1.0  # the cup
    assert background.mask[10, 10] == 1.0  # the table
    assert np.abs(subject.mask + background.mask - 1.0).mean() < 0.01


def test_connectivity_prefers_what_does_not_touch_the_border():
    scene = Scene.of(scene_with((180, 120, 40, GREEN)))
    values = scene.patches.paint(boundary_connectivity(scene.patches))
    assert values[120, 180] > 5 * values[5, 5]


def test_reduced_never_enlarges():
    assert reduced(np.zeros((100, 50, 3), np.uint8)).shape == (100, 50, 3)
    assert max(reduced(np.zeros((1000, 500, 3), np.uint8)).shape) == 360


def test_matte_changes_only_the_band():
    picture = scene_with((180, 120, 60, GREEN))
    mask = (np.hypot(*np.mgrid[-120:120, -180:180]) <= 60).astype(np.float32)
    soft = matte(picture, mask)
    far = np.abs(np.hypot(*np.mgrid[-120:120, -180:180]) - 60) > 12
    assert np.array_equal(soft[far], mask[far])
    assert soft.min() >= 0.0
    assert soft.max() <= 1.0


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_matte_of_nothing_or_everything_is_itself(value):
    mask = np.full((40, 60), value, np.float32)
    assert np.array_equal(matte(scene_with(size=(40, 60)), mask), mask)


def test_large_holes_stay():
    ring = np.zeros((100, 100), bool)
    ring[10:90, 10:90] = True
    ring[30:70, 30:70] = False
    assert not with_small_holes_filled(ring)[50, 50]
    ring[30:70, 30:70] = True
    ring[48:52, 48:52] = False
    assert with_small_holes_filled(ring)[50, 50]


def test_tidied_drops_specks():
    mask = np.zeros((60, 60), bool)
    mask[10:40, 10:40] = True
    mask[50:53, 50:53] = True
    assert tidied(mask)[20, 20]
    assert not tidied(mask)[51, 51]
    assert not tidied(np.zeros((60, 60), bool)).any()


def test_otsu_lies_between_two_levels():
    assert 0.2 <= otsu(np.repeat([0.2, 0.8], 50).reshape(10, 10)) < 0.8
