"""Downloading over a real connection to a loopback server, with everything that goes wrong on the way."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from models.errors import CancelledError, UnavailableError
from models.progress import Progress
from models.weights.failures import (
    NoRoomError,
    RefusedError,
    SourceGoneError,
    UnreachableError,
    WrongBytesError,
)
from models.weights.record import Checked
from models.weights.status import Place, State
from models.weights.store import Store
from tests.models.weights.hub_server import COMMIT, Fault, HubServer
from tests.models.weights.published_models import CONFIG, FILES, REPOSITORY, WEIGHTS, entry, release


def no_pause(seconds: float) -> None:
    del seconds


def get(store: Store, model_id: str = "seer", progress: Progress | None = None) -> Path:
    return store.download(model_id, progress or Progress(), no_pause)


def test_a_model_comes_whole_and_says_what_it_was_checked_against(store: Store) -> None:
    assert store.status("seer").state is State.ABSENT
    folder = get(store)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == FILES
    status = store.status("seer")
    assert (status.state, status.place, status.revision) == (State.PRESENT, Place.OWN, COMMIT)
    # The catalogue knows the digest of the weights only, so the weakest check is the publisher's word.
    assert status.checked is Checked.PUBLISHER
    assert store.folder("seer") == folder
    assert store.weights("seer") == folder / "model.safetensors"
    get(store, "cutter")
    assert store.status("cutter").checked is Checked.CATALOGUE
    assert store.disk_use()["cutter"] == len(WEIGHTS)


def test_a_second_download_asks_nobody(store: Store, hub: HubServer) -> None:
    get(store)
    asked = len(hub.asked)
    get(store)
    assert len(hub.asked) == asked


def test_looking_asks_nobody(store: Store, hub: HubServer) -> None:
    store.statuses()
    store.verify("seer")
    with pytest.raises(UnavailableError, match=r"pentimento models download seer.*MIT"):
        store.folder("seer")
    assert hub.asked == []


def test_progress_rises_and_names_the_file(store: Store) -> None:
    told: list[tuple[float, str]] = []
    get(store, progress=Progress(lambda fraction, label: told.append((fraction, label))))
    fractions = [fraction for fraction, _ in told]
    assert fractions == sorted(fractions)
    assert fractions[-1] > 0.99
    assert any(label.startswith("model.safetensors, ") and " of 1 MB" in label for _, label in told)


def test_a_dropped_connection_is_taken_up_where_it_broke(store: Store, hub: HubServer) -> None:
    hub.faults["files/studio/seer/model.safetensors"] = Fault(cut=700_000, times=1)
    assert (get(store) / "model.safetensors").read_bytes() == WEIGHTS
    first, second = hub.paths("/files/studio/seer/model.safetensors")
    assert "range" not in first.headers
    assert (second.status, second.headers["range"]) == (206, "bytes=700000-")
    assert second.headers["if-range"].startswith('"tag-')


def test_many_drops_are_survived_while_bytes_come(store: Store, hub: HubServer) -> None:
    hub.faults["release/studio/cutter/Cutter.pt"] = Fault(cut=120_000, times=9)
    assert (get(store, "cutter") / "Cutter.pt").read_bytes() == WEIGHTS


def test_a_source_that_never_sends_a_byte_is_given_up_and_what_came_is_kept(store: Store, hub: HubServer) -> None:
    hub.faults["release/studio/cutter/Cutter.pt"] = Fault(cut=400_000, times=1)
    stop = threading.Event()

    def report(fraction: float, label: str) -> None:
        if fraction > 0.3:
            stop.set()

    with pytest.raises(CancelledError):
        get(store, "cutter", Progress(report, stop.is_set))
    here = store.status("cutter").here
    assert 0 < here < len(WEIGHTS)
    hub.faults["release/studio/cutter/Cutter.pt"] = Fault(cut=0, times=99)
    with pytest.raises(UnreachableError, match="kept"):
        get(store, "cutter")
    assert store.status("cutter").here == here
    assert store.status("cutter").state is State.PARTIAL


def test_a_stopped_download_goes_on_next_time(store: Store, hub: HubServer) -> None:
    stop = threading.Event()

    def report(fraction: float, label: str) -> None:
        if fraction > 0.5:
            stop.set()

    with pytest.raises(CancelledError):
        get(store, progress=Progress(report, stop.is_set))
    status = store.status("seer")
    assert status.state is State.PARTIAL
    with pytest.raises(UnavailableError, match="only partly here"):
        store.folder("seer")
    hub.asked.clear()
    assert (get(store) / "model.safetensors").read_bytes() == WEIGHTS
    (again,) = hub.paths("/files/")
    assert again.status == 206
    assert not hub.paths("resolve/" + COMMIT + "/config.json"), "finished files do not come twice"


@pytest.mark.parametrize("tagged", [True, False])
def test_a_file_that_changed_meanwhile_is_not_glued_together(store: Store, hub: HubServer, tagged: bool) -> None:
    hub.tagged = tagged
    hub.faults["release/studio/cutter/Cutter.pt"] = Fault(body=bytes(len(WEIGHTS)), cut=500_000, times=1)
    # With an ETag the server says so at once; without one the digest does, and the second time everything comes.
    assert (get(store, "cutter") / "Cutter.pt").read_bytes() == WEIGHTS


def test_a_server_without_ranges_is_read_from_the_start(store: Store, hub: HubServer) -> None:
    hub.ranges = False
    hub.faults["release/studio/cutter/Cutter.pt"] = Fault(cut=900_000, times=2)
    assert (get(store, "cutter") / "Cutter.pt").read_bytes() == WEIGHTS


def test_a_partial_file_that_is_too_long_is_thrown_away(store: Store, hub: HubServer, tmp_path: Path) -> None:
    part = store.root / ".parts" / "cutter" / "Cutter.pt.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(WEIGHTS + b"more")
    assert (get(store, "cutter") / "Cutter.pt").read_bytes() == WEIGHTS


def test_416_starts_anew(store: Store, hub: HubServer) -> None:
    part = store.root / ".parts" / "seer" / "config.json.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(CONFIG)  # of unknown size to the catalogue, and already complete
    hub.listed = False
    assert (get(store) / "config.json").read_bytes() == CONFIG


@pytest.mark.parametrize(
    "fault",
    [
        Fault(body=bytes(len(WEIGHTS)), times=9),
        Fault(body=b"<html>Please log in to this network</html>", times=9),
        Fault(body=WEIGHTS + b"!", times=9),
    ],
    ids=["same length", "a login page", "longer"],
)
def test_wrong_bytes_are_thrown_away(store: Store, hub: HubServer, fault: Fault) -> None:
    hub.faults["release/studio/cutter/Cutter.pt"] = fault
    with pytest.raises(WrongBytesError, match="not the file that was published") as told:
        get(store, "cutter")
    assert str(told.value).count(". ") == 0, "one sentence"
    assert store.status("cutter").state is State.ABSENT
    assert store.status("cutter").here == 0


def test_wrong_small_files_are_caught_by_the_publishers_own_digest(store: Store, hub: HubServer) -> None:
    hub.faults["/config.json"] = Fault(body=b'{"model_type": "evil"}', times=9)
    assert len(CONFIG) == len(b'{"model_type": "evil"}')
    with pytest.raises(WrongBytesError):
        get(store)


def test_the_header_digest_counts_when_the_list_has_none(store: Store, hub: HubServer) -> None:
    hub.listed = False
    get(store)
    assert store.status("seer").checked is Checked.PUBLISHER
    hub.linked = False


def test_without_any_digest_nothing_is_kept(hub: HubServer, tmp_path: Path) -> None:
    bare = entry(files=[{"path": "model.safetensors"}])
    hub.listed = hub.linked = False
    # Neither list nor redirect says a digest, and the file network's own ETag is none.
    store = Store(tmp_path, {"seer": bare}, cache=tmp_path / "none")
    with pytest.raises(WrongBytesError, match="no checksum"):
        get(store)


def test_main_is_resolved_once_and_kept(hub: HubServer, tmp_path: Path) -> None:
    store = Store(tmp_path, {"seer": entry(source={"hub": REPOSITORY})}, cache=tmp_path / "none")
    hub.faults["model.safetensors"] = Fault(status=404, times=1)
    with pytest.raises(SourceGoneError):
        get(store)
    assert store.status("seer").revision == COMMIT
    get(store)
    assert len(hub.paths("/revision/main")) == 1
    assert all(COMMIT in asked.path for asked in hub.paths("/resolve/"))


@pytest.mark.parametrize(
    ("status", "kind"),
    [(404, SourceGoneError), (410, SourceGoneError), (500, UnreachableError), (503, UnreachableError),
     (429, UnreachableError), (403, RefusedError), (401, RefusedError)],
)  # fmt: skip
def test_refusals_are_one_sentence(store: Store, hub: HubServer, status: int, kind: type[UnavailableError]) -> None:
    hub.faults["Cutter.pt"] = Fault(status=status, times=99)
    with pytest.raises(kind, match=str(status)):
        get(store, "cutter")


def test_a_passing_fault_passes(store: Store, hub: HubServer) -> None:
    hub.faults["Cutter.pt"] = Fault(status=503, times=3)
    get(store, "cutter")


def test_the_fallback_is_asked_when_the_first_source_is_gone(hub: HubServer, tmp_path: Path) -> None:
    hub.files["mirror/cutter"] = {"Cutter.pt": WEIGHTS}
    model = release(
        hub.url,
        source={"url": f"{hub.url}/release/gone/cutter"},
        fallback=[{"url": f"{hub.url}/release/mirror/cutter"}],
    )
    store = Store(tmp_path, {"cutter": model}, cache=tmp_path / "none")
    get(store, "cutter")
    assert [asked.status for asked in hub.paths("Cutter.pt")] == [404, 200]
    del hub.files["mirror/cutter"]
    store.remove("cutter")
    with pytest.raises(SourceGoneError, match="gone/cutter"):
        get(store, "cutter")


def test_a_fallback_cannot_slip_in_other_bytes(hub: HubServer, tmp_path: Path) -> None:
    hub.files["mirror/cutter"] = {"Cutter.pt": bytes(len(WEIGHTS))}
    model = release(
        hub.url,
        source={"url": f"{hub.url}/release/gone/cutter"},
        fallback=[{"url": f"{hub.url}/release/mirror/cutter"}],
    )
    with pytest.raises(WrongBytesError):
        get(Store(tmp_path, {"cutter": model}, cache=tmp_path / "none"), "cutter")


def gated_store(tmp_path: Path) -> Store:
    licence = {"name": "Own", "commercial": "no", "link": "https://example.org/ask", "gated": True}
    return Store(tmp_path, {"seer": entry(licence=licence)}, cache=tmp_path / "none")


def test_a_gated_model_asks_for_access_first(hub: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.gated[REPOSITORY] = "sesame"
    store = gated_store(tmp_path)
    monkeypatch.setattr("huggingface_hub.get_token", lambda: None)
    with pytest.raises(RefusedError, match=r"https://example\.org/ask.*HF_TOKEN"):
        get(store)
    assert hub.asked == [], "nobody is asked without a token"
    monkeypatch.setattr("huggingface_hub.get_token", lambda: "wrong")
    with pytest.raises(RefusedError, match="401"):
        get(store)
    monkeypatch.setattr("huggingface_hub.get_token", lambda: "sesame")
    get(store)
    assert all("authorization" not in asked.headers for asked in hub.paths("/files/")), "not to the file network"
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"sesame" not in kept


def test_a_model_that_is_not_gated_never_shows_a_token(
    store: Store, hub: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "sesame")
    get(store)
    assert all("authorization" not in asked.headers for asked in hub.asked)


def test_offline_is_one_sentence(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(UnreachableError, match=r"127\.0\.0\.1 cannot be reached"):
        get(store)
    monkeypatch.setenv("HF_ENDPOINT", "nonsense")
    with pytest.raises(UnreachableError, match="nonsense cannot be reached"):
        get(store)


def test_the_offline_switch_is_obeyed(store: Store, hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(UnavailableError, match="HF_HUB_OFFLINE"):
        get(store)
    assert hub.asked == []


def test_room_is_looked_for_first(store: Store, hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    free = shutil.disk_usage(store.root.parent)._replace(free=60_000_000)
    monkeypatch.setattr("shutil.disk_usage", lambda path: free)
    with pytest.raises(NoRoomError, match=r"65 MB.*60 MB.*PENTIMENTO_MODELS"):
        get(store, "cutter")
    assert hub.asked == []


def test_a_root_that_cannot_be_written_is_one_sentence(hub: HubServer, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    store = Store(tmp_path / "file" / "models", {"cutter": release(hub.url)}, cache=tmp_path / "none")
    with pytest.raises(UnavailableError, match="cannot be written"):
        get(store, "cutter")


def test_a_list_of_nonsense_is_survived(store: Store, hub: HubServer) -> None:
    hub.faults["/tree/" + COMMIT] = Fault(status=200, body=b'[1, {"type": "file"}, {"type": "folder", "path": "x"}]')
    assert {path.name: path.read_bytes() for path in get(store).iterdir()} == FILES
    store.remove("seer")
    hub.faults["/tree/" + COMMIT] = Fault(status=200, body=b"<html>not JSON</html>")
    with pytest.raises(UnreachableError):
        get(store)


def test_an_optional_file_is_taken_when_it_is_there(store: Store, hub: HubServer) -> None:
    hub.files[REPOSITORY]["added_tokens.json"] = b"{}"
    assert (get(store) / "added_tokens.json").read_bytes() == b"{}"
