"""A chat model that sees picks numbered marks or draws boxes, through the real client and a server that speaks its
protocol. What it is shown is measured, what it answers is followed, corrected or refused."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from agent.looking import MOST_TURNS, LookingPredictor, PointOut
from agent.marks import LONGEST, Marks
from agent.planners import Planner, choose_planner
from agent.studio import Studio
from models.geometry import Bounds
from models.mask import Mask, iou
from models.segmentation.weight_free import WeightFreePredictor
from tests.agent.chat_server import ChatServer, Reply, chat_server

Call = list[tuple[str, dict[str, Any]]]


def scene() -> np.ndarray:
    """Three discs and a bar on grey; nothing in it has a name that the predictor below knows."""
    rows, columns = np.mgrid[:300, :480]
    rgb = np.full((300, 480, 3), 178, np.uint8)
    for x, y, radius, colour in (
        (90, 90, 46, (200, 60, 50)),
        (250, 90, 46, (60, 90, 190)),
        (400, 210, 50, (70, 150, 80)),
    ):
        rgb[np.hypot(columns - x, rows - y) <= radius] = colour
    rgb[200:232, 40:260] = (240, 200, 60)
    noise = np.random.default_rng(3).integers(-4, 5, rgb.shape)
    return np.clip(rgb.astype(int) + noise, 0, 255).astype(np.uint8)


def disc(x: int, y: int, radius: int) -> Mask:
    rows, columns = np.mgrid[:300, :480]
    return (np.hypot(columns - x, rows - y) <= radius).astype(np.float32)


def point_out(**arguments: Any) -> Call:
    return [(PointOut.__name__, arguments)]


def seeing(server: ChatServer) -> Planner:
    planner = choose_planner("openai:gpt-4o", base_url=server.url, api_key="sk-none")
    assert planner.sees
    return planner


def looking(server: ChatServer) -> LookingPredictor:
    predictor = LookingPredictor(WeightFreePredictor(), seeing(server))
    predictor.set_image(scene())
    return predictor


def number_of(wanted: Mask) -> int:
    """The mark that outlines this best."""
    below = WeightFreePredictor()
    below.set_image(scene())
    marks = Marks.of(below.atlas())
    overlaps = [iou(below.proposal_mask(marks.proposal(number)), wanted) for number in range(1, len(marks) + 1)]
    assert max(overlaps) > 0.8, "the marks hold it"
    return 1 + int(np.argmax(overlaps))


def pictures_in(request: dict[str, Any]) -> list[Image.Image]:
    found = []
    for message in request["messages"]:
        for part in message["content"] if isinstance(message["content"], list) else []:
            if part["type"] == "image_url":
                found.append(Image.open(io.BytesIO(base64.b64decode(part["image_url"]["url"].split(",", 1)[1]))))
    return found


def test_a_number_picks_the_marked_thing() -> None:
    with chat_server([point_out(numbers=[number_of(disc(250, 90, 46))])]) as server:
        found = looking(server).from_words("the gizmo that hums")
    assert found.found
    assert iou(found.mask, disc(250, 90, 46)) > 0.85
    assert found.score >= 0.8
    assert "number" in found.candidates[0].reason


def test_several_numbers_are_all_of_them() -> None:
    numbers = [number_of(disc(90, 90, 46)), number_of(disc(400, 210, 50))]
    with chat_server([point_out(numbers=numbers)]) as server:
        found = looking(server).from_words("the gizmos")
    assert iou(found.mask, np.maximum(disc(90, 90, 46), disc(400, 210, 50))) > 0.85


def test_it_is_shown_the_picture_and_the_marks_small_and_is_told_the_phrase() -> None:
    with chat_server([point_out(absent=True)]) as server:
        looking(server).from_words("the gizmo")
        request = server.requests[0]
    plain, marked = pictures_in(request)
    assert max(plain.size) <= LONGEST
    assert plain.size == marked.size
    assert np.abs(np.asarray(plain).astype(int) - np.asarray(marked)).max() > 100, "outlines and numbers"
    assert "the gizmo" in json.dumps(request["messages"])
    assert [tool["function"]["name"] for tool in request["tools"]] == [PointOut.__name__]


def test_a_large_picture_is_sent_small() -> None:
    with chat_server([point_out(absent=True)]) as server:
        predictor = LookingPredictor(WeightFreePredictor(), seeing(server))
        predictor.set_image(np.asarray(Image.fromarray(scene()).resize((1920, 1200))))
        predictor.from_words("the gizmo")
        assert {max(picture.size) for picture in pictures_in(server.requests[0])} == {LONGEST}


def test_a_box_is_cut_out_and_shown_again() -> None:
    box = [1000 * side for side in ((400 - 60) / 480, (210 - 60) / 300, (400 + 60) / 480, (210 + 60) / 300)]
    with chat_server([point_out(boxes=[box]), point_out(confirmed=True)]) as server:
        found = looking(server).from_words("the gizmo")
        assert len(server.requests) == 2
        assert len(pictures_in(server.requests[1])) == 3, "the outline it drew is the third"
    assert iou(found.mask, disc(400, 210, 50)) > 0.85
    assert found.score >= 0.8


def test_a_corrected_box_counts() -> None:
    def around(x: int, y: int) -> list[float]:
        return [1000 * (x - 60) / 480, 1000 * (y - 60) / 300, 1000 * (x + 60) / 480, 1000 * (y + 60) / 300]

    script = [point_out(boxes=[around(90, 90)]), point_out(boxes=[around(250, 90)]), point_out(confirmed=True)]
    with chat_server(script) as server:
        found = looking(server).from_words("the gizmo")
    assert iou(found.mask, disc(250, 90, 46)) > 0.85


def test_what_is_absent_is_said_to_be() -> None:
    with chat_server([point_out(absent=True)]) as server:
        found = looking(server).from_words("the giraffe")
    assert not found.found
    assert "giraffe" in (found.question or "")


def test_what_is_unclear_is_asked_with_the_candidates() -> None:
    numbers = [number_of(disc(90, 90, 46)), number_of(disc(250, 90, 46))]
    with chat_server([point_out(numbers=numbers, unclear=True)]) as server:
        found = looking(server).from_words("the gizmo")
    assert not found.found
    assert len(found.candidates) == 2
    assert "which one" in (found.question or "")


@pytest.mark.parametrize(
    "malformed",
    [
        "I think it is the second one.",
        point_out(numbers=[999]),
        point_out(numbers=["two and a half"]),
        point_out(boxes=[[10, 20, 5, 40]]),
        point_out(boxes=[[10, 20, 50]]),
        point_out(boxes=[[-10, 20, 50, 4000]]),
    ],
)
def test_a_malformed_answer_is_sent_back_once_with_what_is_wrong(malformed: Reply) -> None:
    with chat_server([malformed, point_out(numbers=[number_of(disc(90, 90, 46))])]) as server:
        found = looking(server).from_words("the gizmo")
        assert len(server.requests) == 2
        assert len(server.requests[1]["messages"]) > len(server.requests[0]["messages"])
    assert iou(found.mask, disc(90, 90, 46)) > 0.85


def test_a_model_that_never_answers_ends_and_leaves_the_answer_to_the_predictor_below() -> None:
    with chat_server(["Hmm."] * 20) as server:
        predictor = looking(server)
        found = predictor.from_words("the gizmo")
        assert len(server.requests) == MOST_TURNS
    below = WeightFreePredictor()
    below.set_image(scene())
    assert found.question == below.from_words("the gizmo").question


def test_a_model_that_cannot_be_reached_leaves_the_answer_to_the_predictor_below(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with chat_server([]) as server:
        planner = choose_planner("openai:gpt-4o", base_url=server.url, api_key="sk-very-secret")
    predictor = LookingPredictor(WeightFreePredictor(), planner)
    predictor.set_image(scene())
    assert not predictor.from_words("the gizmo").found
    assert "sk-very-secret" not in caplog.text


def test_what_is_sure_below_is_not_asked_and_nothing_is_asked_twice() -> None:
    with chat_server([point_out(absent=True)] * 3) as server:
        predictor = looking(server)
        assert predictor.from_words("everything").found
        assert server.requests == []
        predictor.from_words("the gizmo")
        predictor.from_words("the gizmo")
        assert len(server.requests) == 1


def test_clicks_and_boxes_stay_on_the_machine() -> None:
    with chat_server([]) as server:
        predictor = looking(server)
        assert iou(predictor.from_box(Bounds(30, 30, 150, 150)).mask, disc(90, 90, 46)) > 0.8
        assert server.requests == []


def test_a_conversation_with_a_seeing_planner_edits_what_it_points_out(tmp_path: Path) -> None:
    script: Sequence[Reply] = [
        [("remove", {"target": "the gizmo that hums"})],
        point_out(numbers=[number_of(disc(250, 90, 46))]),
        "I removed it.",
    ]
    data = io.BytesIO()
    Image.fromarray(scene()).save(data, "PNG")
    with chat_server(script) as server:
        conversation = Studio(tmp_path, seeing(server)).create(data.getvalue(), "scene.png")
        job = conversation.say("get rid of the gizmo that hums")
        job.wait()
    assert job.state == "done", job.error
    assert "PointOut" not in job.text
    after = conversation.workspace.picture().pixels
    inside = disc(250, 90, 40) > 0
    assert np.abs(after[inside].astype(int) - 178).mean() < 15, "the blue disc is gone"
    changed = (after != scene()).any(axis=-1)
    assert not changed[:, :180].any()
    assert not changed[:, 330:].any()
