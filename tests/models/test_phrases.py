import cv2
import numpy as np
import pytest
from skimage import data

from models.segmentation.boundaries import to_lab
from models.segmentation.colour_terms import TERMS, chromaticity, probability, term_of
from models.segmentation.phrases import PhraseGrounder


def found(rgb, phrase):
    grounder = PhraseGrounder()
    grounder.set_image(rgb)
    return grounder.from_words(phrase)


def scene_with(*discs, size=(240, 360), ground=(190, 190, 185)):
    """Discs (x, y, radius, colour) on a softly textured ground."""
    rng = np.random.default_rng(3)
    picture = np.full((*size, 3), ground, np.float32)
    for x, y, radius, colour in discs:
        cv2.circle(picture, (x, y), radius, colour, -1, cv2.LINE_AA)
    return np.clip(picture + rng.normal(0, 4, picture.shape), 0, 255).astype(np.uint8)


RED, BLUE, GREEN = (200, 30, 35), (35, 60, 190), (40, 150, 60)
THREE_RED = scene_with((70, 120, 30, RED), (180, 120, 30, RED), (290, 120, 30, RED))


def covers(grounding, x, y):
    return grounding.found and grounding.mask[y, x] > 0.5


@pytest.mark.parametrize(
    ("rgb", "term"),
    [(RED, "red"), (BLUE, "blue"), (GREEN, "green"), ((8, 8, 8), "black"), ((250, 250, 250), "white")],
)
def test_the_table_calls_plain_colours_by_their_names(rgb, term):
    lab = to_lab(np.full((1, 1, 3), rgb, np.uint8))
    assert max(TERMS, key=lambda name: float(probability(lab, name)[0, 0])) == term


def test_colour_words_stand_for_basic_terms():
    assert (term_of("Navy"), term_of("gold"), term_of("gray"), term_of("table")) == ("blue", "yellow", "grey", None)


def test_shading_leaves_chromaticity_alone():
    bright = np.array([[[70.0, 40.0, 50.0]]], np.float32)
    dim = bright * 0.5 - np.array([8.0, 0.0, 0.0], np.float32)  # L + 16, a and b halved
    assert np.allclose(chromaticity(bright), chromaticity(dim), atol=1e-5)


def test_one_thing_of_the_colour_is_chosen():
    picture = scene_with((90, 120, 36, RED), (260, 120, 36, BLUE))
    answer = found(picture, "the red ball")
    assert covers(answer, 90, 120)
    assert not covers(answer, 260, 120)
    assert answer.mask.shape == picture.shape[:2]
    assert answer.mask.dtype == np.float32


def test_several_alike_are_a_question():
    answer = found(THREE_RED, "the red ball")
    assert not answer.found
    assert len(answer.candidates) == 3
    assert answer.question is not None
    assert "three" in answer.question


@pytest.mark.parametrize(
    ("phrase", "x"),
    [
        ("the red ball on the left", 70),
        ("the red one in the middle", 180),
        ("the rightmost red ball", 290),
        ("the second red ball from the right", 180),
        ("the third red ball", 290),
    ],
)
def test_place_and_order_decide(phrase, x):
    answer = found(THREE_RED, phrase)
    assert len(answer.chosen) == 1
    assert [covers(answer, at, 120) for at in (70, 180, 290)] == [at == x for at in (70, 180, 290)]


def test_plurals_take_all():
    answer = found(THREE_RED, "all the red balls")
    assert all(covers(answer, x, 120) for x in (70, 180, 290))
    assert not found(THREE_RED, "the five red balls").found


def test_size_decides():
    picture = scene_with((90, 120, 20, RED), (250, 120, 48, RED))
    assert covers(found(picture, "the big red ball"), 250, 120)
    assert covers(found(picture, "the small red ball"), 90, 120)
    assert not covers(found(picture, "the small red ball"), 250, 120)


def test_a_colour_that_is_not_there_is_not_found():
    answer = found(THREE_RED, "the blue ball")
    assert not answer.found
    assert answer.question is not None
    assert "blue" in answer.question


def test_everything_but():
    picture = scene_with((90, 120, 36, RED), (260, 120, 36, BLUE))
    answer = found(picture, "everything but the red ball")
    assert not covers(answer, 90, 120)
    assert covers(answer, 260, 120)
    assert covers(answer, 5, 5)


def test_an_unknown_noun_is_the_one_thing_that_stands_out():
    assert covers(found(scene_with((180, 120, 50, GREEN)), "the frobnicator"), 180, 120)


def test_an_unknown_noun_among_several_is_a_question():
    picture = scene_with((80, 120, 36, GREEN), (180, 120, 36, BLUE), (280, 120, 36, RED))
    answer = found(picture, "the frobnicator")
    assert not answer.found
    assert answer.question is not None
    assert "frobnicator" in answer.question


def test_an_even_picture_answers_nothing():
    picture = np.full((120, 160, 3), 128, np.uint8)
    for phrase in ("the dog", "the red car", "the subject", "the sky", "the face", "the car on the left"):
        assert not found(picture, phrase).found


@pytest.mark.parametrize("size", [(1, 1), (3, 40), (16, 16), (24, 30), (40, 900)])
def test_tiny_pictures_do_not_fail(size):
    picture = np.random.default_rng(0).integers(0, 255, (*size, 3), dtype=np.uint8)
    for phrase in ("the red thing", "the background", "sky", "the cat on the left", "the face"):
        found(picture, phrase)


def test_no_image_is_an_error():
    with pytest.raises(ValueError):
        PhraseGrounder().from_words("sky")


def test_the_orange_suit_of_the_astronaut():
    answer = found(data.astronaut(), "the orange suit")
    assert answer.found
    mask = answer.mask >= 0.5
    for x, y in ((60, 330), (150, 300), (60, 300), (110, 420)):  # sleeve, chest, shoulder, belly
        assert mask[y, x]
    assert mask[60:150, 180:260].mean() < 0.05  # the face
    assert mask[0:200, 0:80].mean() < 0.05  # the flag
    assert mask[:, 420:].mean() < 0.05  # the shuttle


def test_the_face_and_the_woman():
    face = found(data.astronaut(), "her face")
    assert face.found
    assert face.mask[110, 215] == 1.0
    assert 0.01 < (face.mask > 0.5).mean() < 0.06
    assert not found(data.coffee(), "the face").found


def test_answers_repeat():
    first, second = (found(data.coffee(), "the coffee") for _ in range(2))
    assert np.array_equal(first.mask, second.mask)
