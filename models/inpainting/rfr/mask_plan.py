"""Everything in RFR-Net that depends on the mask alone, computed once per mask.

Partial convolution (Liu et al., "Image Inpainting for Irregular Holes Using Partial Convolutions", ECCV 2018, eq. 1
and 2) rescales every output by how much of its window is known, and counts as known what saw anything known. The
published code convolves 64 equal mask channels with 64×64 kernels of ones; here one channel is summed over its window
and multiplied by the number of channels. The sums are integers below 2^24, so both give the same float32 bits.

Masks in this package are the network's: 1 = known, 0 = hole. The product's masks (1 = may change) are turned round in
one place, `engine`.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn import functional as F  # noqa: N812

RECURRENCES = 6
"""* How often features are reasoned about, whatever the hole (IterNum of the paper)."""

REASONING_STRIDE = 16  # picture sizes are multiples of it: one stride of 2, then three more in the reasoning
_ATTENTION_STEP = 4  # feature pixels per attention cell: the attention sits two strides deeper
_EPSILON = 1e-8


@dataclass(frozen=True)
class Renewal:
    """What one partial convolution does to the mask: both B×1×h×w float32."""

    known: torch.Tensor
    """1 where the window held anything known."""
    ratio: torch.Tensor
    """What the convolution's output is multiplied by; 0 where nothing was known."""


@dataclass(frozen=True)
class Recurrence:
    """The masks of one recurrence."""

    first: Renewal
    second: Renewal
    cells: torch.Tensor
    """B×1×h/4×w/4: the mask after the second convolution, nearest-resized to the attention's grid."""


@dataclass(frozen=True)
class MaskPlan:
    """All masks and ratios of one forward pass over B×1×H×W known pixels; H and W are multiples of 16."""

    known: torch.Tensor
    """B×1×H×W."""
    entry: tuple[Renewal, Renewal]
    """Pconv1 and Pconv2."""
    recurrences: tuple[Recurrence, ...]
    merged: torch.Tensor
    """B×1×H/2×W/2: how many of the merged feature maps are known, never quite 0."""
    last: torch.Tensor
    """B×1×H×W: the last feature mask, nearest-resized to the picture."""
    tail_ratio: torch.Tensor
    """B×1×H×W."""
    prefilled: bool = False
    """Whether the tail sees what the picture's hole was filled with, as if it were known."""

    def seen(self, picture: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """What a network's first convolution and its tail see of B×3×H×W in [0, 1], in the picture's dtype.

        Neither sees anything of the hole, unless the picture is prefilled: then the tail sees all of it.
        """
        masked = picture * self.known.to(picture.dtype)
        return masked, picture if self.prefilled else masked


def renew(known: torch.Tensor, *, channels: int, kernel: int, stride: int = 1) -> Renewal:
    """Sum a B×1×H×W mask over kernel×kernel windows (padding kernel // 2) and update it.

    * Padding counts as hole, so the ratio exceeds 1 at the picture's borders.
    """
    total = channels * _window_sum(known, kernel, stride)
    renewed = total.clamp(0, 1)
    return Renewal(renewed, channels * kernel * kernel / (total + _EPSILON) * renewed)


@torch.no_grad()
def plan_masks(
    known: torch.Tensor, *, width: int, kernel: int, recurrences: int = RECURRENCES, prefilled: bool = False
) -> MaskPlan:
    """Follow B×1×H×W or B×3×H×W known pixels (equal channels; ≥ 0.5 = known) through a network of `width` channels.

    With `prefilled`, the whole picture is known to the tail, which then has nothing to make up for: its ratio is 1,
    also where the recurrences left no features. Raises ValueError unless H and W are multiples of 16.
    """
    _require_multiples(known)
    known = (known[:, :1] >= 0.5).to(torch.promote_types(known.dtype, torch.float32))
    first = renew(known, channels=3, kernel=7, stride=2)
    second = renew(first.known, channels=width, kernel=kernel)
    latest, merged = second.known, second.known
    steps = []
    for _ in range(recurrences):
        before = renew(latest, channels=width, kernel=kernel)
        after = renew(before.known, channels=width, kernel=kernel)
        latest = after.known
        merged = merged + latest
        steps.append(Recurrence(before, after, latest[:, :, ::_ATTENTION_STEP, ::_ATTENTION_STEP]))
    # * the published means get 1e-7, so sums get that for each of the merged maps
    merged = merged + (recurrences + 1) * 1e-7
    last = F.interpolate(latest, scale_factor=2)
    # * the tail's window holds the picture's mask 3 times and the features' `width` times
    total = 3 * _window_sum(known, 3) + width * _window_sum(last, 3)
    weighed = (3 + width) * 9 / (total + _EPSILON) * total.clamp(0, 1)
    tail_ratio = torch.ones_like(last) if prefilled else weighed
    return MaskPlan(known, (first, second), tuple(steps), merged, last, tail_ratio, prefilled)


def _require_multiples(known: torch.Tensor) -> None:
    if known.shape[-1] % REASONING_STRIDE or known.shape[-2] % REASONING_STRIDE:
        raise ValueError(f"height and width must be multiples of {REASONING_STRIDE}, not {tuple(known.shape[-2:])}")


def _window_sum(mask: torch.Tensor, kernel: int, stride: int = 1) -> torch.Tensor:
    return F.avg_pool2d(mask, kernel, stride, kernel // 2, divisor_override=1)
