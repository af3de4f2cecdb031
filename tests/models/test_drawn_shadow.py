"""Drawn shadows lie where light would be missing: outside the thing, under it, and on the side that was asked for."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import BadInputError
from models.placement.drawn_shadow import DrawnShadow, Fall


def box_on_a_table() -> np.ndarray:
    thing = np.zeros((200, 300), np.float32)
    thing[60:150, 110:190] = 1
    return thing


def middle(density: np.ndarray) -> tuple[float, float]:
    rows, columns = np.mgrid[: density.shape[0], : density.shape[1]]
    return float((columns * density).sum() / density.sum()), float((rows * density).sum() / density.sum())


@pytest.mark.parametrize("fall", list(Fall))
def test_nothing_lies_on_the_thing_and_nothing_far_away(fall: Fall) -> None:
    thing = box_on_a_table()
    density = DrawnShadow(fall).density(thing)
    assert density.dtype == np.float32
    assert (density[thing > 0] == 0).all()
    assert 0.1 < density.max() < 0.95
    assert (density[:, :20] == 0).all()
    assert (density[:40] == 0).all()


def test_it_is_darkest_where_the_thing_touches_the_ground() -> None:
    density = DrawnShadow().density(box_on_a_table())
    row, column = np.unravel_index(density.argmax(), density.shape)
    assert 149 <= row <= 154
    assert 108 <= column <= 192
    assert density[150:].sum() > 0.6 * density.sum()


def test_it_falls_to_the_side_that_was_asked_for() -> None:
    thing = box_on_a_table()
    left, under, right = (middle(DrawnShadow(fall).density(thing))[0] for fall in (Fall.LEFT, Fall.UNDER, Fall.RIGHT))
    assert left < under - 3 < under + 3 < right
    across, down = middle(DrawnShadow(Fall.BEHIND).density(thing))
    assert across > 150
    assert down > 105


def test_legs_cast_one_each() -> None:
    table = np.zeros((200, 300), np.float32)
    table[60:80, 60:240] = 1
    table[80:150, 66:76] = table[80:150, 224:234] = 1
    density = DrawnShadow().density(table)[150:156]
    assert density[:, 66:76].max() > 1.4 * density[:, 140:160].max()


def test_a_fainter_one_is_fainter() -> None:
    thing = box_on_a_table()
    assert DrawnShadow(strength=0.5).density(thing).max() < 0.6 * DrawnShadow().density(thing).max()


def test_without_a_thing_there_is_no_shadow() -> None:
    with pytest.raises(BadInputError):
        DrawnShadow().density(np.zeros((20, 20), np.float32))
