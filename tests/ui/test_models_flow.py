"""The Models page and its downloads without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from models.weights.status import State
from models.weights.store import Store
from tests.models.weights.hub_server import Fault, HubServer, hub_server
from tests.models.weights.published_models import WEIGHTS, publish, release
from tests.ui.conftest import ROOT
from ui.downloads import Downloads


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    with hub_server() as server:
        publish(server)
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        monkeypatch.setenv("MODELS_FROM", server.url)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        yield server


@pytest.fixture
def page(hub: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    monkeypatch.setenv("PENTIMENTO_MODELS", str(tmp_path / "models"))
    st.cache_resource.clear()
    yield AppTest.from_file(str(ROOT / "tests" / "ui" / "models_page.py"), default_timeout=60)
    st.cache_resource.clear()


def told(page: AppTest) -> str:
    page.run()
    assert not page.exception
    return "\n".join(one.proto.body for one in page.get("html"))


def test_drawing_the_page_asks_nobody(page: AppTest, hub: HubServer) -> None:
    text = told(page)
    assert "Everything works without them" in text
    assert "No models take any of this disk yet." in text
    assert "AGPL-3.0" in text
    assert hub.asked == []


def test_the_offline_switch_is_said_and_closes_the_downloads(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "switched off" not in told(page)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert "Downloads are switched off (HF_HUB_OFFLINE is set). What is here works." in told(page)


def test_a_model_comes_once_however_often_it_is_asked_for(hub: HubServer, tmp_path: Path) -> None:
    hub.rate = 1_000_000
    downloads = Downloads(Store(tmp_path, {"cutter": release(hub.url)}, cache=tmp_path / "none"))
    first = downloads.start("cutter")
    assert downloads.start("cutter") is first
    assert downloads.running() == ["cutter"]
    downloads.forget("cutter")
    assert downloads.job("cutter") is first, "what runs is not forgotten"
    assert first.wait(30)
    assert (first.state, len(hub.paths("Cutter.pt"))) == ("done", 1)
    assert downloads.store.weights("cutter").read_bytes() == WEIGHTS
    downloads.forget("cutter")
    assert downloads.job("cutter") is None


def test_a_failed_download_leaves_its_sentence_and_can_be_tried_again(hub: HubServer, tmp_path: Path) -> None:
    hub.faults["Cutter.pt"] = Fault(status=404, times=1)
    downloads = Downloads(Store(tmp_path, {"cutter": release(hub.url)}, cache=tmp_path / "none"))
    job = downloads.start("cutter")
    assert job.wait(30)
    assert (job.state, job.error and "404" in job.error) == ("failed", True)
    assert downloads.start("cutter").wait(30)
    assert downloads.store.status("cutter").state is State.PRESENT
