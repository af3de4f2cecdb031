"""A look at a painting while it is being made, for next to nothing: latents to colours by a linear map.

The map is fitted on the picture itself: its latents, as the model's own autoencoder gives them, against its colours.
So it needs no published factors, and suits every autoencoder. Colours are rough, and early steps show their noise.
"""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
import torch

from models.geometry import Extent

_LONGEST = 512  # pixels of the picture that the map is fitted on
_MULTIPLE = 32  # what every autoencoder here divides
_RIDGE = 1e-5


class Glass:
    """Turns the latents of one pipeline into small pictures."""

    def __init__(self, pipe: Any, picture: np.ndarray) -> None:
        """`picture` is H×W×3 float32 in [0, 1]: what the model is shown."""
        shown = Extent.of(picture).fit_within(_LONGEST)
        sides = Extent(*(max(_MULTIPLE, side // _MULTIPLE * _MULTIPLE) for side in shown))
        self._picture = cv2.resize(picture, tuple(sides), interpolation=cv2.INTER_AREA)
        self._extent = Extent.of(picture)
        self._pipe = pipe
        self._map: np.ndarray | None = None

    def look(self, latents: Any) -> np.ndarray | None:
        """h×w×3 uint8, a pixel for a latent pixel, of the latents of a step; None where they cannot be read."""
        grid = _grid(latents[:1], self._extent)
        if grid is None:
            return None
        if self._map is None:
            self._map = self._fitted(grid.shape[2])
        if self._map is None:
            return None
        colours = np.concatenate([grid, np.ones((*grid.shape[:2], 1), np.float32)], axis=2) @ self._map
        return np.rint(np.clip(colours, 0.0, 1.0) * 255).astype(np.uint8)

    @torch.no_grad()
    def _fitted(self, channels: int) -> np.ndarray | None:
        """(channels + 1)×3 float32, by least squares with a little ridge."""
        vae = self._pipe.vae
        pixels = torch.from_numpy(self._picture * 2.0 - 1.0).permute(2, 0, 1)[None]
        if getattr(vae.config, "temperal_downsample", None) is not None:  # an autoencoder for films wants a frame axis
            pixels = pixels[:, :, None]
        pixels = pixels.to(self._pipe._execution_device, vae.dtype)
        # Its own generator: looking on must not change what is painted.
        latents = self._pipe._encode_vae_image(pixels, torch.Generator("cpu").manual_seed(0)).float().cpu()
        latents = latents[:, :, 0] if latents.ndim == 5 else latents
        if latents.shape[1] * 4 == channels:
            latents = torch.nn.functional.pixel_unshuffle(latents, 2)
        if latents.shape[1] != channels:
            return None
        seen = latents[0].permute(1, 2, 0).numpy()
        colours = cv2.resize(self._picture, (seen.shape[1], seen.shape[0]), interpolation=cv2.INTER_AREA).reshape(-1, 3)
        known = np.concatenate([seen.reshape(-1, channels), np.ones((len(colours), 1), np.float32)], axis=1)
        squares = known.T.astype(np.float64) @ known
        squares += _RIDGE * float(np.trace(squares)) / len(squares) * np.eye(len(squares))
        return np.linalg.solve(squares, known.T.astype(np.float64) @ colours).astype(np.float32)


def _grid(latents: Any, extent: Extent) -> np.ndarray | None:
    """h×w×C float32 of 1×C×h×w latents, or of 1×(h·w)×C tokens in rows."""
    values = latents.detach().float().cpu()
    if values.ndim == 4:
        return values[0].permute(1, 2, 0).numpy()
    if values.ndim != 3:
        return None
    rows = round(math.sqrt(values.shape[1] * extent.height / extent.width))
    if rows < 1 or values.shape[1] % rows:
        return None
    return values[0].numpy().reshape(rows, values.shape[1] // rows, -1)
