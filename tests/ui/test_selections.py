"""Selections on the canvas in a real browser, on a page of its own: pointing, adjusting, naming, files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.ui.conftest import Visit
from tests.ui.test_canvas import _drag, _spot

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
_DISC, _SQUARE = 40, 200  # radius that a click selects on this page; side of the large region


@pytest.fixture
def opened(canvas_server: str, visit: Callable[[str], Visit]) -> Iterator[Visit]:
    seen = visit(canvas_server)
    seen.page.wait_for_selector("section.easel[data-shown=v1][data-regions=v1]")
    yield seen
    assert seen.errors == []
    assert seen.foreign == []


def _marks(page: Page, *kinds: str) -> None:
    page.get_by_text(f"marks {list(kinds)}", exact=True).wait_for()


def _area(page: Page, count: int) -> int:
    """The selected pixels once the canvas shows the mask of its `count` items and the page's script has told of it."""
    easel = page.wait_for_selector(f"section.easel[data-overlay=settled][data-marks='{count}']")
    assert easel is not None
    text = page.get_by_text(f"revision {easel.get_attribute('data-revision')} selects ")
    text.wait_for()
    return int(text.inner_text().split()[-1])


def _pointed(page: Page, region: str) -> None:
    page.wait_for_selector(f"section.easel[data-pointed='{region}']")


def test_pointing_lights_a_region_up_and_a_click_takes_it(opened: Visit) -> None:
    page = opened.page
    page.get_by_role("button", name="Pick a region").click()
    page.mouse.move(*_spot(page, 0.35, 0.35))
    _pointed(page, "0")  # the likelier of two
    page.keyboard.press("[")
    _pointed(page, "1")
    page.mouse.move(*_spot(page, 0.36, 0.36))
    _pointed(page, "1")  # whoever stepped stays with it inside
    page.mouse.wheel(0, -100)
    _pointed(page, "0")
    page.mouse.move(*_spot(page, 0.8, 0.3))
    _pointed(page, "2")
    page.mouse.move(*_spot(page, 0.8, 0.9))
    _pointed(page, "none")
    assert page.locator("section.easel").get_attribute("data-revision") == "0", "pointing sends nothing"
    page.mouse.click(*_spot(page, 0.25, 0.25))
    _marks(page, "pick")
    assert _area(page, 1) == _SQUARE**2
    page.keyboard.down("Shift")
    page.mouse.click(*_spot(page, 0.8, 0.3))
    page.keyboard.up("Shift")
    assert _area(page, 2) == _SQUARE**2 + 100**2
    page.mouse.move(*_spot(page, 0.35, 0.35))
    page.keyboard.press("[")
    page.keyboard.down("Alt")
    page.mouse.click(*_spot(page, 0.35, 0.35))
    page.keyboard.up("Alt")
    assert _area(page, 3) == _SQUARE**2 + 100**2 - 50**2
    page.keyboard.press("Control+z")
    assert _area(page, 2) == _SQUARE**2 + 100**2
    page.mouse.click(*_spot(page, 0.8, 0.3))
    assert _area(page, 1) == 100**2, "a plain click begins anew"
    page.keyboard.press("Control+z")
    assert _area(page, 2) == _SQUARE**2 + 100**2, "and can be taken back"


def test_picking_before_the_regions_are_there_is_a_click(canvas_server: str, visit: Callable[[str], Visit]) -> None:
    seen = visit(f"{canvas_server}/?looking=1")
    page = seen.page
    page.wait_for_selector("section.easel[data-shown=v1][data-regions=looking]")
    page.keyboard.press("p")
    expect(page.locator(".hint")).to_have_text("Looking at the picture; regions light up in a moment.")
    page.mouse.click(*_spot(page, 0.5, 0.5))
    _marks(page, "point")
    assert seen.errors == []


def test_the_edge_is_set_by_sliders_and_keys_and_taken_back(opened: Visit) -> None:
    page = opened.page
    page.mouse.click(*_spot(page, 0.5, 0.5))
    disc = _area(page, 1)
    page.get_by_role("button", name="Adjust", exact=True).click()
    edge, soft = page.get_by_label("Grow or shrink"), page.get_by_label("Soften the edge")
    edge.fill("70")
    grown = _area(page, 2)
    assert grown == pytest.approx(disc * ((_DISC + 10) / _DISC) ** 2, rel=0.05)
    expect(page.locator(".refine output").first).to_have_text("+10 px")
    soft.fill("50")
    softer = _area(page, 3)
    assert softer > grown, "softened outwards"
    page.get_by_role("button", name="Undo last mark").click()
    assert _area(page, 2) == grown
    edge.fill("-50")
    assert _area(page, 2) < disc, "one edge, not one upon the other"
    page.get_by_role("button", name="Invert").click()
    assert _area(page, 3) > disc
    expect(edge).to_have_value("0")
    page.keyboard.press("Escape")
    page.locator("canvas.marks").focus()
    page.keyboard.press("i")
    small = _area(page, 4)
    assert small < disc, "inverted twice"
    page.keyboard.press("g")
    assert _area(page, 5) > small
    page.keyboard.press("Shift+G")
    assert _area(page, 4) == small, "back at no change"
    page.keyboard.press("f")
    assert _area(page, 5) > small
    for count in (4, 5, 4, 3, 2, 2, 1):
        page.keyboard.press("Control+z")
        _area(page, count)
    assert _area(page, 1) == disc


def test_alt_turns_the_brush_into_the_eraser(opened: Visit) -> None:
    page = opened.page
    page.get_by_role("button", name="Brush", exact=True).click()
    _drag(page, (0.2, 0.2), (0.8, 0.2))
    painted = _area(page, 1)
    page.keyboard.down("Alt")
    _drag(page, (0.5, 0.1), (0.5, 0.3))
    page.keyboard.up("Alt")
    _marks(page, "brush", "eraser")
    assert 0 < _area(page, 2) < painted


def test_a_named_selection_is_loaded_added_renamed_and_deleted(opened: Visit) -> None:
    page = opened.page
    page.get_by_role("button", name="dog", exact=True).click()
    _marks(page, "saved")
    dog = _area(page, 1)
    page.get_by_role("button", name="cat", exact=True).click(modifiers=["Shift"])
    assert _area(page, 2) == 2 * dog
    expect(page.get_by_role("button", name="gone", exact=True)).to_be_disabled()
    page.locator(".chip").first.hover()
    page.get_by_role("button", name="Rename dog").click()
    page.get_by_role("textbox", name="Selection name").fill("puppy")
    page.get_by_role("textbox", name="Selection name").press("Enter")
    page.get_by_text("event rename_selection {'selection': 'dog', 'as': 'puppy'}").wait_for()
    page.get_by_role("button", name="Delete cat").click()
    page.get_by_text("event delete_selection {'selection': 'cat'}").wait_for()


def test_a_selection_is_saved_and_exported(opened: Visit) -> None:
    page = opened.page
    page.mouse.click(*_spot(page, 0.5, 0.5))
    _area(page, 1)
    page.keyboard.press("k")
    page.get_by_role("textbox", name="Name of the selection").fill("left dog")
    page.keyboard.press("Enter")
    page.get_by_text("event save_selection {'as': 'left dog'} 1").wait_for()
    page.get_by_role("button", name="Adjust", exact=True).click()
    page.get_by_role("button", name="PNG").click()
    page.get_by_text("event export {'format': 'png'} 1").wait_for()
    page.get_by_role("button", name="COCO").click()
    page.get_by_text("event export {'format': 'coco'} 1").wait_for()
    page.get_by_role("button", name="Export all").click()
    page.get_by_text("event export {'format': 'coco'} 0").wait_for()


def test_files_come_in_by_button_and_by_drop(opened: Visit) -> None:
    page = opened.page
    file = {"name": "mask.png", "mimeType": "image/png", "buffer": b"abc"}
    page.locator("section.easel input[type=file]").set_input_files(file)
    page.get_by_text("uploads ['mask.png YWJj'], none on its way").wait_for()  # received, and not sent again
    page.locator(".stage").evaluate(
        """(stage) => {
          const files = new DataTransfer();
          files.items.add(new File(["{}"], "regions.json"));
          stage.dispatchEvent(new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true }));
        }"""
    )
    page.get_by_text("uploads ['mask.png YWJj', 'regions.json e30='], none on its way").wait_for()
    page.locator("section.easel input[type=file]").evaluate(
        """(input) => {
          const files = new DataTransfer();
          files.items.add(new File([new Uint8Array(31e6)], "huge.png"));
          input.files = files.files;
          input.dispatchEvent(new Event("change"));
        }"""
    )
    expect(page.locator(".notice")).to_have_text("huge.png is larger than 30 MB; make a smaller one.")


def test_a_download_is_offered_once_and_scaling_is_asked(canvas_server: str, visit: Callable[[str], Visit]) -> None:
    seen = visit(canvas_server)
    page = seen.page
    downloads: list[str] = []
    page.on("download", lambda one: downloads.append(Path(one.path()).read_text()))
    with page.expect_download() as first:
        page.goto(f"{canvas_server}/?download=1&offer=1")
    assert first.value.suggested_filename == "mask.png"
    page.get_by_role("button", name="Scale to fit").click()
    page.get_by_text("event scale {'yes': True} 0").wait_for()
    page.get_by_role("button", name="Leave it").click()
    page.get_by_text("event scale {'yes': False} 0").wait_for()
    assert downloads == ["hello"]
    assert seen.errors == []


def test_a_candidate_is_pointed_out_before_it_is_chosen(canvas_server: str, visit: Callable[[str], Visit]) -> None:
    seen = visit(f"{canvas_server}/?ask=1")
    page = seen.page
    page.wait_for_selector("section.easel[data-shown=v1]")
    badge = page.get_by_role("button", name="Choose number 2")
    badge.hover()
    page.wait_for_selector("section.easel[data-hot='2']")
    expect(page.locator(".hint")).to_have_text("2: the right one")
    expect(badge).to_have_attribute("title", "the right one")
    page.mouse.move(*_spot(page, 0.02, 0.98))
    page.wait_for_selector("section.easel[data-hot=none]")
    page.get_by_role("button", name="None of these").click()
    page.get_by_text("event decline {} 0").wait_for()
    page.mouse.click(*_spot(page, 0.9, 0.1))
    _marks(page, "point")
    expect(page.get_by_role("button", name="None of these")).to_be_hidden()
    page.keyboard.press("2")  # the numbers are hidden while there are marks
    page.get_by_role("button", name="Use my selection").click()
    page.get_by_text(re.compile("^event answer .* 1$")).wait_for()
    assert seen.errors == []
