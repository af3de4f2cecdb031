"""That training teaches: minutes on drawn pictures, and two processes that learn what one would."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from models.inpainting.rfr.checkpoint import load_checkpoint
from models.inpainting.rfr.network import RFRNet
from models.training import validation
from models.training.loop import RunOptions
from models.training.masks.mixture import HoleMixture
from models.training.plan import LossWeights
from models.training.samples import Samples
from tests.models.training.small_runs import small_plan, trainer

CPU = torch.device("cpu")


@pytest.mark.slow
def test_a_short_training_beats_its_start_the_untrained_net_and_telea(tmp_path: Path) -> None:
    """Rough surfaces: Telea's method drags single grains across a hole, the net learns to leave them."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        plan = small_plan(
            batch=8, steps=0, finetune_steps=300, start="smooth", finetune_rate=5e-4, warmup=10, ema=0.95,
            drawings={"gravel": 1.0}, holes={"irregular": 1.0},
            loss=LossWeights(valid=1, hole=10, perceptual=0, style=0, tv=0),
        )  # fmt: skip
        run = trainer(tmp_path, plan, RunOptions(log_every=100, sheet_every=1000, held_out=2))
        fresh = Samples(
            None, HoleMixture(plan.holes), side=64, seed=77, drawings=plan.drawings, augmented=False
        )  # neither trained on nor looked at before
        held = validation.hold_out(fresh, 48)
        start = validation.psnr_in_hole(validation.fill(run.averaged, held, CPU), held)
        torch.manual_seed(1)
        untrained = validation.psnr_in_hole(validation.fill(RFRNet(8, 5), held, CPU), held)
        telea = validation.classics(held)["telea"]
        run.run()
        learned = validation.psnr_in_hole(validation.fill(run.averaged, held, CPU), held)
    finally:
        torch.set_num_threads(before)
    assert learned > telea + 0.1
    assert learned > start + 1.0
    assert learned > untrained + 8.0


def train_by_command(folder: Path, batch: int, *launcher: str) -> dict[str, torch.Tensor]:
    options = {
        "--out": folder, "--width": 8, "--kernel": 5, "--size": 64, "--batch": batch, "--steps": 0,
        "--finetune-steps": 4, "--warmup": 1, "--held-out": 2, "--log-every": 2, "--precision": "float32",
        "--device": "cpu", "--threads": 1,
    }  # fmt: skip
    arguments = [str(word) for pair in options.items() for word in pair]
    command = [sys.executable, *launcher, "-m", "ui.cli", "train", "rfr", *arguments]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("4 steps, finished") == 1  # process 0 alone speaks
    return dict(load_checkpoint(folder / "rfr.safetensors").net.state_dict())


@pytest.mark.slow
def test_two_processes_learn_what_one_learns_from_their_samples_together(tmp_path: Path) -> None:
    launcher = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
    alone = train_by_command(tmp_path / "alone", 4)
    together = train_by_command(tmp_path / "together", 2, *launcher)
    for name, value in alone.items():
        torch.testing.assert_close(together[name], value, atol=2e-3, rtol=2e-3, msg=lambda text, name=name: name + text)
    assert (tmp_path / "alone" / "log.jsonl").read_text().count("\n") == 3
    assert (tmp_path / "together" / "log.jsonl").read_text().count("\n") == 3
