"""The table is well formed, and phrases are written as a person would."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from models.prompting.diversity import most_relevant_apart
from models.prompting.phrases import PLACES, Concept, concepts
from models.prompting.shape import PlaceShape, log_fit
from models.prompting.wording import worded
from tests.models.prompting.drawn import ellipse


def named(phrase: str) -> Concept:
    return next(concept for concept in concepts() if concept.phrase == phrase)


def test_the_table_is_well_formed() -> None:
    table = concepts()
    assert len(table) >= 300
    assert max(Counter(concept.phrase for concept in table).values()) == 1
    for concept in table:
        assert 1 <= concept.common <= 5
        assert concept.places
        assert set(concept.places) <= set(PLACES)
        assert len(set(concept.places)) == len(concept.places)
        assert concept.height > 0 < concept.aspect
        assert 0 < concept.solidity <= 1
        assert ("sky" in concept.places) == (concept.share is not None)
    assert min(Counter(place for concept in table for place in concept.places).values()) >= 10


@pytest.mark.parametrize(
    ("phrase", "look", "place", "thing", "full"),
    [
        ("a rowing boat", "old", "water", "an old rowing boat", "an old rowing boat on the water"),
        ("an oak tree", "large", "grass", "a large oak tree", "a large oak tree in the meadow"),
        ("fireworks", "golden", "sky", "golden fireworks", "golden fireworks in the sky"),
        ("an umbrella", None, "path", "an umbrella", "an umbrella on the ground"),
        ("a street lamp", "old", "path", "an old street lamp", "an old street lamp beside the path"),
    ],
)
def test_templates(phrase: str, look: str | None, place: str, thing: str, full: str) -> None:
    assert worded(named(phrase), place, look) == (thing, full)


def test_the_ground_plane_tells_sizes() -> None:
    # 1.5 m of camera height fit between horizon and foot: a mask of that height is as tall as the camera
    mask = np.zeros((100, 100), np.float32)
    mask[50:90, 40:60] = 1
    shape = PlaceShape.of(mask)
    assert shape.metres("grass", 0.5) == pytest.approx(1.5)
    assert shape.aspect == pytest.approx(0.5)
    assert shape.is_box
    assert not any((shape.left, shape.right, shape.above, shape.below))
    assert log_fit(shape, named("a man"), "path", 0.5) > log_fit(shape, named("a house"), "path", 0.5)


def test_a_place_that_the_border_cuts_says_less() -> None:
    cut, whole = np.zeros((100, 100), np.float32), np.zeros((100, 100), np.float32)
    cut[50:100, 40:90] = whole[40:90, 40:90] = 1
    man = named("a man")
    assert PlaceShape.of(cut).below
    assert log_fit(PlaceShape.of(cut), man, "path", 0.4) > log_fit(PlaceShape.of(whole), man, "path", 0.3)


def test_solidity_is_of_the_hull() -> None:
    assert PlaceShape.of(ellipse(0.5, 0.5, 0.4, 0.4)).solidity > 0.97
    cross = np.zeros((90, 90), np.float32)
    cross[:, 40:50] = cross[40:50, :] = 1
    assert PlaceShape.of(cross).solidity < 0.45


def test_relevance_comes_first_and_then_what_is_different() -> None:
    alike = np.array([[1.0, 0.9, 0.0], [0.9, 1.0, 0.0], [0.0, 0.0, 1.0]])
    assert most_relevant_apart(np.array([1.0, 0.95, 0.8]), alike, 2) == [0, 2]
    assert most_relevant_apart(np.array([1.0, 0.95, 0.8]), alike, 9) == [0, 2, 1]
