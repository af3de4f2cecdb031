"""`pentimento models` as its users meet it: a real store, a real connection to a loopback server, exit codes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from models.weights.store import Store
from tests.models.weights.hub_server import Fault, HubServer, hub_server
from tests.models.weights.published_models import WEIGHTS, entry, publish, release
from ui.cli import app

ROOT = Path(__file__).resolve().parents[2]
runner = CliRunner()


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    with hub_server() as server:
        publish(server)
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        yield server


@pytest.fixture
def store(hub: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    gated = entry(
        id="oracle",
        title="Oracle",
        licence={
            "name": "Own",
            "commercial": "no",
            "gated": True,
            "link": "https://example.org/ask",
            "note": "Research only.",
        },
    )
    models = {model.id: model for model in (release(hub.url), entry(), gated)}
    kept = Store(tmp_path / "models", models, cache=tmp_path / "hub-cache")
    monkeypatch.setattr(Store, "default", lambda: kept)
    return kept


def run(*arguments: object, answer: str | None = None) -> Result:
    return runner.invoke(app, ["models", *map(str, arguments)], input=answer, env={"COLUMNS": "120"})


def flat(done: Result) -> str:
    return " ".join(done.output.split())


def test_the_list_says_what_each_is_good_for_and_asks_nobody(store: Store, hub: HubServer) -> None:
    done = run("list")
    assert done.exit_code == 0
    told = flat(done)
    assert "Understanding what words mean" in told
    assert "cutter" in told
    assert "1 MB AGPL-3.0, conditions no" in told
    assert "Own, non-commercial, on" in told
    assert hub.asked == []


def test_the_list_as_json_is_honest_about_what_is_not_known(store: Store) -> None:
    rows = {row["id"]: row for row in json.loads(run("list", "--json").output)}
    seer = rows["seer"]
    assert seer["state"] == "absent"
    assert not seer["bytes_are_complete"]
    assert seer["revision_is_pinned"]
    digests = {file["path"]: (file["sha256"], file["digest_from"]) for file in seer["files"]}
    assert digests["config.json"] == (None, "publisher, at download")
    assert digests["model.safetensors"][1] == "catalogue"
    assert rows["oracle"]["licence"]["gated"]
    run("download", "seer", "--yes")
    seer = {row["id"]: row for row in json.loads(run("list", "--json").output)}["seer"]
    assert (seer["state"], seer["place"], seer["checked_against"]) == ("present", "own folder", "publisher")


def test_a_download_shows_terms_and_size_and_waits_for_a_yes(store: Store, hub: HubServer) -> None:
    refused = run("download", "cutter", answer="n\n")
    assert refused.exit_code == 2
    assert "Nothing was downloaded." in refused.output
    assert hub.asked == []
    agreed = run("download", "cutter", answer="y\n")
    assert agreed.exit_code == 0, agreed.output
    told = flat(agreed)
    assert told.index("AGPL-3.0, commercial use under conditions (https://example.org/agpl)") < told.index("[y/N]")
    assert told.index("Size: 1 MB") < told.index("[y/N]")
    assert "every byte checked against the catalogue’s digest" in told
    assert (store.folder("cutter") / "Cutter.pt").read_bytes() == WEIGHTS


def test_scripts_say_yes_beforehand(store: Store) -> None:
    assert run("download", "seer", "--yes").exit_code == 0
    again = run("download", "seer", "--yes")
    assert again.exit_code == 0
    assert "is here already" in again.output


def test_what_cannot_be_had_is_one_sentence(store: Store, hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.get_token", lambda: None)
    gated = run("download", "oracle", "--yes")
    assert gated.exit_code == 2
    assert "no commercial use" in gated.output
    assert "Research only." in flat(gated)
    assert "HF_TOKEN" in gated.stderr
    hub.faults["Cutter.pt"] = Fault(status=404, times=9)
    gone = run("download", "cutter", "--yes")
    assert gone.exit_code == 2
    assert "\n" not in gone.stderr.strip()
    unknown = run("download", "sear")
    assert unknown.exit_code == 2
    assert "did you mean seer" in unknown.output


_PROGRAM = """
import signal, sys
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # a test run in the background hands down an ignored one
from models.weights.store import Store
from tests.models.weights.published_models import release
from ui.cli import main

root, hub_url = sys.argv[1:3]
Store.default = lambda: Store(Path(root), {"cutter": release(hub_url)}, cache=Path(root) / "none")
sys.argv = ["pentimento", "models", "download", "cutter", "--yes"]
main()
"""


def test_an_interrupted_download_keeps_what_came(store: Store, hub: HubServer) -> None:
    hub.rate = 300_000
    environment = dict(os.environ, PYTHONPATH=str(ROOT))
    command = [sys.executable, "-c", _PROGRAM, str(store.root), hub.url]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 60
    while store.status("cutter").here < 100_000:
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert process.returncode == 130
    assert told.strip() == "Stopped; what came is kept, and the next download goes on from there."
    assert store.status("cutter").here >= 100_000
    hub.rate = None
    assert run("download", "cutter", "--yes").exit_code == 0
    assert hub.paths("Cutter.pt")[-1].status == 206


def test_remove_and_use(store: Store, tmp_path: Path) -> None:
    run("download", "cutter", "--yes")
    done = run("remove", "cutter")
    assert (done.exit_code, done.output.strip()) == (0, "Cutter was removed; 1 MB are free again.")
    assert run("remove", "cutter").exit_code == 2
    folder = tmp_path / "mine"
    folder.mkdir()
    assert run("use", "cutter", folder).exit_code == 2
    (folder / "Cutter.pt").write_bytes(b"my own weights")
    assert run("use", "cutter", folder).exit_code == 0
    assert store.weights("cutter").read_bytes() == b"my own weights"
    assert "nothing in that folder was touched" in run("remove", "cutter").output


def test_the_doctor_fits_one_screen_and_names_the_commands(store: Store, hub: HubServer) -> None:
    done = run("doctor")
    assert done.exit_code == 0, done.output
    assert len(done.output.splitlines()) <= 24
    told = flat(done)
    assert "CPU core" in told
    assert "0 of 3 here" in told
    assert "Cutter is missing: `pentimento models download cutter` (1 MB, AGPL-3.0)." in told
    assert "oracle" not in told, "what needs somebody's permission is not pressed on anybody"
    assert "ultralytics" in told
    assert hub.asked == []
    run("download", "cutter", "--yes")
    assert "✓ Finding every thing in a picture Cutter is here." in flat(run("doctor"))


def test_the_doctor_finds_damage(store: Store) -> None:
    run("download", "cutter", "--yes")
    store.weights("cutter").write_bytes(bytes(len(WEIGHTS)))
    told = json.loads(run("doctor", "--json").stdout)
    assert told["problems"] == ["Cutter: Cutter.pt is damaged; get it again with `pentimento models download cutter`."]
    assert {row["id"]: row["state"] for row in told["models"]}["cutter"] == "damaged"
    assert told["machine"]["cores"] >= 1
    assert told["bytes_used"] == len(WEIGHTS)
    assert "Damaged" in run("doctor").output
    assert run("download", "cutter", "--yes").exit_code == 0
    assert store.weights("cutter").read_bytes() == WEIGHTS
