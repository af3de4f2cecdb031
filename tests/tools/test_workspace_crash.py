"""What a workspace acknowledged is there after its process was killed at any moment."""

from __future__ import annotations

import os
import select
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.tools.pictures_drawn import photo
from tests.tools.workspace_committer import patch_of
from tools.pictures.picture import Picture
from tools.workspace.workspace import Workspace

_ROOT = Path(__file__).resolve().parents[2]


def _start(folder: Path, first_seed: int, count: int) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(_ROOT), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.tools.workspace_committer", str(folder), str(first_seed), str(count)],
        stdout=subprocess.PIPE,
        cwd=_ROOT,
        env=environment,
    )


def _acknowledged(output: bytes) -> dict[str, int]:
    """Seed by version id, of whole lines only."""
    lines = output[: output.rfind(b"\n") + 1].decode().splitlines()
    return {line.split()[0]: int(line.split()[1]) for line in lines}


def _kill_while_committing(folder: Path, first_seed: int, delay: float) -> dict[str, int]:
    """Start, wait for the first acknowledged version and a little longer, then SIGKILL."""
    process = _start(folder, first_seed, 1_000_000)
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], 60)
    assert ready, "the committing process never acknowledged anything"
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    output = process.stdout.read()
    process.wait()
    process.stdout.close()
    return _acknowledged(output)


def _check_every_version(workspace: Workspace, root: np.ndarray) -> None:
    """Replay the edits in memory: every version there is must be pixel-exact."""
    pixels = {workspace.root.id: root}
    for version in workspace.versions()[1:]:
        assert version.parent is not None
        expected = pixels[version.parent].copy()
        patch = patch_of(version.edit["seed"], version.extent)
        expected[patch.bounds.slices] = patch.pixels
        pixels[version.id] = expected
        np.testing.assert_array_equal(workspace.picture(version.id).pixels, expected)


def _survives_kills(folder: Path, delays: list[float]) -> None:
    root = photo(600, 700)
    Workspace.create(folder, Picture(root), name="photo.png").close()
    acknowledged: dict[str, int] = {}
    for round_number, delay in enumerate(delays):
        with Workspace.open(folder) as workspace:
            before = len(workspace.versions())
        fresh = _kill_while_committing(folder, 10_000 * (round_number + 1), delay)
        acknowledged |= fresh
        connection = sqlite3.connect(folder / "workspace.sqlite3")
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()
        with Workspace.open(folder, cache_bytes=1) as workspace:
            versions = {version.id: version for version in workspace.versions()}
            assert all(versions[key].edit == {"seed": seed} for key, seed in acknowledged.items())
            # at most the one that was on the disk but not yet printed comes on top
            assert 0 <= len(versions) - before - len(fresh) <= 1
            assert workspace.head == list(versions.values())[-1]
    with Workspace.open(folder, cache_bytes=1) as workspace:
        _check_every_version(workspace, root)
        workspace.collect_garbage()
        assert not list(folder.rglob("*.part"))
        _check_every_version(workspace, root)
        assert workspace.collect_garbage() == 0


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="the system has no SIGKILL")
def test_acknowledged_versions_survive_kills(tmp_path: Path):
    _survives_kills(tmp_path / "workspace", [0.013, 0.061])


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="the system has no SIGKILL")
def test_acknowledged_versions_survive_many_kills(tmp_path: Path):
    rng = np.random.default_rng(0)
    _survives_kills(tmp_path / "workspace", rng.uniform(0, 0.2, 25).tolist())


def test_two_processes_may_edit_at_once(tmp_path: Path):
    folder, root = tmp_path / "workspace", photo(300, 400)
    Workspace.create(folder, Picture(root), name="photo.png").close()
    processes = [_start(folder, seed, 12) for seed in (1000, 2000)]
    outputs = [process.communicate(timeout=100)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    with Workspace.open(folder) as workspace:
        versions = workspace.versions()
        assert [version.number for version in versions] == list(range(1, 26))
        assert {key for output in outputs for key in _acknowledged(output)} == {v.id for v in versions[1:]}
        _check_every_version(workspace, root)
