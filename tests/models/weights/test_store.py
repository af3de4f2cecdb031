"""What is here, where it lies, and whether it is still what it was."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from models.errors import BadInputError, UnavailableError
from models.progress import Progress
from models.weights.catalogue import Model
from models.weights.digests import Digest, fingerprint
from models.weights.record import Checked
from models.weights.status import Place, State
from models.weights.store import Store
from tests.models.weights.hub_server import COMMIT, HubServer, git_id, sha256
from tests.models.weights.published_models import FILES, REPOSITORY, WEIGHTS, entry, release


@pytest.fixture
def stocked(store: Store) -> Store:
    store.download("seer")
    return store


def put_into_hub_cache(cache: Path, files: dict[str, bytes], commit: str = COMMIT) -> Path:
    """The layout that huggingface_hub documents: blobs named by digest, a snapshot of links, a branch's commit."""
    home = cache / ("models--" + REPOSITORY.replace("/", "--"))
    snapshot = home / "snapshots" / commit
    for folder in (snapshot, home / "blobs", home / "refs"):
        folder.mkdir(parents=True, exist_ok=True)
    (home / "refs" / "main").write_text(commit)
    for name, data in files.items():
        blob = home / "blobs" / (sha256(data) if name.endswith(".safetensors") else git_id(data))
        blob.write_bytes(data)
        (snapshot / name).symlink_to(Path("../../blobs") / blob.name)
    return snapshot


def reads(store: Store, model_id: str = "seer") -> list[str]:
    """Which files a check has to read."""
    told: list[str] = []
    store.verify(model_id, Progress(lambda fraction, label: told.append(label)))
    return told


def spoil(path: Path) -> None:
    """Change one byte in the middle, as a bad disk does."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def test_files_are_read_once_and_again_only_when_touched(stocked: Store) -> None:
    assert reads(stocked) == []
    weights = stocked.weights("seer")
    os.utime(weights)
    assert stocked.status("seer").checked is None
    assert set(reads(stocked)) == {"checking model.safetensors"}
    assert stocked.status("seer").checked is Checked.PUBLISHER
    assert reads(stocked) == []


@pytest.mark.parametrize("name", ["model.safetensors", "config.json"])
def test_a_changed_file_is_found_and_got_again(stocked: Store, hub: HubServer, name: str) -> None:
    spoil(stocked.folder("seer") / name)
    with pytest.raises(UnavailableError, match=rf"{name} is damaged; get it again with `pentimento models download"):
        stocked.folder("seer")
    assert stocked.status("seer").state is State.DAMAGED
    assert reads(stocked) == [], "what is known to be damaged is not read again"
    hub.asked.clear()
    folder = stocked.download("seer")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == FILES
    assert {asked.path.rsplit("/", 1)[1] for asked in hub.paths("/resolve/")} == {name}


def test_a_shortened_file_is_damaged_without_reading(stocked: Store) -> None:
    weights = stocked.weights("seer")
    weights.write_bytes(WEIGHTS[:-1])
    assert stocked.status("seer").state is State.DAMAGED


def test_another_version_in_the_catalogue_brings_everything_anew(stocked: Store, hub: HubServer) -> None:
    newer = bytes(reversed(WEIGHTS))
    hub.files[REPOSITORY] |= {"config.json": b'{"model_type": "newer"}', "model.safetensors": newer}
    files = [{"path": "config.json"}, {"path": "model.safetensors", "size": len(newer), "sha256": sha256(newer)}]
    pinned = entry(source={"hub": REPOSITORY, "revision": "main"}, files=files)
    store = Store(stocked.root, {"seer": pinned}, cache=stocked.root / "none")
    with pytest.raises(UnavailableError, match="of an earlier version"):
        store.folder("seer")
    folder = store.download("seer")
    assert sorted(path.name for path in folder.iterdir()) == ["config.json", "model.safetensors"]
    assert (folder / "config.json").read_bytes() == b'{"model_type": "newer"}'
    assert store.status("seer").state is State.PRESENT


def test_another_digest_in_the_catalogue_wins_over_the_record(store: Store, hub: HubServer) -> None:
    store.download("cutter")
    newer = bytes(reversed(WEIGHTS))
    hub.files["studio/cutter"] = {"Cutter.pt": newer}
    files = [{"path": "Cutter.pt", "size": len(newer), "sha256": sha256(newer)}]
    changed = Store(store.root, {"cutter": release(hub.url, files=files)}, cache=store.root / "none")
    assert changed.status("cutter").state is State.DAMAGED
    assert (changed.download("cutter") / "Cutter.pt").read_bytes() == newer


def test_a_moved_root_keeps_what_is_known(stocked: Store, tmp_path: Path) -> None:
    moved = shutil.copytree(stocked.root, tmp_path / "elsewhere")
    assert Store(moved, stocked.models, cache=tmp_path / "none").status("seer").checked is Checked.PUBLISHER


def test_a_broken_record_only_costs_a_check(stocked: Store) -> None:
    (stocked.root / ".records" / "seer.json").write_text("{broken")
    assert stocked.folder("seer").is_dir()
    assert stocked.status("seer").checked is Checked.FIRST_USE, "nobody vouches for the small files any more"


def test_remove_frees_the_disk(stocked: Store) -> None:
    assert "1 MB are free again" in stocked.remove("seer")
    assert stocked.disk_use() == {}
    assert stocked.status("seer").state is State.ABSENT
    with pytest.raises(BadInputError, match="nothing to remove"):
        stocked.remove("seer")


def test_an_unfinished_download_can_be_removed(store: Store) -> None:
    part = store.root / ".parts" / "seer" / "model.safetensors.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(WEIGHTS[:1000])
    assert store.status("seer").state is State.PARTIAL
    store.remove("seer")
    assert store.status("seer").state is State.ABSENT


def test_the_hub_cache_is_used_where_it_lies(store: Store, hub: HubServer, tmp_path: Path) -> None:
    snapshot = put_into_hub_cache(tmp_path / "hub-cache", FILES)
    status = store.status("seer")
    assert (status.state, status.place, status.revision) == (State.PRESENT, Place.CACHE, COMMIT)
    assert store.folder("seer") == snapshot
    assert store.status("seer").checked is Checked.PUBLISHER
    assert store.download("seer") == snapshot
    assert hub.asked == []
    assert store.disk_use() == {}
    with pytest.raises(BadInputError, match="hf cache rm model/studio/seer"):
        store.remove("seer")
    assert {path.name: path.read_bytes() for path in snapshot.iterdir()} == FILES


def test_a_damaged_hub_cache_is_not_used_and_not_touched(store: Store, tmp_path: Path) -> None:
    snapshot = put_into_hub_cache(tmp_path / "hub-cache", FILES)
    spoil((snapshot / "config.json").resolve())
    with pytest.raises(UnavailableError, match="Hugging Face cache is damaged"):
        store.folder("seer")
    own = store.download("seer")
    assert store.folder("seer") == own == store.root / "seer"
    assert (snapshot / "config.json").read_bytes() != FILES["config.json"]


def test_what_huggingface_hub_itself_put_there_is_found(store: Store, hub: HubServer, tmp_path: Path) -> None:
    from huggingface_hub import hf_hub_download

    for name in FILES:
        hf_hub_download(REPOSITORY, name, revision=COMMIT, cache_dir=tmp_path / "hub-cache", endpoint=hub.url)
    hub.asked.clear()
    folder = store.folder("seer")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == FILES
    assert store.status("seer").place is Place.CACHE
    assert hub.asked == []


@pytest.mark.parametrize("lacking", ["model.safetensors", "tokenizer.json"])
def test_an_incomplete_hub_cache_is_none(store: Store, tmp_path: Path, lacking: str) -> None:
    put_into_hub_cache(tmp_path / "hub-cache", {name: data for name, data in FILES.items() if name != lacking})
    assert store.status("seer").state is State.ABSENT


def test_another_commit_in_the_hub_cache_is_not_taken_for_ours(store: Store, tmp_path: Path) -> None:
    put_into_hub_cache(tmp_path / "hub-cache", FILES, commit="d" * 40)
    assert store.status("seer").state is State.ABSENT
    unpinned = Store(store.root, {"seer": entry(source={"hub": REPOSITORY})}, cache=tmp_path / "hub-cache")
    assert unpinned.status("seer").revision == "d" * 40


def own_folder(root: Path, **files: bytes) -> Path:
    folder = root / "mine"
    folder.mkdir()
    for name, data in files.items():
        (folder / name.replace("__", ".")).write_bytes(data)
    return folder


def test_a_folder_of_ones_own_is_used_and_left_alone(store: Store, tmp_path: Path) -> None:
    folder = own_folder(tmp_path, config__json=b"{}", model__safetensors=b"fine-tuned")
    status = store.use_folder("seer", folder)
    assert (status.state, status.place, status.checked) == (State.PRESENT, Place.LOCAL, Checked.FIRST_USE)
    assert store.folder("seer") == folder
    assert "nothing in that folder was touched" in store.remove("seer")
    assert (folder / "model.safetensors").read_bytes() == b"fine-tuned"
    assert store.status("seer").state is State.ABSENT


def test_a_folder_of_ones_own_has_to_stay_as_it_was(store: Store, tmp_path: Path) -> None:
    folder = own_folder(tmp_path, config__json=b"{}", pytorch_model__bin=b"fine-tuned")
    store.use_folder("seer", folder)
    assert store.weights("seer") == folder / "pytorch_model.bin"
    (folder / "pytorch_model.bin").write_bytes(b"other bytes")
    with pytest.raises(UnavailableError, match="changed since you pointed at it"):
        store.folder("seer")
    assert store.use_folder("seer", folder).state is State.PRESENT
    shutil.rmtree(folder)
    with pytest.raises(UnavailableError, match="has no weights file any more"):
        store.folder("seer")
    assert store.download("seer") == store.root / "seer", "an own copy takes its place"


def test_the_weights_file_itself_may_be_named(store: Store, tmp_path: Path) -> None:
    folder = own_folder(tmp_path, Cutter__pt=WEIGHTS)
    assert store.use_folder("cutter", folder / "Cutter.pt").folder == folder
    assert store.weights("cutter") == folder / "Cutter.pt"
    assert store.status("cutter").checked is Checked.CATALOGUE, "these are the published bytes"


@pytest.mark.parametrize("files", [{}, {"model__safetensors": b"x"}, {"config__json": b"{}"}])
def test_a_folder_that_cannot_be_the_model_is_refused(store: Store, tmp_path: Path, files: dict[str, bytes]) -> None:
    with pytest.raises(BadInputError, match="cannot be Seer"):
        store.use_folder("seer", own_folder(tmp_path, **files))
    with pytest.raises(BadInputError, match="not a folder"):
        store.use_folder("seer", tmp_path / "nowhere")


def test_an_unknown_model_names_near_ones(store: Store) -> None:
    with pytest.raises(BadInputError, match="did you mean seer"):
        store.status("sear")


def test_the_default_root_is_below_the_apps_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PENTIMENTO_MODELS", raising=False)
    monkeypatch.setenv("PENTIMENTO_HOME", str(tmp_path))
    assert Store.default().root == tmp_path / "models"
    monkeypatch.setenv("PENTIMENTO_MODELS", str(tmp_path / "big disk"))
    assert Store.default().root == tmp_path / "big disk"


def test_digests_are_those_of_git_and_sha256(tmp_path: Path) -> None:
    path = tmp_path / "hello"
    path.write_bytes(b"hello\n")
    found = fingerprint(path)
    assert found.git == "ce013625030ba8dba906f756967f9e9ca394464a"  # what `git hash-object` says
    assert found.sha256 == "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"
    assert found.fits(Digest(found.git))
    assert not found.fits(Digest("0" * 64))
    assert Digest.read(f'W/"{found.git}"') == Digest(found.git)
    assert Digest.read('"abc-5"') is None


def test_models_of_both_kinds_parse() -> None:
    models: list[Model] = [entry(), release("http://127.0.0.1:1")]
    assert [model.weights.path for model in models] == ["model.safetensors", "Cutter.pt"]
