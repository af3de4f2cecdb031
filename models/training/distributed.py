"""One process, or several that `torchrun` started: who is who, and what they agree on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch
from torch import distributed

_PATIENCE = timedelta(hours=2)  # the others wait while process 0 decodes pictures or writes a checkpoint


@dataclass(frozen=True)
class Crew:
    """The processes of a run. Process 0 alone writes files and speaks."""

    rank: int = 0
    processes: int = 1
    local_rank: int = 0

    @property
    def leads(self) -> bool:
        """Whether this is process 0."""
        return self.rank == 0

    @property
    def is_alone(self) -> bool:
        """Whether there is no other process."""
        return self.processes == 1

    def wait(self) -> None:
        """Until all are here."""
        if not self.is_alone:
            distributed.barrier()

    def most(self, value: int, device: torch.device) -> int:
        """The largest value that any process tells: all must stop at the same step, for the same reason."""
        if self.is_alone:
            return value
        told = torch.tensor([value], device=device)
        distributed.all_reduce(told, op=distributed.ReduceOp.MAX)
        return int(told.item())

    def mean(self, values: torch.Tensor) -> torch.Tensor:
        """The mean of a float vector over all processes."""
        if not self.is_alone:
            distributed.all_reduce(values)
            values /= self.processes
        return values


@contextmanager
def crew(device: torch.device) -> Iterator[Crew]:
    """The crew that torchrun's environment variables describe (RANK, WORLD_SIZE, LOCAL_RANK), alone without them."""
    processes = int(os.environ.get("WORLD_SIZE", "1"))
    if processes == 1:
        yield Crew()
        return
    distributed.init_process_group("nccl" if device.type == "cuda" else "gloo", timeout=_PATIENCE)
    try:
        yield Crew(distributed.get_rank(), processes, int(os.environ.get("LOCAL_RANK", "0")))
    finally:
        distributed.destroy_process_group()


def choose_device(name: str) -> torch.device:
    """ "auto" is this process's CUDA device where there is one, else the CPU; any other name is torch's."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda":
        name = f"cuda:{os.environ.get('LOCAL_RANK', '0')}"
    return torch.device(name)
