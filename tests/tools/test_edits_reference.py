"""Taking things from attached pictures, end to end in a workspace; and which picture a phrase means."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.errors import BadInputError
from models.geometry import Bounds
from models.inpainting.commission import Commission
from tests.models.harmonise.drawn import ball, checkered, eight, floor_and_wall, lab_of, sixteen
from tests.tools.opened import opened, perform, select
from tests.tools.pictures_drawn import encoded
from tools.edits.attached import Mention, mentioned, spoken_of
from tools.edits.context import EditContext
from tools.edits.reference import commissioned, fitted
from tools.grounding import remembered
from tools.questions import NeedsAnswerError


def _cut_out_ball() -> bytes:
    colours, alpha = ball()
    return encoded(np.dstack([eight(colours), np.rint(alpha * 255).astype(np.uint8)]), "PNG")


def _ball_on_white() -> bytes:
    colours, alpha = ball(160)
    white = np.ones((300, 300, 3), np.float32)
    white[70:230, 70:230] = colours * alpha[..., None] + 1 - alpha[..., None]
    return encoded(eight(white), "PNG")


def _with(context: EditContext, *files: tuple[str, bytes]) -> EditContext:
    kept = tuple(context.workspace.add_attachment(name, data) for name, data in files)
    return replace(context, attachments=(*context.attachments, *kept))


@pytest.mark.parametrize(
    ("phrase", "meant"),
    [
        ("lamp from the second picture", Mention("lamp", 2)),
        ("logo from picture 2", Mention("logo", 2)),
        ("red lamp in image #3", Mention("red lamp", 3)),
        ("attached logo", Mention("logo")),
        ("logo I attached", Mention("logo")),
        ("the other photo", Mention(None)),
        ("the other picture's lamp", Mention("lamp")),
        ("fabric of the second picture", Mention("fabric", 2)),
        ("second attachment", Mention(None, 2, of_attachments=True)),
        ("vase from attachment 1", Mention("vase", 1, of_attachments=True)),
        ("logo from logo.png", Mention("logo", file="logo.png")),
        ("picture frame", None),
        ("painting of a tree", None),
        ("red logo", None),
    ],
)
def test_which_picture_a_phrase_means(phrase: str, meant: Mention | None) -> None:
    assert mentioned(phrase) == meant


def test_the_photo_is_another_one_only_where_one_is_attached() -> None:
    assert mentioned("lamp from the photo") is None
    assert mentioned("lamp from the photo", attached=True) == Mention("lamp")


def test_a_mention_is_taken_out_of_a_sentence() -> None:
    assert spoken_of("put the lamp from picture 2 on the table") == ("put the lamp qpicq on the table", "picture 2")
    assert spoken_of("put the lamp on the table") is None


@pytest.mark.parametrize(
    ("phrase", "colour"),
    [
        ("ball from picture 2", "red"),
        ("ball from picture 3", "blue"),
        ("ball from the second attachment", "blue"),
        ("ball from the other picture", "blue"),
        ("ball from first.png", "red"),
    ],
)
def test_pictures_are_counted_and_named(tmp_path: Path, phrase: str, colour: str) -> None:
    context = opened(tmp_path, eight(floor_and_wall()))
    blue, alpha = ball(colour=(0.5, -0.03, -0.17))
    other = encoded(np.dstack([eight(blue), np.rint(alpha * 255).astype(np.uint8)]), "PNG")
    context = _with(context, ("first.png", _cut_out_ball()), ("second.png", other))
    perform(context, "insert", value=phrase, box=(150, 120, 250, 220))
    middle = lab_of(context.workspace.picture().pixels[160:180, 190:210]).mean(axis=(0, 1))
    assert (middle[1] > 0.05) == (colour == "red")


@pytest.mark.parametrize(("depth", "alpha"), [(eight, False), (sixteen, False), (eight, True), (sixteen, True)])
def test_only_the_thing_and_its_shadow_change(tmp_path: Path, depth, alpha: bool) -> None:
    before = depth(floor_and_wall())
    if alpha:
        half = np.full((*before.shape[:2], 1), np.iinfo(before.dtype).max, before.dtype)
        half[:, :200] //= 2
        before = np.concatenate([before, half], axis=-1)
    context = _with(opened(tmp_path, before), ("ball.png", _cut_out_ball()))
    report = perform(context, "insert", value="ball from picture 2", box=(150, 120, 250, 220))
    after = context.workspace.picture().pixels
    assert report.outside_max_diff == 0
    assert after.dtype == before.dtype
    made = remembered(context.workspace, str(report.version))
    assert made is not None
    # a drawn box holds the thing; its shadow may leave it, downwards and sideways, but not far
    assert (after[:100] == before[:100]).all()
    assert (after[:, :40] == before[:, :40]).all()
    assert (after[150:200, 180:220] != before[150:200, 180:220]).any()
    rows, columns = np.nonzero(made.mask > 0.5)
    assert 145 <= columns.min() <= columns.max() <= 255
    assert 118 <= rows.min() <= rows.max() <= 221
    if alpha:
        top = np.iinfo(before.dtype).max
        assert (after[made.mask > 0.99][:, 3] > 0.99 * top).all()  # what is solid hides what was see-through
        # the mask is kept in 256 levels, so a trace of the edge may lie where it says 0
        beside = after[made.mask == 0][:, 3].astype(int) - before[made.mask == 0][:, 3]
        assert np.abs(beside).max() < 0.005 * top


def test_the_thing_is_found_before_a_plain_backdrop(tmp_path: Path) -> None:
    before = eight(floor_and_wall())
    context = _with(opened(tmp_path, before), ("ball.png", _ball_on_white()))
    report = perform(context, "insert", value="ball from picture 2", box=(150, 120, 250, 220))
    made = remembered(context.workspace, str(report.version))
    assert made is not None
    assert made.origin["label"] == "ball"
    covered = np.count_nonzero(made.mask > 0.5) / 1e4
    assert 0.7 < covered < 0.85  # a disc in its square, without the white around it
    after = context.workspace.picture().pixels
    assert lab_of(after)[made.mask > 0.1][:, 0].max() < 0.85  # no white rim


def test_a_place_is_proposed_where_none_was_said_and_repeats(tmp_path: Path) -> None:
    context = _with(opened(tmp_path, eight(floor_and_wall())), ("ball.png", _cut_out_ball()))
    first = perform(context, "insert", value="ball from picture 2")
    result = context.workspace.picture().pixels
    x0, _, x1, y1 = first.details["place"]
    assert 0 <= x0 < x1 <= 400
    assert 150 <= y1 <= 300  # on the floor
    context.workspace.go_to(context.workspace.root.id)
    perform(context, "insert", value="ball from picture 2")
    assert (context.workspace.picture().pixels == result).all()


def test_a_logo_lies_on_what_was_selected(tmp_path: Path) -> None:
    before = eight(floor_and_wall())
    logo = np.full((120, 200, 3), 255, np.uint8)
    logo[20:100, 30:170] = (20, 60, 160)
    context = _with(opened(tmp_path, before), ("logo.png", encoded(logo, "PNG")))
    mask = np.zeros(before.shape[:2], np.float32)
    mask[40:130, 150:300] = 1
    perform(context, "insert", value="logo from picture 2", target="wall", selection=select(context, mask))
    after = context.workspace.picture().pixels
    assert (after[mask == 0] == before[mask == 0]).all()
    blue = (after[..., 2].astype(int) - after[..., 0] > 40) & (mask > 0)
    assert blue.sum() > 0.3 * mask.sum()


def test_a_logo_in_a_corner_keeps_its_own_colours(tmp_path: Path) -> None:
    logo = np.zeros((100, 100, 4), np.uint8)
    logo[10:90, 10:90] = (220, 30, 40, 255)
    context = _with(opened(tmp_path, eight(floor_and_wall())), ("logo.png", encoded(logo, "PNG")))
    perform(context, "insert", value="attached logo", target="bottom right corner")
    after = context.workspace.picture().pixels
    assert (after[265:285, 340:380] == (220, 30, 40)).all(axis=-1).mean() > 0.9


def test_a_material_from_another_picture(tmp_path: Path) -> None:
    before = eight(floor_and_wall())
    context = _with(opened(tmp_path, before), ("cloth.png", encoded(checkered(), "PNG")))
    mask = np.zeros(before.shape[:2], np.float32)
    mask[40:130, 150:300] = 1
    name = select(context, mask)
    report = perform(context, "replace", value="fabric of the second picture", target="wall", selection=name)
    after = context.workspace.picture().pixels
    assert (after[mask == 0] == before[mask == 0]).all()
    assert after[mask > 0].astype(np.float32).std(axis=0).max() > 20
    assert report.message == "Gave the wall the fabric of the other picture."


def test_one_thing_takes_the_place_of_another(tmp_path: Path) -> None:
    before = eight(floor_and_wall())
    context = _with(opened(tmp_path, before), ("ball.png", _cut_out_ball()))
    mask = np.zeros(before.shape[:2], np.float32)
    mask[86:164, 16:70] = 1  # the red box that is drawn there
    report = perform(context, "replace", value="the ball from picture 2", target="box", selection=select(context, mask))
    made = remembered(context.workspace, str(report.version))
    assert made is not None
    rows, columns = np.nonzero(made.mask > 0.5)
    assert abs(rows.max() - 163) <= 2
    assert abs(columns.mean() - 43) < 3
    assert (context.workspace.picture().pixels[:60] == before[:60]).all()


def test_without_the_picture_one_sentence_says_so(tmp_path: Path) -> None:
    context = opened(tmp_path, eight(floor_and_wall()))
    with pytest.raises(BadInputError, match="No other picture is attached"):
        perform(context, "insert", value="lamp from picture 2")
    context = _with(context, ("ball.png", _cut_out_ball()))
    with pytest.raises(BadInputError, match="only one other picture is attached"):
        perform(context, "insert", value="lamp from picture 4")
    with pytest.raises(BadInputError, match="No attached picture is called"):
        perform(context, "insert", value="lamp from lamp.png")


def test_what_cannot_be_found_is_asked_for(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (240, 320, 3), np.uint8)
    context = _with(opened(tmp_path, eight(floor_and_wall())), ("noise.png", encoded(noise, "PNG")))
    with pytest.raises(NeedsAnswerError, match=r"which is the lamp in noise\.png"):
        perform(context, "insert", value="lamp from picture 2")
    assert len(context.workspace.path(context.workspace.head.id)) == 1


def test_a_thing_stands_on_the_base_of_its_place() -> None:
    thing = ball()[1]
    from models.geometry import Extent

    assert fitted(Extent.of(thing), Bounds(0, 0, 200, 100)) == Bounds(50, 0, 150, 100)
    assert fitted(Extent(100, 50), Bounds(0, 0, 100, 100)) == Bounds(0, 50, 100, 100)


def test_a_painter_is_shown_the_thing_on_white(tmp_path: Path) -> None:
    context = _with(opened(tmp_path, eight(floor_and_wall())), ("ball.png", _cut_out_ball()))
    told = Commission(prompt="a ball from picture 2 on the floor")
    picture = context.workspace.picture()
    shown = commissioned("ball from picture 2", told, picture, context)
    assert shown.prompt == "a ball on the floor"
    (reference,) = shown.references
    assert reference.dtype == np.uint8
    assert (reference[0, 0] == 255).all()
    assert lab_of(reference[50:60, 50:60])[..., 1].mean() > 0.05
    assert commissioned("ball", told, picture, context) is told
