"""What lies under the pointer: atoms of overlapping proposals, and regions of a real picture."""

from __future__ import annotations

import cv2
import numpy as np
from skimage import data

from models.geometry import Bounds, Extent
from models.mask import iou
from models.segmentation.browsing import atlas
from models.segmentation.prompts import RegionPredictor
from models.segmentation.proposals import Proposal, Proposals
from models.segmentation.protocol import Browsable
from models.segmentation.weight_free import WeightFreePredictor


def _box(x0: int, y0: int, x1: int, y1: int, score: float = 0.5) -> Proposal:
    return Proposal(Bounds(x0, y0, x1, y1), np.ones((y1 - y0, x1 - x0), bool), score)


def _random_proposals(working: Extent, count: int = 40) -> Proposals:
    random = np.random.default_rng(2)
    items = []
    for _ in range(count):
        x0, y0 = random.integers(0, working.width - 30), random.integers(0, working.height - 30)
        x1, y1 = random.integers(x0 + 5, working.width), random.integers(y0 + 5, working.height)
        inside = cv2.GaussianBlur(random.random((y1 - y0, x1 - x0)), (0, 0), 4) > 0.5
        items.append(Proposal(Bounds(int(x0), int(y0), int(x1), int(y1)), inside, float(random.random())))
    return Proposals(Extent(working.width * 2, working.height * 2), working, tuple(items))


def test_every_pixel_knows_exactly_the_proposals_that_hold_it() -> None:
    proposals = _random_proposals(Extent(90, 70))
    made = atlas(proposals)
    masks = np.stack([proposals.mask(index) for index in range(len(proposals))])
    for y in range(0, 70, 3):
        for x in range(0, 90, 3):
            assert set(made.holders[made.atoms[y, x]]) == set(np.flatnonzero(masks[:, y, x]).tolist())
    for ids, first in zip(made.holders, made.first, strict=True):
        areas = [proposals[index].area for index in ids]
        assert areas == sorted(areas)
        assert not ids or proposals[ids[first]].score == max(proposals[index].score for index in ids)
    assert set(np.unique(made.atoms)) == set(range(len(made.holders)))


def test_a_large_working_picture_is_mapped_small() -> None:
    proposals = Proposals(Extent(3000, 2000), Extent(1500, 1000), (_box(300, 200, 900, 800), _box(0, 0, 1500, 10)))
    made = atlas(proposals)
    assert made.atoms.shape == (427, 640)
    height, width = made.atoms.shape
    assert made.holders[made.atoms[height // 2, width * 6 // 15]] == (0,)
    assert made.holders[made.atoms[height * 9 // 10, width // 2]] == ()
    assert made.holders[made.atoms[1, width // 2]] == (1,)


def test_nothing_proposed_is_one_atom_without_holders() -> None:
    made = atlas(Proposals(Extent(40, 30), Extent(40, 30)))
    assert made.holders == ((),)
    assert not made.atoms.any()


def test_regions_of_a_photo_hold_what_a_person_points_at() -> None:
    photo = data.astronaut()
    predictor = WeightFreePredictor()
    assert isinstance(predictor, Browsable)
    predictor.set_image(photo)
    made = predictor.atlas()
    assert predictor.atlas() is made
    assert 50 < len(made.proposals) < 500
    covered = np.array([bool(ids) for ids in made.holders])[made.atoms]
    assert covered.mean() > 0.97, "there is something to point at nearly everywhere"
    mask = predictor.proposal_mask(0)
    assert mask.shape == photo.shape[:2]
    assert mask.dtype == np.float32


def test_what_is_lit_up_first_is_the_thing_under_the_pointer() -> None:
    picture = np.full((300, 400, 3), (60, 120, 70), np.uint8)
    discs = {(90, 100): 50, (290, 180): 70, (110, 240): 35}
    for (middle, radius), colour in zip(discs.items(), [(210, 50, 40), (40, 60, 200), (230, 220, 90)], strict=True):
        cv2.circle(picture, middle, radius, colour, -1)
    noise = np.random.default_rng(0).normal(0, 4, picture.shape)
    predictor = RegionPredictor()
    predictor.set_image(np.clip(picture + noise, 0, 255).astype(np.uint8))
    made = predictor.atlas()
    height, width = made.atoms.shape
    for (x, y), radius in discs.items():
        atom = made.atoms[y * height // 300, x * width // 400]
        mask = predictor.proposal_mask(made.holders[atom][made.first[atom]])
        expected = cv2.circle(np.zeros((300, 400), np.float32), (x, y), radius, 1.0, -1)
        assert iou(mask, expected) > 0.9


def test_the_same_picture_gives_the_same_numbers() -> None:
    made = []
    for _ in range(2):
        predictor = RegionPredictor()
        predictor.set_image(data.chelsea())
        made.append(predictor.atlas())
    assert np.array_equal(made[0].atoms, made[1].atoms)
    assert made[0].holders == made[1].holders
    assert made[0].first == made[1].first
