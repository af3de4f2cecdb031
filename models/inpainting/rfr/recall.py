"""Knowledge-consistent attention for filling: blended in place, in strips of queries.

The scores of one recurrence, n×n over n cells, are a blend of its own softmax with the scores before, query by query.
So they need not be copied, only updated; and where even one n×n map is too large, none is kept: scores are then
A_i = Σ_j w_ij·softmax(Q_j·K_jᵀ) with one weight per query and earlier recurrence, w_ij = w_(i-1)j·m/(m + r) and
w_ii = r/(m + r), computed again from the queries and keys of every recurrence so far. That costs about twice the time
and memory of n×C instead of n×n.
"""

from __future__ import annotations

import torch

from models.inpainting.rfr.attention import Cells, cells_of
from models.inpainting.rfr.packing import product

_STRIP = 2**22  # scores at a time: 16 MiB
_KEPT = 2**27  # scores kept from one recurrence to the next: 512 MiB


class Recall:
    """The attention of one forward pass. `ratio` is |ratio| + 1e-7; `kept` bounds how many scores are stored."""

    def __init__(self, ratio: float, kept: int = _KEPT) -> None:
        self._ratio, self._kept = ratio, kept
        self._known: torch.Tensor | None = None
        self._scores: torch.Tensor | None = None
        self._earlier: list[tuple[Cells, torch.Tensor]] = []

    def attend(self, features: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
        """Attended B×C×h×w float32 for features of that shape; `known` is B×1×h×w, 1 = known at this recurrence."""
        batch, channels, height, width = features.shape
        count = height * width
        queries, keys = cells_of(features.float())
        take = self._share_of_new(queries)
        step = max(1, _STRIP // count)
        strips = [slice(start, min(start + step, count)) for start in range(0, count, step)]
        values = keys.transpose(1, 2).contiguous()
        attended = torch.empty_like(queries)
        if batch * count * count <= self._kept:
            first = self._scores is None
            scores = queries.new_empty(batch, count, count) if self._scores is None else self._scores
            for rows in strips:
                new, held = _softmax(queries[:, rows], keys), scores[:, rows]
                if first:
                    held.copy_(new)
                else:
                    held.lerp_(new, take[:, rows])
                attended[:, rows] = product(held, values)
            self._scores = scores
        else:
            self._earlier = [(cells, weight * (1 - take)) for cells, weight in self._earlier]
            self._earlier.append((Cells(queries, keys), take))
            for rows in strips:
                blend = _softmax(queries[:, rows], keys).mul_(take[:, rows])
                for cells, weight in self._earlier[:-1]:
                    blend.addcmul_(_softmax(cells.queries[:, rows], cells.keys), weight[:, rows])
                attended[:, rows] = product(blend, values)
        self._known = known.flatten(2).transpose(1, 2).float()
        return attended.view(batch, height, width, channels).permute(0, 3, 1, 2)

    def forget(self) -> None:
        """Free what was kept."""
        self._known, self._scores, self._earlier = None, None, []

    def _share_of_new(self, queries: torch.Tensor) -> torch.Tensor:
        """B×n×1: how much of each query's scores are this recurrence's own."""
        if self._known is None:
            return queries.new_ones(queries.shape[0], queries.shape[1], 1)
        return self._ratio / (self._known + self._ratio)


def _softmax(queries: torch.Tensor, keys: torch.Tensor) -> torch.Tensor:
    return torch.softmax(product(queries, keys), dim=-1)
