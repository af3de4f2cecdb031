"""Large convolutions as products of spectra, tile by tile (overlap-save).

A 7×7 convolution of 64 channels takes 49 products per output and pair of channels. The Fourier transform of a tile of
32×32 turns it into one complex product per frequency, about a tenth as many; the sums are exact to float32 rounding.
"""

from __future__ import annotations

import torch
from torch.nn import functional as F  # noqa: N812

_TILE = 32  # pixels
_LEAST_KERNEL = 7
_LEAST_CHANNELS = 48  # with fewer, the transforms cost more than they save


def is_worth_it(weight: torch.Tensor, stride: tuple[int, ...]) -> bool:
    """Whether C×C×k×k weights at this stride are faster in tiles than directly."""
    return min(weight.shape[:2]) >= _LEAST_CHANNELS and weight.shape[-1] >= _LEAST_KERNEL and set(stride) == {1}


class SpectralConvolution:
    """Out×In×k×k float32 weights, stride 1, padding k // 2: what `conv2d` gives without a bias."""

    def __init__(self, weight: torch.Tensor) -> None:
        self._kernel = weight.shape[-1]
        # conv2d correlates: the conjugate spectrum, whose valid outputs start at a tile's first pixel
        spectra = torch.fft.rfft2(weight, (_TILE, _TILE)).conj()
        self._spectra = spectra.flatten(2).permute(2, 0, 1).contiguous()

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """B×In×H×W to B×Out×H×W."""
        batch, channels, height, width = x.shape
        radius, valid = self._kernel // 2, _TILE - self._kernel + 1
        down, across = -(-height // valid), -(-width // valid)
        padded = F.pad(x, (radius, across * valid - width + radius, radius, down * valid - height + radius))
        tiles = padded.unfold(2, _TILE, valid).unfold(3, _TILE, valid)
        spectra = torch.fft.rfft2(tiles).flatten(4)
        spectra = spectra.permute(4, 1, 0, 2, 3).reshape(-1, channels, batch * down * across)
        products = torch.bmm(self._spectra, spectra)
        products = products.permute(1, 2, 0).reshape(-1, batch, down, across, _TILE, _TILE // 2 + 1)
        results = torch.fft.irfft2(products, (_TILE, _TILE))[..., :valid, :valid]
        whole = results.permute(1, 0, 2, 4, 3, 5).reshape(batch, -1, down * valid, across * valid)
        return whole[:, :, :height, :width]
