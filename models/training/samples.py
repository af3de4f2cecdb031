"""What a step learns from: the crop and hole of a number, which depend on that number and the seed alone.

So a resumed run sees what an uninterrupted one would, whatever the number of workers, and the processes of a
distributed run see disjoint samples.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from models.geometry import Extent
from models.training.masks.mixture import HoleMixture
from models.training.pictures import procedural as procedural_kinds
from models.training.pictures.crops import augment, random_crop
from models.training.pictures.folder import Photos
from models.training.shares import check_shares


class Batch(NamedTuple):
    """Pictures B×3×H×W float32 in [0, 1] and B×1×H×W float32, 1 = known."""

    truth: torch.Tensor
    known: torch.Tensor


class Samples(Dataset[tuple[torch.Tensor, torch.Tensor]]):
    """Sample n: a crop (3×H×W uint8) and its hole (1×H×W uint8, 1 = hole).

    `photos` None draws every picture. `mirrored` False leaves crops as they were cut: for validation.
    """

    def __init__(
        self,
        photos: Photos | None,
        holes: HoleMixture,
        *,
        side: int,
        seed: int,
        procedural: float = 0.0,
        drawings: Mapping[str, float] = procedural_kinds.EVERYTHING,
        augmented: bool = True,
        colour: bool = True,
    ) -> None:
        self._photos, self._holes, self._side, self._seed = photos, holes, side, seed
        self._procedural = 1.0 if photos is None else procedural
        check_shares(drawings, procedural_kinds.KINDS, "drawing")
        self._drawings = dict(drawings)
        self._augmented, self._colour = augmented, colour

    def __getitem__(self, number: int) -> tuple[torch.Tensor, torch.Tensor]:
        """The sample of any number from 0."""
        rng = np.random.default_rng((self._seed, number))
        crop = self._crop(rng)
        hole = self._holes.draw(rng, Extent(self._side, self._side))
        return torch.from_numpy(crop).permute(2, 0, 1), torch.from_numpy(hole)[None].to(torch.uint8)

    def _crop(self, rng: np.random.Generator) -> np.ndarray:
        if self._photos is None or rng.random() < self._procedural:
            crop = procedural_kinds.draw_picture(rng, self._side, self._drawings)
        else:
            photo = self._photos.photo(int(rng.integers(len(self._photos))))
            crop = random_crop(rng, photo, self._side)
        return augment(rng, crop, colour=self._colour) if self._augmented else np.ascontiguousarray(crop)


class _Numbers:
    """Which samples make which batch: step s of process r takes `batch` numbers of its own."""

    def __init__(self, start: int, stop: int, batch: int, rank: int, processes: int) -> None:
        self._steps, self._batch, self._rank, self._processes = range(start, stop), batch, rank, processes

    def __iter__(self) -> Iterator[list[int]]:
        for step in self._steps:
            first = (step * self._processes + self._rank) * self._batch
            yield list(range(first, first + self._batch))

    def __len__(self) -> int:
        return len(self._steps)


def batches(
    samples: Samples,
    *,
    start: int,
    stop: int,
    batch: int,
    device: torch.device,
    rank: int = 0,
    processes: int = 1,
    workers: int = 0,
) -> Iterator[Batch]:
    """The batches of steps `start` to `stop`, on the device."""
    loader = DataLoader(
        samples,
        batch_sampler=_Numbers(start, stop, batch, rank, processes),
        num_workers=workers,
        pin_memory=device.type == "cuda",
        prefetch_factor=4 if workers else None,
    )
    for crops, holes in loader:
        yield on_device(crops, holes, device)


def on_device(crops: torch.Tensor, holes: torch.Tensor, device: torch.device) -> Batch:
    """B×3×H×W uint8 crops and B×1×H×W uint8 holes as a batch; channels last, which convolutions prefer."""
    truth = crops.to(device, non_blocking=True).float().div_(255).contiguous(memory_format=torch.channels_last)
    return Batch(truth, 1.0 - holes.to(device, non_blocking=True).float())
