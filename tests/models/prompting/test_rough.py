"""Suggestions without weights on drawn scenes: the place, the shape and the size decide, and nothing repeats itself."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import BadInputError
from models.mask import Mask
from models.prompting.phrases import PLACES, Concept, concepts
from models.prompting.rough import RoughSuggester
from models.prompting.surroundings import surroundings_of
from tests.models.prompting.drawn import ellipse, meadow, room, sea, street


def concept_of(thing: str) -> Concept:
    """What a described thing is: the longest noun of the table that it ends in."""
    nouns = {concept.phrase.removeprefix("a ").removeprefix("an "): concept for concept in concepts()}
    return nouns[max((noun for noun in nouns if thing.endswith(noun)), key=len)]


def kinds(image: np.ndarray, mask: Mask, k: int = 5) -> list[str]:
    return [concept_of(one.thing).kind for one in RoughSuggester().suggest(image, mask, k)]


def places(image: np.ndarray, mask: Mask) -> list[str]:
    return [one.phrase.removeprefix(one.thing).strip() for one in RoughSuggester().suggest(image, mask)]


@pytest.mark.parametrize(
    ("image", "mask", "place"),
    [
        (meadow(), ellipse(0.3, 0.2, 0.12, 0.14), "sky"),
        (meadow(), ellipse(0.5, 0.75, 0.2, 0.2), "grass"),
        (sea(), ellipse(0.4, 0.7, 0.3, 0.12), "water"),
        (street(), ellipse(0.5, 0.75, 0.2, 0.2), "path"),
        (room(), ellipse(0.5, 0.3, 0.2, 0.2), "wall"),
        (room(), ellipse(0.5, 0.75, 0.15, 0.35), "floor"),
    ],
)
def test_the_place_is_told_by_what_lies_around_it(image: np.ndarray, mask: Mask, place: str) -> None:
    around = surroundings_of(image, mask)
    assert around.likeliest == place
    assert sum(around.places.values()) == pytest.approx(1.0)
    assert set(around.places) == set(PLACES)


def test_in_the_sky_are_things_that_fly_or_shine() -> None:
    for mask in (ellipse(0.3, 0.2, 0.1, 0.12), ellipse(0.7, 0.15, 0.16, 0.22)):
        assert set(kinds(meadow(), mask)) <= {"animal", "aircraft", "weather", "toy", "light"}
        assert all(place == "in the sky" for place in places(meadow(), mask))


def test_a_wide_place_in_the_sky_is_first_of_all_a_cloud_or_the_like() -> None:
    first = RoughSuggester().suggest(sea(), ellipse(0.5, 0.2, 0.4, 0.2))[0]
    assert any(word in first.thing for word in ("cloud", "flock", "airship", "rainbow"))


def test_tall_on_the_ground_stand_trees_people_and_lamps() -> None:
    near = ellipse(0.3, 0.6, 0.1, 0.5)  # from well above the horizon to the foreground
    assert set(kinds(meadow(), near)) & {"person", "plant", "structure"}
    assert "person" in kinds(street(), near)
    far = ellipse(0.7, 0.33, 0.1, 0.5)  # its foot is far off, so it is metres tall
    found = kinds(meadow(), far)
    assert set(found) & {"plant", "building", "structure"}
    assert "person" not in found[:2]
    assert not set(found) & {"food", "boat", "furniture"}


def test_on_the_water_floats_a_boat() -> None:
    found = RoughSuggester().suggest(sea(), ellipse(0.45, 0.62, 0.25, 0.09))
    assert any(concept_of(one.thing).kind == "boat" for one in found[:2])
    assert all(one.phrase.endswith("on the water") for one in found)


def test_size_decides_between_what_has_one_shape() -> None:
    small, large = ellipse(0.5, 0.9, 0.03, 0.06), ellipse(0.5, 0.5, 0.3, 0.5)
    of_small = [concept_of(one.thing).height for one in RoughSuggester().suggest(meadow(), small)]
    of_large = [concept_of(one.thing).height for one in RoughSuggester().suggest(meadow(), large)]
    assert np.median(of_small) < 0.5 < np.median(of_large)


def test_suggestions_differ_and_are_ordered_and_reproducible() -> None:
    mask = ellipse(0.5, 0.7, 0.15, 0.35)
    found = RoughSuggester().suggest(street(), mask, 5)
    assert len(found) == 5
    assert len({one.thing.split()[-1] for one in found}) == 5
    assert len(set(kinds(street(), mask))) >= 3
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert all(0 <= one.score <= 1 and one.why for one in found)
    assert found == RoughSuggester().suggest(street(), mask, 5)


def test_what_the_picture_shows_in_the_place_does_not_matter() -> None:
    mask = ellipse(0.5, 0.7, 0.15, 0.35)
    painted = np.where(mask[..., None] > 0, np.uint8(255), street())
    assert RoughSuggester().suggest(painted, mask) == RoughSuggester().suggest(street(), mask)


@pytest.mark.parametrize("k", [1, 3, 400])
def test_as_many_as_asked_for_and_no_more_than_there_are(k: int) -> None:
    assert len(RoughSuggester().suggest(meadow(), ellipse(0.5, 0.5, 0.2, 0.2), k)) == min(k, len(concepts()))


def test_extreme_places_give_suggestions_too() -> None:
    everything = np.ones((320, 480), np.float32)
    dot = np.zeros((320, 480), np.float32)
    dot[319, 0] = 1.0
    line = np.zeros((320, 480), np.float32)
    line[:, 200] = 1.0
    for mask in (everything, dot, line):
        assert len(RoughSuggester().suggest(meadow(), mask)) == 5
    assert len(RoughSuggester().suggest(np.full((3, 2, 3), 90, np.uint8), np.ones((3, 2), np.float32))) == 5


def test_wrong_input_is_refused() -> None:
    rough = RoughSuggester()
    with pytest.raises(BadInputError):
        rough.suggest(meadow(), np.zeros((320, 480), np.float32))
    with pytest.raises(BadInputError):
        rough.suggest(meadow(), np.ones((300, 480), np.float32))
    with pytest.raises(BadInputError):
        rough.suggest(meadow(), ellipse(0.5, 0.5, 0.2, 0.2), 0)
