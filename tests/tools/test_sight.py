"""Predictors in view: one for each version, remembered with the workspace, renewed when models come and go."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from models.geometry import Bounds
from models.segmentation.learned_predictor import LearnedPredictor, Stages
from models.segmentation.weight_free import WeightFreePredictor
from tests.models.segmentation.named_shapes import Named, shapes_picture
from tests.models.segmentation.test_learned_predictor import Drawn
from tools.pictures.picture import Picture
from tools.sight import Sight
from tools.workspace.workspace import Workspace

RGB, PROPOSALS = shapes_picture([Named("star", "red", 80, 100, 45), Named("circle", "blue", 230, 100, 45)])
AROUND_THE_STAR = Bounds(30, 50, 130, 150)


def workspace_in(folder: Path) -> Workspace:
    return Workspace.create(folder / "workspace", Picture(RGB), name="shapes")


def test_a_version_keeps_its_predictor(tmp_path: Path) -> None:
    sight = Sight(WeightFreePredictor)
    workspace = workspace_in(tmp_path)
    assert sight.predictor(workspace) is sight.predictor(workspace)


def test_another_kind_makes_another_predictor(tmp_path: Path) -> None:
    kinds = ["none"]
    sight = Sight(WeightFreePredictor, kind=lambda: kinds[0])
    workspace = workspace_in(tmp_path)
    first = sight.predictor(workspace)
    kinds[0] = "fastsam"
    assert sight.predictor(workspace) is not first


def test_what_was_found_lies_with_the_workspace(tmp_path: Path) -> None:
    workspace = workspace_in(tmp_path)
    first, second = Drawn(PROPOSALS), Drawn(PROPOSALS)
    before = Sight(lambda: LearnedPredictor(Stages(first))).predictor(workspace).from_box(AROUND_THE_STAR)
    workspace.close()
    again = Workspace.open(tmp_path / "workspace")
    after = Sight(lambda: LearnedPredictor(Stages(second))).predictor(again).from_box(AROUND_THE_STAR)
    assert (first.asked, second.asked) == (1, 0)
    assert np.array_equal(before.mask, after.mask)
    assert list((tmp_path / "workspace" / "seen").iterdir())
