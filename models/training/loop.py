"""The training loop of RFR-Net: two phases, moving average, checkpoints, exact resume, one process or many."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from models.errors import BadInputError, CancelledError
from models.inpainting.rfr.network import RFRNet
from models.progress import SILENT, Progress
from models.training import checkpoints, files, sheet, validation
from models.training.average import MovingAverage
from models.training.checkpoints import Checkpoint
from models.training.distributed import Crew
from models.training.features import Features
from models.training.initial import begin_smooth
from models.training.journal import Journal
from models.training.losses import composite, measure
from models.training.masks.mixture import HoleMixture
from models.training.pictures.folder import Photos
from models.training.plan import TrainingPlan
from models.training.prefills import Prefills
from models.training.samples import Batch, Samples, batches

WEIGHTS_FILE = "rfr.safetensors"
HELD_OUT_SEED = 1_000_003  # apart from every training sample of the same seed
_GO_ON, _LATE, _CANCELLED = range(3)
_MOST_BAD_STEPS = 25  # in a row, before a run counts as diverged


@dataclass(frozen=True)
class RunOptions:
    """How a run is carried out: nothing here changes its curve.

    `minutes` ends it early, with a checkpoint; `slim` keeps only the average, in half precision, in checkpoints.
    `part_mib` divides large files. `held_out` holes are looked at every `sheet_every` steps.
    """

    minutes: float | None = None
    save_minutes: float = 5.0
    log_every: int = 50
    sheet_every: int = 1000
    held_out: int = 32
    workers: int = 0
    part_mib: float | None = None
    slim: bool = False


@dataclass(frozen=True)
class Outcome:
    """Where a run stands when it returns."""

    step: int
    finished: bool
    checkpoint: Path
    psnr: float
    """PSNR in the held-out holes, dB, of the averaged weights."""
    leads: bool = True
    """Whether this process is the one that speaks."""


class Trainer:
    """One run in one folder: folder/checkpoints, log.jsonl, sheet.png and rfr.safetensors (the average, float16).

    `photos` None trains on drawn pictures alone; `held_photos` are those the sheet and the validation are cut from.
    A plan that prefills needs windows of both instead, `prefills` and `held_prefills`.
    """

    def __init__(
        self,
        plan: TrainingPlan,
        options: RunOptions,
        folder: Path,
        *,
        features: Features,
        device: torch.device,
        photos: Photos | None = None,
        held_photos: Photos | None = None,
        prefills: Prefills | None = None,
        held_prefills: Prefills | None = None,
        crew: Crew = Crew(),  # noqa: B008 - frozen
    ) -> None:
        self.plan, self.options, self.folder, self.device = plan, options, folder, device
        self._crew, self._features = crew, features
        holes = HoleMixture(plan.holes)
        drawn = plan.procedural if photos is not None else 1.0
        self._samples = Samples(
            photos,
            holes,
            side=plan.size,
            seed=plan.seed,
            procedural=drawn,
            drawings=plan.drawings,
            colour=plan.colour,
            prefills=prefills,
        )
        held = Samples(
            held_photos,
            holes,
            side=plan.size,
            seed=plan.seed + HELD_OUT_SEED,
            drawings=plan.drawings,
            augmented=False,
            prefills=held_prefills,
        )
        self.held = validation.hold_out(held, options.held_out)
        with torch.random.fork_rng():
            torch.manual_seed(plan.seed)
            net = RFRNet(plan.width, plan.kernel, recurrences=plan.recurrences, prefilled=bool(plan.prefill))
        if plan.start == "smooth":
            begin_smooth(net, torch.Generator().manual_seed(plan.seed))
        self.net = net.to(device).to(memory_format=torch.channels_last)
        self._average = MovingAverage(self.net, plan.ema)
        self._optimiser = torch.optim.Adam(self.net.parameters(), lr=plan.rate(0))
        self.step = 0
        self._seconds, self._bad_steps = 0.0, 0
        folder.mkdir(parents=True, exist_ok=True)
        self._journal = Journal(folder, options.log_every)
        self._bfloat16 = plan.precision == "bfloat16" or (plan.precision == "auto" and device.type == "cuda")

    @property
    def averaged(self) -> nn.Module:
        """The network with averaged weights, in eval mode: what to use."""
        return self._average.net

    def start_from(self, weights: Mapping[str, torch.Tensor]) -> None:
        """Begin with these weights, as for fine-tuning; raises BadInputError when they do not fit."""
        for net in (self.net, self._average.net):
            _load(net, weights)

    def resume(self, checkpoint: Checkpoint) -> None:
        """Go on from a checkpoint of the same width and kernel; raises BadInputError when it is of another net."""
        _load(self._average.net, checkpoint.average)
        _load(self.net, checkpoint.net if checkpoint.net is not None else checkpoint.average)
        if checkpoint.optimiser is not None:
            self._optimiser.load_state_dict(dict(checkpoint.optimiser))
        self.step = checkpoint.step
        self._seconds = float(checkpoint.notes.get("seconds", 0.0))
        if self._crew.leads:
            self._journal.resume(self.step, checkpoint.notes.get("journal", {}))

    def run(self, progress: Progress = SILENT, say: Callable[[str], None] = lambda line: None) -> Outcome:
        """Train to the end of the plan or of the minutes; always leaves a checkpoint.

        Raises CancelledError, after saving, when progress says so; BadInputError when the losses stop being numbers.
        """
        begun = saved = time.monotonic()
        seconds_before = self._seconds
        forward: nn.Module = self.net
        if not self._crew.is_alone:
            ids = [self.device.index] if self.device.type == "cuda" else None
            forward = DistributedDataParallel(self.net, device_ids=ids)
        supply = batches(
            self._samples,
            start=self.step,
            stop=self.plan.total,
            batch=self.plan.batch,
            device=self.device,
            rank=self._crew.rank,
            processes=self._crew.processes,
            workers=self.options.workers,
        )
        if self._crew.leads and self.step == 0:
            self._journal.start_over()
            self._journal.write(0, validation.classics(self.held))
        stop = _GO_ON
        for batch in supply:
            now = time.monotonic()
            self._seconds = seconds_before + now - begun
            late = self.options.minutes is not None and now - begun > 60 * self.options.minutes
            stop = _CANCELLED if progress.is_cancelled() else _LATE if late else _GO_ON
            stop = self._crew.most(stop, self.device)
            if stop != _GO_ON:
                break
            values = self._learn(forward, batch)
            self.step += 1
            self._record(values, progress, say)
            if now - saved > 60 * self.options.save_minutes and self._crew.leads:
                self.save()
                saved = time.monotonic()
        self._seconds = seconds_before + time.monotonic() - begun
        psnr, path = 0.0, self.folder
        if self._crew.leads:
            path = self.save()
            psnr = self._look()
        self._crew.wait()
        if stop == _CANCELLED:
            raise CancelledError(f"Stopped after {self.step} steps; go on with --resume.")
        return Outcome(self.step, self.step >= self.plan.total, path, psnr, self._crew.leads)

    def save(self) -> Path:
        """Write a checkpoint and the averaged weights; the checkpoint's folder."""
        average = self._average.net.state_dict()
        notes = {"seconds": self._seconds, "journal": self._journal.state, "features": self._features.name}
        slim = self.options.slim
        checkpoint = Checkpoint(
            self.plan,
            self.step,
            average,
            None if slim else self.net.state_dict(),
            None if slim else self._optimiser.state_dict(),
            notes,
        )
        path = checkpoints.save(checkpoint, self.folder / "checkpoints", part_mib=self.options.part_mib)
        if not slim:
            export(checkpoint, self.folder / WEIGHTS_FILE, part_mib=self.options.part_mib)
        return path

    def _learn(self, forward: nn.Module, batch: Batch) -> dict[str, float]:
        """One step of the optimiser; its losses and what else the journal keeps."""
        self.net.train(finetune=self.plan.is_finetuning(self.step))
        rate = self.plan.rate(self.step)
        for group in self._optimiser.param_groups:
            group["lr"] = rate
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self._bfloat16):
            predicted = forward(batch.given, batch.known)
        predicted = predicted.float()
        losses = measure(predicted, batch, self.plan.loss, self._features)
        self._optimiser.zero_grad(set_to_none=True)
        losses.total.backward()
        norm = nn.utils.clip_grad_norm_(self.net.parameters(), self.plan.clip)
        told = torch.stack([losses.total.detach(), norm.detach(), *losses.terms.values()])
        told = torch.cat([told, _hole_psnr(predicted.detach(), batch)[None]])
        values = dict(zip(("loss", "gradient", *losses.terms, "psnr"), self._crew.mean(told).tolist(), strict=True))
        if torch.isfinite(norm):
            self._optimiser.step()
            self._average.update(self.net, self.step)
            self._bad_steps = 0
        else:
            self._bad_steps += 1
            if self._bad_steps > _MOST_BAD_STEPS:
                raise BadInputError("The losses are no longer numbers; resume with a smaller learning rate.")
            values = dict.fromkeys(values, 0.0)
        return {**values, "rate": rate, "bad_steps": float(self._bad_steps > 0)}

    def _record(self, values: Mapping[str, float], progress: Progress, say: Callable[[str], None]) -> None:
        if not self._crew.leads:
            return
        row = self._journal.add(self.step, values)
        if row is not None:
            pace = self._seconds / self.step
            line = f"step {self.step}/{self.plan.total} · loss {row['loss']:.4f} · {row['psnr']:.2f} dB in the hole"
            progress.on_report(self.step / self.plan.total, line)
            say(f"{line} · {pace:.2f} s a step")
        if self.step % self.options.sheet_every == 0:
            psnr = self._look()
            self._journal.write(self.step, {"held_out_psnr": psnr})
            say(f"held out: {psnr:.2f} dB in the hole")

    def _look(self) -> float:
        """Write the sheet; PSNR of the average in the held-out holes."""
        filled = validation.fill(self.averaged, self.held, self.device)
        drawn = sheet.draw_sheet(self.held, filled)
        sheet.write_sheet(drawn, self.folder / "sheet.png")
        self._journal.show(self.step, torch.from_numpy(drawn))
        return validation.psnr_in_hole(filled, self.held)


def export(checkpoint: Checkpoint, target: Path, *, part_mib: float | None = None, widest: int | None = None) -> None:
    """Write a checkpoint's averaged weights as float16 safetensors: what the app loads.

    `widest` tells it up to how many pixels across a hole is filled at full size; None leaves that to the app.
    """
    plan = checkpoint.plan
    told = {
        "width": plan.width,
        "kernel": plan.kernel,
        "recurrences": plan.recurrences,
        "prefill": plan.prefill or None,
        "step": checkpoint.step,
        "size": plan.size,
        "widest": widest,
    }
    files.write_weights(
        checkpoint.average,
        target,
        told={name: str(value) for name, value in told.items() if value is not None},
        half=True,
        part_mib=part_mib,
    )


def _hole_psnr(predicted: torch.Tensor, batch: Batch) -> torch.Tensor:
    filled = composite(predicted, batch.truth, batch.known).clamp(0, 1)
    hole = 3 * (1 - batch.known).sum((1, 2, 3)).clamp(min=1)
    error = (filled - batch.truth).square().sum((1, 2, 3)) / hole
    return (-10 * torch.log10(error.clamp(min=1e-10))).mean()


def _load(net: nn.Module, weights: Mapping[str, torch.Tensor]) -> None:
    try:
        net.load_state_dict(
            {name: value.float() if value.is_floating_point() else value for name, value in weights.items()}
        )
    except RuntimeError as error:
        raise BadInputError("These weights are of a network of another width or kernel.") from error
