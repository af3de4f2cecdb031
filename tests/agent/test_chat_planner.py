"""Any chat model as the planner, through a real client and a loopback server that speaks the protocol."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from skimage import data

from agent.planners import choose_planner
from agent.planning import plan_steps
from agent.studio import Conversation, Studio
from models.errors import BadInputError, UnavailableError
from tests.agent.chat_server import ChatServer, Fault, Reply, chat_server
from tools.pictures.picture import Picture


def open_with(server: ChatServer, home: Path) -> Conversation:
    planner = choose_planner("openai:small", base_url=server.url, api_key="sk-secret-1234")
    return Studio(home, planner).create_from(Picture(data.astronaut()), "astronaut.png")


def finish(conversation: Conversation, text: str) -> str:
    job = conversation.say(text)
    assert job.wait(120)
    return job.text


def test_streamed_tool_calls_become_versions(tmp_path: Path) -> None:
    script: list[Reply] = [
        [("adjust", {"value": "brightness +20"})],
        [("crop", {"value": "square"})],
        "Brighter, and square.",
    ]
    with chat_server(script) as server:
        conversation = open_with(server, tmp_path)
        assert finish(conversation, "brighter please, then a square crop").strip() == "Brighter, and square."
    assert [version.edit.get("op") for version in conversation.workspace.path(conversation.workspace.head.id)][1:] == [
        "adjust",
        "crop",
    ]
    assert all(request["stream"] for request in server.requests)
    tools = {tool["function"]["name"] for tool in server.requests[0]["tools"]}
    assert {"remove", "recolor", "undo", "clarify"} <= tools
    assert "inpaint" not in tools


def test_two_calls_at_once_are_done_one_after_the_other(tmp_path: Path) -> None:
    script: list[Reply] = [
        [("adjust", {"value": "brighter"}), ("adjust", {"value": "contrast +10"})],
        [("adjust", {"value": "contrast +10"})],
        "Done.",
    ]
    with chat_server(script) as server:
        conversation = open_with(server, tmp_path)
        finish(conversation, "brighter and more contrast")
    path = conversation.workspace.path(conversation.workspace.head.id)
    assert [version.edit.get("value") for version in path][1:] == ["brighter", "contrast +10"]


def test_bad_arguments_and_unknown_tools_come_back_in_words(tmp_path: Path) -> None:
    script: list[Reply] = [
        [("adjust", {"value": "frobnicate"})],
        [("teleport", {"target": "car"})],
        [("adjust", {"value": "brighter"})],
        "Brighter now.",
    ]
    with chat_server(script) as server:
        conversation = open_with(server, tmp_path)
        assert "Brighter" in finish(conversation, "do it")
    answers = [message for message in server.requests[-1]["messages"] if message["role"] == "tool"]
    assert "frobnicate" in answers[0]["content"]
    assert "teleport" in answers[1]["content"]
    assert len(conversation.workspace.versions()) == 2


def test_a_loop_that_never_ends_is_ended(tmp_path: Path) -> None:
    with chat_server([[("segment", {"target": "nothing of the kind", "selection": "no such"})]] * 200) as server:
        conversation = open_with(server, tmp_path)
        job = conversation.say("loop")
        assert job.wait(120)
    assert len(server.requests) <= 24
    assert len(conversation.workspace.versions()) == 1


def test_pictures_never_enter_the_stored_conversation_and_the_key_no_file(tmp_path: Path) -> None:
    with chat_server([[("adjust", {"value": "warmer"})], "Warmer."]) as server:
        finish(open_with(server, tmp_path), "warmer")
    assert all(headers.get("Authorization", headers.get("authorization")) for headers in server.headers)
    for file in tmp_path.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert b"sk-secret-1234" not in content, file
            if file.suffix.startswith(".sqlite"):
                assert b"base64" not in content, file
    assert "sk-secret" not in json.dumps(server.requests)


def test_a_server_that_is_down_is_one_sentence(tmp_path: Path) -> None:
    with chat_server([]) as server:
        url = server.url
    planner = choose_planner("openai:small", base_url=url, api_key="x")
    conversation = Studio(tmp_path, planner).create_from(Picture(np.zeros((8, 8, 3), np.uint8)), "a.png")
    job = conversation.say("brighter")
    assert job.wait(60)
    assert job.state == "failed"
    assert job.text.count(".") <= 2
    assert "Traceback" not in job.text
    assert len(conversation.workspace.versions()) == 1


def test_planning_alone_touches_no_picture() -> None:
    with chat_server([[("remove", {"target": "car"}), ("adjust", {"value": "brighter"})], "Done."]) as server:
        steps = plan_steps(choose_planner("openai:small", base_url=server.url, api_key="x"), "remove the car, brighter")
    assert steps == [
        {"op": "remove", "target": "car", "value": None},
        {"op": "adjust", "target": None, "value": "brighter"},
    ]


def test_planning_with_a_server_that_repeats_the_key_is_one_sentence() -> None:
    with chat_server([Fault(401, "Incorrect API key provided: sk-secret-1234")]) as server:
        planner = choose_planner("openai:small", base_url=server.url, api_key="sk-secret-1234")
        with pytest.raises(UnavailableError, match="refused the key") as caught:
            plan_steps(planner, "remove the car")
    assert "sk-secret" not in str(caught.value)


@pytest.mark.parametrize("name", ["gpt", ":x", "openai:", ""])
def test_a_planner_needs_a_provider_and_a_model(name: str) -> None:
    with pytest.raises(BadInputError, match="PROVIDER:MODEL"):
        choose_planner(name)


def test_a_missing_key_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "PENTIMENTO_BASE_URL", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(UnavailableError, match="openai:gpt-5"):
        choose_planner("openai:gpt-5")
