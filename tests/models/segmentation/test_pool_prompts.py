import cv2
import numpy as np
import pytest

from models.errors import BadInputError
from models.geometry import Bounds, Extent, Point
from models.mask import as_mask, iou
from models.segmentation.hygiene import tightened
from models.segmentation.pool_prompts import ProposalPool, at_full_resolution
from models.segmentation.proposals import Proposal, Proposals
from tests.models.scenes import BAR, DISC, HOUSE, drawn_scene, thing

ROOF_ENDS = 180


def _pool(scale: float = 1.0, working_scale: float = 1.0) -> tuple[ProposalPool, np.ndarray]:
    """The drawn scene with proposals as a detector might have them: rough edges, parts, the grass, at another size."""
    rgb, labels = drawn_scene(scale)
    working = Extent(round(420 * working_scale), round(300 * working_scale))
    small = drawn_scene()[1]
    upper, lower = small == HOUSE, small == HOUSE
    upper[ROOF_ENDS:], lower[:ROOF_ENDS] = False, False
    masks = [small == DISC, small == BAR, small == HOUSE, upper, lower, small == 0]
    items = []
    for mask, score in zip(masks, (0.9, 0.85, 0.9, 0.7, 0.72, 0.8), strict=True):
        rough = cv2.resize(mask.astype(np.float32), tuple(working)) > 0.5
        items.append(tightened(Proposal(working.bounds, rough, score)))
    return ProposalPool(rgb, Proposals(Extent.of(rgb), working, tuple(items))), labels


@pytest.mark.parametrize("working_scale", [0.5, 1.0])
@pytest.mark.parametrize(
    ("number", "point"), [(DISC, Point(110, 110)), (BAR, Point(140, 246)), (HOUSE, Point(330, 150))]
)
def test_a_click_takes_the_thing(number: int, point: Point, working_scale: float) -> None:
    pool, labels = _pool(working_scale=working_scale)
    grounding = pool.from_points([point])
    assert grounding.chosen == (0,)
    assert iou(grounding.mask, thing(labels, number)) > 0.95
    scores = [candidate.score for candidate in grounding.candidates]
    assert scores == sorted(scores, reverse=True)


def test_other_sizes_follow() -> None:
    pool, labels = _pool()
    grounding = pool.from_points([Point(330, 150)])
    assert len(grounding.candidates) == 2
    upper = thing(labels, HOUSE)
    upper[ROOF_ENDS:] = 0
    assert iou(grounding.candidates[1].mask, upper) > 0.9


def test_a_negative_click_carves_the_smaller_out_of_the_larger() -> None:
    pool, labels = _pool()
    grounding = pool.from_points([Point(330, 150)], [Point(330, 215)])
    upper = thing(labels, HOUSE)
    upper[ROOF_ENDS:] = 0
    assert grounding.found
    for candidate in grounding.candidates:
        assert candidate.mask[150, 330] == 1.0
        assert candidate.mask[215, 330] == 0.0
    assert iou(grounding.mask, upper) > 0.9


def test_what_cannot_be_carved_is_not_offered() -> None:
    pool, _ = _pool()
    grounding = pool.from_points([Point(110, 110)], [Point(100, 110)])
    assert not grounding.found
    assert grounding.question


def test_nested_things_are_carved_at_the_level_that_was_clicked() -> None:
    """Nested discs, the largest clicked: what is inside the disc that a negative click hits goes with it."""
    extent = Extent(200, 200)
    discs = [cv2.circle(np.zeros((200, 200), np.uint8), (100, 100), r, 1, -1) > 0 for r in (80, 50, 20)]
    items = tuple(tightened(Proposal(extent.bounds, disc, 0.9)) for disc in discs)
    rng = np.random.default_rng(0)
    rgb = rng.integers(100, 110, (200, 200, 3), np.uint8)
    for disc, colour in zip(discs, ((200, 40, 40), (40, 200, 40), (40, 40, 200)), strict=True):
        rgb[disc] = colour
    pool = ProposalPool(rgb, Proposals(extent, extent, items))
    without_middle = pool.from_points([Point(100, 30)], [Point(100, 60)]).mask
    assert iou(without_middle, as_mask(discs[0] & ~discs[1])) > 0.97
    only_rings = pool.from_points([Point(100, 30), Point(100, 60)], [Point(100, 100)]).mask
    assert iou(only_rings, as_mask(discs[0] & ~discs[2])) > 0.97


def test_clicks_on_two_things_join_them() -> None:
    pool, labels = _pool()
    grounding = pool.from_points([Point(110, 110), Point(140, 246)])
    both = np.maximum(thing(labels, DISC), thing(labels, BAR))
    assert iou(grounding.mask, both) > 0.95


def test_a_click_on_nothing_asks() -> None:
    pool, _ = _pool()
    found = pool.proposals
    without_grass = Proposals(found.extent, found.working, found.items[:5])
    grounding = ProposalPool(pool.rgb, without_grass).from_points([Point(10, 10)])
    assert not grounding.found
    assert grounding.question


@pytest.mark.parametrize(
    ("number", "box"),
    [(DISC, Bounds(50, 48, 172, 170)), (BAR, Bounds(30, 220, 250, 272)), (HOUSE, Bounds(262, 112, 392, 252))],
)
def test_a_loose_box_takes_what_it_encloses(number: int, box: Bounds) -> None:
    pool, labels = _pool()
    assert iou(pool.from_box(box).mask, thing(labels, number)) > 0.95


def test_a_box_finds_a_thin_diagonal_thing() -> None:
    """The official rule, pixels only, prefers any compact thing nearby: here a disc that only touches the box."""
    extent = Extent(300, 300)
    wire = cv2.line(np.zeros((300, 300), np.uint8), (40, 40), (240, 240), 1, 5) > 0
    blob = cv2.circle(np.zeros((300, 300), np.uint8), (180, 90), 58, 1, -1) > 0
    items = tuple(tightened(Proposal(extent.bounds, m, s)) for m, s in ((blob & ~wire, 0.9), (wire, 0.6)))
    rgb = np.full((300, 300, 3), 120, np.uint8)
    rgb[blob], rgb[wire] = (200, 60, 60), (20, 20, 20)
    pool = ProposalPool(rgb, Proposals(extent, extent, items))
    box = Bounds(36, 36, 246, 246)
    drawn = np.zeros((300, 300), bool)
    drawn[box.slices] = True
    by_pixels = [iou(as_mask(mask), as_mask(drawn)) for mask in (blob & ~wire, wire)]
    assert by_pixels[0] > by_pixels[1]
    assert iou(pool.from_box(box).mask, as_mask(wire)) > 0.7


def test_an_empty_box_in_nothing_asks() -> None:
    pool, _ = _pool()
    assert not pool.from_box(Bounds(5, 5, 12, 12)).found


def test_a_stroke_takes_what_it_runs_over() -> None:
    pool, labels = _pool()
    stroke = cv2.line(np.zeros(labels.shape, np.float32), (60, 246), (220, 246), 1.0, 12)
    assert iou(pool.from_brush(stroke).mask, thing(labels, BAR)) > 0.95
    two = cv2.line(np.zeros(labels.shape, np.float32), (330, 130), (330, 230), 1.0, 40)
    assert iou(pool.from_brush(two).mask, thing(labels, HOUSE)) > 0.95


def test_masks_are_only_computed_when_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    pool, _ = _pool()
    calls: list[int] = []
    from models.segmentation import pool_prompts

    real = pool_prompts.refine_edges
    monkeypatch.setattr(pool_prompts, "refine_edges", lambda *args: (calls.append(1), real(*args))[1])
    grounding = pool.from_points([Point(330, 150)])
    assert not calls
    assert grounding.mask is grounding.candidates[0].mask
    assert len(calls) == 1


def test_edges_follow_the_large_picture() -> None:
    """A proposal at a quarter of the size whose outline is off by two of its pixels: the picture says where it is."""
    pool, labels = _pool(scale=4.0)
    truth = thing(labels, DISC)
    disc = pool.proposals[0]
    off = Proposal(disc.box.shifted(2, -1), disc.inside, disc.score)
    rough = at_full_resolution(pool.rgb, off, pool.proposals.working, refine=False)
    refined = at_full_resolution(pool.rgb, off, pool.proposals.working)
    assert refined.shape == truth.shape
    assert refined.dtype == np.float32
    assert iou(rough, truth) < 0.97
    assert iou(refined, truth) > 0.985


def test_what_ends_at_the_border_reaches_it() -> None:
    extent, working = Extent(400, 300), Extent(100, 75)
    rgb = np.full((300, 400, 3), (40, 90, 40), np.uint8)
    rgb[:100] = (120, 160, 230)
    sky = Proposal(Bounds(0, 0, 100, 25), np.ones((25, 100), bool), 0.9)
    mask = at_full_resolution(rgb, sky, working)
    assert mask[0].min() == 1.0
    assert mask[:90, 0].min() == 1.0
    assert mask[:90, -1].min() == 1.0
    assert mask[110:].max() == 0.0
    assert Extent.of(mask) == extent


@pytest.mark.parametrize(
    "prompt",
    [
        lambda pool: pool.from_points([]),
        lambda pool: pool.from_points([Point(-1, 5)]),
        lambda pool: pool.from_points([Point(5, 5)], [Point(5, 5)]),
        lambda pool: pool.from_box(Bounds(10, 10, 10, 30)),
        lambda pool: pool.from_brush(np.zeros((300, 420), np.float32)),
        lambda pool: pool.from_brush(np.ones((10, 10), np.float32)),
    ],
)
def test_wrong_prompts_are_said(prompt) -> None:  # type: ignore[no-untyped-def]
    pool, _ = _pool()
    with pytest.raises(BadInputError):
        prompt(pool)
