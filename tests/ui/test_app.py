"""The whole app in a real browser, with the embedded planner and engines."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from skimage import data

from agent.studio import Studio
from tests.ui.conftest import ROOT, Visit, streamlit_server
from tools.grounding import remembered
from tools.pictures.picture import Picture
from tools.workspace.workspace import Workspace
from ui.samples import samples

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

# a real browser on a busy machine: a step may come in the middle of a rerun, so a failure has to repeat itself
pytestmark = pytest.mark.browser
_WORK = 90_000  # milliseconds an edit may take on a slow machine


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[str]:
    with streamlit_server(ROOT / "streamlit_app.py", home) as url:
        yield url


@pytest.fixture
def start(server: str, visit: Callable[[str], Visit]) -> Iterator[Visit]:
    seen = visit(server)
    yield seen
    assert seen.errors == []
    assert seen.foreign == []


def _easel(page: Page) -> Locator:
    return page.locator("section.easel")


def _version(page: Page) -> str:
    return _easel(page).get_attribute("data-version") or ""


def _open_sample(seen: Visit, title: str = "Astronaut") -> Page:
    seen.page.get_by_role("button", name=f"Open the sample {title}").click()
    seen.page.wait_for_selector("section.easel[data-shown]")
    seen.idle()
    return seen.page


def _say(page: Page, text: str) -> None:
    box = page.get_by_test_id("stChatInputTextArea")
    box.fill(text)
    box.press("Enter")


def _wait_for_new_version(page: Page, old: str) -> str:
    page.wait_for_function(
        """(old) => { for (const node of document.querySelectorAll('*')) {
             const easel = node.shadowRoot?.querySelector('section.easel');
             if (easel) return easel.dataset.shown !== old && easel.dataset.shown === easel.dataset.version; }
           return false; }""",
        arg=old,
        timeout=_WORK,
    )
    page.wait_for_selector("[data-testid=stChatInputTextArea]:not([disabled])", timeout=_WORK)
    return _version(page)


def _spot(page: Page, x: float, y: float, extent: tuple[int, int] = (512, 512)) -> tuple[float, float]:
    """Screen position of a point given as parts of the fitted picture."""
    box = page.locator("canvas.marks").bounding_box()
    assert box is not None
    margin = min(24.0, box["width"] * 0.03)
    scale = min((box["width"] - 2 * margin) / extent[0], (box["height"] - 2 * margin) / extent[1], 3)
    width, height = extent[0] * scale, extent[1] * scale
    return box["x"] + (box["width"] - width) / 2 + x * width, box["y"] + (box["height"] - height) / 2 + y * height


def _brush(page: Page, *points: tuple[float, float], extent: tuple[int, int] = (512, 512)) -> None:
    page.get_by_role("button", name="Brush", exact=True).click()
    page.mouse.move(*_spot(page, *points[0], extent))
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*_spot(page, *point, extent), steps=6)
    page.mouse.up()
    page.wait_for_selector("section.easel[data-overlay=settled]", timeout=_WORK)


def _downloaded(page: Page) -> np.ndarray:
    with page.expect_download() as download:
        page.get_by_role("button", name="Download", exact=True).click()
    return np.asarray(Image.open(Path(download.value.path())))


def _workspace(page: Page, home: Path) -> Workspace:
    return Workspace.open(home / "conversations" / page.url.rsplit("c=", 1)[1] / "workspace")


def test_words_change_the_picture_there_and_nowhere_else(start: Visit, home: Path) -> None:
    page = _open_sample(start)
    first = _version(page)
    _say(page, "make the orange suit navy blue")
    second = _wait_for_new_version(page, first)
    before, after = data.astronaut(), _downloaded(page)
    changed = np.any(before != after, axis=2)
    red, blue = (0, 2)
    suit = changed & (before[..., red] > 150) & (before[..., blue] < 90)
    assert np.count_nonzero(suit) > 15_000, "most of the orange suit changed"
    assert after[suit].mean(axis=0)[blue] > after[suit].mean(axis=0)[red], "and it is blue now"
    with _workspace(page, home) as workspace:
        worked_on = remembered(workspace, workspace.head.id)
    assert worked_on is not None
    assert not changed[worked_on.mask == 0].any(), "outside the mask every sample is as it was"

    page.locator("canvas.marks").focus()
    page.keyboard.press("Control+z")
    assert _wait_for_new_version(page, second) == first
    page.keyboard.press("Control+Shift+Z")
    assert _wait_for_new_version(page, first) == second
    page.get_by_role("button", name="Go to version 1: Original").click()
    assert _wait_for_new_version(page, second) == first


def test_a_brushed_thing_is_removed_and_a_reload_loses_nothing(start: Visit, home: Path) -> None:
    page = _open_sample(start)
    first = _version(page)
    _brush(page, (0.53, 0.9), (0.56, 0.8))
    _say(page, "remove this")
    second = _wait_for_new_version(page, first)
    assert _easel(page).get_attribute("data-marks") == "0", "the marks went with the message"
    before, after = data.astronaut(), _downloaded(page)
    changed = np.any(before != after, axis=2)
    assert changed[410:460, 265:295].mean() > 0.2
    with _workspace(page, home) as workspace:
        report = workspace.head.report or {}
        assert np.array_equal(workspace.picture().pixels, after), "the download is the version, sample for sample"
    assert np.count_nonzero(changed) <= report["mask_area"]
    assert report["outside_max_diff"] == 0
    assert not changed[:256].any()

    page.reload()
    page.wait_for_selector("section.easel[data-shown]")
    assert _version(page) == second
    page.get_by_text("remove this", exact=True).first.wait_for()
    page.get_by_role("button", name="Split before and after").click()
    page.wait_for_selector("section.easel[data-compare=split]")


def test_versions_are_named_and_compared_in_the_strip(start: Visit, home: Path) -> None:
    page = _open_sample(start, "Rocket")
    first = _version(page)
    _say(page, "black and white")
    _wait_for_new_version(page, first)
    start.idle()  # the strip is drawn anew once the job has ended
    page.get_by_role("button", name="Name version 2").click()
    page.get_by_role("textbox", name="Version name").fill("For print")
    page.get_by_role("textbox", name="Version name").press("Enter")
    page.get_by_role("button", name="Go to version 2: For print").wait_for()
    with _workspace(page, home) as workspace:
        assert workspace.head.name == "For print"
    page.get_by_role("button", name="Compare with version 1").click()
    page.wait_for_selector("section.easel[data-compare=split]")


def test_the_strip_shows_what_lies_above_the_current_branch(
    server: str, home: Path, visit: Callable[[str], Visit]
) -> None:
    conversation = Studio(home).create_from(Picture(data.coffee()), "coffee.png")
    for wish in ("a bit brighter", "a bit darker", "more contrast"):
        conversation.workspace.go_to(conversation.workspace.root.id)
        assert conversation.say(wish).wait(60)
    seen = visit(f"{server}/?c={conversation.id}")
    seen.page.get_by_role("button", name="Go to version 4:").wait_for()
    strip = seen.page.locator(".strip").bounding_box()
    assert strip is not None
    for number in (3, 4):
        box = seen.page.get_by_role("button", name=f"Go to version {number}:").bounding_box()
        assert box is not None
        assert strip["y"] <= box["y"]
        assert box["y"] + box["height"] <= strip["y"] + strip["height"]
    assert seen.errors == []


def test_a_quick_action_says_it_for_the_person(start: Visit) -> None:
    page = _open_sample(start, "Coffee")
    first = _version(page)
    page.mouse.click(*_spot(page, 0.5, 0.45, (600, 400)))
    page.wait_for_selector("section.easel[data-overlay=settled]", timeout=_WORK)
    page.get_by_role("button", name="Blur").click()
    _wait_for_new_version(page, first)
    page.get_by_text("blur this", exact=True).first.wait_for()


@pytest.mark.skipif("Street" not in {sample.title for sample in samples()}, reason="the street photo is not installed")
def test_a_question_is_answered_by_a_click_on_the_picture(start: Visit) -> None:
    page = _open_sample(start, "Street")
    first = _version(page)
    _say(page, "blur the person")  # no model here knows a person by name
    asked = page.locator(".ask-text").filter(has_text="click")
    asked.wait_for(timeout=_WORK)
    lines = asked.bounding_box()
    assert lines is not None
    assert lines["height"] < 24, "one line, where there is room for it"
    page.mouse.click(*_spot(page, 0.15, 0.55, (810, 1080)))
    page.get_by_role("button", name="Use my selection").click(timeout=_WORK)
    _wait_for_new_version(page, first)
    assert page.locator(".ask").is_hidden()


def test_stop_really_stops_and_a_closed_tab_does_not(start: Visit, server: str) -> None:
    page = start.page
    large = Image.fromarray(np.tile(data.astronaut(), (4, 6, 1)))
    buffer = io.BytesIO()
    large.save(buffer, "JPEG", quality=90)
    page.locator("input[type=file]").first.set_input_files(
        {"name": "large.jpg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()}
    )
    page.wait_for_selector("section.easel[data-shown]", timeout=_WORK)
    start.idle()
    first = _version(page)
    _brush(page, (0.2, 0.3), (0.5, 0.6), (0.8, 0.3), extent=large.size)
    _say(page, "remove this")
    page.get_by_role("button", name="Stop").click(timeout=_WORK)
    page.get_by_text("Stopped").first.wait_for(timeout=_WORK)
    page.wait_for_selector("[data-testid=stChatInputTextArea]:not([disabled])", timeout=_WORK)
    assert _version(page) == first

    _say(page, "make it black and white")
    page.get_by_text("make it black and white", exact=True).first.wait_for()
    address = page.url
    page.goto("about:blank")
    page.wait_for_timeout(2500)
    page.goto(address)
    page.wait_for_selector("section.easel[data-shown]")
    _wait_for_new_version(page, first)
    page.get_by_role("button", name="New photo").click()
    page.get_by_role("button", name="Open large.jpg").wait_for()
    assert "c=" not in page.url


def test_errors_are_one_sentence(server: str, visit: Callable[[str], Visit]) -> None:
    seen = visit(f"{server}/?c=0123456789abcdef")
    page = seen.page
    page.get_by_text("That conversation does not exist").wait_for()
    page.locator("input[type=file]").first.set_input_files(
        {"name": "broken.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n not a picture"}
    )
    page.get_by_test_id("stToast").get_by_text("broken.png").wait_for()
    assert page.get_by_test_id("stException").count() == 0
    assert "Traceback" not in page.content()
    assert seen.foreign == []


def test_a_selection_with_a_name_is_spoken_of_and_goes_through_files(start: Visit, home: Path) -> None:
    page = _open_sample(start)
    first = _version(page)
    _brush(page, (0.45, 0.75), (0.5, 0.85))
    page.keyboard.press("g")
    page.wait_for_selector("section.easel[data-marks='2'][data-overlay=settled]", timeout=_WORK)
    page.keyboard.press("k")
    page.get_by_role("textbox", name="Name of the selection").fill("badge")
    page.keyboard.press("Enter")
    page.wait_for_selector("section.easel[data-named=badge]", timeout=_WORK)
    with page.expect_download(timeout=_WORK) as exported:
        page.get_by_role("button", name="Export all").click()
    file = Path(exported.value.path()).read_bytes()
    _say(page, "make the badge bright green")
    _wait_for_new_version(page, first)
    with _workspace(page, home) as workspace:
        badge = workspace.selection("badge").mask
        changed = np.any(workspace.picture().pixels != data.astronaut(), axis=2)
    assert changed[badge > 0.9].mean() > 0.5
    assert not changed[badge == 0].any(), "an edge set by hand is taken at its word"
    upload = {"name": "regions.json", "mimeType": "application/json", "buffer": file}
    page.locator("section.easel input[type=file]").set_input_files(upload)
    page.wait_for_selector("section.easel[data-named='badge|badge 2']", timeout=_WORK)
    broken = {"name": "broken.json", "mimeType": "application/json", "buffer": b'{"annotations": [1]}'}
    page.locator("section.easel input[type=file]").set_input_files(broken)
    page.get_by_test_id("stToast").get_by_text("not a list of entries").wait_for(timeout=_WORK)
    with _workspace(page, home) as workspace:
        kept = {one.name: one.mask >= 0.5 for one in workspace.selections() if one.name.startswith("badge")}
    assert np.array_equal(kept["badge"], kept["badge 2"])


def test_pointing_at_a_region_selects_what_is_lit_up(start: Visit, home: Path) -> None:
    page = _open_sample(start, "Coffee")
    version = _version(page)
    page.wait_for_selector(f"section.easel[data-regions='{version}']", timeout=_WORK)
    page.get_by_role("button", name="Pick a region").click()
    page.mouse.move(*_spot(page, 0.5, 0.55, (600, 400)))
    page.wait_for_selector("section.easel:not([data-pointed=none])")
    page.mouse.click(*_spot(page, 0.5, 0.55, (600, 400)))
    page.wait_for_selector("section.easel[data-overlay=settled]", timeout=_WORK)
    _say(page, "blur this")
    _wait_for_new_version(page, version)
    with _workspace(page, home) as workspace:
        assert workspace.selection("drawn").mask[220, 300] == 1
