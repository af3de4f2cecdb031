"""The Models page in a real browser, downloading from a loopback server."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from models.weights.status import State
from models.weights.store import Store
from tests.models.weights.hub_server import Fault, HubServer, hub_server
from tests.models.weights.published_models import WEIGHTS, entry, publish, release
from tests.ui.conftest import ROOT, Visit, streamlit_server

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser
_SLOW = 400_000  # bytes a second: the download takes three seconds


@pytest.fixture(scope="module")
def hub() -> Iterator[HubServer]:
    with hub_server() as server:
        yield server


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def server(hub: HubServer, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_ENDPOINT", hub.url)
        patch.setenv("MODELS_FROM", hub.url)
        patch.setenv("PENTIMENTO_MODELS", str(root))
        patch.setenv("NO_PROXY", "127.0.0.1,localhost")
        patch.delenv("HF_HUB_OFFLINE", raising=False)
        patch.delenv("HF_TOKEN", raising=False)
        with streamlit_server(ROOT / "tests" / "ui" / "models_page.py", tmp_path_factory.mktemp("home")) as url:
            yield url


@pytest.fixture
def store(hub: HubServer, root: Path) -> Iterator[Store]:
    """What the page's server has, seen from outside; empty at the start of every test."""
    publish(hub)
    hub.faults.clear()
    hub.asked.clear()
    hub.rate = None
    models = {model.id: model for model in (release(hub.url), entry())}
    store = Store(root, models, cache=root / "hub-cache")
    yield store
    hub.rate = None
    for model_id in store.disk_use():
        store.remove(model_id)


@pytest.fixture
def page(server: str, store: Store, visit: Callable[[str], Visit]) -> Iterator[Page]:
    seen = visit(server)
    yield seen.page
    assert seen.errors == []
    assert seen.foreign == []


def row(page: Page, model_id: str) -> Locator:
    return page.locator(f".st-key-model-{model_id}")


def begin(page: Page, model_id: str, label: str = "Download") -> None:
    row(page, model_id).get_by_role("button", name=label, exact=True).click()
    page.get_by_role("button", name=re.compile(rf"^{label} \d")).click()


def wait_for_bytes(store: Store, least: int, model_id: str = "cutter") -> None:
    deadline = time.monotonic() + 30
    while store.status(model_id).here < least:
        assert time.monotonic() < deadline, "no bytes come"
        time.sleep(0.05)


def test_terms_come_before_bytes(page: Page, hub: HubServer) -> None:
    page.get_by_role("heading", name="Finding every thing in a picture").wait_for()
    assert "1 MB · AGPL-3.0 · conditions for commercial use" in row(page, "cutter").inner_text()
    row(page, "oracle").get_by_role("button", name="Download").click()
    terms = page.locator(".terms")
    terms.wait_for()
    told = terms.inner_text()
    assert "Own. No commercial use." in told
    assert "For research only." in told
    assert "grants access person by person" in told
    assert terms.get_by_role("link", name="Read the licence").get_attribute("href") == "https://example.org/ask"
    assert hub.asked == []


def test_a_download_shows_its_progress_and_stays(page: Page, hub: HubServer, store: Store) -> None:
    hub.rate = _SLOW
    begin(page, "cutter")
    row(page, "cutter").get_by_text(re.compile(r"Cutter\.pt, .* of 1 MB")).wait_for()
    row(page, "cutter").locator(".mark.present").wait_for()
    assert store.weights("cutter").read_bytes() == WEIGHTS
    page.get_by_text("Models take 1 MB of this disk.").wait_for()
    row(page, "cutter").get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Remove Cutter").click()
    page.get_by_text("Cutter was removed").wait_for()
    row(page, "cutter").get_by_role("button", name="Download").wait_for()
    assert store.status("cutter").state is State.ABSENT


def test_a_stopped_download_is_resumed(page: Page, hub: HubServer, store: Store) -> None:
    hub.rate = _SLOW
    begin(page, "cutter")
    wait_for_bytes(store, 100_000)
    row(page, "cutter").get_by_role("button", name="Stop").click()
    row(page, "cutter").get_by_text("What came is kept").wait_for()
    kept = store.status("cutter").here
    assert 100_000 <= kept < len(WEIGHTS)
    hub.rate = None
    begin(page, "cutter", "Resume")
    row(page, "cutter").locator(".mark.present").wait_for()
    assert [asked.status for asked in hub.paths("Cutter.pt")] == [200, 206]
    assert store.weights("cutter").read_bytes() == WEIGHTS


def test_a_reload_or_a_closed_tab_neither_stops_nor_doubles_it(
    page: Page, hub: HubServer, store: Store, server: str, visit: Callable[[str], Visit]
) -> None:
    hub.rate = _SLOW / 4  # long enough for two pages to be drawn meanwhile, also on a busy machine
    begin(page, "cutter")
    wait_for_bytes(store, 50_000)
    page.reload()
    row(page, "cutter").get_by_role("button", name="Stop").wait_for()
    other = visit(server)
    row(other.page, "cutter").get_by_role("button", name="Stop").wait_for()
    other.page.close()
    hub.rate = None
    row(page, "cutter").locator(".mark.present").wait_for()
    assert len(hub.paths("Cutter.pt")) == 1
    assert store.weights("cutter").read_bytes() == WEIGHTS


def test_what_goes_wrong_is_one_sentence_beside_the_model(page: Page, hub: HubServer) -> None:
    hub.faults["Cutter.pt"] = Fault(body=bytes(len(WEIGHTS)), times=9)
    begin(page, "cutter")
    row(page, "cutter").get_by_text("is not the file that was published").wait_for()
    begin(page, "oracle")
    row(page, "oracle").get_by_text("has granted access").wait_for()
    assert not hub.paths("/resolve/")


def test_damage_is_repaired(page: Page, store: Store) -> None:
    store.download("cutter")
    store.weights("cutter").write_bytes(b"half")
    page.reload()
    row(page, "cutter").get_by_text("Cutter.pt is damaged").wait_for()
    begin(page, "cutter", "Repair")
    row(page, "cutter").locator(".mark.present").wait_for()
    assert store.weights("cutter").read_bytes() == WEIGHTS


def test_the_editor_opens_it_beside_itself(
    tmp_path: Path, visit: Callable[[str], Visit], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PENTIMENTO_MODELS", raising=False)
    with streamlit_server(ROOT / "streamlit_app.py", tmp_path) as url:
        page = visit(url).page
        page.get_by_role("button", name="Open the sample Astronaut").click()
        page.wait_for_selector("section.easel[data-shown]")
        page.get_by_test_id("stChatInputTextArea").fill("a half-written wi")
        with page.expect_popup() as opened:
            page.get_by_role("link", name="Models").click()
        beside = opened.value
        beside.get_by_role("heading", name="Models", exact=True).wait_for()
        beside.get_by_text("FastSAM small").first.wait_for()
        assert page.get_by_test_id("stChatInputTextArea").input_value() == "a half-written wi"
        assert page.locator("section.easel[data-shown]").is_visible()
        beside.get_by_role("button", name="Pentimento").click()
        beside.get_by_text("Go on where you left off").wait_for()


def test_the_first_screen_leads_there_and_back(tmp_path: Path, visit: Callable[[str], Visit]) -> None:
    with streamlit_server(ROOT / "streamlit_app.py", tmp_path) as url:
        seen = visit(url)
        seen.page.get_by_role("link", name="Models").click()
        seen.page.get_by_text("only comes when you ask for it").wait_for()
        seen.page.get_by_role("button", name="Pentimento").click()
        seen.page.get_by_text("Drop a photo here").first.wait_for(state="attached")
        assert seen.errors == []
