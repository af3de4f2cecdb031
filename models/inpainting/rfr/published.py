"""RFR-Net computed step by step as published: the plain path that the fast ones are measured and tested against.

Full convolutions over masks of as many channels as the features have, one picture after another through the attention,
its keys as 1×1 kernels, all maps kept to the end. Same modules, same parameters, same numbers; slow and large.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

from models.inpainting.rfr.network import FeatureReasoning, RFRNet


def published_forward(net: RFRNet, image_masked: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    """What `net(image_masked, known)` gives: both B×3×H×W float32, `known` 1 = known and 0 = hole in all channels."""
    x, mask = _partial(net.Pconv1, image_masked, known)
    x, mask = _partial(net.Pconv2, F.relu(net.bn1(x)), mask)
    x = F.relu(net.bn20(x))
    maps, masks = [x], [mask]
    attention = _Attention(net.RFRModule)
    for _ in range(6):
        x, mask = _partial(net.Pconv21, x, mask)
        x, mask = _partial(net.Pconv22, x, mask)
        x = attention.reason(F.leaky_relu(net.bn2(x)), mask[:, :1]) * mask
        maps.append(x)
        masks.append(mask)
    every_map, every_mask = torch.stack(maps, 2), torch.stack(masks, 2)
    merged = (every_map * every_mask).mean(2) / (every_mask.mean(2) + 1e-7)
    painted = F.leaky_relu(net.bn3(net.Tconv(merged)))
    both = torch.cat([known, F.interpolate(mask, scale_factor=2)], 1)
    x, _ = _partial(net.tail1, torch.cat([image_masked, painted], 1), both)
    x = F.leaky_relu(x)
    return net.out(torch.cat([x, net.tail2(x)], 1))


def _partial(conv: nn.Conv2d, x: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    with torch.no_grad():
        ones = torch.ones_like(conv.weight)
        total = F.conv2d(mask, ones, stride=conv.stride, padding=tuple(side // 2 for side in conv.kernel_size))
        renewed = total.clamp(0, 1)
        ratio = ones[0].numel() / (total + 1e-8) * renewed
    return conv(x * mask) * ratio, renewed


class _Attention:
    """One forward pass through the reasoning, remembering the scores and the mask of the call before."""

    def __init__(self, module: FeatureReasoning) -> None:
        self._module = module
        self._scores: torch.Tensor | None = None
        self._mask: torch.Tensor | None = None

    def reason(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        module = self._module
        skips = [x]
        for encoder in (module.enc_1, module.enc_2, module.enc_3, module.enc_4, module.enc_5, module.enc_6):
            skips.append(encoder(skips[-1]))
        x = module.dec_5(torch.cat([skips[6], skips[5]], 1))
        x = module.dec_4(torch.cat([x, skips[4]], 1))
        x = self._attend(module.dec_3(torch.cat([x, skips[3]], 1)), mask)
        x = module.dec_2(torch.cat([x, skips[2]], 1))
        return module.dec_1(torch.cat([x, skips[1]], 1))

    def _attend(self, features: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        _, channels, height, width = features.shape
        mask = F.interpolate(mask, (height, width))
        ratio = self._module.att.att.ratio.abs() + 1e-7
        outputs, all_scores = [], []
        for i, feature in enumerate(features.unbind(0)):
            kernels = feature.reshape(channels, height * width, 1, 1).transpose(0, 1) + 1e-7
            kernels = kernels / kernels.square().sum((1, 2, 3), keepdim=True).sqrt()
            scores = F.avg_pool2d(F.conv2d(feature[None], kernels), 3, 1, 1) * 9
            scores = F.softmax(scores, 1)
            if self._scores is not None and self._mask is not None:
                before, known = self._scores[i : i + 1], self._mask[i : i + 1]
                scores = (before * known + scores * ratio) / (known + ratio)
            all_scores.append(scores)
            outputs.append(F.conv_transpose2d(scores, kernels))
        self._scores, self._mask = torch.cat(all_scores), mask
        return self._module.att.combiner(torch.cat([torch.cat(outputs), features], 1))
