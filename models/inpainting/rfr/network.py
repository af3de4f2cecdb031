"""RFR-Net, trainable, with the parameters of the published network.

The architecture is that of Li et al. (CVPR 2020) as their code runs it, which differs from the paper; every such
place that changes the output is marked with * where it stands (also in `mask_plan` and `attention`). Parameter names
are the published ones, so official checkpoints load. What is computed differently, but to the same numbers, is noted
in those modules; `published` computes it the published way, for comparison.
"""

from __future__ import annotations

from typing import Protocol, Self

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

from models.inpainting.rfr.attention import AttentionModule, Remembered
from models.inpainting.rfr.mask_plan import RECURRENCES, MaskPlan, Recurrence, plan_masks

KERNELS = (5, 7)
SLOPE = 0.01  # * leaky slope outside the reasoning
DECODER_SLOPE = 0.2  # * and inside its decoder


class NetworkShape(Protocol):
    """What a plan needs to know of a network."""

    width: int
    kernel: int
    recurrences: int
    prefilled: bool


class RFRNet(nn.Module):
    """Fills holes by reasoning about features recurrently, from the rim inwards.

    `width` is the number of feature channels, a multiple of 8; 64 is the published size, smaller ones are narrower
    nets of the same shape and parameter names. `kernel` is the side of the partial convolutions after the first:
    7 is the published network, 5 its variant for smaller holes. Raises ValueError for other values.

    What no parameter shows: `recurrences`, and whether the tail sees `prefilled` pictures instead of masked ones (see
    `MaskPlan.seen`), which is ours.
    """

    def __init__(
        self, width: int = 64, kernel: int = 7, *, recurrences: int = RECURRENCES, prefilled: bool = False
    ) -> None:
        super().__init__()
        if width < 8 or width % 8:
            raise ValueError(f"width must be a positive multiple of 8, not {width}")
        if kernel not in KERNELS:
            raise ValueError(f"kernel must be one of {KERNELS}, not {kernel}")
        self.width, self.kernel, self.recurrences, self.prefilled = width, kernel, recurrences, prefilled
        self.Pconv1 = nn.Conv2d(3, width, 7, 2, 3, bias=False)  # 7×7 in both variants
        self.bn1 = nn.BatchNorm2d(width)
        self.Pconv2 = self._partial(width, kernel)
        self.bn20 = nn.BatchNorm2d(width)
        self.Pconv21 = self._partial(width, kernel)
        self.Pconv22 = self._partial(width, kernel)
        self.bn2 = nn.BatchNorm2d(width)
        self.RFRModule = FeatureReasoning(width)
        self.Tconv = nn.ConvTranspose2d(width, width, 4, 2, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(width)
        self.tail1 = nn.Conv2d(3 + width, width // 2, 3, 1, 1, bias=False)
        self.tail2 = Bottleneck(width // 2)
        self.out = nn.Conv2d(width, 3, 3, 1, 1, bias=False)

    @staticmethod
    def _partial(width: int, kernel: int) -> nn.Conv2d:
        return nn.Conv2d(width, width, kernel, 1, kernel // 2, bias=False)

    @property
    def reach(self) -> int:
        """Pixels across the widest centred square hole that the recurrences close.

        Six close 162, or 110 with 5×5 kernels.
        """
        return reach(self.kernel, self.recurrences)

    def train(self, mode: bool = True, *, finetune: bool = False) -> Self:
        """Set the mode; with `finetune`, batch norms keep their statistics (the paper's second phase)."""
        super().train(mode)
        if finetune:
            for module in self.modules():
                if isinstance(module, nn.BatchNorm2d):
                    module.eval()
        return self

    def plan(self, known: torch.Tensor, recurrences: int | None = None) -> MaskPlan:
        """Masks and ratios for B×1×H×W or B×3×H×W known pixels (equal channels; ≥ 0.5 = known)."""
        return plan_for(self, known, recurrences)

    def forward(
        self, image_masked: torch.Tensor, known: torch.Tensor | MaskPlan, recurrences: int | None = None
    ) -> torch.Tensor:
        """Predict the whole picture, B×3×H×W; H and W are multiples of 16 (ValueError otherwise).

        `image_masked` is B×3×H×W in [0, 1], sRGB; pixels of the hole count for nothing, unless the network wants them
        `prefilled`. `known` is 1 where the picture is known and 0 in the hole: B×1×H×W, B×3×H×W with equal channels,
        or a plan made before by `plan`. `recurrences` None: the network's own number.
        * The output is neither squashed nor clamped to [0, 1], and known pixels are predicted too: composite.
        * Beyond the reach of the recurrences the features stay empty; more `recurrences` than six reach further.
        """
        plan = known if isinstance(known, MaskPlan) else self.plan(known, recurrences)
        entry, image = plan.seen(image_masked)
        first, second = plan.entry
        features = F.relu(self.bn1(self.Pconv1(entry) * first.ratio)) * first.known
        features = F.relu(self.bn20(self.Pconv2(features) * second.ratio)) * second.known
        # * the features from before any reasoning are merged too
        merged, before = features, None
        for masks in plan.recurrences:
            features, before = self._reason(features, masks, before)
            merged = merged + features
        return self._paint(image, merged / plan.merged, plan)

    def _reason(
        self, features: torch.Tensor, masks: Recurrence, before: Remembered | None
    ) -> tuple[torch.Tensor, Remembered]:
        # * nothing between the two convolutions: neither norm nor activation
        features = self.Pconv22(self.Pconv21(features) * masks.first.ratio) * masks.second.ratio
        features = F.leaky_relu(self.bn2(features), SLOPE)
        features, scores = self.RFRModule(features, before)
        # * features of known pixels are replaced as well; only what is still empty is held back
        return features * masks.second.known, Remembered(scores, masks.cells)

    def _paint(self, image: torch.Tensor, merged: torch.Tensor, plan: MaskPlan) -> torch.Tensor:
        features = F.leaky_relu(self.bn3(self.Tconv(merged)), SLOPE)
        features = self.tail1(torch.cat([image, features * plan.last], 1)) * plan.tail_ratio
        features = F.leaky_relu(features, SLOPE)
        return self.out(torch.cat([features, self.tail2(features)], 1))


class FeatureReasoning(nn.Module):
    """A U-Net over the features with knowledge-consistent attention behind its third decoder."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.enc_1 = _encoder(width, 2 * width, stride=2)
        self.enc_2 = _encoder(2 * width, 4 * width, stride=2)
        self.enc_3 = _encoder(4 * width, 8 * width, stride=2)
        self.enc_4 = _encoder(8 * width, 8 * width)
        self.enc_5 = _encoder(8 * width, 8 * width)
        self.enc_6 = _encoder(8 * width, 8 * width)
        self.att = AttentionModule(8 * width)
        self.dec_5 = _decoder(16 * width, 8 * width)
        self.dec_4 = _decoder(16 * width, 8 * width)
        self.dec_3 = _enlarging_decoder(16 * width, 8 * width)
        self.dec_2 = _enlarging_decoder(12 * width, 4 * width)
        self.dec_1 = _enlarging_decoder(6 * width, width)

    def forward(self, features: torch.Tensor, before: Remembered | None) -> tuple[torch.Tensor, torch.Tensor]:
        """Return reasoned B×width×h×w and the attention's scores; h and w are multiples of 8."""
        h1 = self.enc_1(features)
        h2 = self.enc_2(h1)
        h3 = self.enc_3(h2)
        h4 = self.enc_4(h3)
        h5 = self.enc_5(h4)
        h = self.dec_5(torch.cat([self.enc_6(h5), h5], 1))
        h = self.dec_4(torch.cat([h, h4], 1))
        h, scores = self.att(self.dec_3(torch.cat([h, h3], 1)), before)
        h = self.dec_2(torch.cat([h, h2], 1))
        return self.dec_1(torch.cat([h, h1], 1)), scores


class Bottleneck(nn.Module):
    """The residual block of ResNet-50 (He et al., 2016) over `channels` channels, a quarter of them inside."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        inner = channels // 4
        self.conv1 = nn.Conv2d(channels, inner, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(inner)
        self.conv2 = nn.Conv2d(inner, inner, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(inner)
        self.conv3 = nn.Conv2d(inner, channels, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """B×channels×H×W to the same."""
        inner = F.relu(self.bn1(self.conv1(x)))
        inner = F.relu(self.bn2(self.conv2(inner)))
        return F.relu(self.bn3(self.conv3(inner)) + x)


def reach(kernel: int, recurrences: int = RECURRENCES) -> int:
    """Pixels across the widest square hole that the recurrences close."""
    radius = kernel // 2
    # the first 7×7 of stride 2 eats 3 picture pixels a side; every later one `radius` feature pixels, twice as large
    return 2 * 3 + 2 * 2 * radius * (1 + 2 * recurrences)


def plan_for(net: NetworkShape, known: torch.Tensor, recurrences: int | None = None) -> MaskPlan:
    """The plan of a network for known pixels, with its own number of recurrences unless told."""
    times = net.recurrences if recurrences is None else recurrences
    return plan_masks(known, width=net.width, kernel=net.kernel, recurrences=times, prefilled=net.prefilled)


def _encoder(channels: int, out: int, stride: int = 1) -> nn.Sequential:
    # without a stride the window is dilated by 2 instead
    spread = 1 if stride > 1 else 2
    conv = nn.Conv2d(channels, out, 3, stride, spread, dilation=spread, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(out), nn.ReLU(inplace=True))


def _decoder(channels: int, out: int) -> nn.Sequential:
    conv = nn.Conv2d(channels, out, 3, 1, 2, dilation=2, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(out), nn.LeakyReLU(DECODER_SLOPE, inplace=True))


def _enlarging_decoder(channels: int, out: int) -> nn.Sequential:
    conv = nn.ConvTranspose2d(channels, out, 4, 2, 1, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(out), nn.LeakyReLU(DECODER_SLOPE, inplace=True))
