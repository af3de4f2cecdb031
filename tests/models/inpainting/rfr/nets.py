"""Small networks with statistics like trained ones, and holes to try them on."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from torch import nn

from models.inpainting.rfr.network import RFRNet


def seasoned(width: int = 8, kernel: int = 7, seed: int = 0) -> RFRNet:
    """A random network whose batch norms have seen pictures, in evaluation mode."""
    generator = torch.Generator().manual_seed(seed)
    net = RFRNet(width, kernel)
    norms = [module for module in net.modules() if isinstance(module, nn.BatchNorm2d)]
    with torch.no_grad():
        for module in net.modules():
            if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
                fan = module.weight[0].numel() if isinstance(module, nn.Conv2d) else module.weight[:, 0].numel() / 4
                module.weight.copy_(torch.randn(module.weight.shape, generator=generator) / fan**0.5)
                if module.bias is not None:
                    module.bias.copy_(torch.randn(module.bias.shape, generator=generator) * 0.1)
        for norm in norms:
            norm.weight.copy_(torch.rand(norm.num_features, generator=generator) * 0.5 + 0.75)
            norm.bias.copy_(torch.randn(norm.num_features, generator=generator) * 0.1)
            norm.momentum = None  # an average over all that is seen
        net.RFRModule.att.att.ratio.fill_(-0.7)
        for batch in range(3):
            net(picture(2, 64, 64, seed + batch), strokes(2, 64, 64, seed + batch))
    for norm in norms:
        norm.momentum = 0.1
    return net.eval()


def strokes(batch: int, height: int, width: int, seed: int = 0) -> torch.Tensor:
    """B×1×H×W float32, 1 = known; free strokes and, in every other picture, a blob at the corner."""
    rng = np.random.default_rng(seed)
    known = np.ones((batch, 1, height, width), np.float32)
    for number, plane in enumerate(known[:, 0]):
        for _ in range(4):
            ends = rng.integers(0, (width, height), (2, 2)).tolist()
            cv2.line(plane, ends[0], ends[1], 0.0, int(rng.integers(2, 12)))
        if number % 2:
            cv2.circle(plane, (0, 0), min(height, width) // 2, 0.0, -1)
    return torch.from_numpy(known)


def picture(batch: int, height: int, width: int, seed: int = 0) -> torch.Tensor:
    """B×3×H×W in [0, 1], smooth and grainy."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand(batch, 3, 5, 5, generator=generator)
    smooth = nn.functional.interpolate(coarse, (height, width), mode="bicubic").clamp(0, 1)
    return (smooth + 0.1 * torch.rand(batch, 3, height, width, generator=generator)).clamp(0, 1)
