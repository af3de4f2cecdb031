"""Learning how much to trust each continuation: the weights of `models.inpainting.blended`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from models.inpainting.blended import METHODS, Weigher
from models.inpainting.diffusive import Diffusive, Method
from models.inpainting.evidence import evidence
from models.progress import SILENT, Progress
from models.training.pictures import procedural as procedural_kinds
from models.training.pictures.folder import load_photos
from models.training.prefills import PrefillRecipe, Prefills, Window, prefill

HOLES = {"thin": 2.0, "text": 2.5, "scratches": 2.5, "wires": 1.0, "deepfill": 1.5, "irregular": 0.5}
_HIDDEN = 32
_RATE = 3e-3
_BATCH = 8192  # pixels
_CALM = 8.0  # squared levels added to a window's error, so that even ground does not count for everything
_MOST_PIXELS = 6000  # of one window


class _Lesson(NamedTuple):
    """N pixels of one window: evidence N×F, fillings N×K×3, truth N×3, all float32, and what each pixel counts."""

    told: np.ndarray
    fillings: np.ndarray
    truth: np.ndarray
    importance: np.ndarray


def prepare(
    folders: Sequence[Path],
    cache: Path,
    count: int,
    *,
    holes: Mapping[str, float] = HOLES,
    procedural: float = 0.05,
    held_out: int = 48,
    workers: int = 0,
    seed: int = 0,
    progress: Progress = SILENT,
) -> Prefills:
    """Windows of the folders' pictures (none: of drawn ones), filled by FSR; `held_out` pictures are left out.

    Raises BadInputError for folders without pictures and shares that are none.
    """
    recipe = PrefillRecipe(str(Method.FSR), dict(holes), dict(procedural_kinds.EVERYTHING), procedural, seed)
    photos = load_photos(folders, cache).split(held_out)[0] if folders else None
    return prefill(photos, recipe, count, cache, workers=workers, progress=progress)


def learn(
    windows: Prefills,
    *,
    steps: int,
    seed: int,
    progress: Progress = SILENT,
    say: Callable[[str], None] = lambda line: None,
) -> Weigher:
    """Train on windows whose filling is FSR's; every twentieth is only looked at, and what is gained there is said."""
    taken = range(len(windows))
    held = [number for number in taken if number % 20 == 19] or list(taken)
    learned = [number for number in taken if number not in set(held)] or list(taken)
    lessons = list(_lessons(windows, learned, seed, progress.part(0.0, 0.7)))
    told, fillings, truth, importance = (
        torch.from_numpy(np.concatenate(parts)) for parts in zip(*lessons, strict=True)
    )
    mean, deviation = told.mean(0), told.std(0) + 1e-3
    told = (told - mean) / deviation
    generator = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        net = nn.Sequential(
            nn.Linear(told.shape[1], _HIDDEN), nn.ReLU(), nn.Linear(_HIDDEN, _HIDDEN), nn.ReLU(),
            nn.Linear(_HIDDEN, len(METHODS)),
        )  # fmt: skip
    optimiser = torch.optim.Adam(net.parameters(), lr=_RATE)
    rates = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    chances = importance.double().cumsum(0)
    for step in range(steps):
        progress.part(0.7, 0.9).report(step / steps, "learning")
        drawn = torch.rand(_BATCH, generator=generator, dtype=torch.float64) * chances[-1]
        chosen = torch.searchsorted(chances, drawn).clamp(max=len(told) - 1)
        weights = torch.softmax(net(told[chosen]), 1)
        mixed = (weights[:, :, None] * fillings[chosen]).sum(1)
        loss = (mixed - truth[chosen]).square().mean() / (fillings[chosen][:, 0] - truth[chosen]).square().mean()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        rates.step()
    linear = [layer for layer in net if isinstance(layer, nn.Linear)]
    layers = tuple((layer.weight.detach().numpy().T.copy(), layer.bias.detach().numpy().copy()) for layer in linear)
    weigher = Weigher(mean.numpy(), deviation.numpy(), layers)
    gains = [_gain(weigher, lesson) for lesson in _lessons(windows, held, seed, progress.part(0.9, 1.0))]
    say(f"{len(held)} windows not learned from: {np.mean(gains):+.2f} dB on frequency-selective reconstruction.")
    return weigher


def _lessons(windows: Prefills, numbers: list[int], seed: int, progress: Progress) -> Iterator[_Lesson]:
    for done, number in enumerate(numbers):
        progress.report(done / len(numbers), f"looking at window {done + 1} of {len(numbers)}")
        yield _lesson(windows.window(number), np.random.default_rng((seed, number)))


def _lesson(window: Window, rng: np.random.Generator) -> _Lesson:
    picture, empty = np.array(window.truth), window.hole > 0
    hole = empty.astype(np.float32)
    fillings = [
        np.array(window.filled)
        if method is Method.FSR
        else Diffusive(method).fill(picture, hole, seed=0, progress=SILENT)
        for method in METHODS
    ]
    levels = [filling.astype(np.float32) for filling in fillings]
    told = evidence(picture.astype(np.float32), levels, empty, ~empty)
    values = np.stack([filling[empty] for filling in levels], axis=1)
    truth = picture[empty].astype(np.float32)
    counted = rng.permutation(len(truth))[:_MOST_PIXELS]
    error = float(np.square(values[:, 0] - truth).mean())
    importance = np.full(len(counted), 1 / (len(counted) * (error + _CALM)), np.float32)
    return _Lesson(told[counted], values[counted], truth[counted], importance)


def _gain(weigher: Weigher, lesson: _Lesson) -> float:
    mixed = (weigher.weights(lesson.told)[:, :, None] * lesson.fillings).sum(axis=1)
    before, after = (np.square(made - lesson.truth).mean() for made in (lesson.fillings[:, 0], mixed))
    return float(10 * np.log10(max(before, 1e-3) / max(after, 1e-3)))
