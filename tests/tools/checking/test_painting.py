"""What was painted is looked at: is it there by name, does the rim hold, and which of several drafts is good."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from models.mask import Mask
from models.segmentation.learned_predictor import LearnedPredictor, Stages
from models.segmentation.protocol import Predictor
from models.segmentation.weight_free import WeightFreePredictor
from tests.models.segmentation.named_shapes import Named, shapes_picture
from tests.tools.checking.shape_eyes import ByColour, eyes_for_shapes
from tools.checking.painting import GOOD, examined, judge_for
from tools.checking.trial import Trial
from tools.checking.verdict import Outcome
from tools.sight import Sight

BESIDE = Named("square", "blue", 250, 100, 40)
PLACE = (slice(50, 150), slice(50, 150))  # rows, columns


def picture_with(shape: str | None, *, framed: bool = False) -> np.ndarray:
    """A shape in the place, or none; `framed`: on a patch whose edge shows."""
    things = [BESIDE] if shape is None else [BESIDE, Named(shape, "red", 100, 100, 38)]
    rgb, proposals = shapes_picture(things, seed=3)
    if framed:
        patch = np.zeros(rgb.shape[:2], bool)
        patch[PLACE] = True
        if shape is not None:
            patch &= ~proposals.mask(1)
        rgb[patch] = np.clip(rgb[patch].astype(int) - 60, 0, 255)
    return rgb


def place() -> Mask:
    mask = np.zeros((200, 320), np.float32)
    mask[PLACE] = 1.0
    return mask


def trial(after: np.ndarray, seed: int = 7) -> Trial:
    return Trial(picture_with(None), after, place(), place(), seed=seed)


@pytest.fixture(scope="module")
def eyes(trained_clip_folder: Path) -> Sight:
    return eyes_for_shapes(trained_clip_folder)


@pytest.mark.slow
def test_what_was_asked_for_is_seen(eyes: Sight) -> None:
    found = examined(trial(picture_with("star")), "star", eyes)
    assert found.verdict.outcome is Outcome.PASSED
    assert found.verdict.sentence == "it is there to be seen"
    assert {finding.kind for finding in found.verdict.findings} == {"seam", "not found"}
    assert found.correction is None


@pytest.mark.slow
@pytest.mark.parametrize("shape", ["circle", None])
def test_something_else_is_tried_once_more_from_another_seed(eyes: Sight, shape: str | None) -> None:
    first = trial(picture_with(shape))
    found = examined(first, "star", eyes)
    assert found.verdict.outcome is Outcome.FAILED
    assert found.verdict.sentence == "I can't make out “star” in it"
    assert found.correction is not None
    assert found.correction.reason == "it could not be made out"
    assert found.correction.seed not in (first.seed, 0)
    assert np.array_equal(found.correction.target, first.target)
    again = examined(trial(picture_with(shape), seed=found.correction.seed), "star", eyes, of=first)
    assert again.verdict == found.verdict
    assert again.correction is None, "a correction is not corrected"


@pytest.mark.slow
def test_the_same_thing_beside_the_place_does_not_count(eyes: Sight) -> None:
    found = examined(trial(picture_with("circle")), "square", eyes)
    assert found.verdict.outcome is Outcome.FAILED


def test_without_a_model_the_rim_alone_is_judged() -> None:
    plain = Sight(WeightFreePredictor)
    good = examined(trial(picture_with("circle")), "star", plain)
    assert [finding.kind for finding in good.verdict.findings] == ["seam"]
    assert good.verdict.sentence == "painted 16% of the picture; its rim shows no edge"
    assert good.correction is None
    bad = examined(trial(picture_with("circle", framed=True)), "star", plain)
    assert bad.verdict.outcome is Outcome.FAILED
    assert bad.correction is not None
    assert bad.correction.reason == "the rim showed"


@pytest.mark.slow
def test_drafts_are_told_apart_by_those_who_know_names(eyes: Sight) -> None:
    judge = judge_for(picture_with(None), place(), "star", eyes)
    assert judge is not None
    shown = [picture_with("star"), picture_with("star", framed=True), picture_with("circle", framed=True)]
    values = [judge(draft) for draft in shown]
    assert values[0] == GOOD
    assert values[0] > values[1] > values[2]
    assert judge(shown[0].astype(np.uint16) * 257) == GOOD


@pytest.mark.parametrize("make", [WeightFreePredictor, lambda: LearnedPredictor(Stages(ByColour()))])
def test_who_only_tells_things_apart_judges_nothing_by_name(make: Callable[[], Predictor]) -> None:
    nameless = Sight(make)
    assert judge_for(picture_with(None), place(), "red star", nameless) is None
    found = examined(trial(picture_with("circle")), "star", nameless)
    assert [finding.kind for finding in found.verdict.findings] == ["seam"]
