"""Sizes and places in words."""

from __future__ import annotations

import pytest

from models.placement.things import Home, size_of, thing_of
from models.placement.where import Relation, Where, where_of


@pytest.mark.parametrize(
    ("phrase", "name", "home"),
    [
        ("a small red mug with a handle", "mug", Home.SURFACE),
        ("old oak tree", "tree", Home.GROUND),
        ("hot air balloon", "hot air balloon", Home.SKY),
        ("two white seagulls", "seagulls", Home.SKY),
        ("wall clock", "wall clock", Home.WALL),
        ("pair of sunglasses", "sunglasses", Home.HEAD),
        ("vase of flowers", "vase of flowers", Home.SURFACE),
        ("bowl of tomato soup", "bowl", Home.SURFACE),
        ("dogs", "dog", Home.GROUND),
    ],
)
def test_a_phrase_names_a_thing_of_the_table(phrase: str, name: str, home: Home) -> None:
    thing = thing_of(phrase)
    assert (thing.name, thing.home, thing.known) == (name, home, True)


def test_sizes_follow_words_and_numbers_and_unknown_things_are_guesses() -> None:
    assert thing_of("tree").height > thing_of("person").height > thing_of("cup").height
    assert thing_of("tiny dog").height < thing_of("dog").height < thing_of("giant dog").height
    assert thing_of("three dogs").aspect > 2 * thing_of("dog").aspect
    assert thing_of("zorblax").known is False
    assert thing_of("").height > 0
    assert size_of("sunglasses") is None, "in widths of a face"
    assert size_of("table") == (0.75, 1.4)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, Where()),
        ("there", Where()),
        ("the picture", Where()),
        ("table", Where("table")),
        ("on the table", Where("table", Relation.ON)),
        ("on top of the table", Where("table", Relation.ON)),
        ("left of the dog", Where("dog", Relation.LEFT)),
        ("to the right of the dog", Where("dog", Relation.RIGHT)),
        ("left side of the car", Where("car", Relation.LEFT)),
        ("next to the lamp", Where("lamp", Relation.BESIDE)),
        ("above the tower", Where("tower", Relation.ABOVE)),
        ("under the bench", Where("bench", Relation.BELOW)),
        ("in front of the house", Where("house", Relation.FRONT)),
        ("behind the man in the red coat", Where("man in the red coat", Relation.BEHIND)),
        ("in the sky", Where("sky", Relation.IN)),
        ("top left", Where(across=-1, down=-1)),
        ("bottom right corner of the picture", Where(across=1, down=1)),
        ("in the background", Where(down=-1)),
        ("left", Where(across=-1)),
        ("in the middle", Where(across=0, down=0)),
        ("middle of the road", Where("road", Relation.IN)),
        ("man on the left", Where("man on the left")),
    ],
)
def test_words_of_place(text: str | None, expected: Where) -> None:
    assert where_of(text) == expected
