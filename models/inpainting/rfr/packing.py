"""Convolutions prepared once for many calls: batch norm folded in, weights laid out for the device.

On a CPU each takes the way that is fastest for its shape: spectra, minimal filtering, or oneDNN with weights that stay
in its own layout. Where oneDNN is missing the ordinary convolution is used; results are the same.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

from models.inpainting.rfr import onednn, spectral, winograd
from models.inpainting.rfr.onednn import Operator


def folded(
    conv: nn.Conv2d | nn.ConvTranspose2d, norm: nn.BatchNorm2d | None
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Weight and bias (None when zero) of the convolution followed by the norm in evaluation mode."""
    weight = conv.weight.detach()
    bias = None if conv.bias is None else conv.bias.detach()
    if norm is None:
        return weight, bias
    if norm.running_mean is None or norm.running_var is None:
        raise ValueError("only a batch norm that keeps statistics can be folded")
    scale = norm.weight.detach() / torch.sqrt(norm.running_var + norm.eps)
    shift = norm.bias.detach() + ((0.0 if bias is None else bias) - norm.running_mean) * scale
    outputs = (1, -1, 1, 1) if isinstance(conv, nn.ConvTranspose2d) else (-1, 1, 1, 1)
    return weight * scale.view(outputs), shift


def packed(
    conv: nn.Conv2d | nn.ConvTranspose2d,
    norm: nn.BatchNorm2d | None,
    *,
    side: int,
    device: torch.device,
    precision: torch.dtype,
    slope: float | None = None,
    bias: bool = True,
) -> Operator:
    """`conv`, then `norm` in evaluation mode, then a leaky ReLU of `slope` (0 = ReLU, None = nothing).

    The weights are copied to `device`, in `precision`. `side` is how many pixels a typical input is across; others are
    right too. With `bias` False the caller adds what `folded` gives as bias.
    """
    weight, shift = folded(conv, norm)
    weight = weight.to(device, precision, copy=True)
    shift = None if shift is None or not bias else shift.to(device, precision, copy=True)
    transposed = isinstance(conv, nn.ConvTranspose2d)
    stride, padding, dilation = list(conv.stride), _pair(conv.padding), list(conv.dilation)
    if weight.device.type == "cpu" and precision == torch.float32 and onednn.is_available():
        if not transposed and shift is None and slope is None and spectral.is_worth_it(weight, conv.stride):
            return spectral.SpectralConvolution(weight)
        if winograd.is_worth_it(weight, stride, padding, dilation):
            return winograd.WinogradConvolution(weight, shift, dilation=dilation[0], slope=slope, pixels=side * side)
        size = [1, conv.in_channels, side, side]
        make = onednn.transposed if transposed else onednn.convolution
        return make(weight, shift, size=size, stride=stride, padding=padding, dilation=dilation, slope=slope)
    weight = weight.contiguous(memory_format=torch.channels_last)
    convolve = F.conv_transpose2d if transposed else F.conv2d

    def run(x: torch.Tensor) -> torch.Tensor:
        result = convolve(x, weight, shift, stride, padding, dilation=dilation)
        return result if slope is None else F.leaky_relu_(result, slope)

    return run


def product(rows: torch.Tensor, others: torch.Tensor) -> torch.Tensor:
    """rows·othersᵀ for B×n×k and B×m×k float32: B×n×m.

    On a CPU as 1×1 convolutions of oneDNN, whose kernels are up to twice as fast as those of the matrix product on
    processors of other makers than the BLAS library's.
    """
    if rows.device.type != "cpu" or rows.dtype != torch.float32 or not onednn.is_available():
        return rows @ others.transpose(1, 2)
    results = []
    for row, other in zip(rows, others, strict=True):
        # written as a picture of one row and as 1×1 kernels whose channels come last: no copy is made
        picture, kernels = row.t()[None, :, None, :], other[:, None, None, :].permute(0, 3, 1, 2)
        result = torch.mkldnn_convolution(picture, kernels, None, (0, 0), (1, 1), (1, 1), 1)
        results.append(result[0, :, 0].t())
    return results[0][None] if len(results) == 1 else torch.stack(results)


def _pair(padding: object) -> list[int]:
    if not isinstance(padding, tuple):
        raise TypeError("padding is given in pixels here, not in words")
    return list(padding)
