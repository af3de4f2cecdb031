"""Proposed places in scenes whose geometry is known, and in drawn pictures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.geometry import Bounds, Extent
from models.placement.propose import Anchor, propose, standing_at
from models.placement.surroundings import Scale, Surroundings
from models.placement.things import thing_of
from models.placement.where import Relation, where_of

_FULL, _SMALL = Extent(1200, 800), Extent(360, 240)
_FIELD = Scale(horizon=96.0, per_row=1 / 1.55, trust=0.9)


def scene(subject: Bounds | None = None, scale: Scale = _FIELD, sky: int = 96) -> Surroundings:
    """A plain field below a sky, with a subject; the field is a little busier to the right."""
    flat = np.zeros((_SMALL.height, _SMALL.width), np.float32)
    standing = np.zeros(flat.shape, bool)
    if subject is not None:
        standing[subject.slices] = True
    above = np.zeros(flat.shape, bool)
    above[:sky] = True
    busy = flat + np.linspace(0, 0.2, _SMALL.width, dtype=np.float32)
    return Surroundings(
        _FULL, _SMALL, busy, standing.astype(np.float32), standing, above & ~standing, flat > 1, (), scale
    )


def small(box: Bounds) -> Bounds:
    return scene().reduced(box)


def mask_of(box: Bounds) -> np.ndarray:
    """A mask of the whole picture from bounds of the reduced one."""
    mask = np.zeros((_FULL.height, _FULL.width), np.float32)
    mask[scene().enlarged(box).slices] = 1
    return mask


@pytest.mark.parametrize("phrase", ["tree", "dog", "person", "car", "ball", "bird", "moon", "house", "zorblax"])
def test_a_place_is_free_inside_and_of_its_things_proportions(phrase: str) -> None:
    subject = Bounds(120, 90, 200, 200)
    thing = thing_of(phrase)
    box = small(propose(scene(subject), thing, where_of(None)).box)
    assert box == box.clipped(_SMALL)
    assert box.intersection(subject).area <= 0.05 * box.area
    assert box.width / box.height == pytest.approx(thing.aspect, rel=0.25)


def test_what_stands_stands_on_the_ground_and_what_flies_flies() -> None:
    for phrase in ("tree", "dog", "person", "car"):
        assert small(propose(scene(), thing_of(phrase), where_of(None)).box).y1 > 96
    for phrase in ("bird", "moon", "hot air balloon"):
        assert small(propose(scene(), thing_of(phrase), where_of(None)).box).y1 <= 100


def test_sizes_keep_to_the_scene() -> None:
    heights = [propose(scene(), thing_of(one), where_of("bottom")).box.height for one in ("ball", "dog", "person")]
    assert heights == sorted(heights)
    assert heights[0] < 0.5 * heights[2]
    # who stands lower in the picture is nearer, and larger
    near = standing_at(scene(), thing_of("dog"), 600, 760).box
    far = standing_at(scene(), thing_of("dog"), 600, 440).box
    assert near.height > 2 * far.height
    assert abs(near.y1 - 760) <= 5


def test_a_neighbour_of_known_size_tells_the_scale() -> None:
    dog = Bounds(100, 150, 180, 200)
    around = scene(dog, Scale())
    person = propose(around, thing_of("person"), where_of(None), Anchor(mask_of(dog), "dog", Relation.BESIDE)).box
    assert 1.5 < person.height / around.enlarged(dog).height < 4.5


@pytest.mark.parametrize(
    ("relation", "holds"),
    [
        (Relation.LEFT, lambda new, old: new.x1 <= old.x0),
        (Relation.RIGHT, lambda new, old: new.x0 >= old.x1),
        (Relation.BESIDE, lambda new, old: new.x0 >= old.x1 or new.x1 <= old.x0),
        (Relation.ABOVE, lambda new, old: new.y1 <= old.y0 + 2 and new.intersection(old).area == 0),
        (Relation.BELOW, lambda new, old: new.y0 >= old.y1 - 2),
        (Relation.FRONT, lambda new, old: new.y1 > old.y1),
        (Relation.BEHIND, lambda new, old: new.y1 < old.y1),
    ],
)
def test_relations_hold(relation: Relation, holds: object) -> None:
    assert callable(holds)
    old = Bounds(150, 130, 210, 170)
    place = propose(scene(old), thing_of("ball"), where_of(None), Anchor(mask_of(old), "crate", relation))
    assert holds(small(place.box), old), (place, old)
    assert place.behind == (relation is Relation.BEHIND)


def test_on_a_table_means_standing_on_its_top_and_on_a_wall_hanging_there() -> None:
    table = Bounds(60, 140, 300, 220)
    cup = small(propose(scene(table), thing_of("cup"), where_of(None), Anchor(mask_of(table), "table", None)).box)
    assert table.y0 < cup.y1 < table.y0 + 0.6 * table.height
    assert cup.x0 >= table.x0
    assert cup.x1 <= table.x1
    wall = Bounds(0, 0, 360, 150)
    picture = small(
        propose(scene(None, Scale(), 0), thing_of("painting"), where_of(None), Anchor(mask_of(wall), "wall", None)).box
    )
    assert picture.intersection(wall) == picture


def test_hats_and_glasses_go_on_the_face() -> None:
    face = Bounds(140, 60, 180, 100)
    around = replace(scene(Bounds(120, 50, 200, 230)), faces=(face,))
    hat = small(propose(around, thing_of("hat"), where_of(None)).box)
    glasses = small(propose(around, thing_of("sunglasses"), where_of(None)).box)
    assert hat.y1 < face.center.y
    assert abs(hat.center.x - face.center.x) <= 3
    assert glasses.intersection(face).area > 0.8 * glasses.area
    assert glasses.center.y < face.center.y
    # without a face, the outline's top is the head
    body = np.zeros((_FULL.height, _FULL.width), np.float32)
    body[200:700, 400:800] = 1
    body[100:200, 650:750] = 1
    cap = propose(scene(), thing_of("hat"), where_of(None), Anchor(body, "dog", None)).box
    assert 600 < cap.center.x < 760
    assert cap.y1 < 220


@pytest.mark.parametrize(("words", "left", "low"), [("top left", True, False), ("bottom right", False, True)])
def test_parts_of_the_picture_are_kept_to(words: str, left: bool, low: bool) -> None:
    box = small(propose(scene(), thing_of("dog"), where_of(words)).box)
    assert (box.center.x < 180) == left
    assert (box.center.y > 120) == low


def test_a_drawn_picture_is_seen_as_it_was_drawn_and_the_place_repeats_itself() -> None:
    rng = np.random.default_rng(0)
    picture = np.full((400, 600, 3), (110, 150, 70), np.float32)
    ramp = np.linspace(0, 50, 170)[:, None]
    picture[:170] = np.stack(
        [np.broadcast_to(120 + ramp, (170, 600)), 165 + ramp + np.zeros((170, 600)), np.full((170, 600), 235)], -1
    )
    picture[170:] += rng.normal(0, 9, (230, 600, 3))
    picture[190:330, 90:230] = (170, 30, 30)
    rgb = np.clip(picture, 0, 255).astype(np.uint8)
    around = Surroundings.of(rgb)
    assert around.sky[:80].mean() > 0.8
    assert around.scale.horizon == pytest.approx(170 * around.extent.height / 400, abs=14)
    box = propose(around, thing_of("dog"), where_of(None)).box
    assert box.intersection(Bounds(90, 190, 230, 330)).area < 0.1 * box.area
    assert box.y1 > 190
    assert propose(Surroundings.of(rgb), thing_of("dog"), where_of(None)).box == box
    tree = propose(around, thing_of("tree"), where_of(None)).box
    assert tree.height > box.height


@pytest.mark.parametrize("size", [(16, 16), (40, 300), (300, 24)])
def test_tiny_and_narrow_pictures_have_a_place_too(size: tuple[int, int]) -> None:
    rgb = np.random.default_rng(1).integers(0, 255, (*size, 3), dtype=np.uint8)
    for phrase in ("tree", "cup", "bird", "hat", "boat", "painting"):
        place = propose(Surroundings.of(rgb), thing_of(phrase), where_of(None))
        assert place.box.area > 0
        assert place.box == place.box.clipped(Extent.of(rgb))
