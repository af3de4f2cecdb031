"""From a person's settings to a running trainer: pictures, device, processes, and where to begin."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from models.errors import BadInputError
from models.inpainting.rfr.checkpoint import load_checkpoint
from models.progress import SILENT, Progress
from models.training import checkpoints
from models.training.checkpoints import Checkpoint
from models.training.distributed import Crew, choose_device, crew
from models.training.features import choose_features
from models.training.loop import HELD_OUT_SEED, Outcome, RunOptions, Trainer
from models.training.pictures.folder import Photos, load_photos
from models.training.plan import TrainingPlan
from models.training.prefills import PrefillRecipe, Prefills, prefill

_SHAPE = ("width", "kernel", "recurrences", "prefill")  # what the weights are made for


@dataclass(frozen=True)
class TrainingRequest:
    """What was asked for. `settings` are fields of `TrainingPlan` that were given; a resumed run keeps the others.

    Without `data` every picture is drawn. `initial` are weights to begin with, whose width and kernel then hold.
    """

    out: Path
    data: Sequence[Path] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    options: RunOptions = field(default_factory=RunOptions)
    resume: bool = False
    initial: Path | None = None
    vgg: Path | None = None
    device: str = "auto"
    cache: Path | None = None
    """Where decoded pictures are kept; in `out` unless told."""
    longest: int = 1024
    """Pictures are kept at most this long, in pixels."""


def train(
    request: TrainingRequest, progress: Progress = SILENT, say: Callable[[str], None] = lambda line: None
) -> Outcome:
    """Run it; see `Trainer.run`. Raises BadInputError for settings, folders or checkpoints that do not fit."""
    device = choose_device(request.device)
    with crew(device) as mates:
        speak = say if mates.leads else lambda line: None
        plan, begin = _plan(request)
        photos, held = _photos(request, mates, progress, speak)
        windows, held_windows = _prefills(request, plan, photos, held, mates, progress)
        features = choose_features(request.vgg)
        trainer = Trainer(
            plan,
            request.options,
            request.out,
            features=features.to(device),
            device=device,
            photos=photos,
            held_photos=held,
            prefills=windows,
            held_prefills=held_windows,
            crew=mates,
        )
        if isinstance(begin, Checkpoint):
            trainer.resume(begin)
            speak(f"Going on after {begin.step} steps.")
        elif begin is not None:
            trainer.start_from(begin)
        if plan.loss.perceptual or plan.loss.style:
            speak(f"Perceptual and style losses: {features.name}.")
        return trainer.run(progress, speak)


def _plan(request: TrainingRequest) -> tuple[TrainingPlan, Checkpoint | Mapping[str, torch.Tensor] | None]:
    stored = checkpoints.newest(request.out / "checkpoints")
    if request.resume and stored is not None:
        checkpoint = checkpoints.load(stored)
        plan = replace(checkpoint.plan, **request.settings)
        if any(getattr(plan, name) != getattr(checkpoint.plan, name) for name in _SHAPE):
            raise BadInputError(
                "A resumed run keeps its width, kernel, recurrences and prefill; choose another folder for another "
                "network."
            )
        return plan, checkpoint
    if stored is not None:
        raise BadInputError(f"{request.out} holds a run already; go on with --resume, or choose another folder.")
    if request.initial is None:
        return TrainingPlan(**request.settings), None
    begun = load_checkpoint(request.initial)
    net = begun.net
    shape = {"width": net.width, "kernel": net.kernel}
    if any(request.settings.get(name, value) != value for name, value in shape.items()):
        raise BadInputError(f"{request.initial} is a network of width {net.width} and kernel {net.kernel}.")
    told = {"recurrences": net.recurrences, "prefill": begun.prefill or ""}
    return TrainingPlan(**{**told, **request.settings, **shape}), net.state_dict()


def _prefills(
    request: TrainingRequest,
    plan: TrainingPlan,
    photos: Photos | None,
    held: Photos | None,
    mates: Crew,
    progress: Progress,
) -> tuple[Prefills | None, Prefills | None]:
    """Windows to train on and windows held out, filled once by process 0, as many at a time as there are workers."""
    if not plan.prefill:
        return None, None
    recipe = PrefillRecipe(plan.prefill, plan.holes, plan.drawings, plan.procedural, plan.seed)
    apart = replace(recipe, procedural=0.0 if held is not None else 1.0, seed=plan.seed + HELD_OUT_SEED)
    folder = request.cache or request.out / "cache"

    def both(read_only: bool) -> tuple[Prefills, Prefills]:
        kept = prefill(held, apart, request.options.held_out, folder, progress=progress, read_only=read_only)
        workers = request.options.workers
        windows = prefill(
            photos, recipe, plan.prefill_windows, folder, workers=workers, progress=progress, read_only=read_only
        )
        return windows, kept

    if not mates.leads:
        mates.wait()
        return both(read_only=True)
    found = both(read_only=False)
    mates.wait()
    return found


def _photos(
    request: TrainingRequest, mates: Crew, progress: Progress, say: Callable[[str], None]
) -> tuple[Photos | None, Photos | None]:
    """Those to train on and those held out. Process 0 decodes; the others open what it wrote."""
    if not request.data:
        return None, None
    cache = request.cache or request.out / "cache"
    if mates.leads:
        photos = load_photos(request.data, cache, longest=request.longest, progress=progress)
        skipped = f"; {photos.skipped} files could not be used" if photos.skipped else ""
        say(f"{len(photos)} pictures{skipped}.")
        mates.wait()
    else:
        mates.wait()
        photos = load_photos(request.data, cache, longest=request.longest, read_only=True)
    return photos.split(request.options.held_out)
