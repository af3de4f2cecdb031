"""Downloads in processes of their own: killed in the middle, and two at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from models.errors import UnavailableError
from models.progress import Progress
from models.weights.status import State
from models.weights.store import Store
from tests.models.weights.hub_server import HubServer
from tests.models.weights.published_models import WEIGHTS

ROOT = Path(__file__).resolve().parents[3]


def start(store: Store, hub: HubServer, model_id: str = "cutter") -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.models.weights.downloader", str(store.root), hub.url, model_id]
    return subprocess.Popen(
        command, cwd=ROOT, env=dict(os.environ, PYTHONPATH=str(ROOT)), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def wait_for(store: Store, least: int, model_id: str = "cutter") -> None:
    deadline = time.monotonic() + 30
    while store.status(model_id).here < least:
        assert time.monotonic() < deadline, "the download did not get going"
        time.sleep(0.02)


def test_a_killed_download_is_taken_up(store: Store, hub: HubServer) -> None:
    hub.rate = 1_000_000
    process = start(store, hub)
    try:
        wait_for(store, 300_000)
        assert store.status("cutter").busy
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    status = store.status("cutter")
    assert status.state is State.PARTIAL
    assert not status.busy, "the lock falls with its holder"
    hub.rate = None
    hub.asked.clear()
    assert (store.download("cutter") / "Cutter.pt").read_bytes() == WEIGHTS
    (asked,) = hub.paths("Cutter.pt")
    assert asked.status == 206
    assert int(asked.headers["range"].removeprefix("bytes=").rstrip("-")) >= 300_000


def test_two_processes_share_one_download(store: Store, hub: HubServer) -> None:
    hub.rate = 2_000_000
    first = start(store, hub)
    wait_for(store, 100_000)
    told: list[tuple[float, str]] = []
    folder = store.download("cutter", Progress(lambda fraction, label: told.append((fraction, label))))
    out, err = first.communicate(timeout=30)
    assert first.returncode == 0, err
    assert out.decode().strip() == str(folder)
    assert (folder / "Cutter.pt").read_bytes() == WEIGHTS
    assert len(hub.paths("Cutter.pt")) == 1, "the bytes came once"
    assert any("another Pentimento" in label and 0 < fraction <= 1 for fraction, label in told)


def test_who_waits_takes_over_when_the_other_dies(store: Store, hub: HubServer) -> None:
    hub.rate = 1_000_000
    first = start(store, hub)
    wait_for(store, 100_000)

    def report(fraction: float, label: str) -> None:
        if "another" in label and first.poll() is None:
            first.kill()
            hub.rate = None

    assert (store.download("cutter", Progress(report)) / "Cutter.pt").read_bytes() == WEIGHTS
    first.communicate()
    assert [asked.status for asked in hub.paths("Cutter.pt")] == [200, 206]


def test_a_model_is_not_removed_under_a_running_download(store: Store, hub: HubServer) -> None:
    hub.rate = 500_000
    process = start(store, hub)
    try:
        wait_for(store, 50_000)
        with pytest.raises(UnavailableError, match="being downloaded"):
            store.remove("cutter")
    finally:
        process.kill()
        process.communicate()
    assert "free again" in store.remove("cutter")
    assert store.status("cutter").state is State.ABSENT


def test_looking_while_files_come_and_go_never_stumbles(store: Store, hub: HubServer) -> None:
    stop, looks, faults = threading.Event(), [0], []

    def look() -> None:
        while not stop.is_set():
            try:
                store.statuses()
                store.disk_use()
                looks[0] += 1
            except OSError as error:
                faults.append(error)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        for _ in range(5):
            store.download("seer")
            store.remove("seer")
    finally:
        stop.set()
        watcher.join()
    assert faults == []
    assert looks[0] > 50
