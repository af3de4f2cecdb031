"""Loaded pipelines, kept for the next time: loading takes longer than painting. One paints at a time."""

from __future__ import annotations

import gc
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from models.inpainting.diffusion.loading import Recipe
from models.inpainting.diffusion.memory import Layout
from models.progress import Progress

_WAIT = 0.1  # seconds between looks whether the person gave up waiting


@dataclass(frozen=True)
class Ready:
    """A pipeline and how it lies in memory."""

    pipe: Any
    layout: Layout


class Kept:
    """At most `most` pipelines; of more, the one that was used longest ago is dropped. Safe for threads."""

    def __init__(self, most: int = 2) -> None:
        self._most = most
        self._ready: OrderedDict[Recipe, Ready] = OrderedDict()
        self._busy = threading.Lock()

    @contextmanager
    def alone(self, progress: Progress) -> Iterator[None]:
        """Nobody else paints or loads meanwhile. Raises CancelledError while it waits."""
        while not self._busy.acquire(timeout=_WAIT):
            progress.report(0.0, "waiting for another painting")
        try:
            yield
        finally:
            self._busy.release()

    def find(self, recipe: Recipe) -> Ready | None:
        """The pipeline of that recipe, if it is kept; it counts as used."""
        if recipe in self._ready:
            self._ready.move_to_end(recipe)
        return self._ready.get(recipe)

    def make(self, recipe: Recipe, layout: Layout, load: Callable[[], Any]) -> Ready:
        """Load a pipeline and keep it, after dropping those that there is no place for."""
        while len(self._ready) >= self._most:
            self._ready.popitem(last=False)
        _give_back()
        ready = self._ready[recipe] = Ready(load(), layout)
        return ready

    def drop(self) -> None:
        """Forget every pipeline and give their memory back."""
        self._ready.clear()
        _give_back()

    def __len__(self) -> int:
        return len(self._ready)

    def __iter__(self) -> Iterator[Ready]:
        return iter(list(self._ready.values()))


KEPT = Kept()
"""The pipelines of this process."""


def _give_back() -> None:
    import torch

    gc.collect()  # pipelines hold circles of hooks
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
