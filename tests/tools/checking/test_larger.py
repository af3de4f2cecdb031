"""A click on a part of something larger: what may be said, and what is offered."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.geometry import Point
from models.mask import Mask
from models.segmentation.protocol import Candidate, Grounding
from tests.models.checking.scenes import grass, rectangle
from tests.shared_material import SHARED, needs_shared
from tests.tools.opened import opened, perform
from tools.checking.larger import Doubt, doubt_about
from tools.checking.removal import judged, look
from tools.checking.trial import Trial
from tools.drawing import PLACE
from tools.grounding import ground

PART, WHOLE = rectangle((240, 320), 100, 80, 160, 140), rectangle((240, 320), 100, 80, 220, 160)
CLICK = Point(130, 110)


class Answering:
    """A predictor that proposes given masks for any click, with given scores, best first."""

    name = "answering"
    knows_nouns = False

    def __init__(self, *proposals: tuple[Mask, float]) -> None:
        self._candidates = tuple(Candidate(mask, score) for mask, score in proposals)

    def set_image(self, rgb: np.ndarray) -> None:
        del rgb

    def from_points(self, positive: object, negative: object = ()) -> Grounding:
        del positive, negative
        return Grounding(self._candidates, (0,))

    def from_box(self, box: object) -> Grounding:
        del box
        return Grounding()

    def from_brush(self, stroke: Mask) -> Grounding:
        del stroke
        return Grounding()

    def from_words(self, phrase: str) -> Grounding:
        del phrase
        return Grounding()


def trial(click: Point | None = CLICK) -> Trial:
    picture = grass()
    return Trial(picture, picture, PART, PART, click=click)


def test_what_was_nearly_as_likely_and_holds_it_is_in_doubt() -> None:
    found = doubt_about(trial(), Answering((PART, 0.6), (WHOLE, 0.55)))
    assert found is not None
    assert found.larger is not None
    assert (found.larger == WHOLE).all()


def test_what_is_less_likely_or_lies_elsewhere_or_is_scenery_is_not() -> None:
    elsewhere = rectangle((240, 320), 200, 20, 310, 200)
    assert doubt_about(trial(), Answering((PART, 0.6), (WHOLE, 0.4))) is None
    assert doubt_about(trial(), Answering((PART, 0.6), (elsewhere, 0.59))) is None
    assert doubt_about(trial(), Answering((PART, 0.6), (np.ones_like(PART), 0.59))) is None


def test_an_outline_that_was_a_guess_is_in_doubt_without_another() -> None:
    assert doubt_about(trial(), Answering((PART, 0.2))) == Doubt()


def test_who_did_not_click_or_changed_it_by_hand_meant_what_is_there() -> None:
    answers = Answering((PART, 0.6), (WHOLE, 0.55))
    assert doubt_about(trial(None), answers) is None
    assert doubt_about(trial(), Answering((WHOLE, 0.6), (PART, 0.55))) is None


@needs_shared
@pytest.mark.slow
def test_a_click_on_a_dogs_body_offers_the_rest_of_the_dog(tmp_path: Path) -> None:
    assert SHARED is not None
    file = SHARED / "eval" / "photos" / "n02107142_Doberman.JPEG"
    picture = np.ascontiguousarray(np.asarray(cv2.imread(str(file)))[..., ::-1])
    context, spot = opened(tmp_path, picture), Point(270, 151)
    with context.sight.lock:
        mask = context.sight.predictor(context.workspace).from_points([spot]).mask
    context.workspace.save_selection("clicked", mask, {"by": "drawing", PLACE: [*spot, spot.x + 1, spot.y + 1]})
    report = perform(context, "remove", selection="clicked")
    assert "unless it is part of something larger" in str(report.verdict)
    rest = ground(context, "the rest")
    assert rest is not None
    assert not ((rest.mask > 0) & (mask >= 0.5)).any(), "what is gone is not asked for again"
    assert (rest.mask >= 0.5).sum() > 0.1 * (mask >= 0.5).sum()


def test_the_sentence_of_a_doubt() -> None:
    seen = look(trial())
    plain = judged(seen).sentence
    assert plain.endswith("and no seam")
    assert "say “remove the rest too”" in judged(replace(seen, doubt=Doubt(WHOLE))).sentence
    assert "not sure where it ends" in judged(replace(seen, doubt=Doubt())).sentence
