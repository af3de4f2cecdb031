"""Variations of the last edit: made beside it, chosen, and made again like one of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.errors import BadInputError, CancelledError
from models.progress import Progress
from tests.models.checking.scenes import grass
from tests.tools.opened import disc, opened, perform, select
from tools.edits.context import EditContext


@pytest.fixture
def removed(tmp_path: Path) -> EditContext:
    pixels = grass(120, 160)
    spot = disc(pixels.shape, (80, 60), 18)
    pixels[spot > 0] = (200, 40, 40)
    context = opened(tmp_path, pixels)
    perform(context, "remove", selection=select(context, spot))
    return context


def test_siblings_with_other_seeds_differ_inside_the_mask_alone(removed: EditContext) -> None:
    workspace, head = removed.workspace, removed.workspace.head
    report = perform(removed, "redo", value="three variations")
    made = [workspace.version(identity) for identity in report.as_dict()["variations"]]
    assert workspace.head.id == head.id, "nothing changes before one is chosen"
    assert [version.parent for version in made] == [head.parent] * 3
    assert len({version.edit["seed"] for version in [head, *made]}) == 4
    inside = disc((120, 160), (80, 60), 18) > 0
    pixels = [workspace.picture(version.id).pixels for version in [head, *made]]
    for index, one in enumerate(pixels):
        assert (one[~inside] == pixels[0][~inside]).all()
        assert all((one[inside] != other[inside]).any() for other in pixels[:index])
    assert "1 to 3" in report.message


def test_one_is_chosen_and_more_like_it_are_made(removed: EditContext) -> None:
    workspace = removed.workspace
    first = perform(removed, "redo", value="two variations").as_dict()["variations"]
    assert perform(removed, "redo", value="variation second").version == first[1] == workspace.head.id
    second = perform(removed, "redo", value="like variation 1").as_dict()["variations"]
    seeds = [version.edit.get("seed") for version in workspace.versions()[1:]]
    assert len(set(seeds)) == len(seeds)
    assert perform(removed, "redo", value="variation last").version == second[-1]
    with pytest.raises(BadInputError, match="1 to 3"):
        perform(removed, "redo", value="variation 4")


def test_the_same_history_gives_the_same_variations(removed: EditContext) -> None:
    workspace = removed.workspace
    made = perform(removed, "redo", value="one variation").as_dict()["variations"]
    version = workspace.version(made[0])
    workspace.go_to(workspace.root.id)
    perform(removed, "remove", selection="chosen", seed=version.edit["seed"])
    assert (workspace.picture().pixels == workspace.picture(version.id).pixels).all()


def test_what_is_not_left_to_chance_has_none(removed: EditContext) -> None:
    perform(removed, "adjust", value="brighter")
    with pytest.raises(BadInputError, match="chance"):
        perform(removed, "redo", value="three variations")


def test_without_variations_there_is_nothing_to_choose(removed: EditContext) -> None:
    with pytest.raises(BadInputError, match="show me three"):
        perform(removed, "redo", value="variation 2")


def test_stopping_between_two_of_them_leaves_none(removed: EditContext) -> None:
    fractions: list[float] = []
    progress = Progress(lambda fraction, _: fractions.append(fraction), lambda: bool(fractions) and fractions[-1] > 0.5)
    with pytest.raises(CancelledError):
        perform(replace(removed, progress=progress), "redo", value="three variations")
    assert len(removed.workspace.versions()) == 2


def test_redo_still_goes_forward(removed: EditContext) -> None:
    made = removed.workspace.head.id
    removed.workspace.undo()
    assert perform(removed, "redo").version == made
    assert np.all(removed.workspace.picture().pixels[:10] == grass(120, 160)[:10])


def test_where_every_seed_gives_the_same_that_is_said(tmp_path: Path) -> None:
    context = opened(tmp_path, np.full((120, 160, 3), 128, np.uint8))
    spot = disc((120, 160), (80, 60), 18)
    perform(context, "remove", selection=select(context, spot))
    with pytest.raises(BadInputError, match="same every time"):
        perform(context, "redo", value="three variations")
    assert len(context.workspace.versions()) == 2
