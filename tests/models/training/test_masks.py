"""Holes to learn from: repeatable, within bounds, of the widths that were published."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from models.errors import BadInputError
from models.geometry import Extent
from models.training.masks import shapes, strokes
from models.training.masks.mixture import EVERYTHING, KINDS, HoleMixture

CROP = Extent(96, 64)


def widest(hole: np.ndarray) -> float:
    """Twice the radius of the largest disc that fits into the hole, pixels."""
    padded = cv2.copyMakeBorder(hole.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    return 2 * float(cv2.distanceTransform(padded, cv2.DIST_L2, 5).max())


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_gives_a_binary_hole_that_its_seed_repeats(kind: str) -> None:
    mixture = HoleMixture({kind: 1.0})
    first = [mixture.draw(np.random.default_rng(seed), CROP) for seed in range(12)]
    again = [mixture.draw(np.random.default_rng(seed), CROP) for seed in range(12)]
    for hole, same in zip(first, again, strict=True):
        assert hole.shape == (64, 96)
        assert hole.dtype == np.float32
        assert set(np.unique(hole)) == {0.0, 1.0}
        assert mixture.least <= hole.mean() <= mixture.most
        np.testing.assert_array_equal(hole, same)
    assert len({hole.tobytes() for hole in first}) == 12


def test_lamas_sets_grow_from_thin_to_thick() -> None:
    extent = Extent(strokes.LAMA_SIDE, strokes.LAMA_SIDE)
    typical = {}
    for name, recipe in strokes.LAMA_SETS.items():
        holes = [strokes.strokes(np.random.default_rng(seed), extent, recipe.strokes) for seed in range(30)]
        typical[name] = np.median([widest(hole) for hole in holes])
    assert typical["thin"] < 0.6 * typical["medium"]
    assert typical["medium"] < typical["thick"]


def test_one_stroke_has_the_width_that_was_asked_for() -> None:
    recipe = strokes.StrokeRecipe((1, 1), (15, 15), (80, 80), segments=(1, 1))
    extent = Extent(400, 400)
    for seed in range(10):
        # the measure counts in whole pixels, and a slanting line is a staircase
        assert 14 <= widest(strokes.strokes(np.random.default_rng(seed), extent, recipe)) <= 19


def test_boxes_keep_their_margin_and_their_sides() -> None:
    recipe = strokes.BoxRecipe((1, 1), (30, 60), margin=10)
    for seed in range(20):
        hole = strokes.boxes(np.random.default_rng(seed), Extent(200, 100), recipe)
        rows, columns = np.flatnonzero(hole.any(1)), np.flatnonzero(hole.any(0))
        assert 30 <= len(rows) <= 60
        assert 30 <= len(columns) <= 60
        assert min(rows[0], columns[0]) >= 10
        assert rows[-1] < 90
        assert columns[-1] < 190
        assert hole.sum() == len(rows) * len(columns)


@pytest.mark.parametrize("share", [0.05, 0.3, 0.6])
def test_irregular_holes_reach_their_share(share: float) -> None:
    for seed in range(5):
        hole = strokes.irregular(np.random.default_rng(seed), Extent(128, 128), share)
        assert share <= hole.mean() < share + 0.25


def test_scratches_and_wires_are_narrow_and_wires_cross_the_picture() -> None:
    extent = Extent(256, 256)
    cables = [shapes.wires(np.random.default_rng(seed), extent) for seed in range(20)]
    crossing = [cable.any(0).all() or cable.any(1).all() for cable in cables]
    assert sum(crossing) > 12  # the others sag out of the picture
    assert np.median([widest(cable) for cable in cables]) < 16
    single = [widest(shapes.scratches(np.random.default_rng(seed), extent)) for seed in range(20)]
    assert np.median(single) < 14


def test_windows_of_a_large_canvas_keep_the_strokes_width() -> None:
    small = [HoleMixture({"thin": 1.0}).draw(np.random.default_rng(seed), Extent(64, 64)) for seed in range(40)]
    assert np.median([widest(hole) for hole in small]) > 8  # published: 5 to 24 at 512, not an eighth of that


def test_what_cannot_be_drawn_is_said() -> None:
    with pytest.raises(BadInputError, match="no kind of hole named cats"):
        HoleMixture({"cats": 1.0})
    with pytest.raises(BadInputError, match="one must be above 0"):
        HoleMixture({"thin": 0.0})
    with pytest.raises(BadInputError, match="least < most"):
        HoleMixture(EVERYTHING, least=0.5, most=0.2)
