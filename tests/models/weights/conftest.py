from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.weights.store import Store
from tests.models.weights.hub_server import HubServer, hub_server
from tests.models.weights.published_models import entry, publish, release


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    with hub_server() as server:
        publish(server)
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
        for name in ("HF_TOKEN", "HF_HUB_OFFLINE"):
            monkeypatch.delenv(name, raising=False)
        yield server


@pytest.fixture
def store(hub: HubServer, tmp_path: Path) -> Store:
    models = {model.id: model for model in (entry(), release(hub.url))}
    return Store(tmp_path / "models", models, cache=tmp_path / "hub-cache")
