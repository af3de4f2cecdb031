"""Words to masks with a model that knows what things look like: proposals, a trained tiny CLIP, the whole reading."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.mask import iou
from models.segmentation.clip_ranker import ClipRanker
from models.segmentation.phrases import PhraseGrounder, parse
from models.segmentation.proposals import Proposals
from models.segmentation.protocol import Grounding
from models.segmentation.recognition.ranked import RankedProposals
from tests.models.segmentation.named_shapes import Named, shapes_picture
from tests.models.segmentation.trained_clip import UNHEARD

pytestmark = pytest.mark.slow

THINGS = [
    Named("square", "red", 45, 60, 26),
    Named("circle", "blue", 120, 60, 28),
    Named("square", "green", 195, 60, 26),
    Named("star", "red", 270, 60, 36),
    Named("circle", "red", 60, 150, 28),
    Named("triangle", "yellow", 150, 150, 34),
    Named("star", "blue", 250, 150, 32),
]
RED_SQUARE, BLUE_CIRCLE, GREEN_SQUARE, RED_STAR, RED_CIRCLE, TRIANGLE, BLUE_STAR = range(7)


@pytest.fixture(scope="module")
def scene() -> tuple[np.ndarray, Proposals]:
    return shapes_picture(THINGS)


@pytest.fixture(scope="module")
def clip(trained_clip_folder: Path) -> Path:
    return trained_clip_folder


@pytest.fixture(scope="module")
def recogniser(clip: Path, scene: tuple[np.ndarray, Proposals]) -> RankedProposals:
    ranker = ClipRanker(clip)
    ranker.set_image(*scene)
    return RankedProposals(ranker, *scene)


@pytest.fixture(scope="module")
def grounder(recogniser: RankedProposals, scene: tuple[np.ndarray, Proposals]) -> PhraseGrounder:
    made = PhraseGrounder()
    made.set_image(scene[0], recogniser)
    return made


def agreement(grounding: Grounding, scene: tuple[np.ndarray, Proposals], wanted: list[int]) -> float:
    truth = np.any([scene[1].mask(index) for index in wanted], axis=0)
    return iou(grounding.mask, truth.astype(np.float32))


@pytest.mark.parametrize(
    ("phrase", "wanted"),
    [
        ("the red star", [RED_STAR]),
        ("the triangle", [TRIANGLE]),
        ("the blue circle", [BLUE_CIRCLE]),
        ("all circles", [BLUE_CIRCLE, RED_CIRCLE]),
        ("the two stars", [RED_STAR, BLUE_STAR]),
        ("the second square from the left", [GREEN_SQUARE]),
        ("the leftmost square", [RED_SQUARE]),
        ("the star above the blue star", [RED_STAR]),
        ("the circle next to the red square", [BLUE_CIRCLE]),
        ("the circle below the red square", [RED_CIRCLE]),
    ],
)
def test_a_phrase_finds_its_thing(
    phrase: str, wanted: list[int], grounder: PhraseGrounder, scene: tuple[np.ndarray, Proposals]
) -> None:
    found = grounder.from_words(phrase)
    assert found.found, found.question
    assert len(found.chosen) == len(wanted)
    assert agreement(found, scene, wanted) > 0.9
    assert found.score > 0.6
    assert all("looks like" in found.candidates[index].reason for index in found.chosen)


def test_everything_but_the_circle(grounder: PhraseGrounder, scene: tuple[np.ndarray, Proposals]) -> None:
    found = grounder.from_words("everything but the red circle")
    assert agreement(found, scene, [RED_CIRCLE]) < 0.05
    assert iou(1 - found.mask, scene[1].mask(RED_CIRCLE).astype(np.float32)) > 0.9


@pytest.mark.parametrize("name", UNHEARD)
def test_what_is_not_there_is_not_found(name: str, grounder: PhraseGrounder) -> None:
    found = grounder.from_words(f"the {name}")
    assert not found.found
    assert found.question is not None
    assert f"{name} here" in found.question


def test_several_alike_are_numbered_candidates(grounder: PhraseGrounder) -> None:
    found = grounder.from_words("the square")
    assert not found.found
    assert len(found.candidates) == 2
    assert found.question == "I see two squares; which one?"


def test_the_wrong_colour_is_said(grounder: PhraseGrounder) -> None:
    found = grounder.from_words("the yellow circle")
    assert not found.found
    assert found.question is not None
    assert "two circles" in found.question
    assert "yellow" in found.question


def test_a_relation_that_nothing_stands_in_is_said(grounder: PhraseGrounder) -> None:
    found = grounder.from_words("the triangle to the right of the blue star")
    assert not found.found
    assert found.question is not None
    assert "to the right of the blue star" in found.question


def test_reasons_say_what_decided(grounder: PhraseGrounder) -> None:
    found = grounder.from_words("the left circle")
    reason = found.candidates[found.chosen[0]].reason
    assert "looks like a circle" in reason
    assert "the left one of two" in reason


def test_sure_answers_pass_the_mark_that_removal_asks_for(grounder: PhraseGrounder) -> None:
    assert grounder.from_words("the triangle").score >= 0.8


def test_an_unaided_answer_is_doubted_where_the_model_sees_something_else(
    clip: Path, recogniser: RankedProposals
) -> None:
    rgb, proposals = shapes_picture([Named("triangle", "yellow", 160, 100, 60)])
    alone = PhraseGrounder()
    alone.set_image(rgb)
    assert alone.from_words("the giraffe").found  # the one thing that stands out
    ranker = ClipRanker(clip)
    ranker.set_image(rgb, proposals)
    aided = PhraseGrounder()
    aided.set_image(rgb, RankedProposals(ranker, rgb, proposals))
    found = aided.from_words("the giraffe")
    assert not found.found
    assert found.candidates
    assert recogniser.probability_at(np.zeros((200, 320), bool), parse("the giraffe")) is None


def test_what_no_proposal_covers_is_still_found_unaided(clip: Path) -> None:
    rgb, proposals = shapes_picture([Named("triangle", "yellow", 160, 100, 60)])
    nothing = Proposals(proposals.extent, proposals.working)
    ranker = ClipRanker(clip)
    ranker.set_image(rgb, nothing)
    aided, alone = PhraseGrounder(), PhraseGrounder()
    aided.set_image(rgb, RankedProposals(ranker, rgb, nothing))
    alone.set_image(rgb)
    for phrase in ("the giraffe", "the yellow triangle", "the background", "the subject"):
        first, second = aided.from_words(phrase), alone.from_words(phrase)
        assert first.found == second.found
        assert np.array_equal(first.mask, second.mask)
