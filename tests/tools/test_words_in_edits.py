"""Edits whose target a model recognises: done when it is sure, asked when it is not, nothing else touched."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.segmentation.clip_ranker import ClipRanker
from models.segmentation.learned_predictor import LearnedPredictor, Stages
from tests.models.segmentation.named_shapes import Named, shapes_picture
from tests.models.segmentation.test_learned_predictor import Drawn
from tests.tools.opened import perform
from tools.edits.context import EditContext
from tools.pictures.picture import Picture
from tools.questions import NeedsAnswerError
from tools.sight import Sight
from tools.workspace.workspace import Workspace

pytestmark = pytest.mark.slow

RGB, PROPOSALS = shapes_picture(
    [
        Named("star", "red", 70, 60, 40),
        Named("circle", "red", 170, 60, 34),
        Named("circle", "blue", 260, 60, 34),
        Named("square", "green", 120, 150, 34),
    ]
)
STAR, RED_CIRCLE, BLUE_CIRCLE, SQUARE = range(4)


@pytest.fixture
def context(trained_clip_folder: Path, tmp_path: Path) -> EditContext:
    stages = Stages(Drawn(PROPOSALS), ClipRanker(trained_clip_folder))
    workspace = Workspace.create(tmp_path / "workspace", Picture(RGB), name="shapes")
    return EditContext(workspace, Sight(lambda: LearnedPredictor(stages)))


def changed(context: EditContext) -> np.ndarray:
    """H×W bool: where the version looked at now differs from the root."""
    now = context.workspace.picture(context.workspace.head.id).pixels
    return np.any(now != RGB, axis=-1)


def test_a_sure_target_is_edited_and_nothing_else(context: EditContext) -> None:
    perform(context, "remove", target="the square")
    where = changed(context)
    assert where[PROPOSALS.mask(SQUARE)].mean() > 0.9
    for other in (STAR, RED_CIRCLE, BLUE_CIRCLE):
        assert not where[PROPOSALS.mask(other)].any()


def test_words_and_place_decide_among_alike(context: EditContext) -> None:
    perform(context, "recolor", target="the right circle", value="green")
    where = changed(context)
    assert where[PROPOSALS.mask(BLUE_CIRCLE)].mean() > 0.8
    assert not where[PROPOSALS.mask(RED_CIRCLE)].any()


def test_an_unclear_target_is_a_question_with_candidates(context: EditContext) -> None:
    with pytest.raises(NeedsAnswerError) as caught:
        perform(context, "remove", target="the circle")
    assert "two circles" in str(caught.value)
    assert len(caught.value.question.candidates) == 2


def test_what_is_not_there_is_not_removed(context: EditContext) -> None:
    with pytest.raises(NeedsAnswerError, match="giraffe"):
        perform(context, "remove", target="the giraffe")
    assert not changed(context).any()
