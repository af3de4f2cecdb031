"""A start from which short runs arrive: the network begins as a smooth filling and learns what to add.

A partial convolution whose weights are equal is a normalised convolution (Knutsson and Westin 1993): it fills a hole
with the mean of what is known around. Three channels of the network can carry that mean from the first layer to the
picture, if the others keep out of their way. No layer is added, only weights are chosen; after that everything is
trained. Batch norms must be frozen from the first step on (no first phase), as live ones would undo the scales.
"""

from __future__ import annotations

import torch
from torch import nn

from models.inpainting.rfr.network import RFRNet

_QUIET = 0.003  # of the usual deviation: what else reaches the three channels begins almost, but not quite, silent
_COLOURS = 3


@torch.no_grad()
def begin_smooth(net: RFRNet, generator: torch.Generator) -> None:
    """Set all weights: the smooth way through for three channels, He et al.'s (2015) for the rest.

    A network of prefilled pictures begins as exactly what it is given.
    """
    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            _he(module.weight, generator, fan=module.weight[0].numel())
        elif isinstance(module, nn.ConvTranspose2d):
            # a pixel of the enlarged map is made from a quarter of the kernel
            _he(module.weight, generator, fan=module.weight[:, 0].numel() // 4)
    module = net.RFRModule
    enter, leave = module.get_parameter("enc_1.0.weight"), module.get_parameter("dec_1.0.weight")
    skipped = leave.shape[0] - enter.shape[0]  # the last decoder sees deeper features first, then the first encoder's
    slope = torch.tensor([0.25, 0.75, 0.75, 0.25])
    enlarge = torch.outer(slope, slope)
    for filling in (net.Pconv1, net.Pconv2, net.Pconv21, net.Pconv22):
        _pass(filling.weight, torch.ones(filling.kernel_size) / filling.weight[0, 0].numel())
    _pass(enter, torch.tensor([[0.0, 0.0, 0.0], [0.0, 0.25, 0.25], [0.0, 0.25, 0.25]]))
    leave[:, :_COLOURS] *= _QUIET
    net.Tconv.weight[:, :_COLOURS] *= _QUIET
    net.tail1.weight[:_COLOURS] *= _QUIET
    net.out.weight[:_COLOURS] *= _QUIET
    for colour in range(_COLOURS):
        leave[skipped + colour, colour] += enlarge
        net.Tconv.weight[colour, colour] += enlarge
        if net.prefilled:
            net.tail1.weight[colour] = 0.0
            net.tail1.weight[colour, colour, 1, 1] = 1.0
            net.out.weight[colour] = 0.0
        else:
            # the last partial convolution weighs the picture's channels and all features by what is known of each
            net.tail1.weight[colour, colour] += _COLOURS / (_COLOURS + net.width) / 9
            net.tail1.weight[colour, _COLOURS + colour, 1, 1] += net.width / (_COLOURS + net.width)
        net.out.weight[colour, colour, 1, 1] += 1.0
    net.tail2.bn3.weight.zero_()  # the residual's branch adds nothing yet


def _pass(weight: torch.Tensor, kernel: torch.Tensor) -> None:
    weight[:_COLOURS] = 0.0
    for colour in range(_COLOURS):
        weight[colour, colour] = kernel


def _he(weight: torch.Tensor, generator: torch.Generator, fan: int) -> None:
    weight.copy_(torch.randn(weight.shape, generator=generator) * (2 / fan) ** 0.5)
