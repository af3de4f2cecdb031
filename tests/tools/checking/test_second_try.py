"""An edit looks at its result and tries once more: when, how, and what is left in the history."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from agent.offline.planner import plan
from models.errors import CancelledError
from models.progress import Progress
from tests.models.checking.scenes import box_with_a_shadow, grass, mirrored, painted, rectangle
from tests.tools.opened import opened, perform
from tools.checking.trial import Limited, OutOfTimeError
from tools.checking.verdict import Finding, Outcome, Verdict
from tools.edits.context import EditContext
from tools.grounding import ground
from tools.questions import NeedsAnswerError


def guessed(context: EditContext, mask: np.ndarray) -> str:
    """A mask that the program found, which it may correct."""
    context.workspace.save_selection("found", mask.astype(np.float32), {"by": "drawing"})
    return "found"


def box_on_a_mirror(folder: Path) -> tuple[EditContext, np.ndarray]:
    picture, box = mirrored()
    return opened(folder, picture), box


def test_a_mirror_image_is_taken_in_and_both_results_are_kept(tmp_path: Path) -> None:
    context, box = box_on_a_mirror(tmp_path)
    report = perform(context, "remove", selection=guessed(context, box))
    root, first, second = context.workspace.versions()
    assert first.parent == second.parent == root.id
    assert context.workspace.head.id == second.id == report.version
    assert first.edit["attempt"] == 1
    assert "attempt" not in second.edit
    told = report.as_dict()
    assert told["retry"] == {"reason": "its mirror image was left", "outcome": "kept"}
    assert "mirror image" in report.message
    assert told["check"]["outcome"] == "passed"
    after = context.workspace.picture().pixels[150:210, 95:230].astype(int)
    assert np.abs(after - (34, 33, 36)).mean() < 12, "the image on the floor is gone"
    before = context.workspace.picture(root.id).pixels
    untouched = np.ones(before.shape[:2], bool)
    untouched[40:240, 70:254] = False
    assert (context.workspace.picture().pixels[untouched] == before[untouched]).all()


def test_a_mask_that_a_person_gave_is_law(tmp_path: Path) -> None:
    context, box = box_on_a_mirror(tmp_path)
    context.workspace.save_selection("mine", box, {"by": "mask"})
    report = perform(context, "remove", selection="mine")
    assert len(context.workspace.versions()) == 2
    assert "retry" not in report.as_dict()
    assert report.mask_area == np.count_nonzero(box)
    assert "mirror image is still there" in report.message, "what could not be mended is said"


def test_a_result_can_be_repeated_by_its_number(tmp_path: Path) -> None:
    context, box = box_on_a_mirror(tmp_path)
    name = guessed(context, box)
    perform(context, "remove", selection=name)
    root, first, second = context.workspace.versions()
    for version, attempt in ((first, 1), (second, 2)):
        context.workspace.go_to(root.id)
        perform(context, "remove", selection=name, attempt=attempt)
        again, wanted = context.workspace.picture().pixels, context.workspace.picture(version.id).pixels
        assert (again == wanted).all()


def test_a_good_result_is_not_tried_again(tmp_path: Path) -> None:
    whole = rectangle((240, 320), 130, 90, 190, 150)
    context = opened(tmp_path, painted(grass(), whole, (190, 60, 50)))
    report = perform(context, "remove", selection=guessed(context, whole))
    assert len(context.workspace.versions()) == 2
    assert report.as_dict()["check"]["outcome"] == "passed"
    assert "Have a look" not in report.message


def test_the_old_colour_at_the_rim_is_taken_in(tmp_path: Path) -> None:
    whole, part = rectangle((240, 320), 110, 80, 210, 160), rectangle((240, 320), 114, 84, 206, 156)
    context = opened(tmp_path, painted(grass(), whole, (190, 60, 50)))
    report = perform(context, "recolor", selection=guessed(context, part), value="#1F3A93").as_dict()
    assert report["retry"]["outcome"] == "kept"
    assert "old colour" in report["message"]
    rim = (whole > 0) & (part == 0)
    pixels = context.workspace.picture().pixels[rim].astype(int)
    assert (pixels[:, 0] < pixels[:, 2]).mean() > 0.9, "the rim is blue now"


def test_stopping_during_the_second_try_leaves_no_trace(tmp_path: Path) -> None:
    context, box = box_on_a_mirror(tmp_path)
    name = guessed(context, box)
    labels: list[str] = []
    stopping = replace(
        context, progress=Progress(lambda _, label: labels.append(label), lambda: "trying again" in labels)
    )
    with pytest.raises(CancelledError):
        perform(stopping, "remove", selection=name)
    assert len(context.workspace.versions()) == 1
    assert [one.name for one in context.workspace.selections()] == [name]


def test_a_second_try_that_takes_too_long_is_dropped(tmp_path: Path) -> None:
    context, box = box_on_a_mirror(tmp_path)
    ticks = iter(range(0, 1_000_000, 100))
    labels: list[str] = []

    def clock() -> float:
        return next(ticks) if "trying again" in labels else 0.0

    slow = replace(context, clock=clock, progress=Progress(lambda _, label: labels.append(label)))
    report = perform(slow, "remove", selection=guessed(context, box)).as_dict()
    assert report["retry"]["outcome"] == "out of time"
    assert len(context.workspace.versions()) == 2


def test_running_out_of_time_is_not_being_stopped() -> None:
    late = Limited(Progress(), iter([0.0, 1.0, 3.0, 3.0]).__next__, 2.0)
    late.progress.check()
    with pytest.raises(OutOfTimeError), late:
        late.progress.check()
    stopped = Limited(Progress(is_cancelled=lambda: True), lambda: 0.0, 2.0)
    with pytest.raises(CancelledError), stopped:
        stopped.progress.check()


@pytest.mark.parametrize(
    ("number", "outcome"),
    [
        (0.0, Outcome.PASSED),
        (0.09, Outcome.PASSED),
        (0.1, Outcome.DOUBTFUL),
        (0.3, Outcome.FAILED),
        (9, Outcome.FAILED),
    ],
)
def test_limits_make_outcomes(number: float, outcome: Outcome) -> None:
    assert Finding.measured("seam", number, 0.1, 0.3, "an edge shows").outcome is outcome


def test_a_verdict_speaks_of_the_worst() -> None:
    good, bad = Finding.measured("a", 0.0, 1, 2, "a line"), Finding.measured("b", 1.5, 1, 2, "b line")
    assert Verdict((good,), "all well").sentence == "all well"
    verdict = Verdict((good, bad), "all well")
    assert (verdict.outcome, verdict.sentence) == (Outcome.DOUBTFUL, "b line")
    assert verdict.badness > Verdict((good, good), "").badness
    assert [one.get("line") for one in verdict.as_details()["findings"]] == [None, "b line"]


def test_its_shadow_goes_with_it(tmp_path: Path) -> None:
    picture, box, cast = box_with_a_shadow(grass())
    context = opened(tmp_path, picture)
    report = perform(context, "remove", selection=guessed(context, box))
    told = report.as_dict()
    assert told["retry"] == {"reason": "its shadow was left", "outcome": "kept"}
    after = context.workspace.picture().pixels
    assert darkness(after, cast) < 0.25 * darkness(picture, cast)


def test_the_shadow_of_what_a_person_outlined_is_offered_and_the_offer_holds(tmp_path: Path) -> None:
    picture, box, cast = box_with_a_shadow(grass())
    context = opened(tmp_path, picture)
    context.workspace.save_selection("mine", box, {"by": "mask"})
    report = perform(context, "remove", selection="mine", target="box")
    assert "retry" not in report.as_dict()
    assert report.mask_area == np.count_nonzero(box)
    assert "its shadow is still there; say “remove its shadow too”" in report.message
    (step,) = plan("remove its shadow too").steps
    assert (step.op, step.target) == ("remove", "shadow")
    second = perform(context, step.op, target=step.target)
    assert second.message.startswith("Removed its shadow")
    assert "still there" not in second.message
    after = context.workspace.picture().pixels
    assert darkness(after, cast) < 0.25 * darkness(picture, cast)


@pytest.mark.parametrize("words", ["its shadow", "the shadow", "the box's shadow", "the shadow of the box"])
def test_an_offer_is_called_as_people_call_it(tmp_path: Path, words: str) -> None:
    context, cast = offered(tmp_path)
    target = ground(context, words)
    assert target is not None
    assert not target.exact
    assert ((target.mask > 0) & (cast > 0.5)).sum() > 0.7 * (cast > 0.5).sum()


def test_an_offer_ends_with_the_version_it_was_made_for(tmp_path: Path) -> None:
    context, _ = offered(tmp_path)
    context.workspace.undo()
    with pytest.raises(NeedsAnswerError):
        ground(context, "its shadow", certainty=0.99)


def offered(folder: Path) -> tuple[EditContext, np.ndarray]:
    """After the removal of a box by an exact mask, with its shadow still there."""
    picture, box, cast = box_with_a_shadow(grass())
    context = opened(folder, picture)
    context.workspace.save_selection("mine", box, {"by": "mask"})
    perform(context, "remove", selection="mine", target="box")
    return context, cast


def darkness(picture: np.ndarray, cast: np.ndarray) -> float:
    """How much darker the picture is where the shadow lay than the lit ground, in 8-bit levels, at least 0."""
    return max(0.0, float(grass().mean() - picture[cast > 0.5].mean()))
