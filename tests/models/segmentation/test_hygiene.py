import cv2
import numpy as np
import pytest

from models.geometry import Bounds, Extent
from models.segmentation.containment import parts, wholes
from models.segmentation.hygiene import distinct, tidied, tidied_proposal
from models.segmentation.proposals import Proposal, Proposals

EXTENT = Extent(200, 150)


def _proposal(mask: np.ndarray, score: float = 0.9) -> Proposal:
    return Proposal(EXTENT.bounds, mask, score)


def _disc(x: int, y: int, radius: int) -> np.ndarray:
    canvas = np.zeros((EXTENT.height, EXTENT.width), np.uint8)
    return cv2.circle(canvas, (x, y), radius, 1, -1) > 0


def _whole(proposal: Proposal) -> np.ndarray:
    return Proposals(EXTENT, EXTENT, (proposal,)).mask(0)


def test_crumbs_and_pinholes_go_and_the_box_is_tight() -> None:
    dirty = _disc(80, 70, 30)
    dirty[70, 80] = False
    dirty[5:8, 5:8] = True
    clean = tidied_proposal(_proposal(dirty))
    np.testing.assert_array_equal(_whole(clean), _disc(80, 70, 30))
    assert clean.box == Bounds(50, 40, 111, 101)


def test_a_thing_in_two_pieces_stays_whole_and_a_ring_keeps_its_hole() -> None:
    behind_a_post = _disc(80, 70, 30)
    behind_a_post[:, 76:84] = False
    np.testing.assert_array_equal(_whole(tidied_proposal(_proposal(behind_a_post))), behind_a_post)
    ring = _disc(80, 70, 30) & ~_disc(80, 70, 12)
    np.testing.assert_array_equal(_whole(tidied_proposal(_proposal(ring))), ring)


def test_a_bay_at_the_border_of_the_box_is_no_hole() -> None:
    open_shape = np.ones((20, 20), bool)
    open_shape[:2, 10] = False
    assert tidied_proposal(Proposal(Bounds(10, 10, 30, 30), open_shape, 0.5)).area == 398


def test_the_better_of_two_alike_stays_whatever_their_order() -> None:
    found = tidied(Proposals(EXTENT, EXTENT, (_proposal(_disc(80, 70, 30), 0.5), _proposal(_disc(81, 70, 30), 0.8))))
    assert [item.score for item in found] == [0.8]


def test_part_and_whole_are_not_alike_and_noise_goes() -> None:
    found = tidied(
        Proposals(
            EXTENT,
            EXTENT,
            (_proposal(_disc(80, 70, 30)), _proposal(_disc(80, 70, 20)), _proposal(_disc(150, 20, 0), 0.99)),
        )
    )
    assert len(found) == 2


def test_iou_and_shared_agree_with_whole_masks() -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        first, second = (_disc(*(int(v) for v in rng.integers(20, 130, 2)), int(rng.integers(5, 40))) for _ in "ab")
        a, b = tidied_proposal(_proposal(first)), tidied_proposal(_proposal(second))
        assert a.shared(b) == np.count_nonzero(first & second)
        assert a.iou(b) == pytest.approx(np.count_nonzero(first & second) / np.count_nonzero(first | second))


def test_distinct_equals_comparing_all_pairs() -> None:
    rng = np.random.default_rng(5)
    items = [
        tidied_proposal(_proposal(_disc(int(x), int(y), int(r))))
        for x, y, r in rng.integers((60, 60, 18), (70, 70, 26), (30, 3))
    ]
    expected: list[Proposal] = []
    for item in items:
        if all(item.iou(other) < 0.8 for other in expected):
            expected.append(item)
    kept = distinct(items, 0.8)
    assert [id(item) for item in kept] == [id(item) for item in expected]
    assert len(kept) < len(items)


def test_wheels_are_parts_of_the_car_and_their_hubs_of_the_wheels() -> None:
    car = np.zeros((150, 200), bool)
    car[50:100, 30:170] = True
    wheel, hub, tree = _disc(60, 90, 14) & car, _disc(60, 90, 4), _disc(185, 20, 10)
    scene = Proposals(EXTENT, EXTENT, tuple(tidied_proposal(_proposal(m)) for m in (hub, tree, car, wheel)))
    assert wholes(scene) == (3, None, None, 2)
    assert parts(scene) == ((), (), (3,), (0,))


def test_of_nothing_comes_nothing() -> None:
    nothing = Proposals(EXTENT, EXTENT)
    assert len(tidied(nothing)) == 0
    assert wholes(nothing) == ()
