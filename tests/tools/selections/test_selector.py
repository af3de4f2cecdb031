"""What a person selects, in a real workspace with the predictor that needs no weights."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from models.errors import BadInputError
from models.mask import feather, grow, iou, to_uint8
from models.segmentation.weight_free import WeightFreePredictor
from tools.edits.catalogue import request_for
from tools.edits.context import EditContext
from tools.grounding import ground
from tools.pictures.picture import Picture
from tools.questions import NeedsAnswerError
from tools.selections.mask_files import WrongSizeError, mask_png
from tools.selections.selector import Selector
from tools.sight import Sight
from tools.workspace.workspace import Workspace

WIDTH, HEIGHT = 240, 160
BALLS = ((60, 80, 30), (170, 80, 20))


def _disc(x: int, y: int, radius: int) -> np.ndarray:
    return cv2.circle(np.zeros((HEIGHT, WIDTH), np.float32), (x, y), radius, 1.0, -1)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    pixels = np.full((HEIGHT, WIDTH, 3), (40, 110, 60), np.uint8)
    for ball in BALLS:
        pixels[_disc(*ball) > 0] = (220, 60, 40)
    noise = np.random.default_rng(0).normal(0, 3, pixels.shape)
    with Workspace.create(tmp_path / "w", Picture(np.clip(pixels + noise, 0, 255).astype(np.uint8)), name="b") as made:
        yield made


@pytest.fixture
def sight() -> Sight:
    return Sight(WeightFreePredictor)


@pytest.fixture
def selector(workspace: Workspace, sight: Sight) -> Selector:
    return Selector(workspace, sight)


def strokes(*items: dict[str, Any]) -> dict[str, Any]:
    return {"width": WIDTH, "height": HEIGHT, "items": list(items)}


def click(x: int, y: int, positive: bool = True) -> dict[str, Any]:
    return {"kind": "point", "point": [x, y], "positive": positive}


def adjust(deed: str, pixels: int = 0) -> dict[str, Any]:
    return {"kind": "adjust", "deed": deed, "pixels": pixels}


def _levels(mask: np.ndarray) -> np.ndarray:
    return to_uint8(mask)


def test_adjustments_are_applied_in_their_order(selector: Selector) -> None:
    ball = selector.mask_from(strokes(click(60, 80)))
    assert iou(ball, _disc(*BALLS[0])) > 0.9
    grown = selector.mask_from(strokes(click(60, 80), adjust("grow", 6)))
    assert np.array_equal(_levels(grown), _levels(grow(ball, 6)))
    soft = selector.mask_from(strokes(click(60, 80), adjust("grow", 6), adjust("feather", 8)))
    assert np.abs(_levels(soft).astype(int) - _levels(feather(grown, 8))).max() <= 1
    rest = selector.mask_from(strokes(click(60, 80), adjust("invert"), adjust("shrink", 3)))
    assert iou(rest, grow(1 - ball, -3)) > 0.99
    both = selector.mask_from(strokes(click(60, 80), adjust("shrink", 4), click(170, 80)))
    assert iou(both, np.maximum(grow(ball, -4), _disc(*BALLS[1]))) > 0.9, "marks after an adjustment add to it"


def test_the_edge_is_adjusted_without_finding_the_thing_anew(
    selector: Selector, sight: Sight, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    selector.mask_from(strokes(click(60, 80)))
    monkeypatch.setattr(sight, "predictor", lambda *_: pytest.fail("the predictor was asked again"))
    for pixels in range(1, 12):
        selector.mask_from(strokes(click(60, 80), adjust("grow", pixels)))


def test_alt_click_leaves_out_the_thing_not_everything(selector: Selector) -> None:
    both = strokes(click(60, 80), adjust("feather", 1), click(170, 80))
    left = selector.mask_from({**both, "items": [*both["items"], adjust("feather", 1), click(170, 80, False)]})
    assert iou(left, _disc(*BALLS[0])) > 0.85
    assert left[80, 170] == 0


@pytest.mark.parametrize(
    "items",
    [
        [adjust("grow", 5)],
        [click(60, 80), adjust("shrink", 200)],
        [click(60, 80), adjust("grow", 100_000)],
        [click(60, 80), adjust("melt", 3)],
        [click(60, 80), {"kind": "adjust", "deed": "grow", "pixels": float("nan")}],
        [click(60, 80), {"kind": "adjust", "deed": "grow"}, {"kind": "saved"}],
        [{"kind": "saved", "name": "nobody"}],
        [{"kind": "pick", "point": [0, 0], "index": "x", "by": 1, "version": None}],
        [{"kind": "spell"}],
        ["text"],
        [click(60, 80)] * 3000,
    ],
)
def test_what_makes_no_selection_is_one_sentence(selector: Selector, items: list[Any]) -> None:
    with pytest.raises(BadInputError):
        selector.mask_from(strokes(*items))


def test_a_pointed_at_region_is_what_is_selected(selector: Selector, workspace: Workspace) -> None:
    selector.look()
    _wait(selector)
    found = selector.regions()
    assert found is not None
    by, atlas = found
    height, width = atlas.atoms.shape
    atom = atlas.atoms[80 * height // HEIGHT, 60 * width // WIDTH]
    index = atlas.holders[atom][atlas.first[atom]]
    item = {"kind": "pick", "point": [60, 80], "index": index, "by": by, "version": workspace.head.id}
    assert iou(selector.mask_from(strokes(item)), _disc(*BALLS[0])) > 0.9
    elsewhere = {**item, "index": 0, "version": "another"}
    assert iou(selector.mask_from(strokes(elsewhere)), _disc(*BALLS[0])) > 0.9, "shown elsewhere: the click counts"
    with pytest.raises(BadInputError, match="not there any more"):
        selector.mask_from(strokes({**item, "index": 100_000}))


def test_an_older_look_gives_way_to_a_newer_one(selector: Selector, workspace: Workspace) -> None:
    first = workspace.head.id
    selector.look()
    workspace.commit(255 - workspace.picture().pixels, edit={"op": "adjust"}, message="Inverted.")
    selector.look()
    _wait(selector)
    assert selector.regions() is not None
    workspace.go_to(first)
    selector.look()
    _wait(selector)
    assert selector.regions() is not None


def _wait(selector: Selector) -> None:
    looker = selector._looker
    if looker is not None:
        looker.join(120)
    assert not selector.is_looking


def _context(workspace: Workspace, sight: Sight) -> EditContext:
    return EditContext(workspace, sight)


def _named(selector: Selector) -> None:
    selector.keep("ball", strokes(click(60, 80)))
    selector.keep("ball 2", strokes(click(170, 80), adjust("grow", 3)))


def test_named_selections_are_spoken_of_at_once(selector: Selector, workspace: Workspace, sight: Sight) -> None:
    _named(selector)
    context = _context(workspace, sight)
    both = ground(context, "the balls")
    assert both is not None
    assert iou(both.mask, np.maximum(*(_disc(*ball) for ball in BALLS))) > 0.85
    right = ground(context, "my right ball")
    assert right is not None
    assert right.label == "ball 2"
    assert right.exact, "its edge was set by hand"
    left = ground(context, "the left ball")
    assert left is not None
    assert not left.exact
    rest = ground(context, "everything but the balls")
    assert rest is not None
    assert iou(rest.mask, 1 - both.mask) > 0.99
    with pytest.raises(NeedsAnswerError) as asked:
        ground(context, "the ball")
    assert [one.reason for one in asked.value.question.candidates] == ["ball", "ball 2"]


def test_names_are_changed_and_forgotten(selector: Selector) -> None:
    _named(selector)
    selector.rename("ball", "Sun")
    assert [one.name for one in selector.named()] == ["Sun", "ball 2"]
    with pytest.raises(BadInputError, match="already"):
        selector.rename("Sun", "BALL 2")
    selector.rename("Sun", "sun")
    selector.keep("SUN", strokes(click(170, 80)))
    assert [one.name for one in selector.named()] == ["ball 2", "sun"], "the same name, whatever its case"
    loaded = selector.mask_from(strokes({"kind": "saved", "name": "sun"}))
    assert iou(loaded, _disc(*BALLS[1])) > 0.9
    selector.delete("sun")
    with pytest.raises(BadInputError, match="no selection"):
        selector.mask_from(strokes({"kind": "saved", "name": "sun"}))


@pytest.mark.parametrize(
    ("op", "value"),
    [
        ("rotate", "90 clockwise"),
        ("rotate", "flip horizontally"),
        ("rotate", "20 degrees"),
        ("crop", "10% off the top"),
        ("resize", "50%"),
    ],
)
def test_selections_go_with_the_frame_and_back(
    selector: Selector, workspace: Workspace, sight: Sight, op: str, value: str
) -> None:
    _named(selector)
    before = {one.name: one.mask for one in selector.kept()}
    request_for(op, {"value": value}).perform(_context(workspace, sight))
    red = workspace.picture().pixels[..., 0] > 140
    for one in selector.kept():
        assert one.mask is not None
        assert one.mask.shape == red.shape
        assert red[one.mask > 0.9].mean() > (0.95 if one.name == "ball" else 0.7), "it still lies on its ball"
    found = ground(_context(workspace, sight), "the biggest ball")
    assert found is not None
    assert found.mask.shape == red.shape
    workspace.undo()
    after = {one.name: one.mask for one in selector.kept()}
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_what_is_cropped_away_does_not_fit(selector: Selector, workspace: Workspace, sight: Sight) -> None:
    _named(selector)
    request_for("crop", {"value": "45% off the left"}).perform(_context(workspace, sight))
    assert [one.name for one in selector.kept() if one.mask is not None] == ["ball 2"]
    with pytest.raises(BadInputError, match="outside this version"):
        selector.mask_from(strokes({"kind": "saved", "name": "ball"}))
    found = ground(_context(workspace, sight), "the ball")
    assert found is not None
    assert found.label == "ball 2", "the only one left in the frame"


def test_files_go_out_and_come_in(selector: Selector, workspace: Workspace) -> None:
    _named(selector)
    coco = selector.as_coco(None, "balls.jpg")
    assert [one["category_id"] for one in json.loads(coco)["annotations"]] == [1, 1]
    made = selector.import_file("balls.json", coco, "balls.jpg")
    assert made.names == ("ball 3", "ball 4")
    assert made.sentence == "Imported 2 selections “ball 3”, “ball 4”."
    masks = {one.name: one.mask for one in selector.kept()}
    assert iou(masks["ball"], masks["ball 3"]) == 1.0  # type: ignore[arg-type]
    soft = selector.as_png(strokes(click(60, 80), adjust("feather", 12)))
    assert selector.import_file("left_ball.png", soft, "balls.jpg").names == ("left ball",)
    kept = workspace.selection("left ball").mask
    assert np.array_equal(to_uint8(kept), cv2.imdecode(np.frombuffer(soft, np.uint8), cv2.IMREAD_UNCHANGED))


def test_a_bad_file_changes_nothing(selector: Selector) -> None:
    _named(selector)
    before = [one.name for one in selector.named()]
    coco = json.loads(selector.as_coco(None, "balls.jpg"))
    coco["annotations"][1]["segmentation"]["counts"] = "broken"
    for name, data in (("a.json", json.dumps(coco).encode()), ("a.png", b"nothing"), ("b.json", b"{}")):
        with pytest.raises(BadInputError):
            selector.import_file(name, data, "balls.jpg")
    with pytest.raises(WrongSizeError):
        selector.import_file("c.png", mask_png(np.ones((80, 120), np.float32)), "balls.jpg")
    assert [one.name for one in selector.named()] == before
    selector.import_file("c.png", mask_png(np.ones((80, 120), np.float32)), "balls.jpg", scale=True)
    assert [one.name for one in selector.named()] == [*before, "c"]
