"""RFR-Net for filling: the same numbers as `network` in evaluation mode, in less time and memory.

What is equal but cheaper: batch norms folded into the convolutions; weights laid out once (`packing`); masks and
ratios from a plan that serves many fills (`mask_plan`); a running sum instead of seven kept maps; attention in strips
of queries, its scores blended in place (`recall`); the tail in strips of rows. In float32 the results agree within
1e-4; in half precision the convolutions are rounded, while masks, attention and its softmax stay in single precision.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

from models.inpainting.rfr.mask_plan import MaskPlan, Recurrence
from models.inpainting.rfr.network import DECODER_SLOPE, SLOPE, RFRNet, plan_for
from models.inpainting.rfr.packing import Operator, folded, packed
from models.inpainting.rfr.recall import Recall

_TYPICAL_SIDE = 256  # pixels; weights are laid out for it
_STRIP = 2**17  # pixels of the tail at a time
_HALO = 8  # pixels; the tail's convolutions see 4 rows beyond a strip, and strips start on even rows


class FastRFRNet:
    """A snapshot of a network's weights on one device, ready to fill; may be called from several threads.

    `precision` is that of the convolutions: float32, bfloat16 or float16. `device` None: where the network is.
    """

    def __init__(
        self, net: RFRNet, *, device: torch.device | str | None = None, precision: torch.dtype = torch.float32
    ) -> None:
        self.width, self.kernel, self.reach = net.width, net.kernel, net.reach
        self.recurrences, self.prefilled = net.recurrences, net.prefilled
        self.device = torch.device(device) if device is not None else net.out.weight.device
        self.precision = precision
        self._entry1 = self._partial(net.Pconv1, net.bn1, 1, slope=0.0)
        self._entry2 = self._partial(net.Pconv2, net.bn20, 2, slope=0.0)
        self._again1 = self._pack(net.Pconv21, None, 2)
        self._again2 = self._partial(net.Pconv22, net.bn2, 2, slope=SLOPE)
        module = net.RFRModule
        self._encoders = [
            self._block(layers, shrunk, 0.0)
            for layers, shrunk in (
                (module.enc_1, 2),
                (module.enc_2, 4),
                (module.enc_3, 8),
                (module.enc_4, 16),
                (module.enc_5, 16),
                (module.enc_6, 16),
            )
        ]
        self._decoder5 = self._block(module.dec_5, 16, DECODER_SLOPE)
        self._decoder4 = self._block(module.dec_4, 16, DECODER_SLOPE)
        self._decoder3 = self._block(module.dec_3, 16, DECODER_SLOPE)
        self._decoder2 = self._block(module.dec_2, 8, DECODER_SLOPE)
        self._decoder1 = self._block(module.dec_1, 4, DECODER_SLOPE)
        self._ratio = float(module.att.att.weight.detach())
        self._combiner = self._pack(module.att.combiner, None, 8)
        self._enlarge = self._pack(net.Tconv, net.bn3, 2, slope=SLOPE)
        self._tail1 = self._pack(net.tail1, None, 1)
        tail = net.tail2
        self._inner1 = self._pack(tail.conv1, tail.bn1, 1, slope=0.0)
        self._inner2 = self._pack(tail.conv2, tail.bn2, 1, slope=0.0)
        self._inner3 = self._pack(tail.conv3, tail.bn3, 1)
        self._out = self._pack(net.out, None, 1)

    def plan(self, known: torch.Tensor, recurrences: int | None = None) -> MaskPlan:
        """Masks and ratios for B×1×H×W or B×3×H×W known pixels (≥ 0.5 = known), on this network's device."""
        return plan_for(self, known.to(self.device, torch.float32), recurrences)

    @torch.inference_mode()
    def __call__(
        self,
        image_masked: torch.Tensor,
        known: torch.Tensor | MaskPlan,
        recurrences: int | None = None,
        between: Callable[[float], None] | None = None,
    ) -> torch.Tensor:
        """What `RFRNet.forward` gives for the same arguments: B×3×H×W float32.

        `between` is called before every recurrence and the tail with the share of the work that is done; it may raise.
        """
        plan = known if isinstance(known, MaskPlan) else self.plan(known, recurrences)
        entry, image = (
            seen.to(self.precision).contiguous(memory_format=torch.channels_last)
            for seen in plan.seen(image_masked.to(self.device, torch.float32))
        )
        first, second = plan.entry
        features = self._entry1(entry, first.ratio).mul_(first.known.to(self.precision))
        features = self._entry2(features, second.ratio).mul_(second.known.to(self.precision))
        merged, recall = features.float(), Recall(self._ratio)
        steps = len(plan.recurrences) + 1
        for number, masks in enumerate(plan.recurrences):
            if between is not None:
                between(number / steps)
            features = self._reason(features, masks, recall)
            merged = merged + features if number == 0 else merged.add_(features)
        recall.forget()
        if between is not None:
            between(1 - 1 / steps)
        return self._paint(image, merged.div_(plan.merged).to(self.precision), plan)

    def _reason(self, features: torch.Tensor, masks: Recurrence, recall: Recall) -> torch.Tensor:
        features = self._again1(features).mul_(masks.first.ratio.to(self.precision))
        skips = [self._again2(features, masks.second.ratio)]
        for encode in self._encoders:
            skips.append(encode(skips[-1]))
        h = self._decoder5(torch.cat([skips[6], skips[5]], 1))
        h = self._decoder4(torch.cat([h, skips[4]], 1))
        h = self._decoder3(torch.cat([h, skips[3]], 1))
        attended = recall.attend(h, masks.cells).to(self.precision)
        h = self._combiner(torch.cat([attended, h], 1))
        h = self._decoder2(torch.cat([h, skips[2]], 1))
        h = self._decoder1(torch.cat([h, skips[1]], 1))
        return h.mul_(masks.second.known.to(self.precision))

    def _paint(self, image: torch.Tensor, merged: torch.Tensor, plan: MaskPlan) -> torch.Tensor:
        batch, _, height, width = image.shape
        painted = image.new_empty(batch, 3, height, width, dtype=torch.float32)
        step = max(2 * _HALO, _STRIP // (batch * width) // 2 * 2)
        for top in range(0, height, step):
            bottom = min(top + step, height)
            start, stop = max(0, top - _HALO), min(height, bottom + _HALO)
            rows = (slice(None), slice(None), slice(start, stop))
            features = self._enlarge(merged[:, :, start // 2 : stop // 2])
            features = features.mul_(plan.last[rows].to(self.precision))
            features = self._tail1(torch.cat([image[rows], features], 1)).mul_(plan.tail_ratio[rows].to(self.precision))
            features = F.leaky_relu_(features, SLOPE)
            inner = self._inner3(self._inner2(self._inner1(features))).add_(features).relu_()
            strip = self._out(torch.cat([features, inner], 1))
            painted[:, :, top:bottom] = strip[:, :, top - start : bottom - start]
        return painted

    def _pack(
        self, conv: nn.Module, norm: nn.Module | None, shrunk: int, *, slope: float | None = None, bias: bool = True
    ) -> Operator:
        """`shrunk` is how many times smaller than the picture the layer's input is."""
        if not isinstance(conv, nn.Conv2d | nn.ConvTranspose2d) or not isinstance(norm, nn.BatchNorm2d | None):
            raise TypeError("only a convolution, with or without a batch norm, can be packed")
        side = _TYPICAL_SIDE // shrunk
        return packed(conv, norm, side=side, device=self.device, precision=self.precision, slope=slope, bias=bias)

    def _block(self, layers: nn.Sequential, shrunk: int, slope: float) -> Operator:
        return self._pack(layers[0], layers[1], shrunk, slope=slope)

    def _partial(
        self, conv: nn.Conv2d, norm: nn.BatchNorm2d, shrunk: int, *, slope: float
    ) -> Callable[[torch.Tensor, torch.Tensor], torch.Tensor]:
        """A partial convolution: its ratio comes before the norm's shift."""
        convolve = self._pack(conv, norm, shrunk, bias=False)
        _, shift = folded(conv, norm)
        if shift is None:
            raise TypeError("a batch norm always shifts")
        shift = shift.to(self.device, self.precision).view(1, -1, 1, 1)
        return lambda x, ratio: F.leaky_relu_(torch.addcmul(shift, convolve(x), ratio.to(self.precision)), slope)
