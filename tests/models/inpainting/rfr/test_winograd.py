"""Minimal filtering is convolution."""

import pytest
import torch
from torch.nn import functional as F  # noqa: N812

from models.inpainting.rfr.winograd import WinogradConvolution, is_worth_it

SIZES = [(8, 8), (9, 14), (1, 3), (70, 34)]


@pytest.mark.parametrize("dilation", [1, 2])
@pytest.mark.parametrize(("height", "width"), SIZES)
def test_three_taps(dilation: int, height: int, width: int) -> None:
    generator = torch.Generator().manual_seed(0)
    weight, shift = torch.randn(5, 3, 3, 3, generator=generator), torch.randn(5, generator=generator)
    x = torch.randn(2, 3, height, width, generator=generator).contiguous(memory_format=torch.channels_last)
    expected = F.leaky_relu(F.conv2d(x, weight, shift, padding=dilation, dilation=dilation), 0.2)
    made = WinogradConvolution(weight, shift, dilation=dilation, slope=0.2, pixels=64)(x)
    torch.testing.assert_close(made, expected, atol=2e-5, rtol=1e-5)


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_enlarging(height: int, width: int) -> None:
    generator = torch.Generator().manual_seed(0)
    weight, shift = torch.randn(3, 5, 4, 4, generator=generator), torch.randn(5, generator=generator)
    x = torch.randn(2, 3, height, width, generator=generator).contiguous(memory_format=torch.channels_last)
    expected = F.conv_transpose2d(x, weight, shift, 2, 1)
    made = WinogradConvolution(weight, shift, dilation=1, slope=None, pixels=64)(x)
    torch.testing.assert_close(made, expected, atol=2e-5, rtol=1e-5)
    bare = WinogradConvolution(weight, None, dilation=1, slope=0.0, pixels=64)(x)
    torch.testing.assert_close(bare, F.conv_transpose2d(x, weight, None, 2, 1).relu(), atol=2e-5, rtol=1e-5)


def test_it_is_for_many_channels() -> None:
    assert is_worth_it(torch.empty(128, 128, 3, 3), (1, 1), (2, 2), (2, 2))
    assert is_worth_it(torch.empty(128, 128, 4, 4), (2, 2), (1, 1), (1, 1))
    assert not is_worth_it(torch.empty(128, 128, 3, 3), (2, 2), (1, 1), (1, 1))
    assert not is_worth_it(torch.empty(128, 128, 3, 3), (1, 1), (0, 0), (1, 1))
    assert not is_worth_it(torch.empty(384, 64, 4, 4), (2, 2), (1, 1), (1, 1))
    assert not is_worth_it(torch.empty(128, 128, 7, 7), (1, 1), (3, 3), (1, 1))
