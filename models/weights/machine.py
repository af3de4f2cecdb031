"""What this machine is, and which models it can run. Nothing here touches the network."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import psutil

from models.weights.amounts import readable
from models.weights.catalogue import Model

_NVIDIA = (Path("/dev/nvidiactl"), Path("/dev/dxg"))  # the driver's device file: bare metal or container, WSL
_MB = 1_000_000
_YES = ("1", "ON", "YES", "TRUE")  # as huggingface_hub reads its switches


class Fit(StrEnum):
    """How a model would run here."""

    WELL = "runs well here"
    SLOW = "slow without a GPU"
    TOO_BIG = "too big for this machine"


@dataclass(frozen=True)
class Accelerator:
    """A GPU. `kind` is torch's name for it (cuda, mps); memory in bytes, of which `free` may be taken now."""

    kind: str
    name: str
    memory: int
    free: int


@dataclass(frozen=True)
class Machine:
    """Cores that this process may use, memory and disk in bytes. `free_disk` is where the models are kept."""

    cores: int
    memory: int
    free_memory: int
    free_disk: int
    accelerators: tuple[Accelerator, ...] = ()

    def fit(self, model: Model) -> Fit:
        """How a model would run here, by our estimate of the memory it needs."""
        needed = model.memory_mb * _MB
        if any(one.memory >= needed for one in self.accelerators):
            return Fit.WELL
        if needed > self.memory:
            return Fit.TOO_BIG
        return Fit.SLOW if model.gpu_recommended else Fit.WELL

    @property
    def summary(self) -> str:
        """In one line."""
        cores = f"{self.cores} CPU core{'s' if self.cores > 1 else ''}"
        memory = f"{readable(self.memory)} memory ({readable(self.free_memory)} free)"
        gpus = ", ".join(f"{one.name} with {readable(one.memory)}" for one in self.accelerators) or "no GPU"
        return f"{cores} · {memory} · {gpus} · {readable(self.free_disk)} free on disk"


def is_offline() -> bool:
    """Whether the person has forbidden downloads with HF_HUB_OFFLINE, the switch that transformers obeys as well."""
    return os.environ.get("HF_HUB_OFFLINE", "").upper() in _YES


def this_machine(root: Path) -> Machine:
    """Look at the machine. `root` is where models are kept, or will be: the disk it is on is measured."""
    memory = psutil.virtual_memory()
    there = next(folder for folder in (root, *root.absolute().parents) if folder.is_dir())
    return Machine(_cores(), memory.total, memory.available, shutil.disk_usage(there).free, _accelerators())


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _accelerators() -> tuple[Accelerator, ...]:
    # torch takes seconds to import, so it is only asked where there can be something to find.
    if not (sys.platform in ("darwin", "win32") or any(device.exists() for device in _NVIDIA)):
        return ()
    import torch

    if torch.cuda.is_available():
        return tuple(_cuda(torch, number) for number in range(torch.cuda.device_count()))
    if torch.backends.mps.is_available():
        memory = psutil.virtual_memory()  # shared with the CPU
        return (Accelerator("mps", "Apple GPU", memory.total, memory.available),)
    return ()


def _cuda(torch: Any, number: int) -> Accelerator:
    free, total = torch.cuda.mem_get_info(number)
    return Accelerator("cuda", torch.cuda.get_device_name(number), total, free)
