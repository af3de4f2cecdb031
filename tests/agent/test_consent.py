"""Before a part of the picture is sent to a painting service the person is asked, once per conversation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from skimage import data

from agent.studio import Conversation, Studio
from models.inpainting.remote.service import ADDRESS, OWN_KEY
from tests.models.inpainting.remote.image_server import COLOUR, ImageServer, edits, image_server, refuses
from tools.pictures.picture import Picture

_KEY = "own-key-12345"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ImageServer]:
    """A service under an address that is not known to be this machine, though it is."""
    with image_server(edits) as running:
        monkeypatch.setenv(ADDRESS, running.url.replace("127.0.0.1", "127.1"))
        monkeypatch.setenv(OWN_KEY, _KEY)
        yield running


@pytest.fixture
def conversation(tmp_path: Path) -> Conversation:
    return Studio(tmp_path).create_from(Picture(data.astronaut()), "astronaut.png")


def hole(x: int) -> np.ndarray:
    mask = np.zeros((512, 512), np.float32)
    mask[60:160, x : x + 100] = 1.0
    return mask


def add(conversation: Conversation, x: int, text: str = "add a blue ball here") -> None:
    assert conversation.say(text, mask=hole(x)).wait(240)


def colour_at(conversation: Conversation, x: int) -> np.ndarray:
    return conversation.workspace.picture().pixels[110, x + 50].astype(int)


def test_asked_once_and_remembered(conversation: Conversation, server: ImageServer, tmp_path: Path) -> None:
    add(conversation, 20)
    question = conversation.question
    assert question is not None
    assert question.consent
    assert "pixels around the mask leave this machine for 127.1:" in question.text
    assert "unencrypted" in question.text
    assert server.orders == []
    assert len(conversation.workspace.versions()) == 1
    assert conversation.say("Yes, please.").wait(240)
    assert conversation.question is None
    assert len(server.orders) == 1
    assert np.abs(colour_at(conversation, 20) - COLOUR).max() < 12
    add(conversation, 380)
    assert conversation.question is None
    assert len(server.orders) == 2
    conversation.close()
    again = Studio(tmp_path).open(conversation.id)
    add(again, 200)
    assert again.question is None
    assert len(server.orders) == 3
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or _KEY.encode() not in file.read_bytes(), file


def test_no_means_no(conversation: Conversation, server: ImageServer) -> None:
    add(conversation, 20)
    assert conversation.say("no, thanks").wait(240)
    assert server.orders == []
    assert "Nothing was sent and nothing changed" in conversation.messages()[-1].text
    assert len(conversation.workspace.versions()) == 1
    assert conversation.question is None
    add(conversation, 20)
    assert conversation.question is not None, "the next wish may be another matter"
    with pytest.raises(Exception, match="Answer yes or no"):
        conversation.answer(choice=1)
    assert conversation.answer(none=True).wait(240)
    assert server.orders == []


def test_another_wish_is_no_consent(conversation: Conversation, server: ImageServer) -> None:
    add(conversation, 20)
    assert conversation.say("crop to a square").wait(240)
    assert conversation.question is None
    assert server.orders == []
    assert [one.edit.get("op") for one in conversation.workspace.versions()][1:] == ["crop"]


def test_consent_is_not_for_all_conversations(conversation: Conversation, server: ImageServer, tmp_path: Path) -> None:
    add(conversation, 20)
    assert conversation.say("yes").wait(240)
    other = Studio(tmp_path).create_from(Picture(data.astronaut()), "other.png")
    add(other, 20)
    assert other.question is not None
    assert len(server.orders) == 1


def test_a_refusal_is_told_and_the_workspace_stays(conversation: Conversation, server: ImageServer) -> None:
    server.script[:] = [refuses(400, "moderation_blocked", _KEY)]
    add(conversation, 20)
    assert conversation.say("yes").wait(240)
    assert "refuses to paint this by its own rules" in conversation.messages()[-1].text
    assert _KEY not in conversation.messages()[-1].text
    assert len(conversation.workspace.versions()) == 1
    assert len(server.orders) == 1


def test_a_poor_painting_is_not_paid_for_twice(
    conversation: Conversation, server: ImageServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check of what was painted says so, and leaves it to the person to ask again."""
    from tools.checking import painting
    from tools.checking.trial import Correction, Examined, Trial
    from tools.sight import Sight

    judge, judged = painting.examined, []

    def harsh(trial: Trial, words: str, sight: Sight, first: Trial | None) -> Examined:
        judged.append(words)
        return Examined(judge(trial, words, sight, first).verdict, Correction(trial.target, "it is poor", 7))

    monkeypatch.setattr(painting, "examined", harsh)
    assert conversation.say("add a blue ball in the top left").wait(240)
    assert conversation.say("yes").wait(240)
    assert len(judged) == 1
    assert len(server.orders) == 1
