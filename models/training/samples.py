"""What a step learns from: the crop and hole of a number, which depend on that number and the seed alone.

So a resumed run sees what an uninterrupted one would, whatever the number of workers, and the processes of a
distributed run see disjoint samples.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from models.geometry import Extent
from models.training.masks.mixture import HoleMixture
from models.training.pictures import procedural as procedural_kinds
from models.training.pictures.crops import Change, random_crop
from models.training.pictures.folder import Photos
from models.training.prefills import SIDE, Prefills, Window
from models.training.shares import check_shares


class Batch(NamedTuple):
    """Pictures B×3×H×W float32 in [0, 1], B×1×H×W float32, 1 = known, and the pictures that a network is given:
    empty in their holes, or filled already."""

    truth: torch.Tensor
    known: torch.Tensor
    given: torch.Tensor


class Sample(NamedTuple):
    """One of a batch: a crop (3×H×W uint8), its hole (1×H×W uint8, 1 = hole), and the crop with the hole filled."""

    truth: torch.Tensor
    hole: torch.Tensor
    filled: torch.Tensor | None


class Samples(Dataset[Sample]):
    """Sample n, of any number from 0.

    `photos` None draws every picture. With `prefills`, crops come from those windows alone, each around a pixel of a
    hole. `augmented` False leaves crops as they were cut: for validation.
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
        prefills: Prefills | None = None,
    ) -> None:
        self._photos, self._holes, self._side, self._seed = photos, holes, side, seed
        self._procedural = 1.0 if photos is None else procedural
        check_shares(drawings, procedural_kinds.KINDS, "drawing")
        self._drawings = dict(drawings)
        self._augmented, self._colour = augmented, colour
        self._prefills = prefills

    def __getitem__(self, number: int) -> Sample:
        """The sample of any number from 0."""
        rng = np.random.default_rng((self._seed, number))
        if self._prefills is not None:
            return self._refined(rng, self._prefills.window(int(rng.integers(len(self._prefills)))))
        crop = self._crop(rng)
        hole = self._holes.draw(rng, Extent(self._side, self._side))
        return Sample(_planes(crop), torch.from_numpy(hole)[None].to(torch.uint8), None)

    def _refined(self, rng: np.random.Generator, window: Window) -> Sample:
        rows, columns = np.nonzero(window.hole)
        pixel = rng.integers(len(rows))
        y, x = (
            int(np.clip(place[pixel] - rng.integers(self._side), 0, SIDE - self._side)) for place in (rows, columns)
        )
        part = np.s_[y : y + self._side, x : x + self._side]
        truth, filled, hole = (np.array(plane[part]) for plane in window)
        if self._augmented:
            change = Change.draw(rng, colour=self._colour)
            truth, filled, hole = change.of(truth), change.of(filled), change.moved(hole)
        return Sample(_planes(truth), torch.from_numpy(hole)[None], _planes(filled))

    def _crop(self, rng: np.random.Generator) -> np.ndarray:
        if self._photos is None or rng.random() < self._procedural:
            crop = procedural_kinds.draw_picture(rng, self._side, self._drawings)
        else:
            photo = self._photos.photo(int(rng.integers(len(self._photos))))
            crop = random_crop(rng, photo, self._side)
        if self._augmented:
            return Change.draw(rng, colour=self._colour).of(crop)
        return np.ascontiguousarray(crop)


def _planes(crop: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(crop).permute(2, 0, 1)


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
        collate_fn=together,
    )
    for sample in loader:
        yield on_device(sample, device)


def together(samples: Sequence[Sample]) -> Sample:
    """Samples stacked: B×3×H×W, B×1×H×W, and B×3×H×W or None."""
    truths, holes, fillings = zip(*samples, strict=True)
    filled = None if fillings[0] is None else torch.stack(fillings)
    return Sample(torch.stack(truths), torch.stack(holes), filled)


def on_device(samples: Sample, device: torch.device) -> Batch:
    """Stacked samples as a batch; channels last, which convolutions prefer."""

    def levels(crops: torch.Tensor) -> torch.Tensor:
        return crops.to(device, non_blocking=True).float().div_(255).contiguous(memory_format=torch.channels_last)

    truth, known = levels(samples.truth), 1.0 - samples.hole.to(device, non_blocking=True).float()
    return Batch(truth, known, truth * known if samples.filled is None else levels(samples.filled))
