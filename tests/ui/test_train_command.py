"""`pentimento train`: one command to begin, stop, go on and export."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data
from typer.testing import CliRunner, Result

from models.inpainting.rfr.checkpoint import load_checkpoint
from ui.cli import app

SMALL = ("--width", 8, "--kernel", 5, "--size", 64, "--batch", 2, "--warmup", 1, "--held-out", 2, "--device", "cpu")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["train", *map(str, arguments)])


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder of product photos, one of them broken."""
    folder = tmp_path / "shop"
    folder.mkdir()
    for name in ("coffee", "rocket", "chelsea"):
        Image.fromarray(np.asarray(getattr(data, name)())).save(folder / f"{name}.jpg")
    (folder / "broken.jpg").write_bytes(b"no picture")
    return folder


def test_train_stop_go_on_and_export(shop: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    begun = run("rfr", "--data", shop, "--out", out, *SMALL, "--steps", 1, "--finetune-steps", 200, "--minutes", 0.02)
    assert begun.exit_code == 0, begun.output
    assert "3 pictures; 1 files could not be used." in begun.output
    assert "oriented filters (no VGG16 weights here)" in begun.output
    assert "to be resumed" in begun.output
    step = load_checkpoint(out / "rfr.safetensors").step
    assert step is not None

    again = run("rfr", "--data", shop, "--out", out)
    assert again.exit_code == 2
    assert "--resume" in again.output

    more = run("rfr", "--data", shop, "--out", out, "--resume", "--held-out", 2, "--finetune-steps", step + 1)
    assert more.exit_code == 0, more.output
    assert f"Going on after {step} steps" in more.output
    assert f"{step + 2} steps, finished" in more.output

    exported = run("export", "--out", out, tmp_path / "mine.safetensors", "--widest", 24)
    assert exported.exit_code == 0, exported.output
    stored = load_checkpoint(tmp_path / "mine.safetensors")
    assert (stored.step, stored.widest) == (step + 2, 24)


def test_ctrl_c_leaves_a_checkpoint(tmp_path: Path) -> None:
    out = tmp_path / "run"
    words = ["train", "rfr", "--out", out, *SMALL, "--steps", 0, "--finetune-steps", 100_000, "--log-every", 1]
    command = [sys.executable, "-m", "ui.cli", *map(str, words)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and not (out / "log.jsonl").is_file():
            time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=120)
    assert process.returncode == 2
    assert "go on with --resume" in told
    resumed = run("rfr", "--out", out, "--resume", "--held-out", 2, "--minutes", 0.001)
    assert resumed.exit_code == 0, resumed.output


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--size", 70), "multiple of 16"),
        (("--holes", "cats=1"), "no kind of hole named cats"),
        (("--loss", "beauty=1"), "no weight named beauty"),
        (("--drawings", "leaves"), "name=number"),
        (("--width", 12), "multiple of 8"),
        (("--data", "/nowhere/at/all"), "no folder of pictures"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(words: tuple[object, ...], reason: str, tmp_path: Path) -> None:
    done = run("rfr", "--out", tmp_path / "run", *words)
    assert done.exit_code == 2
    assert reason in done.output
    assert "Traceback" not in done.output


def test_there_is_nothing_to_export_before_a_run(tmp_path: Path) -> None:
    done = run("export", "--out", tmp_path, tmp_path / "w.safetensors")
    assert done.exit_code == 2
    assert "no training run" in done.output
