"""Taking out text and cutting out subjects are looked at, too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tests.models.checking.scenes import grass, painted, rectangle
from tests.tools.opened import opened, perform
from tools.checking.lettering import examined
from tools.checking.trial import Trial
from tools.checking.verdict import Outcome


def written(text: str) -> np.ndarray:
    page = Image.fromarray(np.full((240, 480, 3), 200, np.uint8))
    ImageDraw.Draw(page).text((60, 90), text, fill=(20, 20, 90), font=ImageFont.load_default(48))
    return np.asarray(page)


PLACE = rectangle((240, 480), 50, 80, 440, 160)


def test_text_that_is_gone_is_said_to_be(tmp_path: Path) -> None:
    context = opened(tmp_path, written("HARBOUR 2026"))
    report = perform(context, "remove_text").as_dict()
    assert report["check"]["outcome"] == "passed"
    assert report["verdict"].endswith("nothing is to be read there any more")
    assert report["verdict"].startswith("changed ")


def test_letters_that_a_selection_missed_are_taken_on_a_second_try(tmp_path: Path) -> None:
    """Only the middle stripe of the letters is selected: their tops and feet stay readable."""
    context = opened(tmp_path, written("HARBOUR 2026"))
    stripe = rectangle((240, 480), 50, 134, 440, 140)
    context.workspace.save_selection("stripe", stripe, {"by": "drawing"})
    report = perform(context, "remove_text", selection="stripe").as_dict()
    assert report["retry"] == {"reason": "some of it could still be read", "outcome": "kept"}
    assert report["check"]["outcome"] == "passed"
    ink = context.workspace.picture().pixels.astype(int)
    assert (ink[..., 2] - ink[..., 0] > 40).mean() < 0.01


def test_what_is_still_there_is_read_out() -> None:
    page = written("HARBOUR")
    found = examined(Trial(page, page, PLACE, PLACE))
    assert found.verdict.outcome is Outcome.FAILED
    assert found.verdict.sentence == "I still read “HARBOUR” there"
    assert found.correction is not None


def test_where_nothing_could_be_read_nothing_is_claimed() -> None:
    plain = np.full((240, 480, 3), 200, np.uint8)
    found = examined(Trial(plain, plain, PLACE, PLACE))
    assert found.verdict.findings == ()
    assert "have a look" in found.verdict.sentence
    assert found.correction is None


def test_a_clean_cut_says_how_much_of_its_outline_it_could_see(tmp_path: Path) -> None:
    box = rectangle((240, 320), 110, 70, 210, 170)
    context = opened(tmp_path, painted(grass(), box, (190, 60, 50)))
    context.workspace.save_selection("box", box, {"by": "drawing"})
    report = perform(context, "background_remove", selection="box").as_dict()
    assert report["check"]["outcome"] == "passed"
    assert "the outline follows an edge along 100% of its length" in report["verdict"]


def test_a_cut_through_the_middle_of_nothing_is_doubted(tmp_path: Path) -> None:
    context = opened(tmp_path, grass())
    context.workspace.save_selection("there", rectangle((240, 320), 40, 40, 200, 200), {"by": "drawing"})
    report = perform(context, "background_replace", selection="there", value="white")
    assert report.as_dict()["check"]["outcome"] == "failed"
    assert "the picture shows no edge" in report.message
