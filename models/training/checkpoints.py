"""Where a run is: saved so that it goes on as if it had never stopped."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from models.errors import BadInputError
from models.training import files
from models.training.plan import TrainingPlan

_FOLDER = "step-{:08d}"
_KEPT = 2  # the newest, and one before it; of slim ones, which are to be carried, the newest alone
_NET, _AVERAGE, _OPTIMISER, _RUN = "net.safetensors", "average.safetensors", "optimiser.pt", "run.json"


@dataclass(frozen=True)
class Checkpoint:
    """A run after `step` steps.

    `net` and `optimiser` are None in a slim checkpoint: it goes on from the average with a fresh optimiser.
    `notes` are plain values of the loop: seconds trained, the journal's running means.
    """

    plan: TrainingPlan
    step: int
    average: Mapping[str, torch.Tensor]
    net: Mapping[str, torch.Tensor] | None
    optimiser: Mapping[str, Any] | None
    notes: Mapping[str, Any]


def save(checkpoint: Checkpoint, folder: Path, *, part_mib: float | None) -> Path:
    """Write folder/step-00001200, complete or not at all, and drop older ones.

    A slim checkpoint keeps the average in half precision: small enough to be carried.
    """
    told = {"step": str(checkpoint.step), "width": str(checkpoint.plan.width), "kernel": str(checkpoint.plan.kernel)}
    slim = checkpoint.net is None
    target = folder / _FOLDER.format(checkpoint.step)
    with files.new_folder(target) as scratch:
        files.write_weights(checkpoint.average, scratch / _AVERAGE, told=told, half=slim, part_mib=part_mib)
        if checkpoint.net is not None:
            files.write_weights(checkpoint.net, scratch / _NET, told=told, part_mib=part_mib)
        if checkpoint.optimiser is not None:
            buffer = io.BytesIO()
            torch.save(checkpoint.optimiser, buffer)
            files.write_parts(buffer.getvalue(), scratch / _OPTIMISER, part_mib)
        run = {"step": checkpoint.step, "plan": checkpoint.plan.as_dict(), "notes": dict(checkpoint.notes)}
        (scratch / _RUN).write_text(json.dumps(run, indent=1))
    for old in _steps(folder)[: -1 if slim else -_KEPT]:
        shutil.rmtree(old)
    return target


def newest(folder: Path) -> Path | None:
    """The checkpoint with the most steps below the folder."""
    found = _steps(folder)
    return found[-1] if found else None


def load(path: Path) -> Checkpoint:
    """What `save` wrote; raises BadInputError when it is damaged or no checkpoint."""
    try:
        run = json.loads((path / _RUN).read_text())
        plan, step = TrainingPlan.from_dict(run["plan"]), int(run["step"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInputError(f"{path} is no checkpoint of a training run.") from error
    net, optimiser = None, None
    if files.exists(path / _NET):
        net = files.read_weights(path / _NET)
    if files.exists(path / _OPTIMISER):
        data = io.BytesIO(files.read_parts(path / _OPTIMISER))
        optimiser = torch.load(data, map_location="cpu", weights_only=True)
    average = {name: _single(value) for name, value in files.read_weights(path / _AVERAGE).items()}
    return Checkpoint(plan, step, average, net, optimiser, run["notes"])


def _single(value: torch.Tensor) -> torch.Tensor:
    return value.float() if value.is_floating_point() else value


def _steps(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("step-*") if (path / _RUN).is_file())
