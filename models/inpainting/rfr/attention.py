"""Knowledge-consistent attention (paper, section 3.2), as the published code computes it.

With F the features of one picture, C×n over the n cells of a grid:

- keys and values K = (F + 1e-7) / ‖F + 1e-7‖, per cell. * Only keys are normalised: a query keeps its length, which
  acts as a temperature, so this is no cosine. * Values are the normalised features, not F. * The 1e-7 is inside.
- scores S = KᵀF, summed (* not averaged) over the 3×3 neighbours of the query, zeros beyond the border. The sum is
  linear, so it is taken over the query's features: C channels instead of n.
- A = softmax of S over all cells. * No key is masked: cells of the hole take part.
- From the second call on, A ← (A_before·m + A·r) / (m + r), where m is the mask of the call *before*, one value per
  query, and r = |ratio| + 1e-7 is learned. * Where m is 0 the new scores stand alone.

Nothing is kept on the module between calls: scores are handed in and out, so a network can serve several threads.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

_EPSILON = 1e-7


class Remembered(NamedTuple):
    """The attention of the recurrence before."""

    scores: torch.Tensor
    """B×n×n, rows are queries and sum to 1."""
    cells: torch.Tensor
    """B×1×h×w, 1 = known then."""


class Cells(NamedTuple):
    """Features as lists of cells: B×n×C each."""

    queries: torch.Tensor
    keys: torch.Tensor


def cells_of(features: torch.Tensor) -> Cells:
    """Split B×C×h×w features into summed queries and normalised keys; without a copy when channels come last."""
    queries = F.avg_pool2d(features, 3, 1, 1, divisor_override=1).flatten(2).transpose(1, 2)
    keys = features.flatten(2).transpose(1, 2) + _EPSILON
    return Cells(queries, keys / keys.square().sum(2, keepdim=True).sqrt())


class KnowledgeConsistentAttention(nn.Module):
    """Attends from every cell to every cell, in agreement with the recurrence before."""

    def __init__(self) -> None:
        super().__init__()
        self.ratio = nn.Parameter(torch.ones(1))

    @property
    def weight(self) -> torch.Tensor:
        """|ratio| + 1e-7: how much new scores weigh beside remembered ones."""
        return self.ratio.abs() + _EPSILON

    def forward(self, features: torch.Tensor, before: Remembered | None) -> tuple[torch.Tensor, torch.Tensor]:
        """Return attended B×C×h×w and this call's B×n×n scores."""
        batch, channels, height, width = features.shape
        queries, keys = cells_of(features)
        scores = torch.softmax(queries @ keys.transpose(1, 2), dim=-1)
        if before is not None:
            known = before.cells.flatten(2).transpose(1, 2)
            scores = (before.scores * known + scores * self.weight) / (known + self.weight)
        attended = (scores @ keys).view(batch, height, width, channels).permute(0, 3, 1, 2)
        return attended, scores


class AttentionModule(nn.Module):
    """The attention, beside what came in, mixed by a 1×1 convolution (the only one with a bias)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.att = KnowledgeConsistentAttention()
        self.combiner = nn.Conv2d(2 * channels, channels, 1)

    def forward(self, features: torch.Tensor, before: Remembered | None) -> tuple[torch.Tensor, torch.Tensor]:
        """Return mixed B×C×h×w and this call's B×n×n scores."""
        attended, scores = self.att(features, before)
        return self.combiner(torch.cat([attended, features], 1)), scores
