"""Large convolutions as products of spectra, tile by tile (overlap-save).

A 7×7 convolution of 64 channels takes 49 products per output and pair of channels. The Fourier transform of a tile of
32×32 turns it into one complex product per frequency, about a tenth as many; the sums are exact to float32 rounding.

The transforms are products with matrices of cosines and sines, so that channels stay innermost and nothing has to be
turned round between them; for so few points that is as fast as a fast Fourier transform. All frequencies' products
are one grouped 1×1 convolution of real numbers, real and imaginary parts as channels.
"""

from __future__ import annotations

import math

import torch
from torch.nn import functional as F  # noqa: N812

from models.inpainting.rfr.onednn import convolution

_TILE = 32  # pixels
_WAVES = _TILE // 2 + 1  # frequencies along a row; the others are their conjugates
_LEAST_KERNEL = 7
_LEAST_CHANNELS = 48  # with fewer, the transforms cost more than they save
_TILES = 60  # transformed at a time: spectra of 64 channels take 16 MiB


def is_worth_it(weight: torch.Tensor, stride: tuple[int, ...]) -> bool:
    """Whether C×C×k×k weights at this stride are faster in tiles than directly."""
    return min(weight.shape[:2]) >= _LEAST_CHANNELS and weight.shape[-1] >= _LEAST_KERNEL and set(stride) == {1}


class SpectralConvolution:
    """Out×In×k×k float32 weights, stride 1, padding k // 2: what `conv2d` gives without a bias. CPU only."""

    def __init__(self, weight: torch.Tensor) -> None:
        self._kernel, self._outputs = weight.shape[-1], weight.shape[0]
        self._valid = _TILE - self._kernel + 1
        # conv2d correlates: the conjugate spectrum, whose valid outputs start at a tile's first pixel
        spectra = torch.fft.rfft2(weight.double(), (_TILE, _TILE)).conj().resolve_conj()
        spectra = spectra.permute(3, 2, 0, 1).flatten(0, 1)
        real, imaginary = spectra.real, spectra.imag
        both = torch.cat([torch.cat([real, -imaginary], 2), torch.cat([imaginary, real], 2)], 1).float()
        self._products = convolution(
            both.flatten(0, 1)[:, :, None, None], None, size=[1, both[:, 0].numel(), _TILES, 1], groups=len(both)
        )
        self._along, self._down, self._up, self._back = _transforms(self._valid)

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """B×In×H×W to B×Out×H×W, channels last in memory."""
        _, _, height, width = x.shape
        radius, valid = self._kernel // 2, self._valid
        down, across = -(-height // valid), -(-width // valid)
        margins = (0, 0, radius, across * valid - width + radius, radius, down * valid - height + radius)
        padded = F.pad(x.permute(0, 2, 3, 1), margins)
        step = max(1, _TILES // across)
        strips = []
        for first in range(0, down, step):
            last = min(first + step, down)
            strips.append(self._strip(padded[:, first * valid : last * valid + _TILE - valid], last - first, across))
        whole = strips[0] if len(strips) == 1 else torch.cat(strips, 1)
        return whole[:, :height, :width].permute(0, 3, 1, 2)

    def _strip(self, rows: torch.Tensor, down: int, across: int) -> torch.Tensor:
        """B×rows×columns×In with margins to B×(down·valid)×(across·valid)×Out."""
        batch, height, _, channels = rows.shape
        tiles, valid, outputs = batch * down * across, self._valid, self._outputs
        lines = rows.unfold(2, _TILE, valid).permute(0, 2, 1, 4, 3)
        waves = torch.matmul(self._along, lines).view(batch, across, height, _WAVES, 2, channels)
        waves = waves.unfold(2, _TILE, valid).permute(0, 2, 1, 3, 4, 6, 5).reshape(-1, 2 * _TILE, channels)
        spectra = torch.matmul(self._down, waves).view(1, tiles, 1, -1).permute(0, 3, 1, 2)
        products = self._products(spectra).permute(0, 2, 3, 1).reshape(tiles * _WAVES, 2 * _TILE, outputs)
        waves = torch.matmul(self._up, products).view(tiles, 2 * _WAVES, valid, outputs)
        results = torch.matmul(self._back, waves.permute(0, 2, 1, 3)).view(batch, down, across, valid, valid, outputs)
        return results.transpose(2, 3).reshape(batch, down * valid, across * valid, outputs)


def _transforms(valid: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Matrices over real numbers, float32: a row to its waves, a wave's column to its spectrum, and the `valid` first
    of a column and of a row back. Waves are rows (real, imaginary) in pairs before the column's transform and after
    it blocks (all real, all imaginary) where they meet pixels."""
    pixels = torch.arange(_TILE, dtype=torch.float64)
    angle = 2 * math.pi * torch.outer(torch.arange(_WAVES, dtype=torch.float64), pixels) / _TILE
    along = torch.stack([angle.cos(), -angle.sin()], 1).flatten(0, 1)
    turn = 2 * math.pi * torch.outer(pixels, pixels) / _TILE
    c, s = turn.cos(), turn.sin()
    down = torch.cat([torch.stack([c, -s], 1).flatten(0, 1), torch.stack([s, c], 1).flatten(0, 1)], 1)
    real, imaginary = (torch.stack(parts, 2).flatten(1)[:valid] for parts in ((c, -s), (s, c)))
    up = torch.cat([real, imaginary]) / _TILE
    # a row's missing waves are conjugates, so all but the first and the last count twice
    count = torch.full((_WAVES, 1), 2.0, dtype=torch.float64)
    count[0] = count[-1] = 1
    back = torch.stack([count * angle.cos(), -count * angle.sin()], 1).flatten(0, 1)[:, :valid].t() / _TILE
    return along.float(), down.float(), up.float(), back.float().contiguous()
