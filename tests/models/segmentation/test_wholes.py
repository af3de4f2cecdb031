"""From masks that a name fits to things: parts, wholes, groups, duplicates."""

from __future__ import annotations

import numpy as np
import pytest

from models.geometry import Extent
from models.segmentation.phrases.components import Part, part_of
from models.segmentation.phrases.parse import parse
from models.segmentation.phrases.relations import holds, related
from models.segmentation.proposals import Proposals
from models.segmentation.recognition.names import everything_named, meanings, rivals
from models.segmentation.recognition.wholes import things
from models.segmentation.saliency import Scene
from tests.models.segmentation.named_shapes import proposal

EXTENT = Extent(200, 100)


def rectangle(x0: int, y0: int, x1: int, y1: int) -> np.ndarray:
    mask = np.zeros((EXTENT.height, EXTENT.width), bool)
    mask[y0:y1, x0:x1] = True
    return mask


def found(*fits: tuple[np.ndarray, float]) -> list[tuple[int, float]]:
    proposals = Proposals(EXTENT, EXTENT, tuple(proposal(mask) for mask, _ in fits))
    told = things(proposals, np.array([value for _, value in fits]), 0.05)
    return [(thing.index, thing.probability) for thing in told]


def test_a_door_gives_way_to_the_taxi_it_belongs_to() -> None:
    taxi, door, front = rectangle(20, 20, 120, 80), rectangle(40, 30, 70, 80), rectangle(90, 40, 120, 80)
    assert found((taxi, 0.7), (door, 0.9), (front, 0.6)) == [(0, 0.9)]


def test_a_table_does_not_swallow_the_mug_on_it() -> None:
    assert found((rectangle(0, 0, 200, 100), 0.1), (rectangle(40, 30, 70, 60), 0.9)) == [(1, 0.9)]


def test_a_group_is_taken_apart() -> None:
    group = rectangle(10, 10, 100, 90)
    first, second, third = (rectangle(x, 10, x + 28, 90) for x in (10, 40, 70))
    assert {index for index, _ in found((group, 0.9), (first, 0.95), (second, 0.9), (third, 0.92))} == {1, 2, 3}


def test_the_face_and_the_shirt_are_no_group() -> None:
    person, face, shirt = rectangle(10, 0, 60, 100), rectangle(20, 0, 50, 30), rectangle(10, 35, 60, 100)
    assert found((person, 0.95), (face, 0.7), (shirt, 0.6)) == [(0, 0.95)]


def test_the_same_mask_twice_is_one_thing() -> None:
    assert found((rectangle(10, 10, 60, 60), 0.6), (rectangle(10, 10, 61, 60), 0.8)) == [(1, 0.8)]


def test_what_is_improbable_is_left_out() -> None:
    assert found((rectangle(10, 10, 60, 60), 0.01)) == []


@pytest.mark.parametrize(
    ("phrase", "against", "not_against"),
    [
        ("the mug", "bottle", "cup"),
        ("the cup", "plate", "cup"),
        ("the man", "woman", "person"),
        ("the dog", "cat", "dog"),
        ("the animal", "car", "dog"),
        ("the striped mug", "bowl", "cup"),
        ("the tennis ball", "apple", "ball"),
        ("the people", "dog", "woman"),
        ("the giraffe", "zebra", "giraffe"),
        ("the player", "dog", "man"),
        ("the guy", "woman", "man"),
        ("the woman", "man", "dress"),
        ("the dress", "woman", "dress"),
        ("the taxi", "bus", "wheel"),
        ("the wheel", "car", "wheel"),
    ],
)
def test_rivals_leave_out_what_means_the_same(phrase: str, against: str, not_against: str) -> None:
    names = rivals(parse(phrase))
    assert against in names
    assert not_against not in names
    assert set(names) <= set(everything_named())


def test_a_kind_is_known_by_its_members() -> None:
    assert {"animal", "dog", "bird"} <= set(meanings(parse("the animals")))
    assert meanings(parse("the red mugs")) == ("mug",)
    assert "woman" in meanings(parse("her"))


@pytest.fixture(scope="module")
def plain() -> Scene:
    rng = np.random.default_rng(0)
    return Scene.of(rng.integers(90, 110, (EXTENT.height, EXTENT.width, 3)).astype(np.uint8))


def part(plain: Scene, x0: int, y0: int, x1: int, y1: int) -> Part:
    return part_of(rectangle(x0, y0, x1, y1), plain, 0.9)


def test_of_things_beside_a_lamp_the_nearest_is_meant(plain: Scene) -> None:
    lamp = part(plain, 80, 20, 100, 80)
    near, far = part(plain, 105, 40, 120, 60), part(plain, 140, 40, 155, 60)
    assert related([far, near], "next to", lamp) == [near]
    assert related([far, near], "to the left of", lamp) == []


def test_wearing_turns_the_relation_round(plain: Scene) -> None:
    man, other = part(plain, 20, 20, 60, 100), part(plain, 120, 20, 160, 100)
    hat = part(plain, 30, 12, 50, 24)
    assert holds("wearing", man, hat)
    assert not holds("wearing", other, hat)
    assert holds("on", hat, man)
    assert not holds("on", hat, other)
