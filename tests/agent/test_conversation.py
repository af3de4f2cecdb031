"""Conversations with the offline planner, on real pictures, through the real agent, checkpoints and workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from skimage import data

from agent.studio import Conversation, Studio
from models.errors import BadInputError
from tools.grounding import keep_candidates
from tools.pictures.picture import Picture
from tools.pictures.writing import encode_picture


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(tmp_path)


def astronaut(studio: Studio) -> Conversation:
    return studio.create(encode_picture(Picture(data.astronaut()), "PNG"), "astronaut.png")


def two_balls(studio: Studio) -> Conversation:
    """A red ball on the left and a blue one on the right, on grass."""
    rows, columns = np.mgrid[:240, :360]
    pixels = np.full((240, 360, 3), (70, 120, 60), np.uint8)
    pixels += np.random.default_rng(1).integers(0, 18, pixels.shape, dtype=np.uint8)
    for center, colour in (((90, 120), (200, 30, 30)), ((270, 120), (40, 60, 200))):
        pixels[np.hypot(columns - center[0], rows - center[1]) < 36] = colour
    return studio.create_from(Picture(pixels), "balls.png")


def say(conversation: Conversation, text: str, **more: Any) -> str:
    job = conversation.say(text, **more)
    assert job.wait(180), "the job did not end"
    assert job.state == "done", job.error
    return job.text


def ops(conversation: Conversation) -> list[str]:
    path = conversation.workspace.path(conversation.workspace.head.id)
    return [version.edit["op"] for version in path[1:]]


def click(x: int, y: int) -> dict[str, Any]:
    return {"items": [{"kind": "point", "point": [x, y], "positive": True}]}


def test_several_steps_in_one_sentence(studio: Studio) -> None:
    conversation = astronaut(studio)
    text = say(conversation, "make it a bit brighter, then blur it slightly and rotate it 90 degrees")
    assert ops(conversation) == ["adjust", "blur", "rotate"]
    assert text.count(".") >= 3


def test_going_back_branches_and_forgets_nothing(studio: Studio) -> None:
    conversation = astronaut(studio)
    say(conversation, "make it warmer")
    say(conversation, "blur it")
    say(conversation, "flip it")
    say(conversation, "go back to before the blur")
    assert ops(conversation) == ["adjust"]
    say(conversation, "make it black and white")
    assert ops(conversation) == ["adjust", "adjust"]
    say(conversation, "undo everything")
    assert ops(conversation) == []
    assert len(conversation.workspace.versions()) == 5


def test_a_colour_is_followed_up(studio: Studio) -> None:
    conversation = two_balls(studio)
    say(conversation, "make the red ball green")
    first = conversation.workspace.picture().pixels[120, 90].astype(int)
    assert first[1] > first[0]
    say(conversation, "a bit darker")
    second = conversation.workspace.picture().pixels[120, 90].astype(int)
    assert second.sum() < first.sum()
    assert ops(conversation) == ["recolor", "recolor"]
    blue = conversation.workspace.picture().pixels[120, 270]
    assert (blue == (40, 60, 200)).all()


def test_this_means_what_was_clicked(studio: Studio) -> None:
    conversation = two_balls(studio)
    before = conversation.workspace.picture().pixels
    say(conversation, "remove this", strokes=click(270, 120))
    after = conversation.workspace.picture().pixels
    assert after[120, 270, 2] < 120
    assert (after[:, :200] == before[:, :200]).all()


def test_what_cannot_be_found_is_asked_and_the_plan_goes_on(studio: Studio) -> None:
    conversation = two_balls(studio)
    say(conversation, "remove the zebra and make it black and white")
    assert conversation.question is not None
    assert ops(conversation) == []
    job = conversation.answer(strokes=click(90, 120))
    assert job.wait(180)
    assert job.state == "done"
    assert ops(conversation) == ["remove", "adjust"]
    assert conversation.question is None


def test_a_new_request_supersedes_an_open_question(studio: Studio) -> None:
    conversation = two_balls(studio)
    say(conversation, "remove the zebra")
    assert conversation.question is not None
    say(conversation, "make it brighter")
    assert conversation.question is None
    assert ops(conversation) == ["adjust"]


def test_a_conversation_survives_a_restart(tmp_path: Path) -> None:
    conversation = two_balls(Studio(tmp_path))
    say(conversation, "make the red ball purple")
    say(conversation, "remove the zebra")
    identity = conversation.id
    again = Studio(tmp_path).open(identity)
    assert [message.role for message in again.messages()] == ["user", "assistant"] * 2
    assert again.question is not None
    job = again.answer(strokes=click(270, 120))
    assert job.wait(180)
    assert ops(again) == ["recolor", "remove"]
    assert Studio(tmp_path).recent()[0].id == identity


def test_stopping_leaves_no_trace(studio: Studio) -> None:
    big = np.tile(data.astronaut(), (3, 3, 1))
    conversation = studio.create_from(Picture(big), "big.png")
    selected = conversation.workspace.selections()
    objects = sorted(path.name for path in conversation.workspace.folder.rglob("*") if path.is_file())
    job = conversation.say("make it brighter, then sharper, then warmer, then apply a watercolor style, then blur it")
    job.cancel()
    assert job.wait(60)
    assert job.state == "cancelled"
    assert len(conversation.workspace.versions()) == 1
    assert conversation.workspace.selections() == selected
    assert sorted(path.name for path in conversation.workspace.folder.rglob("*") if path.is_file()) == objects
    say(conversation, "flip it")
    assert ops(conversation) == ["rotate"]


def test_an_impossible_step_is_told_and_the_rest_is_done(studio: Studio) -> None:
    conversation = two_balls(studio)
    text = say(conversation, "add a dragon and make the picture brighter")
    assert ops(conversation) == ["adjust"]
    assert "dragon" in text


@pytest.mark.parametrize("text", ["", "   ", "x" * 10_000])
def test_no_message_and_too_long_a_message_are_refused(studio: Studio, text: str) -> None:
    conversation = two_balls(studio)
    with pytest.raises(BadInputError):
        conversation.say(text)
    assert conversation.messages() == []


@pytest.mark.parametrize("identity", ["../../etc", "0" * 16, "", "ABCDEF0123456789"])
def test_only_ids_that_were_minted_here_open(studio: Studio, identity: str) -> None:
    with pytest.raises(BadInputError):
        studio.open(identity)


def test_malformed_strokes_are_one_sentence(studio: Studio) -> None:
    conversation = two_balls(studio)
    job = conversation.say("remove this", strokes={"items": [{"kind": "brush", "points": "no"}]})
    assert job.wait(60)
    assert job.state == "failed"
    assert "draw" in job.text
    assert len(conversation.workspace.versions()) == 1


def test_a_question_tells_what_was_done_before_it(studio: Studio) -> None:
    conversation = two_balls(studio)
    text = say(conversation, "make it a bit brighter and remove the zebra")
    assert ops(conversation) == ["adjust"]
    assert "brighter" in text
    assert text.endswith(conversation.question.text if conversation.question else "?")


def test_yes_and_no_answer_whether_it_is_the_one_place_shown(studio: Studio) -> None:
    conversation = astronaut(studio)
    assert "is it this?" in say(conversation, "blur the zebra")
    assert conversation.question is not None
    assert len(conversation.question.candidates) == 1
    say(conversation, "no")
    assert conversation.question is not None
    assert not conversation.question.candidates, "it asks for a click instead"
    assert ops(conversation) == []
    say(conversation, "blur the zebra")
    say(conversation, "yes")
    assert conversation.question is None
    assert ops(conversation) == ["blur"]


def test_yes_to_several_places_asks_which(studio: Studio) -> None:
    conversation = two_balls(studio)
    assert "is it one of these?" in say(conversation, "remove the zebra")
    assert "from 1 to 2" in say(conversation, "yes")
    assert conversation.question is not None
    say(conversation, "2")
    assert ops(conversation) == ["remove"]


def test_cancel_with_nothing_to_cancel_is_no_riddle(studio: Studio) -> None:
    assert say(two_balls(studio), "cancel") == "All right, nothing else is changed."


def test_a_remark_of_several_steps_is_made_once(studio: Studio) -> None:
    conversation = two_balls(studio)
    text = say(conversation, "black out the red ball and black out the blue ball")
    assert ops(conversation) == ["redact_text", "redact_text"]
    assert text.count("Blacked out") == 2
    assert text.count("Earlier versions here still show it") == 1
    assert text.endswith("the exported file does not.")


def test_a_turn_stopped_while_it_asks_leaves_no_question(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    conversation = two_balls(studio)

    def stop_then_keep(*given: Any) -> list[str]:
        assert conversation.job is not None
        conversation.job.cancel()
        return keep_candidates(*given)

    monkeypatch.setattr("agent.edit_tools.keep_candidates", stop_then_keep)
    assert conversation.say("remove the zebra").wait(180)
    assert conversation.messages()[-1].text == "Stopped; nothing was changed."
    assert conversation.question is None
    monkeypatch.undo()
    say(conversation, "make it brighter")
    assert ops(conversation) == ["adjust"]


def test_a_follow_up_is_about_what_was_pointed_at_before(studio: Studio) -> None:
    conversation = two_balls(studio)
    say(conversation, "could this be burgundy instead of silver?", strokes=click(90, 120))
    before = conversation.workspace.picture().pixels.astype(int)
    assert "your selection" in say(conversation, "a touch darker")
    after = conversation.workspace.picture().pixels.astype(int)
    assert after[115:125, 85:95].sum() < before[115:125, 85:95].sum()
    np.testing.assert_array_equal(after[:, 180:], before[:, 180:])
    say(conversation, "no, green")
    assert conversation.workspace.picture().pixels[120, 90].argmax() == 1


def test_a_product_is_put_on_white_with_its_shadow_and_room_around_it(studio: Studio) -> None:
    conversation = two_balls(studio)
    before = conversation.workspace.picture().pixels
    said = say(conversation, "cut this out on white with a soft shadow and 30px margin", strokes=click(90, 120))
    assert ops(conversation) == ["background_replace", "insert", "outpaint"]
    assert "background of your selection: white" in said
    after = conversation.workspace.picture().pixels
    assert after.shape == (300, 420, 3)
    assert (after[150, 120] == before[120, 90]).all(), "the ball itself"
    assert (after[150, 300] == 255).all(), "the other one went with the background"
    assert after[188, 120].max() < 200, "its shadow"
    assert (after[:30] == 255).all()
    say(conversation, "make it green")
    green = conversation.workspace.picture().pixels[150, 120].astype(int)
    assert green[1] > green[0]
    say(conversation, "go back to before the shadow")
    assert ops(conversation) == ["background_replace"]
