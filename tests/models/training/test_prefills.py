"""Filled windows: kept, continued, and what a run learns from them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from models.errors import BadInputError
from models.inpainting.diffusive import Diffusive, Method
from models.inpainting.rfr.checkpoint import load_checkpoint
from models.inpainting.rfr.network import RFRNet
from models.progress import SILENT
from models.training import validation
from models.training.initial import begin_smooth
from models.training.masks.mixture import HoleMixture
from models.training.prefills import SIDE, PrefillRecipe, prefill
from models.training.samples import Samples
from models.training.starting import TrainingRequest, train
from tests.models.training.small_runs import OPTIONS, SMALL, curve

RECIPE = PrefillRecipe("telea", {"scratches": 1.0}, {"leaves": 1.0}, 0.0, 3)


def test_windows_are_filled_once_and_more_are_added(tmp_path: Path) -> None:
    first = prefill(None, RECIPE, 2, tmp_path)
    begun = first.file.read_bytes()
    more = prefill(None, RECIPE, 3, tmp_path)
    assert more.file == first.file
    assert more.file.read_bytes()[: len(begun)] == begun
    again = prefill(None, RECIPE, 3, tmp_path / "other", workers=1)
    assert again.file.read_bytes() == more.file.read_bytes()
    truth, filled, hole = more.window(2)
    assert truth.shape == filled.shape == (SIDE, SIDE, 3)
    expected = Diffusive(Method.TELEA).fill(np.array(truth), hole.astype(np.float32), seed=0, progress=SILENT)
    np.testing.assert_array_equal(filled, expected)
    np.testing.assert_array_equal(filled[hole == 0], truth[hole == 0])
    assert 0.01 < hole.mean() < 0.31


def test_a_half_written_window_is_made_anew_and_missing_ones_are_said(tmp_path: Path) -> None:
    made = prefill(None, RECIPE, 2, tmp_path)
    whole = made.file.read_bytes()
    made.file.write_bytes(whole[:-1000])
    with pytest.raises(BadInputError, match="too few"):
        prefill(None, RECIPE, 2, tmp_path, read_only=True)
    assert prefill(None, RECIPE, 2, tmp_path).file.read_bytes() == whole
    assert prefill(None, replace(RECIPE, seed=4), 1, tmp_path).file != made.file
    with pytest.raises(BadInputError, match="A prefill is one of"):
        replace(RECIPE, method="magic")


def test_crops_hold_a_hole_and_keep_picture_filling_and_hole_together(tmp_path: Path) -> None:
    windows = prefill(None, RECIPE, 2, tmp_path)
    samples = Samples(None, HoleMixture({"scratches": 1.0}), side=64, seed=1, prefills=windows)
    for number in range(12):
        truth, hole, filled = samples[number]
        assert filled is not None
        assert truth.shape == filled.shape == (3, 64, 64)
        assert hole.any()
        known = hole[0] == 0
        assert torch.equal(truth[:, known], filled[:, known])
        assert torch.equal(samples[number].truth, truth)


def test_a_smooth_start_is_what_was_given_also_beyond_the_reach() -> None:
    net = RFRNet(16, 5, recurrences=2, prefilled=True)
    begin_smooth(net, torch.Generator().manual_seed(0))
    given = torch.rand(1, 3, 96, 96)
    known = torch.ones(1, 1, 96, 96)
    known[..., 5:, :] = 0  # deeper than the recurrences go
    with torch.no_grad():
        made = net.eval()(given, known)
    assert net.plan(known).last.min() == 0
    torch.testing.assert_close(made, given)


def test_a_run_over_a_prefill_goes_on_and_its_weights_say_what_they_need(tmp_path: Path) -> None:
    settings = {
        **SMALL, "steps": 0, "finetune_steps": 4, "start": "smooth", "recurrences": 2, "prefill": "telea",
        "prefill_windows": 3, "holes": {"scratches": 1.0},
    }  # fmt: skip
    request = TrainingRequest(tmp_path / "run", settings=settings, options=OPTIONS, device="cpu")
    train(request)
    first = curve(tmp_path / "run")[0]
    assert first["given"] == pytest.approx(first["telea"], abs=3)  # of the window, and of the crop alone
    stored = load_checkpoint(tmp_path / "run" / "rfr.safetensors")
    assert (stored.prefill, stored.net.prefilled, stored.net.recurrences) == (Method.TELEA, True, 2)
    train(replace(request, resume=True, settings={"finetune_steps": 6, "prefill_windows": 4}))
    assert curve(tmp_path / "run")[-1]["step"] == 6
    with pytest.raises(BadInputError, match="keeps its width, kernel, recurrences and prefill"):
        train(replace(request, resume=True, settings={"prefill": "fsr"}))
    tuned = TrainingRequest(
        tmp_path / "tuned", settings={**SMALL, "steps": 0, "finetune_steps": 1, "prefill_windows": 1},
        options=OPTIONS, device="cpu", initial=tmp_path / "run" / "rfr.safetensors",
    )  # fmt: skip
    train(tuned)
    assert load_checkpoint(tmp_path / "tuned" / "rfr.safetensors").prefill == "telea"


def test_what_was_given_is_what_is_measured_first(tmp_path: Path) -> None:
    windows = prefill(None, RECIPE, 2, tmp_path)
    held = validation.hold_out(
        Samples(None, HoleMixture({"scratches": 1.0}), side=64, seed=1, prefills=windows, augmented=False), 4
    )
    assert validation.classics(held)["given"] == pytest.approx(validation.psnr_in_hole(held.given, held))
    assert torch.equal(held.given * held.known, held.truth * held.known)
