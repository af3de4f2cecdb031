"""The loop: resumed runs equal uninterrupted ones, a stop leaves a checkpoint, nothing is half-written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from models.errors import BadInputError, CancelledError
from models.inpainting.rfr.checkpoint import load_checkpoint
from models.inpainting.rfr.network import RFRNet
from models.progress import Progress
from models.training import checkpoints, files, loop
from models.training.plan import LossWeights, TrainingPlan
from models.training.samples import Samples
from models.training.starting import TrainingRequest, train
from tests.models.training.small_runs import OPTIONS, SMALL, curve, small_plan, trainer


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def stop_after(polls: int) -> Progress:
    """A progress that asks to stop at the poll after so many: one poll is one step."""
    count = iter(range(polls + 1))
    return Progress(is_cancelled=lambda: next(count) >= polls)


def equal(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def test_a_resumed_run_is_the_uninterrupted_one(tmp_path: Path) -> None:
    plan = small_plan()
    whole = trainer(tmp_path / "whole", plan)
    outcome = whole.run()
    assert outcome.finished
    assert outcome.step == 6
    for stop in (1, 4):  # within the first phase, and within the second
        folder = tmp_path / f"stopped-{stop}"
        with pytest.raises(CancelledError, match=f"Stopped after {stop} steps"):
            trainer(folder, plan).run(stop_after(stop))
        newest = checkpoints.newest(folder / "checkpoints")
        assert newest is not None
        resumed = trainer(folder, plan)
        resumed.resume(checkpoints.load(newest))
        assert resumed.step == stop
        resumed.run()
        assert equal(resumed.net.state_dict(), whole.net.state_dict())
        assert equal(resumed.averaged.state_dict(), whole.averaged.state_dict())
        assert curve(folder) == curve(tmp_path / "whole")


def test_training_changes_the_weights_and_the_second_phase_keeps_the_norms(tmp_path: Path) -> None:
    run = trainer(tmp_path, small_plan(steps=2, finetune_steps=2))
    start = {name: value.clone() for name, value in run.net.state_dict().items()}
    with pytest.raises(CancelledError):
        run.run(stop_after(2))
    middle = {name: value.clone() for name, value in run.net.state_dict().items()}
    assert not torch.equal(middle["bn1.running_mean"], start["bn1.running_mean"])
    run.run()
    end = run.net.state_dict()
    assert not torch.equal(end["Pconv1.weight"], middle["Pconv1.weight"])
    assert not torch.equal(end["bn1.weight"], middle["bn1.weight"])  # scales are learned, statistics kept
    assert torch.equal(end["bn1.running_mean"], middle["bn1.running_mean"])
    assert torch.equal(end["bn1.running_var"], middle["bn1.running_var"])


def test_a_run_leaves_its_curve_its_sheet_and_weights_that_load(tmp_path: Path) -> None:
    run = trainer(tmp_path, small_plan(finetune_steps=5))
    run.run()
    rows = curve(tmp_path)
    assert [row["step"] for row in rows] == [0, 2, 4, 4, 6, 8, 8]
    assert {"telea", "navier_stokes"} <= rows[0].keys()
    assert {"loss", "valid", "hole", "perceptual", "style", "tv", "psnr", "rate", "gradient"} <= rows[1].keys()
    sheet = cv2.imread(str(tmp_path / "sheet.png"))
    assert sheet is not None
    assert sheet.shape == (2 * 68, 3 * 68, 3)
    assert files.read_weights(tmp_path / loop.WEIGHTS_FILE)["Pconv1.weight"].dtype == torch.float16
    stored = load_checkpoint(tmp_path / loop.WEIGHTS_FILE)
    assert stored.step == 8
    torch.testing.assert_close(
        stored.net.state_dict()["out.weight"], run.averaged.state_dict()["out.weight"], atol=1e-3, rtol=0
    )
    assert not [path for path in tmp_path.rglob("*") if path.name.startswith(".")]


def test_minutes_end_a_run_that_goes_on_later(tmp_path: Path) -> None:
    plan = small_plan(steps=0, finetune_steps=400)
    outcome = trainer(tmp_path, plan, replace(OPTIONS, minutes=0.01)).run()
    assert not outcome.finished
    assert 0 < outcome.step < 400
    assert checkpoints.newest(tmp_path / "checkpoints") == outcome.checkpoint


def test_the_newest_two_checkpoints_are_kept_and_a_broken_write_leaves_the_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = trainer(tmp_path, small_plan())
    for step in (1, 2, 3):
        run.step = step
        run.save()
    folder = tmp_path / "checkpoints"
    assert sorted(path.name for path in folder.iterdir()) == ["step-00000002", "step-00000003"]

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    run.step = 4
    with pytest.raises(OSError, match="No space"):
        run.save()
    assert sorted(path.name for path in folder.iterdir()) == ["step-00000002", "step-00000003"]
    assert checkpoints.load(folder / "step-00000003").step == 3


def test_slim_parts_carry_a_run_on(tmp_path: Path) -> None:
    options = replace(OPTIONS, slim=True, part_mib=0.3)
    plan = small_plan()
    with pytest.raises(CancelledError):
        trainer(tmp_path, plan, options).run(stop_after(4))
    newest = checkpoints.newest(tmp_path / "checkpoints")
    assert newest is not None
    assert max(path.stat().st_size for path in newest.iterdir()) <= 0.3 * 2**20
    assert len(list(newest.glob("average.safetensors.part-*"))) == 4
    stored = checkpoints.load(newest)
    assert stored.net is None
    assert stored.optimiser is None
    resumed = trainer(tmp_path, plan, options)
    resumed.resume(stored)
    assert resumed.run().finished


def test_parts_join_and_missing_parts_are_said(tmp_path: Path) -> None:
    data = np.random.default_rng(0).bytes(10_000)
    target = tmp_path / "w.safetensors"
    files.write_parts(data, target, 1_500 / 2**20)
    assert len(list(tmp_path.iterdir())) == 7
    assert files.read_parts(target) == data
    files.write_parts(data, target, 4_000 / 2**20)
    assert len(list(tmp_path.iterdir())) == 3
    assert files.read_parts(target) == data
    (tmp_path / "w.safetensors.part-02-of-03").unlink()
    with pytest.raises(BadInputError, match="Parts of"):
        files.read_parts(target)
    files.write_parts(data, target, None)
    assert [path.name for path in tmp_path.iterdir()] == ["w.safetensors"]


def test_samples_depend_on_their_number_alone() -> None:
    samples = Samples(None, loop.HoleMixture({"blob": 1.0}), side=64, seed=4)
    crop, hole, filled = samples[17]
    assert filled is None
    assert torch.equal(samples[17][0], crop)
    assert torch.equal(samples[17][1], hole)
    assert not torch.equal(samples[18][0], crop)
    other = Samples(None, loop.HoleMixture({"blob": 1.0}), side=64, seed=5)
    assert not torch.equal(other[17][0], crop)


def test_losses_that_are_no_numbers_end_a_run(tmp_path: Path) -> None:
    run = trainer(tmp_path, small_plan(steps=40))
    with torch.no_grad():
        run.net.out.weight.fill_(float("nan"))
    with pytest.raises(BadInputError, match="smaller learning rate"):
        run.run()


def test_rates_follow_the_phases() -> None:
    plan = TrainingPlan(steps=1000, finetune_steps=500, warmup=10, decay="cosine")
    assert plan.rate(0) == pytest.approx(2e-5)
    assert plan.rate(10) == pytest.approx(2e-4, rel=1e-3)
    assert plan.rate(999) == pytest.approx(1e-5, rel=1e-2)
    assert plan.rate(1000) == pytest.approx(5e-5)
    constant = TrainingPlan(steps=1000, finetune_steps=500, warmup=0)
    assert {constant.rate(step) for step in (0, 500, 999)} == {2e-4}
    assert TrainingPlan.from_dict(plan.as_dict()) == plan


def test_what_does_not_fit_is_said(tmp_path: Path) -> None:
    for settings, reason in (
        ({"size": 100}, "multiple of 16"),
        ({"steps": 0, "finetune_steps": 0}, "at least one step"),
        ({"start": "smooth"}, "frozen batch norms"),
        ({"precision": "int3"}, "precision"),
    ):
        with pytest.raises(BadInputError, match=reason):
            small_plan(**settings)
    with pytest.raises(BadInputError, match="no weight named holes"):
        LossWeights.parse("holes=3")
    with pytest.raises(BadInputError, match="name=number"):
        LossWeights.parse("hole=many")
    request = TrainingRequest(tmp_path / "run", settings=SMALL, options=OPTIONS, device="cpu")
    train(request)
    with pytest.raises(BadInputError, match="go on with --resume"):
        train(request)
    with pytest.raises(BadInputError, match="keeps its width"):
        train(replace(request, resume=True, settings={"width": 16}))
    (tmp_path / "x.pth").write_text("no weights")
    with pytest.raises(BadInputError, match="no PyTorch checkpoint"):
        train(replace(request, out=tmp_path / "other", initial=tmp_path / "x.pth"))


def test_fine_tuning_begins_with_given_weights_published_ones_too(tmp_path: Path) -> None:
    torch.manual_seed(3)
    net = RFRNet(16, 7)
    torch.save({"generator": net.state_dict(), "n_iter": 7}, tmp_path / "g_final.pth")
    settings = {**SMALL, "learning_rate": 1e-12, "finetune_rate": 1e-12, "steps": 0, "finetune_steps": 1}
    del settings["width"], settings["kernel"]
    request = TrainingRequest(
        tmp_path / "run", settings=settings, options=OPTIONS, device="cpu", initial=tmp_path / "g_final.pth"
    )
    train(request)
    learned = load_checkpoint(tmp_path / "run" / loop.WEIGHTS_FILE).net
    torch.testing.assert_close(learned.Pconv2.weight.detach(), net.Pconv2.weight.detach(), atol=1e-3, rtol=0)
    with pytest.raises(BadInputError, match="width 16 and kernel 7"):
        train(replace(request, out=tmp_path / "other", settings={**settings, "width": 8}))
