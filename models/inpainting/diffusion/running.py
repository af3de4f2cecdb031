"""Load what is needed in the way that fits, paint, and go on more thriftily when memory runs out after all."""

from __future__ import annotations

from typing import Any

import numpy as np
import psutil
import torch

from models.errors import UnavailableError
from models.inpainting.diffusion.beside import Beside
from models.inpainting.diffusion.folder import parameters
from models.inpainting.diffusion.kept import KEPT, Ready
from models.inpainting.diffusion.loading import Recipe, is_out_of_memory, load, precision_for, quiet
from models.inpainting.diffusion.means import Means, Quantised
from models.inpainting.diffusion.memory import Layout, choose_layout, layouts, thriftier
from models.inpainting.diffusion.painting import Wish, paint
from models.inpainting.diffusion.source import Source
from models.mask import Mask
from models.progress import Progress
from models.weights.amounts import readable

_LOADING = 0.3  # of the way, when the model has to be loaded first


_SHARE = {Quantised.NF4: 0.28, Quantised.INT8: 0.53}  # of half precision's bytes, scales included


class Run:
    """Paints with one model on one device, and remembers which layout turned out too large."""

    def __init__(
        self, source: Source, device: str | None, means: Means | None = None, beside: Beside | None = None
    ) -> None:
        self._source, self._means, self._beside = source, means or Means(), beside or Beside()
        self._device = device or ("cuda" if torch.cuda.is_available() else "cpu")
        self._too_large: Layout | None = None
        self._networks = {**source.folder.networks, **_networks_of(self._beside)}

    def plan(self, pixels: int) -> str:
        """How it is going to run, in words, from the memory that is free now; nothing is loaded.

        Raises UnavailableError when there is too little.
        """
        if KEPT.find(self._recipe()) is not None:
            return f"{self._source.title} is loaded already."
        layout = choose_layout(self._ways(pixels), self._free(), self._source.title)
        return f"{self._source.title} ({self._size()}) is loaded first. {layout.sentence}"

    def paint(
        self, picture: np.ndarray, mask: Mask, wish: Wish, progress: Progress, held: np.ndarray | None = None
    ) -> np.ndarray | None:
        """The painting (see `painting.paint`), or None when no layout has the memory for this size.

        Raises UnavailableError and CancelledError.
        """
        with KEPT.alone(progress):
            while True:
                ready = self._ready(mask.size, progress.part(0.0, _LOADING))
                if ready is None:
                    return None
                painted = self._attempt(ready, picture, mask, wish, progress.part(_LOADING, 1.0), held)
                if painted is not None:
                    return painted
                # Here nothing holds the failed attempt's tensors any more, so the memory really comes back.
                self._too_large = ready.layout
                del ready
                KEPT.drop()

    def words_read(self, prompt: str) -> str | None:
        """How much of the prompt the loaded model reads, where it is not all of it; None where it is, or unknown."""
        ready, tokens = KEPT.find(self._recipe()), self._source.folder.family.tokens
        if ready is None or tokens is None:
            return None
        tokenizer = ready.pipe.tokenizer
        with quiet():
            if len(tokenizer(prompt).input_ids) <= tokens:
                return None
            read = tokenizer(prompt, truncation=True, max_length=tokens).input_ids
        return str(tokenizer.decode(read, skip_special_tokens=True)).strip()

    def _attempt(
        self,
        ready: Ready,
        picture: np.ndarray,
        mask: Mask,
        wish: Wish,
        progress: Progress,
        held: np.ndarray | None,
    ) -> Any:
        try:
            return paint(ready.pipe, self._source.folder.family, picture, mask, wish, progress, held)
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
        source, ways = self._source, self._ways(pixels)
        if self._too_large is None:
            if ways[0].bytes_needed > self._free():  # what is kept for other models goes first
                KEPT.drop()
            layout = choose_layout(ways, self._free(), source.title)
        else:
            found = thriftier(ways, self._too_large)
            if found is None:
                return None
            layout = found
        progress.report(0.0, f"loading {source.title} ({self._size()}). {layout.sentence}")
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
        source, means = self._source, self._means
        return Recipe(
            source.folder.origin,
            source.folder.origin.stat().st_mtime_ns,
            self._device,
            source.adapter,
            source.adapter_weight,
            source.scheduler,
            self._beside.control,
            self._beside.references,
            means.quantised,
            means.compiled,
            means.attention,
        )

    def _ways(self, pixels: int) -> list[Layout]:
        networks = dict(self._networks)
        if self._means.quantised is not None:
            backbone = self._source.folder.family.backbone
            networks[backbone] = round(networks.get(backbone, 0) * _SHARE[self._means.quantised])
        return layouts(networks, pixels, self._each(), can_offload=self._device != "cpu")

    def _size(self) -> str:
        return readable(self._each() * sum(self._networks.values()))

    def _each(self) -> int:
        """Bytes of a number in memory."""
        return torch.tensor([], dtype=precision_for(self._device)).element_size()

    def _free(self) -> int:
        """Bytes of the device's memory that may be taken now."""
        if self._device.startswith("cuda"):
            return torch.cuda.mem_get_info(self._device)[0]
        return psutil.virtual_memory().available


def _networks_of(beside: Beside) -> dict[str, int]:
    """Parameters of what is loaded beside the model, by what it is for."""
    folders = {"control": beside.control, "references": beside.references}
    return {
        name: sum(parameters(file) for file in folder.rglob("*.safetensors"))
        for name, folder in folders.items()
        if folder is not None
    }
