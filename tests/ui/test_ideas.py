"""Ideas below the canvas: there for a place that was drawn, where something can paint; one click sends one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.ideas import COUNT, IdeaDesk
from agent.planners import Planner, choose_planner
from agent.studio import Conversation, Studio
from models.geometry import Bounds
from models.prompting.choose import Suggesters
from models.weights.store import Store
from tests.models.prompting.drawn import sea
from tests.models.segmentation.tiny_clip import tiny_clip
from tests.ui.conftest import Visit
from tools.pictures.picture import Picture
from ui.pages import ideas

BOX = {"kind": "box", "box": [140, 190, 280, 235]}


@pytest.fixture
def conversation(tmp_path: Path) -> Iterator[Conversation]:
    planner: Planner = choose_planner()
    made = Studio(tmp_path / "home", planner).create_from(Picture(sea()), "sea.png")
    yield made
    made.close()


def strokes(conversation: Conversation, *items: dict) -> dict:
    head = conversation.workspace.head
    extent = head.extent
    return {"version": head.id, "width": extent.width, "height": extent.height, "revision": 3, "items": list(items)}


def test_without_a_painter_there_are_none(conversation: Conversation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert ideas.for_marks(conversation, strokes(conversation, BOX)) is None


def test_a_drawn_place_gets_some_and_a_click_gets_none(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")  # a painter, though one that is far away
    found = ideas.for_marks(conversation, strokes(conversation, BOX))
    assert found is not None
    assert found["revision"] == 3
    assert 3 <= len(found["things"]) <= 5
    assert all(one["phrase"].startswith(one["thing"]) for one in found["things"])
    assert any("boat" in one["thing"] or "canoe" in one["thing"] for one in found["things"])
    click = {"kind": "point", "point": [200, 100], "positive": True}
    assert ideas.for_marks(conversation, strokes(conversation, click)) is None


def test_what_an_idea_says_is_understood(conversation: Conversation) -> None:
    found = ideas.desk().about(conversation.workspace, conversation.workspace.head.id, Bounds(*BOX["box"]))
    assert found is not None
    for one in found:
        (step,) = conversation.plan_for(f"add {one.thing}")
        assert step["op"] == "insert"
        assert step["value"] in one.thing


def test_the_same_place_is_thought_about_once(conversation: Conversation, tmp_path: Path) -> None:
    desk = IdeaDesk(Suggesters(Store(tmp_path / "none")))
    workspace, head = conversation.workspace, conversation.workspace.head.id
    box = Bounds(*BOX["box"])
    first = desk.about(workspace, head, box)
    assert first is not None
    assert len(first) == COUNT
    assert desk.about(workspace, head, box) is first
    assert desk.about(workspace, head, Bounds(10, 10, 14, 90)) == ()


def test_with_a_model_they_come_from_a_thread(conversation: Conversation, tmp_path: Path) -> None:
    store = Store(tmp_path / "models")
    store.use_folder("clip-vit-b32", tiny_clip(tmp_path / "clip"))
    makers = Suggesters(store)
    assert not makers.is_quick
    desk = IdeaDesk(makers)
    workspace, head = conversation.workspace, conversation.workspace.head.id
    assert desk.about(workspace, head, Bounds(*BOX["box"])) is None
    assert desk.is_thinking
    thread = desk._thread
    assert thread is not None
    thread.join(120)
    assert not desk.is_thinking
    found = desk.about(workspace, head, Bounds(*BOX["box"]))
    assert found
    assert "fits what is around" in found[0].why


@pytest.mark.browser
def test_chips_stand_below_the_marked_place_and_one_click_sends_one(
    canvas_server: str, visit: Callable[[str], Visit]
) -> None:
    seen = visit(f"{canvas_server}/?ideas=1")
    page = seen.page
    page.wait_for_selector("section.easel[data-shown=v1]")
    row = page.get_by_role("group", name="Add here")
    assert row.count() == 0 or not row.is_visible()
    page.get_by_role("button", name="Box").click()
    canvas = page.locator("canvas.marks").bounding_box()
    assert canvas is not None
    x, y = canvas["x"] + canvas["width"] / 2, canvas["y"] + canvas["height"] / 2
    page.mouse.move(x - 60, y - 60)
    page.mouse.down()
    page.mouse.move(x + 60, y + 60, steps=6)
    page.mouse.up()
    row.wait_for()
    assert [chip.inner_text() for chip in row.get_by_role("button").all()] == ["a red kite", "a bird"]
    below = row.bounding_box()
    assert below is not None
    assert below["y"] >= canvas["y"] + canvas["height"] - 1
    row.get_by_role("button", name="Add a bird").click()
    page.get_by_text("event idea {'thing': 'a bird'} 1").wait_for()
    page.keyboard.press("Escape")
    row.wait_for(state="hidden")
    assert seen.errors == []
