"""Where nobody chose a seed: a few quick paintings, one finished, and that one repeated without them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from skimage import data

from models.errors import BadInputError
from models.inpainting.commission import Commission, Intent
from models.inpainting.diffusion import Diffusion
from models.progress import SILENT, Progress
from tests.tools.checking.shape_eyes import eyes_for_shapes
from tests.tools.opened import opened, perform
from tools.checking.painting import judge_for
from tools.edits.catalogue import request_for
from tools.edits.context import EditContext
from tools.edits.drafts import DRAFTS
from tools.edits.painting import paint
from tools.sight import Sight

pytestmark = pytest.mark.slow

_BOX = (60, 50, 130, 140)


@pytest.fixture
def sight(trained_clip_folder: Path) -> Sight:
    return eyes_for_shapes(trained_clip_folder)


@pytest.fixture
def context(painter_here: Path, sight: Sight, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EditContext:
    del painter_here
    monkeypatch.setenv(DRAFTS, "3")
    return replace(opened(tmp_path, data.coffee()[60:300, 120:480]), sight=sight)


def made(context: EditContext, **arguments: Any) -> tuple[np.ndarray, dict[str, Any]]:
    """A star painted into the box from the root: the pixels, and the edit as it is kept."""
    context.workspace.go_to(context.workspace.root.id)
    perform(context, "insert", value="star", box=_BOX, **arguments)
    return context.workspace.picture().pixels, dict(context.workspace.head.edit)


def test_a_seed_from_drafts_is_said_kept_and_repeated_without_them(context: EditContext) -> None:
    labels: list[str] = []
    watched = replace(context, progress=Progress(lambda _, label: labels.append(label)))
    first, edit = made(watched)
    drafts = {label.partition(":")[0] for label in labels if label.startswith("draft ")}
    assert drafts == {"draft 1 of 3", "draft 2 of 3", "draft 3 of 3"}, "noise is no star, so all were looked at"
    report = context.workspace.head.report or {}
    assert edit["seed"] in (1, 2, 3)
    assert f"in 6 steps, seed {report['seed']}" in report["verdict"]
    drafted = [version for version in context.workspace.versions() if "best of 3 drafts" in str(version.report)]
    assert len(drafted) == 1
    assert np.array_equal(made(context)[0], first), "the same every time"
    labels.clear()
    context.workspace.go_to(context.workspace.root.id)
    request_for("insert", {key: value for key, value in edit.items() if key != "op"}).perform(watched)
    assert np.array_equal(context.workspace.picture().pixels, first)
    assert not any(label.startswith("draft ") for label in labels)


def test_the_draft_that_is_judged_best_is_the_one_that_is_finished(context: EditContext, sight: Sight) -> None:
    image, hole = context.workspace.picture().pixels, np.zeros((240, 360), np.float32)
    hole[50:140, 60:130] = 1.0
    commission = Commission(prompt="a star", intent=Intent.INSERT)
    painted = paint(image, hole, commission, context, seed=0, thing="star")
    engine, judge = Diffusion("fast", commission), judge_for(image, hole, "star", sight)
    assert judge is not None
    values = [judge(draft) for draft in engine.drafts(image, hole, [1, 2, 3], progress=SILENT, steps=3)]
    assert painted.seed == 1 + int(np.argmax(values))
    assert painted.details["seed"] == painted.seed
    assert np.array_equal(painted.image, engine.fill(image, hole, seed=painted.seed, progress=SILENT))


@pytest.mark.parametrize("why", ["a seed was given", "nobody knows names", "switched off", "slow here"])
def test_nothing_is_drafted_without_need(context: EditContext, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    labels: list[str] = []
    watched = replace(context, progress=Progress(lambda _, label: labels.append(label)))
    if why == "nobody knows names":
        watched = replace(
            watched, sight=opened(context.workspace.folder.parent / "other", np.zeros((9, 9, 3), np.uint8)).sight
        )
    elif why == "switched off":
        monkeypatch.setenv(DRAFTS, "0")
    elif why == "slow here":
        monkeypatch.delenv(DRAFTS)
        monkeypatch.setattr("models.weights.machine._NVIDIA", ())  # whatever this machine has
    seed = 5 if why == "a seed was given" else 0
    assert made(watched, seed=seed, attempt=1)[1]["seed"] == seed
    assert not any(label.startswith("draft ") for label in labels)


@pytest.mark.parametrize("said", ["many", "-1", "9", "²"])
def test_a_number_of_drafts_that_is_none_is_refused(
    context: EditContext, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DRAFTS, said)
    with pytest.raises(BadInputError, match="0 \\(none\\) to 8"):
        made(context)
