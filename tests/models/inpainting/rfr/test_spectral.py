"""Convolutions by spectra are convolutions."""

import pytest
import torch
from torch.nn import functional as F  # noqa: N812

from models.inpainting.rfr.spectral import SpectralConvolution, is_worth_it


@pytest.mark.parametrize("kernel", [3, 5, 7])
@pytest.mark.parametrize(("height", "width"), [(8, 8), (26, 52), (64, 40), (1, 1)])
def test_it_is_the_convolution(kernel: int, height: int, width: int) -> None:
    generator = torch.Generator().manual_seed(0)
    weight = torch.randn(5, 3, kernel, kernel, generator=generator)
    x = torch.randn(2, 3, height, width, generator=generator).contiguous(memory_format=torch.channels_last)
    expected = F.conv2d(x, weight, padding=kernel // 2)
    torch.testing.assert_close(SpectralConvolution(weight)(x), expected, atol=2e-5, rtol=1e-5)


def test_it_is_for_many_channels_and_large_kernels() -> None:
    assert is_worth_it(torch.zeros(64, 64, 7, 7), (1, 1))
    assert not is_worth_it(torch.zeros(64, 3, 7, 7), (2, 2))
    assert not is_worth_it(torch.zeros(64, 64, 5, 5), (1, 1))
    assert not is_worth_it(torch.zeros(16, 16, 7, 7), (1, 1))
