from itertools import pairwise

import cv2
import numpy as np
import pytest

from models.errors import BadInputError
from models.geometry import Bounds, Point
from models.mask import as_mask, bounds, iou
from models.segmentation.prompts import RegionPredictor
from models.segmentation.protocol import Grounding
from tests.models.scenes import BAR, DISC, HOUSE, drawn_scene, thing


@pytest.fixture(scope="module")
def labels() -> np.ndarray:
    return drawn_scene()[1]


@pytest.fixture(scope="module")
def predictor() -> RegionPredictor:
    predictor = RegionPredictor()
    predictor.set_image(drawn_scene()[0])
    return predictor


def _well_formed(grounding: Grounding, shape: tuple[int, ...]) -> None:
    assert grounding.chosen == (0,)
    assert 1 <= len(grounding.candidates) <= 4
    scores = [c.score for c in grounding.candidates]
    assert scores == sorted(scores, reverse=True)
    for candidate in grounding.candidates:
        assert candidate.mask.shape == shape
        assert candidate.mask.dtype == np.float32
        assert 0.0 <= candidate.score <= 1.0
        assert candidate.mask.min() >= 0.0
        assert candidate.mask.max() <= 1.0
        assert (candidate.mask >= 0.5).any()
        assert candidate.reason


@pytest.mark.parametrize(
    ("number", "point"),
    [(DISC, Point(110, 110)), (DISC, Point(85, 135)), (BAR, Point(140, 246)), (HOUSE, Point(330, 150))],
)
def test_one_click_selects_the_thing(predictor: RegionPredictor, labels: np.ndarray, number: int, point: Point) -> None:
    grounding = predictor.from_points([point])
    _well_formed(grounding, labels.shape)
    assert max(iou(c.mask, thing(labels, number)) for c in grounding.candidates) > 0.9
    if number != HOUSE:  # its two halves are things too
        assert iou(grounding.mask, thing(labels, number)) > 0.9


def test_candidates_differ_in_size(predictor: RegionPredictor) -> None:
    areas = sorted(float((c.mask >= 0.5).sum()) for c in predictor.from_points([Point(330, 150)]).candidates)
    assert len(areas) > 1
    assert all(b > 1.25 * a for a, b in pairwise(areas))


def test_two_clicks_are_both_inside_and_join_the_halves(predictor: RegionPredictor, labels: np.ndarray) -> None:
    grounding = predictor.from_points([Point(330, 150), Point(330, 215)])
    assert grounding.mask[150, 330] == 1.0
    assert grounding.mask[215, 330] == 1.0
    assert iou(grounding.mask, thing(labels, HOUSE)) > 0.9


def test_clicks_on_two_things_select_both(predictor: RegionPredictor, labels: np.ndarray) -> None:
    grounding = predictor.from_points([Point(110, 110), Point(140, 246)])
    both = np.maximum(thing(labels, DISC), thing(labels, BAR))
    assert all(c.mask[110, 110] >= 0.5 and c.mask[246, 140] >= 0.5 for c in grounding.candidates)
    assert max(iou(c.mask, both) for c in grounding.candidates) > 0.85


def test_a_negative_click_carves_out(predictor: RegionPredictor, labels: np.ndarray) -> None:
    grounding = predictor.from_points([Point(330, 150)], [Point(330, 215)])
    assert all(c.mask[150, 330] >= 0.5 for c in grounding.candidates)
    assert all(c.mask[215, 330] < 0.5 for c in grounding.candidates)
    upper = thing(labels, HOUSE)
    upper[180:] = 0
    assert iou(grounding.mask, upper) > 0.8


def test_neighbouring_clicks_of_both_kinds_are_obeyed(predictor: RegionPredictor) -> None:
    grounding = predictor.from_points([Point(110, 110)], [Point(122, 110)])
    assert grounding.mask[110, 110] >= 0.5
    assert grounding.mask[110, 122] < 0.5


@pytest.mark.parametrize("slack", [0.02, 0.1, 0.2])
@pytest.mark.parametrize("number", [DISC, BAR, HOUSE])
def test_a_loose_box_selects_the_thing_in_it(
    predictor: RegionPredictor, labels: np.ndarray, number: int, slack: float
) -> None:
    tight = bounds(thing(labels, number))
    dx, dy = int(slack * tight.width), int(slack * tight.height)
    box = Bounds(tight.x0 - dx, tight.y0 - dy, tight.x1 + dx, tight.y1 + dy)
    grounding = predictor.from_box(box)
    _well_formed(grounding, labels.shape)
    assert iou(grounding.mask, thing(labels, number)) > 0.9


def test_a_box_around_the_whole_picture_is_not_the_background() -> None:
    picture = np.full((200, 260, 3), 215, np.uint8)
    truth = np.zeros((200, 260), np.uint8)
    cv2.ellipse(truth, (130, 100), (95, 70), 0, 0, 360, 1, -1)
    picture[truth > 0] = (120, 60, 50)
    predictor = RegionPredictor()
    predictor.set_image(picture)
    assert iou(predictor.from_box(Bounds(0, 0, 260, 200)).mask, thing(truth, 1)) > 0.9


def test_nothing_lies_far_outside_the_box(predictor: RegionPredictor) -> None:
    box = Bounds(60, 60, 120, 130)  # a part of the disc
    for candidate in predictor.from_box(box).candidates:
        outside = candidate.mask.copy()
        outside[box.padded(12).slices] = 0
        assert not (outside >= 0.5).any()


def test_a_box_on_an_even_area_selects_the_whole_box() -> None:
    predictor = RegionPredictor()
    predictor.set_image(np.full((200, 300, 3), 140, np.uint8))
    box = Bounds(50, 40, 180, 150)
    grounding = predictor.from_box(box)
    expected = np.zeros((200, 300), np.float32)
    expected[box.slices] = 1.0
    assert iou(grounding.mask, expected) > 0.97


def test_painting_over_a_thing_roughly_selects_it(predictor: RegionPredictor, labels: np.ndarray) -> None:
    stroke = np.zeros(labels.shape, np.uint8)
    cv2.line(stroke, (85, 95), (130, 100), 255, 40)
    cv2.line(stroke, (130, 100), (95, 130), 255, 40)
    grounding = predictor.from_brush(as_mask(stroke))
    _well_formed(grounding, labels.shape)
    assert iou(grounding.mask, thing(labels, DISC)) > 0.9


def test_a_thin_stroke_across_a_thing_selects_it(predictor: RegionPredictor, labels: np.ndarray) -> None:
    stroke = np.zeros(labels.shape, np.uint8)
    cv2.line(stroke, (70, 100), (150, 118), 255, 6)
    assert iou(predictor.from_brush(as_mask(stroke)).mask, thing(labels, DISC)) > 0.9


def test_a_stroke_on_a_plain_area_is_the_stroke(predictor: RegionPredictor, labels: np.ndarray) -> None:
    stroke = np.zeros(labels.shape, np.uint8)
    cv2.line(stroke, (200, 40), (260, 70), 255, 8)
    grounding = predictor.from_brush(as_mask(stroke))
    assert (grounding.mask[stroke > 0] >= 0.5).all()
    assert (grounding.mask >= 0.5).sum() < 2 * np.count_nonzero(stroke)


def test_a_large_picture_is_selected_at_its_own_resolution() -> None:
    picture, labels = drawn_scene(4.0)
    predictor = RegionPredictor()
    predictor.set_image(picture)
    grounding = predictor.from_points([Point(440, 440)])
    assert grounding.mask.shape == (1200, 1680)
    assert iou(grounding.mask, thing(labels, DISC)) > 0.97


def test_it_repeats_itself_exactly(predictor: RegionPredictor) -> None:
    first, second = (predictor.from_points([Point(110, 110)]) for _ in range(2))
    np.testing.assert_array_equal(first.mask, second.mask)


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (7, 5), (40, 2)])
def test_tiny_pictures_do_not_break_it(shape: tuple[int, int]) -> None:
    predictor = RegionPredictor()
    predictor.set_image(np.full((*shape, 3), 90, np.uint8))
    assert predictor.from_points([Point(0, 0)]).mask[0, 0] >= 0.5


def test_what_a_person_can_get_wrong_is_said(predictor: RegionPredictor, labels: np.ndarray) -> None:
    with pytest.raises(BadInputError):
        predictor.from_points([])
    with pytest.raises(BadInputError):
        predictor.from_points([Point(-1, 5)])
    with pytest.raises(BadInputError):
        predictor.from_points([Point(110, 110)], [Point(110, 110)])
    with pytest.raises(BadInputError):
        predictor.from_box(Bounds(500, 10, 600, 50))
    with pytest.raises(BadInputError):
        predictor.from_brush(np.zeros(labels.shape, np.float32))
    with pytest.raises(BadInputError):
        RegionPredictor().set_image(np.zeros((4, 4), np.uint8))
    with pytest.raises(ValueError):
        RegionPredictor().from_points([Point(0, 0)])
