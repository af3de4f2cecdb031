"""How well a network fills holes it has not seen, beside OpenCV's two classics on the same holes."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import torch
from torch import nn

from models.training.losses import composite
from models.training.samples import Batch, Samples, on_device, together

_AT_A_TIME = 8


def hold_out(samples: Samples, count: int) -> Batch:
    """The first `count` samples as one batch on the CPU."""
    return on_device(together([samples[number] for number in range(count)]), torch.device("cpu"))


@torch.no_grad()
def fill(net: nn.Module, held: Batch, device: torch.device) -> torch.Tensor:
    """The composites of a batch on the CPU, B×3×H×W float32, clamped to [0, 1]; the net's mode is left as it was."""
    was_training = net.training
    net.eval()
    filled = []
    for part in zip(*(tensor.split(_AT_A_TIME) for tensor in held), strict=True):
        truth, known, given = (tensor.to(device) for tensor in part)
        filled.append(composite(net(given, known).float(), truth, known).clamp(0, 1).cpu())
    net.train(was_training)
    return torch.cat(filled)


def fill_classic(held: Batch, method: int) -> torch.Tensor:
    """The same composites by cv2.inpaint with radius 3: cv2.INPAINT_TELEA or cv2.INPAINT_NS."""
    filled = []
    for truth, known in zip(held.truth, held.known, strict=True):
        picture = (truth.permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
        hole = (known[0].numpy() < 0.5).astype(np.uint8)
        mended = cv2.inpaint(np.ascontiguousarray(picture), hole, 3, method)
        filled.append(torch.from_numpy(mended).permute(2, 0, 1).float() / 255)
    return torch.stack(filled)


def psnr_in_hole(filled: torch.Tensor, held: Batch) -> float:
    """Mean over the batch of each picture's peak signal-to-noise ratio in its hole, in dB."""
    hole = 1 - held.known
    error = ((filled - held.truth).square() * hole).sum((1, 2, 3)) / (3 * hole.sum((1, 2, 3))).clamp(min=1)
    return float((-10 * torch.log10(error.clamp(min=1e-10))).mean())


def classics(held: Batch) -> dict[str, float]:
    """What to beat: PSNR in the hole of Telea 2004, of Bertalmio 2001 (Navier-Stokes), and of what was given."""
    methods: Sequence[tuple[str, int]] = (("telea", cv2.INPAINT_TELEA), ("navier_stokes", cv2.INPAINT_NS))
    reached = {name: psnr_in_hole(fill_classic(held, method), held) for name, method in methods}
    return {**reached, "given": psnr_in_hole(held.given, held)}
