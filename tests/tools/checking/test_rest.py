"""After a box: what the mask missed is taken in, or offered; and no more is claimed than was seen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from agent.offline.planner import plan
from models.checking.copies import Copies
from models.checking.left_in_box import LeftInBox
from models.checking.leftovers import Leftovers
from models.checking.reflection import Reflection
from models.geometry import Bounds
from tests.models.checking.scenes import grass
from tests.models.checking.test_left_in_box import BOX, two_coloured
from tests.tools.opened import opened, perform
from tools.checking.removal import SEAM, Seen, judged
from tools.checking.verdict import Outcome, share_of_picture
from tools.drawing import PLACE
from tools.edits.context import EditContext
from tools.grounding import ground


def boxed(context: EditContext, mask: np.ndarray, *, exact: bool = False, box: Bounds = BOX) -> str:
    """A mask that the program found in a box; `exact`: its edge was set by hand afterwards."""
    origin = {"by": "drawing", PLACE: list(box)} | ({"exact": True} if exact else {})
    context.workspace.save_selection("found", mask, origin)
    return "found"


def blue(picture: np.ndarray, head: np.ndarray) -> float:
    """How much bluer than grass it is where the head was, in 8-bit levels."""
    here = picture[head > 0].astype(float).mean(axis=0)
    return float(max(0.0, here[2] - grass().reshape(-1, 3).mean(axis=0)[2]))


def test_what_the_box_still_holds_is_taken_in(tmp_path: Path) -> None:
    picture, body, head = two_coloured()
    context = opened(tmp_path, picture)
    report = perform(context, "remove", selection=boxed(context, body)).as_dict()
    assert report["retry"] == {"reason": "part of it was left", "outcome": "kept"}
    assert "part of it was left at first" in report["message"]
    assert blue(context.workspace.picture().pixels, head) < 8
    assert blue(picture, head) > 60
    assert report["check"]["outcome"] == "passed"


def test_what_a_person_outlined_is_not_widened_but_the_rest_is_offered(tmp_path: Path) -> None:
    picture, body, head = two_coloured()
    context = opened(tmp_path, picture)
    report = perform(context, "remove", selection=boxed(context, body, exact=True))
    assert "retry" not in report.as_dict()
    assert "your box seems to hold more of it" in report.message
    assert "say “remove the rest too”" in report.message
    (step,) = plan("remove the rest too").steps
    perform(context, step.op, target=step.target)
    assert blue(context.workspace.picture().pixels, head) < 8


@pytest.mark.parametrize("words", ["the rest", "the rest of it"])
def test_the_rest_is_called_as_people_call_it(tmp_path: Path, words: str) -> None:
    picture, body, head = two_coloured()
    context = opened(tmp_path, picture)
    perform(context, "remove", selection=boxed(context, body, exact=True))
    target = ground(context, words)
    assert target is not None
    assert ((target.mask > 0) & (head > 0)).sum() > 0.8 * head.sum()


def test_marks_on_a_part_are_no_box(tmp_path: Path) -> None:
    picture, body, _ = two_coloured()
    context = opened(tmp_path, picture)
    click = ground(context, None, boxed(context, body, box=Bounds(140, 120, 141, 121)))
    around = ground(context, None, boxed(context, body))
    assert click is not None
    assert click.box is None
    assert around is not None
    assert around.box == BOX


def test_a_box_of_another_version_says_nothing(tmp_path: Path) -> None:
    picture, body, _ = two_coloured()
    context = opened(tmp_path, picture)
    name = boxed(context, body)
    perform(context, "crop", value="10% off the left")
    carried = ground(context, None, name)
    assert carried is not None
    assert carried.box is None


def seen(seam: float = 0.0, changed: float = 0.03, gap: float = 0.0) -> Seen:
    nothing = np.zeros((4, 4), np.float32)
    held = LeftInBox(nothing, 0.0, gap)
    return Seen(
        Leftovers(nothing, 0.0), Reflection(nothing, 0.0), seam, Copies(0.0, nothing), None, held, changed=changed
    )


def test_no_more_is_claimed_than_was_measured() -> None:
    assert judged(seen()).sentence == "changed 3% of the picture; I see nothing of it left, and no seam"
    close = judged(seen(seam=0.8 * SEAM[0]))
    assert close.outcome is Outcome.PASSED
    assert close.sentence == "changed 3% of the picture; I see nothing of it left, but look at its rim once more"
    assert "no seam" not in judged(seen(changed=0.4)).sentence
    later = judged(replace(seen(), again=True)).sentence
    assert later.endswith("I see nothing of it left now, but I had missed something at first: look at it once more")
    assert "what I took leaves 30% of your box free" in judged(seen(gap=0.3)).sentence


@pytest.mark.parametrize(("share", "said"), [(0.0, "less than 1%"), (0.013, "1%"), (0.42, "42%")])
def test_shares_are_said_as_people_say_them(share: float, said: str) -> None:
    assert share_of_picture(share) == f"{said} of the picture"
