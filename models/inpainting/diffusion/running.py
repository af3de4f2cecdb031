"""Load what is needed in the way that fits, paint, and go on more thriftily when memory runs out after all."""

from __future__ import annotations

from typing import Any

import numpy as np
import psutil
import torch

from models.errors import UnavailableError
from models.inpainting.diffusion.folder import INDEX
from models.inpainting.diffusion.kept import KEPT, Ready
from models.inpainting.diffusion.loading import Recipe, is_out_of_memory, load, precision_for
from models.inpainting.diffusion.memory import Layout, choose_layout, layouts, thriftier
from models.inpainting.diffusion.painting import Wish, paint
from models.inpainting.diffusion.source import Source
from models.mask import Mask
from models.progress import Progress
from models.weights.amounts import readable

_LOADING = 0.3  # of the way, when the model has to be loaded first


class Run:
    """Paints with one model on one device, and remembers which layout turned out too large."""

    def __init__(self, source: Source, device: str | None) -> None:
        self._source = source
        self._device = device or ("cuda" if torch.cuda.is_available() else "cpu")
        self._too_large: Layout | None = None

    def paint(self, picture: np.ndarray, mask: Mask, wish: Wish, progress: Progress) -> np.ndarray | None:
        """The painting (see `painting.paint`), or None when no layout has the memory for this size.

        Raises UnavailableError and CancelledError.
        """
        with KEPT.alone(progress):
            while True:
                ready = self._ready(mask.size, progress.part(0.0, _LOADING))
                if ready is None:
                    return None
                painted = self._attempt(ready, picture, mask, wish, progress.part(_LOADING, 1.0))
                if painted is not None:
                    return painted
                # Here nothing holds the failed attempt's tensors any more, so the memory really comes back.
                self._too_large = ready.layout
                del ready
                KEPT.drop()

    def _attempt(self, ready: Ready, picture: np.ndarray, mask: Mask, wish: Wish, progress: Progress) -> Any:
        try:
            return paint(ready.pipe, self._source.folder.family, picture, mask, wish, progress)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            return None

    def _ready(self, pixels: int, progress: Progress) -> Ready | None:
        """The pipeline, kept or loaded now; None when everything that is left was too large already."""
        recipe = self._recipe()
        ready = KEPT.find(recipe)
        if ready is not None:
            return ready
        source = self._source
        ways = layouts(source.folder.networks, pixels, self._each(), can_offload=self._device != "cpu")
        if self._too_large is None:
            if ways[0].bytes_needed > self._free():  # what is kept for other models goes first
                KEPT.drop()
            layout = choose_layout(ways, self._free(), source.title)
        else:
            found = thriftier(ways, self._too_large)
            if found is None:
                return None
            layout = found
        size = readable(self._each() * sum(source.folder.networks.values()))
        progress.report(0.0, f"loading {source.title} ({size}). {layout.sentence}")
        try:
            ready = KEPT.make(recipe, layout, lambda: load(source.folder, recipe, layout))
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            raise UnavailableError(
                f"There is too little free memory to load {source.title}; close other programs or choose a smaller "
                "model."
            ) from error
        progress.report(1.0, f"{source.title} is loaded")
        return ready

    def _recipe(self) -> Recipe:
        source, path = self._source, self._source.folder.path
        return Recipe(
            path,
            (path / INDEX).stat().st_mtime_ns,
            self._device,
            source.adapter,
            source.adapter_weight,
            source.scheduler,
        )

    def _each(self) -> int:
        """Bytes of a number in memory."""
        return torch.tensor([], dtype=precision_for(self._device)).element_size()

    def _free(self) -> int:
        """Bytes of the device's memory that may be taken now."""
        if self._device.startswith("cuda"):
            return torch.cuda.mem_get_info(self._device)[0]
        return psutil.virtual_memory().available
