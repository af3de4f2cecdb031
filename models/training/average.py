"""The moving average of a network's weights: steadier than any single step's."""

from __future__ import annotations

import copy

import torch
from torch import nn


class MovingAverage:
    """An exponential moving average of parameters and buffers, in float32, with a copy of the network to hold it."""

    def __init__(self, net: nn.Module, decay: float) -> None:
        self._decay = decay
        self.net = copy.deepcopy(net).requires_grad_(False)
        self.net.eval()

    @torch.no_grad()
    def update(self, net: nn.Module, step: int) -> None:
        """Move towards `net`; faster during the first steps, when the average is mostly the random start."""
        decay = min(self._decay, (1 + step) / (10 + step))
        latest = net.state_dict()
        for name, average in self.net.state_dict().items():
            if average.is_floating_point():
                average.lerp_(latest[name], 1 - decay)
            else:
                average.copy_(latest[name])
