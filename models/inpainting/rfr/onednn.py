"""Convolutions of oneDNN whose weights stay in its own layout.

PyTorch converts weights into that layout at every call, which costs as much as half of the convolution itself when a
layer has many channels and few pixels. Here they are converted once, through the operators that torch.compile emits
for frozen weights. They are not part of PyTorch's promised interface: ask `is_available`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import torch

Operator = Callable[[torch.Tensor], torch.Tensor]

_nn: Any = getattr(torch._C, "_nn", None)  # built in, unknown to the type stubs


@cache
def is_available() -> bool:
    """Whether this PyTorch has all of it."""
    return (
        torch.backends.mkldnn.is_available()
        and hasattr(_nn, "mkldnn_reorder_conv2d_weight")
        and hasattr(torch, "mkldnn_convolution")
        and hasattr(torch.ops.mkldnn, "_convolution_pointwise")
        and hasattr(torch.ops.mkldnn, "_convolution_transpose_pointwise")
        and hasattr(torch.ops.mkldnn, "_reorder_convolution_transpose_weight")
    )


def convolution(
    weight: torch.Tensor,
    bias: torch.Tensor | None,
    *,
    size: Sequence[int],
    stride: Sequence[int] = (1, 1),
    padding: Sequence[int] = (0, 0),
    dilation: Sequence[int] = (1, 1),
    groups: int = 1,
    slope: float | None = None,
) -> Operator:
    """Out×In×k×k float32 weights on the CPU, then a leaky ReLU of `slope` (0 = ReLU, None = nothing).

    `size` is that of a typical input, B×C×H×W; others are right too.
    """
    window = list(padding), list(stride), list(dilation), groups
    held = _nn.mkldnn_reorder_conv2d_weight(weight.contiguous().to_mkldnn(), *window, list(size))
    after = _activation(slope)
    return lambda x: torch.ops.mkldnn._convolution_pointwise(x, held, bias, *window, *after, "")


def transposed(
    weight: torch.Tensor,
    bias: torch.Tensor | None,
    *,
    size: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
    slope: float | None = None,
) -> Operator:
    """The transposed convolution of In×Out×k×k weights; else as `convolution`."""
    window = list(padding), [0, 0], list(stride), list(dilation), 1
    held = torch.ops.mkldnn._reorder_convolution_transpose_weight(weight.contiguous(), *window, list(size))
    after = _activation(slope)
    return lambda x: torch.ops.mkldnn._convolution_transpose_pointwise(x, held, bias, *window, *after, "")


def linear(weight: torch.Tensor, bias: torch.Tensor | None, *, rows: int) -> Operator:
    """Out×In float32 weights on the CPU: takes T×In, contiguous, to T×Out; T is typically `rows`."""
    convolve = convolution(weight[:, :, None, None], bias, size=[1, weight.shape[1], rows, 1])
    return lambda x: convolve(x.t()[None, :, :, None])[0, :, :, 0].t()


def _activation(slope: float | None) -> tuple[str, list[float]]:
    return {None: ("none", []), 0.0: ("relu", [])}.get(slope, ("leaky_relu", [slope]))
