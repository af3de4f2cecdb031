"""Whether a cut-out ends where the picture shows an end."""

from __future__ import annotations

import numpy as np
import pytest

from models.checking.outline import outline
from tests.models.checking.scenes import grass, painted, rectangle

BOX = rectangle((240, 320), 100, 70, 200, 170)


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_an_outline_on_an_edge_is_sure_and_one_beside_it_is_not(depth: type) -> None:
    picture = painted(grass(), BOX, (190, 60, 50)).astype(depth) * (257 if depth is np.uint16 else 1)
    assert outline(picture, BOX).unsure < 0.02
    assert outline(picture, rectangle((240, 320), 20, 20, 80, 220)).unsure > 0.7
    half = outline(picture, rectangle((240, 320), 150, 70, 200, 170)).unsure  # its left side runs through the box
    assert 0.2 < half < 0.45


def test_what_is_cut_by_the_picture_is_not_unsure_there() -> None:
    side = rectangle((240, 320), 0, 70, 90, 170)
    assert outline(painted(grass(), side, (190, 60, 50)), side).unsure < 0.02


def test_loose_pieces_are_counted_and_grain_is_not() -> None:
    picture = painted(grass(), BOX, (190, 60, 50))
    spots = BOX.copy()
    for x in (20, 40, 60):
        spots[30:36, x : x + 6] = 1.0
    spots[200, 300] = 1.0
    assert outline(picture, spots).loose == 3
    assert outline(picture, BOX).loose == 0


def test_nothing_and_everything_have_no_outline() -> None:
    assert outline(grass(), np.zeros_like(BOX)).unsure == 0
    assert outline(grass(), np.ones_like(BOX)).unsure == 0
