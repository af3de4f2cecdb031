"""The hole filler that has learned from pictures: RFR-Net with weights that ship with the app, or given ones."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from models.errors import UnavailableError
from models.inpainting.continuations import continuation
from models.inpainting.protocol import Inpainter, ground_of
from models.mask import Mask
from models.progress import Progress

if TYPE_CHECKING:
    from models.inpainting.rfr.fast import FastRFRNet

SHIPPED = Path(__file__).parent / "weights"


def shipped_weights() -> Path | None:
    """The weights that ship with the app, or None; of several files the last by name."""
    return max(SHIPPED.glob("*.safetensors"), default=None)


class RFR:
    """Fills holes by Recurrent Feature Reasoning; see `models.inpainting.protocol.Inpainter`.

    Works on any size, at 8 or 16 bits without rounding in between. `weights` is a file that `checkpoint` reads (None:
    the shipped one); it is read at the first filling. `device` None: a CUDA device where there is one, in half
    precision; else the CPU in single precision.
    """

    name = "rfr"

    def __init__(self, weights: Path | None = None, device: str | None = None) -> None:
        self._weights, self._device = weights, device

    @property
    def is_available(self) -> bool:
        """Whether there are weights to fill with."""
        return self._weights is not None or shipped_weights() is not None

    def fill(
        self,
        image: np.ndarray,
        hole: Mask,
        *,
        seed: int,
        progress: Progress,
        sources: Mask | None = None,
        prompt: str | None = None,
    ) -> np.ndarray:
        """Return the image with the hole filled from what the network sees of `sources`.

        Raises BadInputError also when the weights are no RFR-Net's, and UnavailableError when there are none.
        """
        empty, known = ground_of(image, hole, sources)
        weights = self._weights or shipped_weights()
        if weights is None:
            raise UnavailableError(
                "The engine rfr has no weights here; train some with `pentimento train rfr`, or choose another engine."
            )
        progress.check()
        from models.inpainting.rfr.solving import Solver

        changed = weights.stat().st_mtime_ns if weights.is_file() else 0
        loaded = _loaded(weights, changed, self._device)
        filled = Solver(loaded.net, seed, loaded.widest, loaded.prefill).fill(image, empty, known, progress)
        progress.report(1.0, "filled")
        return filled


class _Loaded(NamedTuple):
    """A network, the widest hole it fills well, and what fills holes before it sees them."""

    net: FastRFRNet
    widest: int | None
    prefill: Inpainter | None


@lru_cache(maxsize=2)
def _loaded(weights: Path, changed: int, device: str | None) -> _Loaded:
    """Read once and kept.

    `changed` is the file's time of change, so that a retrained network is read again.
    """
    import torch

    from models.inpainting.rfr.checkpoint import load_checkpoint
    from models.inpainting.rfr.fast import FastRFRNet

    where = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
    precision = torch.float16 if where.type == "cuda" else torch.float32
    checkpoint = load_checkpoint(weights)
    net = FastRFRNet(checkpoint.net, device=where, precision=precision)
    return _Loaded(net, checkpoint.widest, None if checkpoint.prefill is None else continuation(checkpoint.prefill))
