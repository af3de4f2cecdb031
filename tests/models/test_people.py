import numpy as np
import pytest
from skimage import data

from models.geometry import Bounds
from models.segmentation.background import SubjectSplit, split_subject, with_gaps_filled
from models.segmentation.boundaries import to_lab
from models.segmentation.faces import find_faces, people_unasked
from models.segmentation.people import likely_place, people_mask, with_people
from models.segmentation.saliency import Scene


@pytest.fixture(scope="module")
def astronaut():
    return Scene.of(data.astronaut())


def test_a_person_has_hair_shoulders_and_body(astronaut):
    scale = 360 / 512
    people = people_mask(astronaut, find_faces(astronaut.rgb))
    mask = with_people(split_subject(astronaut), astronaut, people).mask
    inside = ((165, 90), (285, 100), (225, 30), (150, 210), (300, 230), (60, 330), (110, 420), (320, 400), (150, 190))
    for x, y in inside:  # hair left, right and above; helmet ring; sleeve, belly
        assert mask[int(y * scale), int(x * scale)], (x, y)
    outside = ((40, 100), (340, 100), (450, 300), (20, 200), (480, 480))
    for x, y in outside:
        assert not mask[int(y * scale), int(x * scale)], (x, y)


def test_portraits_are_noticed_unasked_and_crockery_is_not(astronaut):
    assert len(people_unasked(astronaut.rgb)) == 1
    assert people_unasked(data.coffee()) == []


def test_nobody_without_a_face(astronaut):
    assert not people_mask(astronaut, []).any()
    split = SubjectSplit(np.zeros(astronaut.saliency.shape, bool), 0.0, 0.0, 0.0)
    assert with_people(split, astronaut, people_mask(astronaut, [])) is split


def test_the_body_lies_below_the_face():
    place = likely_place((200, 300), Bounds(140, 40, 170, 70))
    assert place[55, 155] > 0.9
    assert place[150, 155] > 0.9
    assert place[55, 220] < 0.1
    assert place[5, 155] < 0.5
    assert 0.0 < place.min() < place.max() < 1.0


@pytest.mark.parametrize(("hole", "filled"), [((20, 20, 20), True), ((120, 160, 90), False)])
def test_gaps_are_filled_unless_the_surroundings_are_seen_through_them(hole, filled):
    picture = np.full((120, 160, 3), (120, 160, 90), np.uint8)
    mask = np.zeros((120, 160), bool)
    mask[20:100, 30:130] = True
    mask[50:64, 60:74] = False  # an enclosed hole
    mask[28:42, 100:116] = False
    mask[20:28, 107:109] = False  # a bay with a narrow mouth
    picture[20:100, 30:130] = (230, 225, 220)
    picture[50:64, 60:74] = picture[28:42, 100:116] = hole
    result = with_gaps_filled(mask, to_lab(picture))
    assert result[57, 67] == filled
    assert result[35, 108] == filled
    assert not result[10, 10]
