"""Which painter is taken on which machine, and what is said when there is none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.errors import BadInputError, UnavailableError
from models.inpainting.commission import Commission, Intent
from models.inpainting.diffusion import Diffusion
from models.inpainting.painters import available_painters, choose_painter, painter_named, what_to_download
from models.progress import SILENT
from models.weights.machine import Accelerator, Machine
from models.weights.store import Store

_IMAGE = np.full((64, 96, 3), 120, np.uint8)
_HOLE = np.zeros((64, 96), np.float32)
_HOLE[20:40, 30:60] = 1
_ANY = Commission("a teapot", intent=Intent.INSERT)


def machine(memory_gb: float, gpu_gb: float = 0) -> Machine:
    gpus = (Accelerator("cuda", "GPU", int(gpu_gb * 1e9), int(gpu_gb * 1e9)),) if gpu_gb else ()
    return Machine(8, int(memory_gb * 1e9), int(memory_gb * 1e9), 10**12, gpus)


@pytest.mark.parametrize(
    ("here", "on", "expected"),
    [
        (["fast", "balanced", "best"], machine(16), "fast"),
        (["balanced", "best"], machine(16), "balanced"),
        (["fast", "balanced", "best"], machine(16, 24), "best"),
        (["fast", "balanced", "best"], machine(16, 12), "balanced"),
        (["fast", "balanced", "best"], machine(16, 2), "fast"),
        (["fill", "balanced"], machine(64, 80), "balanced"),
        (["fill", "qwen"], machine(64, 80), "qwen"),
    ],
)
def test_the_best_that_runs_well_here(here: list[str], on: Machine, expected: str) -> None:
    names = [f"diffusion:{name}" for name in here]
    choice = choose_painter(_IMAGE, _HOLE, _ANY, [*names, "patchmatch", "openai"], machine=on, remote_allowed=True)
    assert choice.name == f"diffusion:{expected}"
    assert choice.reason.endswith(".")


def test_a_picture_is_only_sent_away_when_nothing_is_here_and_it_was_allowed() -> None:
    with pytest.raises(UnavailableError, match="pentimento models download"):
        choose_painter(_IMAGE, _HOLE, _ANY, ["openai"], machine=machine(16))
    choice = choose_painter(_IMAGE, _HOLE, _ANY, ["openai"], machine=machine(16), remote_allowed=True)
    assert choice.name == "openai"
    assert "sent away" in choice.reason
    own = choose_painter(_IMAGE, _HOLE, _ANY, ["openai", "diffusion:/own"], machine=machine(16), remote_allowed=True)
    assert own.name == "diffusion:/own"


def test_what_to_download_names_model_size_and_command(tmp_path: Path, painting_models: Path) -> None:
    empty = Store(tmp_path / "store", cache=tmp_path / "cache")
    told = what_to_download(empty, machine(16))
    assert "Stable Diffusion 1.5 inpainting" in told
    assert "`pentimento models download sd15-inpainting` and `pentimento models download lcm-lora-sd15`" in told
    assert "2.3 GB" in told
    assert "FLUX.2 klein" in what_to_download(empty, machine(16, 24))
    assert "flux1" not in what_to_download(empty, machine(16, 80)), "what needs a publisher's leave is not the advice"
    # what is already here is not asked for again
    empty.use_folder("sd15-inpainting", Store(painting_models).folder("sd15-inpainting"))
    told = what_to_download(empty, machine(16, 24))
    assert "download lcm-lora-sd15`" in told
    assert "download sd15-inpainting`" not in told
    assert "135 MB" in told


def test_bad_masks_and_names_are_refused() -> None:
    with pytest.raises(BadInputError, match="empty"):
        choose_painter(_IMAGE, np.zeros_like(_HOLE), _ANY, ["diffusion:fast"])
    with pytest.raises(BadInputError, match="diffusion:fast"):
        painter_named("patchmatch", _ANY)


def test_what_is_here_paints_as_it_was_told(painter_here: Path) -> None:
    del painter_here
    assert available_painters() == ["diffusion:fast"]
    labels: list[str] = []
    told = Commission("a teapot", intent=Intent.REWORK, strength=0.5, steps=2)
    painter = painter_named(choose_painter(_IMAGE, _HOLE, told).name, told)
    assert isinstance(painter, Diffusion)
    assert painter.is_available
    progress = SILENT.__class__(lambda share, label: labels.append(label))
    painted = painter.fill(_IMAGE, _HOLE, seed=3, progress=progress, prompt=told.prompt)
    assert "painting, step 2 of 2" in labels
    assert np.array_equal(painted[_HOLE == 0], _IMAGE[_HOLE == 0])
    assert (painted != _IMAGE)[_HOLE > 0].any()
