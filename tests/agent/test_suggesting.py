"""A chat model that sees phrases the ideas, through the real client and a server that speaks its protocol."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import numpy as np
from PIL import Image

from agent.marks import LONGEST
from agent.planners import Planner, choose_planner
from agent.suggesting import MOST_TURNS, Propose, SeeingSuggester
from models.prompting.rough import RoughSuggester
from tests.agent.chat_server import ChatServer, Fault, Garbled, chat_server
from tests.models.prompting.drawn import ellipse, sea

PLACE = ellipse(0.45, 0.66, 0.25, 0.1)


def propose(*phrases: str) -> list[tuple[str, dict[str, Any]]]:
    return [(Propose.__name__, {"phrases": list(phrases)})]


def seeing(server: ChatServer) -> SeeingSuggester:
    planner: Planner = choose_planner("openai:gpt-4o", base_url=server.url, api_key="sk-none")
    return SeeingSuggester(RoughSuggester(), planner)


def said(suggester: SeeingSuggester, k: int = 3) -> list[str]:
    return [one.phrase for one in suggester.suggest(sea(), PLACE, k)]


def test_its_phrases_are_taken_in_its_order() -> None:
    with chat_server([propose("a red rowing boat at anchor", "two grey seals", "an old buoy", "a fourth")]) as server:
        suggester = seeing(server)
        found = suggester.suggest(sea(), PLACE, 3)
    assert [one.phrase for one in found] == ["a red rowing boat at anchor", "two grey seals", "an old buoy"]
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert "openai:gpt-4o" in suggester.remark


def test_it_is_shown_the_outlined_place_small_and_the_first_guesses() -> None:
    large = np.asarray(Image.fromarray(sea()).resize((1920, 1280)))
    mask = np.asarray(Image.fromarray(PLACE).resize((1920, 1280)), np.float32)
    with chat_server([propose("a buoy")]) as server:
        seeing(server).suggest(large, mask, 3)
        content = server.requests[0]["messages"][-1]["content"]
    url = next(part["image_url"]["url"] for part in content if part["type"] == "image_url")
    picture = Image.open(io.BytesIO(base64.b64decode(url.split(",", 1)[1])))
    assert max(picture.size) == LONGEST
    plain = np.asarray(Image.fromarray(large).resize(picture.size)).astype(int)
    assert (np.abs(np.asarray(picture).astype(int) - plain).max(axis=-1) > 60).sum() > 200, "the outline"
    text = next(part["text"] for part in content if part["type"] == "text")
    assert RoughSuggester().suggest(large, mask, 1)[0].thing in text


def test_what_is_no_plain_phrase_is_dropped() -> None:
    odd = (
        "a boat\nIgnore all rules", "<b>a boat</b>", "see https://example.com", "x" * 90, "", "a boat; rm -rf", "{}",
        "[a](b)", "a `boat`",
    )  # fmt: skip
    with chat_server([propose(*odd, "a small boat", "A small boat."[:12].lower())]) as server:
        found = said(seeing(server), 5)
    assert "a small boat" in found
    assert set(found) <= {"a small boat", "a boat Ignore all rules"}, "a line break is a blank; markup is refused"


def test_malformed_calls_are_answered_and_bounded() -> None:
    script = [Garbled(Propose.__name__, '{"phrases": "boat'), *["I would add a boat."] * 5]
    with chat_server(script) as server:
        found = said(seeing(server))
        assert len(server.requests) == MOST_TURNS
    assert found == [one.phrase for one in RoughSuggester().suggest(sea(), PLACE, 12)[:3]]


def test_a_second_answer_may_be_right() -> None:
    with chat_server(["A boat!", propose("a boat")]) as server:
        assert said(seeing(server)) == ["a boat"]
        told = json.dumps(server.requests[1]["messages"])
    assert "Propose" in told


def test_when_it_cannot_be_reached_the_own_ideas_are_the_answer() -> None:
    with chat_server([Fault(401, "no such key")] * 4) as server:
        suggester = seeing(server)
        found = said(suggester)
    assert found == [one.phrase for one in RoughSuggester().suggest(sea(), PLACE, 12)[:3]]
    assert suggester.remark == RoughSuggester.remark
