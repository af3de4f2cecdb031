"""Painted edits with a tiny model of the real architecture: where they paint, what they say, and that they repeat."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from skimage import data

from models.errors import BadInputError, CancelledError, UnavailableError
from models.geometry import Bounds, Extent
from models.mask import bounds, iou
from models.progress import Progress
from tests.tools.opened import disc, opened, perform, select
from tools.edits.again import place_again
from tools.edits.catalogue import request_for
from tools.edits.context import EditContext
from tools.edits.outpaint import strips_around
from tools.grounding import Target, ground, remember

_BOX = (60, 50, 130, 140)


@pytest.fixture
def context(painter_here: Path, tmp_path: Path) -> EditContext:
    del painter_here
    return opened(tmp_path, data.coffee()[60:300, 120:480])


def changed(context: EditContext) -> np.ndarray:
    """Where the newest version differs from the one before, H×W bool."""
    path = context.workspace.path(context.workspace.head.id)
    before, after = (context.workspace.picture(version.id).pixels[..., :3] for version in path[-2:])
    return (before != after).any(axis=2)


def test_a_thing_is_painted_into_the_box_that_was_given_and_nowhere_else(context: EditContext) -> None:
    report = perform(context, "insert", value="teapot", box=_BOX, seed=3)
    where = changed(context)
    assert bounds(where.astype(np.float32)).union(Bounds(*_BOX)) == Bounds(*_BOX)
    assert where[50:140, 60:130].mean() > 0.8
    assert report.outside_max_diff == 0
    assert report.as_dict()["place"] == list(_BOX)
    assert report.message == "Added a teapot."
    assert report.engine == "diffusion:fast"
    assert report.verdict is not None
    assert "painted by diffusion:fast in 6 steps, seed 3" in report.verdict


def test_the_same_seed_paints_the_same_and_another_another(context: EditContext) -> None:
    root = context.workspace.root.id
    made = []
    for seed in (5, 5, 6):
        context.workspace.go_to(root)
        perform(context, "insert", value="teapot", box=_BOX, seed=seed)
        made.append(context.workspace.picture().pixels)
    assert np.array_equal(made[0], made[1])
    assert not np.array_equal(made[0], made[2])


def test_a_place_is_proposed_when_nobody_said_one(context: EditContext) -> None:
    report = perform(context, "insert", value="spoon")
    place = Bounds(*report.as_dict()["place"])
    extent = context.workspace.head.extent
    assert place == place.clipped(extent)
    assert place.area < 0.4 * extent.pixels
    where = changed(context)
    assert not where[~np.isin(np.arange(extent.height), np.arange(place.y0, place.y1))].any()
    assert not where[:, : place.x0].any()
    assert not where[:, place.x1 :].any()


def test_words_of_place_are_obeyed(context: EditContext) -> None:
    extent = context.workspace.head.extent
    left = Bounds(*perform(context, "insert", value="candle", target="bottom left").as_dict()["place"])
    assert left.center.x < extent.width / 2 < extent.width
    assert left.y1 > 0.7 * extent.height
    # what it lies beside is a selection that has a name
    context.workspace.save_selection("plate", disc((extent.height, extent.width), (200, 120), 30), {"by": "words"})
    right = perform(context, "insert", value="cup", target="right of the plate")
    assert Bounds(*right.as_dict()["place"]).x0 >= 229
    assert right.message == "Added a cup to the right of the plate."


def test_the_persons_own_box_is_the_place(context: EditContext) -> None:
    shape = context.workspace.picture().pixels.shape
    context.workspace.save_selection(
        "drawn", disc(shape, (200, 100), 30), {"by": "drawing", "place": [170, 70, 230, 130]}
    )
    report = perform(context, "insert", value="teapot", target="this", selection="drawn")
    assert report.as_dict()["place"] == [170, 70, 230, 130]
    exact = perform(context, "insert", value="teapot", selection=select(context, disc(shape, (90, 90), 25)))
    assert (changed(context) <= (disc(shape, (90, 90), 25) > 0)).all()
    assert exact.as_dict()["place"] == list(bounds(disc(shape, (90, 90), 25)))


def test_another_thing_gets_a_rim_and_a_new_material_keeps_the_shape(context: EditContext) -> None:
    shape = context.workspace.picture().pixels.shape
    thing = disc(shape, (200, 120), 40)
    context.workspace.save_selection("mug", thing, {"by": "words"})
    report = perform(context, "replace", target="mug", value="teapot")
    grown = changed(context)
    assert (grown & (thing == 0)).any(), "the old rim must go"
    assert report.message == "Replaced the mug with a teapot."
    context.workspace.undo()
    report = perform(context, "replace", target="mug", value="marble")
    same = changed(context)
    assert not (same & (disc(shape, (200, 120), 43) == 0)).any()
    assert same[thing > 0].mean() > 0.8
    assert report.as_dict()["prompt"] == "a marble mug"
    assert "marble" in report.message


def test_an_exact_mask_is_never_exceeded_by_a_replacement(context: EditContext) -> None:
    shape = context.workspace.picture().pixels.shape
    mask = disc(shape, (200, 120), 40)
    perform(context, "replace", value="teapot", selection=select(context, mask))
    assert not (changed(context) & (mask == 0)).any()


@pytest.mark.parametrize(("depth", "alpha"), [(16, False), (8, True)])
def test_depth_and_transparency_stay(painter_here: Path, tmp_path: Path, depth: int, alpha: bool) -> None:
    del painter_here
    pixels = data.coffee()[60:240, 120:400]
    pixels = np.dstack([pixels, np.full(pixels.shape[:2], 200, np.uint8)]) if alpha else pixels
    pixels = pixels.astype(np.uint16) * 257 if depth == 16 else pixels
    context = opened(tmp_path, pixels)
    perform(context, "insert", value="teapot", box=_BOX)
    after = context.workspace.picture().pixels
    assert after.dtype == pixels.dtype
    assert np.array_equal(after[:, 140:], pixels[:, 140:])
    assert not np.array_equal(after, pixels)
    if alpha:
        assert np.array_equal(after[..., 3], pixels[..., 3])


def test_a_look_in_words_is_painted_and_one_of_ours_is_not(context: EditContext) -> None:
    report = perform(context, "style", value="a snowy winter night")
    assert report.engine == "diffusion:fast"
    assert "painted anew" in (report.verdict or "")
    assert changed(context).mean() > 0.8
    assert perform(context, "style", value="watercolor").engine != "diffusion:fast"
    assert perform(context, "style", value="watercolor", engine="diffusion:fast").engine == "diffusion:fast"


def test_a_background_in_words_is_painted_behind_the_subject(context: EditContext) -> None:
    shape = context.workspace.picture().pixels.shape
    subject = disc(shape, (180, 120), 70)
    report = perform(context, "background_replace", value="a beach at sunset", selection=select(context, subject))
    where = changed(context)
    assert report.engine == "diffusion:fast"
    assert not where[subject == 1].any()
    assert where[subject == 0].mean() > 0.8
    assert perform(context, "background_replace", value="white", selection="chosen").engine == "matte"


def test_stopping_within_a_step_leaves_no_trace(context: EditContext) -> None:
    labels: list[str] = []
    stopping = Progress(lambda _, label: labels.append(label), lambda: any("step 2" in label for label in labels))
    head = context.workspace.head.id
    with pytest.raises(CancelledError):
        request_for("insert", {"value": "teapot", "box": _BOX}).perform(replace(context, progress=stopping))
    assert context.workspace.head.id == head
    assert len(context.workspace.versions()) == 1
    assert not any("step 4" in label for label in labels)


@pytest.mark.parametrize(
    ("op", "arguments"),
    [
        ("insert", {"value": "tree", "box": _BOX}),
        ("replace", {"value": "teapot"}),
        ("style", {"value": "cyberpunk city"}),
    ],
)
def test_without_a_painter_one_sentence_says_what_to_download(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, op: str, arguments: dict[str, object]
) -> None:
    monkeypatch.setenv("PENTIMENTO_MODELS", str(tmp_path / "models"))
    context = opened(tmp_path, data.coffee()[60:240, 120:400])
    if op == "replace":
        arguments = {**arguments, "selection": select(context, disc((180, 280), (100, 90), 30))}
    with pytest.raises(UnavailableError, match=r"pentimento models download sd15-inpainting.*Without one"):
        perform(context, op, **arguments)
    assert len(context.workspace.versions()) == 1


def test_a_place_without_room_is_refused(context: EditContext) -> None:
    with pytest.raises(BadInputError, match="x0 < x1"):
        perform(context, "insert", value="tree", box=(10, 10, 10, 40))


def test_what_was_just_added_is_painted_again_where_it_is_moved_to(context: EditContext) -> None:
    first = perform(context, "insert", value="teapot", box=_BOX, seed=3)
    moved = perform(context, "move", target="it", value="right 100 px")
    assert moved.as_dict()["place"] == [160, 50, 230, 140]
    root, old, new = context.workspace.versions()
    assert (old.parent, new.parent) == (root.id, root.id), "both stay, side by side"
    assert old.id == first.version
    after, before = (context.workspace.picture(one.id).pixels for one in (new, root))
    assert np.array_equal(after[:, :160], before[:, :160]), "nothing is left of it in the old place"
    bigger = perform(context, "resize_object", target="teapot", value="half the size")
    assert bigger.as_dict()["place"] == [178, 95, 212, 140]


def test_a_new_place_outside_the_picture_leaves_everything_as_it_was(context: EditContext) -> None:
    with pytest.raises(BadInputError, match="added nothing"):
        place_again(context, _BOX)
    perform(context, "insert", value="teapot", box=_BOX)
    head = context.workspace.head.id
    with pytest.raises(BadInputError, match="outside the picture"):
        place_again(context, (4000, 10, 4100, 60))
    stopping = Progress(is_cancelled=lambda: context.workspace.head.id != head)
    with pytest.raises(CancelledError):
        place_again(replace(context, progress=stopping), (150, 40, 210, 120))
    assert context.workspace.head.id == head


def test_wide_margins_are_painted_strip_by_strip(painter_here: Path, tmp_path: Path) -> None:
    del painter_here
    pixels = data.coffee()[100:228, 150:278]
    context = opened(tmp_path, pixels)
    report = perform(context, "outpaint", value="left and right 60%", seed=1)
    after = context.workspace.picture().pixels
    width = after.shape[1]
    assert report.engine == "diffusion:fast"
    assert "in 4 pieces" in (report.verdict or "")
    assert width == 128 + 2 * 77
    assert np.array_equal(after[:, 77 : 77 + 128], pixels)
    assert after[:, :77].std() > 1
    narrow = opened(tmp_path / "narrow", pixels)
    assert perform(narrow, "outpaint", value="10%").engine != "diffusion:fast", "copies do for narrow margins"


def test_so_much_that_is_new_needs_a_painter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENTIMENTO_MODELS", str(tmp_path / "models"))
    context = opened(tmp_path, data.coffee()[100:228, 150:278])
    with pytest.raises(UnavailableError, match="pentimento models download"):
        perform(context, "outpaint", value="4:1")


@pytest.mark.parametrize("sides", [(40, 0, 140, 60), (0, 0, 100, 60), (300, 100, 400, 160)])
def test_strips_cover_the_canvas_once_and_always_continue_something(sides: tuple[int, int, int, int]) -> None:
    outer = Extent(500, 260)
    covered = np.zeros((260, 500), int)
    covered[Bounds(*sides).slices] += 1
    for known, strip in strips_around(Bounds(*sides), outer):
        assert (covered[known.slices] == 1).all()
        covered[strip.slices] += 1
        assert min(strip.width, strip.height) <= 0.5 * min(known.width, known.height) + 1
    assert (covered == 1).all()


def test_what_was_added_is_later_meant_by_its_outline_and_not_by_its_box(tmp_path: Path) -> None:
    before = np.full((200, 300, 3), 170, np.uint8)
    context = opened(tmp_path, before)
    ball = disc(before.shape, (150, 100), 30)
    after = np.where(ball[..., None] > 0, np.array((30, 60, 200), np.uint8), before)
    version = context.workspace.commit(
        after, edit={"op": "insert", "value": "ball"}, message="Added a ball.", report={"place": [110, 60, 190, 140]}
    )
    place = np.zeros(before.shape[:2], np.float32)
    place[60:140, 110:190] = 1
    remember(context.workspace, version.id, Target(place, "ball", "proposal"))
    found = ground(context, "the ball")
    assert found is not None
    assert found.how == "earlier"
    assert iou(found.mask, ball) > 0.9
