"""Windows of pictures whose holes a weight-free engine has filled already: what a refining network learns from.

Frequency-selective reconstruction takes half a second for a window in which a training step takes milliseconds, so
windows are filled once, kept in one file, and cut, mirrored and recoloured anew for every sample. Window n depends on
its number, the pictures and the recipe alone: a file can be made longer at any time, and a run that reads fewer
windows than it holds learns the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from models.errors import BadInputError
from models.geometry import Extent
from models.inpainting.continuations import CONTINUATIONS, continuation
from models.progress import SILENT, Progress
from models.training.masks.mixture import HoleMixture
from models.training.pictures import procedural as procedural_kinds
from models.training.pictures.crops import random_crop
from models.training.pictures.folder import Photos

SIDE = 256  # pixels; enough context for a reconstruction, several crops' worth of places
_PLANES = 7  # truth, filling, hole
_LEAST_HOLE, _MOST_HOLE = 0.015, 0.3  # of a window: wide holes are slow to fill and not what refining is for
_ENLARGED = 0.2  # of the windows: pictures straight from a camera are softer than shrunk ones
_MOST_ENLARGED = 2.0
_VERSION = 1  # of the file's layout and of how windows are drawn


class Window(NamedTuple):
    """H×W×3 uint8 as it was and as it was filled, and the H×W uint8 hole, 1 = filled."""

    truth: np.ndarray
    filled: np.ndarray
    hole: np.ndarray


@dataclass(frozen=True)
class PrefillRecipe:
    """How windows are made: `method` is one of `CONTINUATIONS`, `holes` and `drawings` are shares.

    Raises BadInputError for another method.
    """

    method: str
    holes: Mapping[str, float]
    drawings: Mapping[str, float]
    procedural: float
    seed: int

    def __post_init__(self) -> None:
        if self.method not in CONTINUATIONS:
            raise BadInputError(f"A prefill is one of {', '.join(CONTINUATIONS)}, not {self.method}.")


@dataclass(frozen=True)
class Prefills:
    """The first `count` windows of a file, opened anew in every process."""

    file: Path
    count: int

    def __len__(self) -> int:
        return self.count

    def window(self, number: int) -> Window:
        """The window of a number below `count`; read-only, mapped from the file."""
        shape = (SIDE, SIDE, _PLANES)
        planes = np.memmap(self.file, np.uint8, "r", offset=number * SIDE * SIDE * _PLANES, shape=shape)
        return Window(planes[..., :3], planes[..., 3:6], planes[..., 6])


def prefill(
    photos: Photos | None,
    recipe: PrefillRecipe,
    count: int,
    folder: Path,
    *,
    workers: int = 0,
    progress: Progress = SILENT,
    read_only: bool = False,
) -> Prefills:
    """The first `count` windows of these pictures (None: drawn ones alone), made where they are not in `folder` yet.

    `workers` processes fill at a time (0: this one). Raises CancelledError when progress says so, what is done being
    kept, and BadInputError when `read_only` and windows are missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"prefills-{_fingerprint(photos, recipe)}.u8"
    size = SIDE * SIDE * _PLANES
    done = file.stat().st_size // size if file.is_file() else 0
    if done >= count:
        return Prefills(file, count)
    if read_only:
        raise BadInputError(f"The filled windows in {folder} are missing or too few.")
    missing = DataLoader(_Windows(photos, recipe), batch_size=None, sampler=range(done, count), num_workers=workers)
    with file.open("r+b" if file.is_file() else "wb") as target:
        target.truncate(done * size)  # a window that was being written when a run was killed
        target.seek(done * size)
        for number, window in enumerate(missing, start=done):
            progress.report(number / count, f"filling window {number + 1} of {count}")
            target.write(window.numpy().tobytes())
            target.flush()
    return Prefills(file, count)


class _Windows(Dataset[torch.Tensor]):
    """Window n as one H×W×7 uint8 tensor."""

    def __init__(self, photos: Photos | None, recipe: PrefillRecipe) -> None:
        self._photos, self._recipe = photos, recipe
        self._holes = HoleMixture(recipe.holes, least=_LEAST_HOLE, most=_MOST_HOLE)
        self._engine = continuation(recipe.method)

    def __getitem__(self, number: int) -> torch.Tensor:
        rng = np.random.default_rng((self._recipe.seed, number))
        truth = self._picture(rng)
        hole = self._holes.draw(rng, Extent(SIDE, SIDE))
        filled = self._engine.fill(truth, hole, seed=0, progress=SILENT)
        return torch.from_numpy(np.dstack([truth, filled, hole.astype(np.uint8)]))

    def _picture(self, rng: np.random.Generator) -> np.ndarray:
        if self._photos is None or rng.random() < self._recipe.procedural:
            return np.ascontiguousarray(procedural_kinds.draw_picture(rng, SIDE, self._recipe.drawings))
        photo = self._photos.photo(int(rng.integers(len(self._photos))))
        if rng.random() >= _ENLARGED:
            return np.ascontiguousarray(random_crop(rng, photo, SIDE))
        side = round(SIDE / rng.uniform(1.0, _MOST_ENLARGED))
        return cv2.resize(random_crop(rng, photo, side), (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)


def _fingerprint(photos: Photos | None, recipe: PrefillRecipe) -> str:
    pictures = None if photos is None else [photos.file.name, *photos.places]
    told = json.dumps([_VERSION, SIDE, asdict(recipe), pictures], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:16]
