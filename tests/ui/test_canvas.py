"""The canvas in a real browser, on a page of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from skimage import data

from tests.ui.conftest import Visit

if TYPE_CHECKING:
    from playwright.sync_api import Page

# a real browser on a busy machine: a step may come in the middle of a rerun, so a failure has to repeat itself
pytestmark = pytest.mark.browser
_COLOUR_AT = """([x, y]) => {
  const canvas = document.querySelector('[data-testid="stBidiComponentRegular"]')
    ?? [...document.querySelectorAll('*')].find((node) => node.shadowRoot?.querySelector('canvas.picture'));
  const sheet = (canvas.shadowRoot ?? canvas).querySelector('canvas.picture');
  return [...sheet.getContext('2d').getImageData(x * sheet.width, y * sheet.height, 1, 1).data].slice(0, 3);
}"""


@pytest.fixture
def opened(canvas_server: str, visit: Callable[[str], Visit]) -> Iterator[Visit]:
    seen = visit(canvas_server)
    seen.page.wait_for_selector("section.easel[data-shown=v1]")
    yield seen
    assert seen.errors == []
    assert seen.foreign == []


def _spot(page: Page, x: float, y: float) -> tuple[float, float]:
    """Screen position of a point given as parts of the fitted 512×512 picture."""
    box = page.locator("canvas.marks").bounding_box()
    assert box is not None
    side = box["height"] - 2 * min(24.0, box["width"] * 0.03)
    return box["x"] + (box["width"] - side) / 2 + x * side, box["y"] + (box["height"] - side) / 2 + y * side


def _drag(page: Page, *points: tuple[float, float]) -> None:
    page.mouse.move(*_spot(page, *points[0]))
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*_spot(page, *point), steps=8)
    page.mouse.up()


def _text(page: Page, start: str) -> str:
    return page.get_by_text(re.compile(f"^{start}")).inner_text()


def test_marks_come_back_in_picture_pixels(opened: Visit) -> None:
    page = opened.page
    page.get_by_role("button", name="Box").click()
    _drag(page, (0.25, 0.25), (0.5, 0.75))
    page.get_by_text("marks ['box']").wait_for()
    corners = [int(n) for n in re.findall(r"\d+", _text(page, "box "))]
    assert corners == pytest.approx([128, 128, 256, 384], abs=2)


def test_every_tool_makes_its_mark_and_takes_it_back(opened: Visit) -> None:
    page = opened.page
    page.get_by_role("button", name="Brush", exact=True).click()
    _drag(page, (0.2, 0.2), (0.8, 0.2))
    page.get_by_text("marks ['brush']").wait_for()
    page.wait_for_selector("section.easel[data-overlay=settled]")
    painted = int(_text(page, "area of 1: ").split()[-1])
    page.get_by_role("button", name="Eraser").click()
    _drag(page, (0.5, 0.1), (0.5, 0.3))
    page.get_by_text("marks ['brush', 'eraser']").wait_for()
    assert 0 < int(_text(page, "area of 2: ").split()[-1]) < painted
    page.get_by_role("button", name="Click to select").click()
    page.mouse.click(*_spot(page, 0.5, 0.7))
    page.get_by_text("marks ['brush', 'eraser', 'point']").wait_for()
    page.keyboard.press("Control+z")
    page.get_by_text("marks ['brush', 'eraser']", exact=True).wait_for()
    page.keyboard.press("Escape")
    page.get_by_text("marks []").wait_for()
    page.get_by_role("button", name="Reselect").click()
    page.get_by_text("marks ['brush', 'eraser']", exact=True).wait_for()


def test_marks_that_find_nothing_say_so(opened: Visit) -> None:
    page = opened.page
    page.get_by_role("button", name="Click to leave out").click()
    page.mouse.click(*_spot(page, 0.5, 0.5))
    page.get_by_text("Nothing selected").wait_for()
    assert page.get_by_role("button", name="Remove", exact=True).is_disabled()


def test_marks_survive_a_reload(opened: Visit) -> None:
    page = opened.page
    page.mouse.click(*_spot(page, 0.5, 0.5))
    page.get_by_text("marks ['point']").wait_for()
    page.reload()
    page.wait_for_selector("section.easel[data-marks='1'][data-overlay=settled]")
    page.get_by_text("marks ['point']").wait_for()  # the page's script hears of them a moment later


def test_the_keyboard_can_select_and_undo(opened: Visit) -> None:
    page = opened.page
    page.locator("canvas.marks").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.get_by_text("marks ['point']").wait_for()
    page.keyboard.press("Escape")
    page.get_by_text("marks []").wait_for()
    page.keyboard.press("Control+z")
    assert _text(page, "event ") == "event undo {} 0"


def test_a_quick_action_carries_the_marks_and_the_colour(opened: Visit) -> None:
    page = opened.page
    page.mouse.click(*_spot(page, 0.5, 0.5))
    page.get_by_role("button", name="Recolour").click()
    page.get_by_role("button", name="#c8102e").click()
    page.get_by_role("button", name="Apply").click()
    event = page.get_by_text(re.compile("^event quick"))
    assert "'action': 'recolour'" in event.inner_text()
    assert "'colour': '#c8102e'" in event.inner_text()
    assert event.inner_text().endswith(" 1")


def test_comparing_shows_the_other_picture(opened: Visit) -> None:
    page = opened.page
    spot = [0.5, 0.72]  # orange suit; its negative is blue
    after = page.evaluate(_COLOUR_AT, spot)
    page.keyboard.down("c")
    before = page.evaluate(_COLOUR_AT, spot)
    page.keyboard.up("c")
    assert before == pytest.approx([255 - value for value in after], abs=12)
    assert page.evaluate(_COLOUR_AT, spot) == after
    page.get_by_role("button", name="Split before and after").click()
    divider = page.get_by_role("slider", name="Before and after divider")
    divider.press("Home")
    assert page.evaluate(_COLOUR_AT, spot) == after
    divider.press("End")
    assert page.evaluate(_COLOUR_AT, spot) == before


def test_zooming_keeps_coordinates_true(opened: Visit) -> None:
    page = opened.page
    x, y = _spot(page, 0.5, 0.5)
    page.mouse.move(x, y)
    page.mouse.wheel(0, -900)
    page.get_by_role("button", name="Box").click()
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 80, y + 80, steps=4)
    page.mouse.up()
    page.get_by_text("marks ['box']").wait_for()
    x0, y0, x1, y1 = (int(n) for n in re.findall(r"\d+", _text(page, "box ")))
    assert (x0, y0) == pytest.approx((256, 256), abs=2)
    assert 5 < x1 - x0 < 60
    assert x1 - x0 == pytest.approx(y1 - y0, abs=1)


def test_candidates_are_chosen_by_click_number_or_badge(canvas_server: str, visit: Callable[[str], Visit]) -> None:
    seen = visit(f"{canvas_server}/?ask=1")
    page = seen.page
    page.wait_for_selector("section.easel[data-shown=v1]")
    page.get_by_role("button", name="Choose number 2").click()
    page.get_by_text("event choose {'index': 2}").wait_for()
    page.keyboard.press("1")
    page.get_by_text("event choose {'index': 1}").wait_for()
    page.mouse.click(*_spot(page, 380 / 512 + 0.05, 380 / 512 + 0.05))
    page.get_by_text("event choose {'index': 2}").wait_for()
    assert seen.errors == []


def test_looking_closely_shows_real_pixels(canvas_server: str, visit: Callable[[str], Visit]) -> None:
    seen = visit(f"{canvas_server}/?coarse=1")
    page = seen.page
    page.wait_for_selector("section.easel[data-detail=v1]")  # a 64-pixel preview is too coarse at once
    spot = [0.5, 0.72]
    box = page.locator("canvas.marks").bounding_box()
    assert box is not None
    side = box["height"] - 48
    x = (spot[0] * box["width"] - (box["width"] - side) / 2) / side * 512
    y = (spot[1] * box["height"] - 24) / side * 512
    assert page.evaluate(_COLOUR_AT, spot) == pytest.approx(data.astronaut()[int(y), int(x)].tolist(), abs=25)
    assert seen.errors == []


def test_two_fingers_zoom_and_one_finger_selects(opened: Visit) -> None:
    page = opened.page
    touch = page.context.new_cdp_session(page)

    def fingers(kind: str, *spots: tuple[float, float]) -> None:
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(spots)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    x, y = _spot(page, 0.5, 0.5)
    percent = page.get_by_role("button", name="Zoom to 100 %")
    before = int(percent.inner_text().rstrip("%"))
    fingers("touchStart", (x - 40, y))
    fingers("touchStart", (x - 40, y), (x + 40, y))
    for reach in (60, 90, 120):
        fingers("touchMove", (x - reach, y), (x + reach, y))
    fingers("touchEnd")
    assert int(percent.inner_text().rstrip("%")) == pytest.approx(before * 3, rel=0.05)
    assert page.locator("section.easel").get_attribute("data-revision") == "0", "the first finger left no mark"
    fingers("touchStart", (x, y))
    fingers("touchEnd")
    page.get_by_text("marks ['point']").wait_for()


def test_the_place_of_what_was_added_can_be_dragged_resized_and_taken_back(
    canvas_server: str, visit: Callable[[str], Visit]
) -> None:
    seen = visit(f"{canvas_server}/?place=1")
    page = seen.page
    page.wait_for_selector(".ghost[data-box='100,120,200,240']")
    again = page.get_by_role("button", name="Paint it here")
    assert not again.is_visible(), "nothing was moved yet"

    def pull(selector: str, dx: float, dy: float) -> list[int]:
        """Drag a handle by picture pixels; the box afterwards."""
        box = page.locator(selector).bounding_box()
        assert box is not None
        scale = abs(_spot(page, 1, 0)[0] - _spot(page, 0, 0)[0]) / 512
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + dx * scale, y + dy * scale, steps=6)
        page.mouse.up()
        return [int(edge) for edge in (page.locator(".ghost").get_attribute("data-box") or "").split(",")]

    assert pull(".ghost-label", 60, 40) == pytest.approx([160, 160, 260, 280], abs=2)
    assert pull(".ghost [data-edge=se]", 50, 30) == pytest.approx([160, 160, 310, 310], abs=3)
    assert pull(".ghost-label", 900, -900) == pytest.approx([362, 0, 512, 150], abs=3), "it stays in the picture"
    page.get_by_role("button", name="Back", exact=True).click()
    page.wait_for_selector(".ghost[data-box='100,120,200,240']")
    page.locator(".ghost").focus()
    page.keyboard.press("ArrowRight")
    wanted = [int(edge) for edge in (page.locator(".ghost").get_attribute("data-box") or "").split(",")]
    assert wanted[0] > 100
    again.click()
    page.get_by_text(re.compile(rf"^event place .*{wanted[0]}, {wanted[1]}, {wanted[2]}, {wanted[3]}")).wait_for()
    # what lies inside the box can still be clicked
    page.mouse.click(*_spot(page, 0.3, 0.35))
    page.get_by_text("marks ['point']").wait_for()
    assert not page.locator(".ghost").is_visible(), "marks come first"
    assert seen.errors == []
