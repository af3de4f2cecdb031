"""Small convolutions of many channels with fewer products: Winograd's minimal filtering.

Two neighbouring outputs of a filter of three taps take four products instead of six, of two taps three instead of four
(Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016, section 4.1); in two dimensions 2.25
and 1.78 times fewer. A transposed convolution of 4×4 and stride 2 is four of 2×2, one for each parity of its outputs.
All factors are 1, -1 and 1/2, so that float32 rounding grows little.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch.nn import functional as F  # noqa: N812

from models.inpainting.rfr.onednn import linear

_LEAST_CHANNELS = 128  # with fewer, adding costs more than the products that are saved
_TILE = 2  # outputs
_TILES = 256  # at a time, so that what is between stays small

Terms = tuple[tuple[int, float], ...]
"""Indices, and what each counts."""


class _Scheme(NamedTuple):
    """One axis. A tile's inputs are numbered from the first that its first output sees."""

    points: tuple[Terms, ...]
    """Sums of inputs that are multiplied."""
    products: tuple[tuple[int, Terms], ...]
    """Which point is multiplied, and by which sum of taps. The second of every parity counts 1 in both outputs."""
    outputs: tuple[tuple[Terms, Terms], ...]
    """For each parity, sums of products: a tile's two outputs."""


_CONVOLUTION = _Scheme(
    (((0, 1), (2, -1)), ((1, 1), (2, 1)), ((2, 1), (1, -1)), ((1, 1), (3, -1))),
    (
        (0, ((0, 1),)),
        (1, ((0, 0.5), (1, 0.5), (2, 0.5))),
        (2, ((0, 0.5), (1, -0.5), (2, 0.5))),
        (3, ((2, 1),)),
    ),
    ((((0, 1), (1, 1), (2, 1)), ((1, 1), (2, -1), (3, -1))),),
)
# output 2y is x[y - 1]·w[3] + x[y]·w[1], output 2y + 1 is x[y]·w[2] + x[y + 1]·w[0]
_TRANSPOSED = _Scheme(
    (((0, 1), (1, -1)), ((1, 1),), ((1, 1), (2, -1)), ((2, 1),), ((2, 1), (3, -1))),
    ((0, ((3, 1),)), (1, ((3, 1), (1, 1))), (2, ((1, 1),)), (2, ((2, 1),)), (3, ((2, 1), (0, 1))), (4, ((0, 1),))),
    ((((0, 1), (1, 1)), ((1, 1), (2, -1))), (((3, 1), (4, 1)), ((4, 1), (5, -1)))),
)


def is_worth_it(weight: torch.Tensor, stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int]) -> bool:
    """Whether this 3×3 convolution or transposed 4×4 convolution is one of those here, and faster so."""
    side = weight.shape[-1]
    keeping = side == 3 and set(stride) == {1} and list(padding) == list(dilation)
    enlarging = side == 4 and set(stride) == {2} and set(padding) == {1} and set(dilation) == {1}
    return (keeping or enlarging) and min(weight.shape[:2]) >= _LEAST_CHANNELS


class WinogradConvolution:
    """Out×In×3×3 weights at stride 1, padded by their dilation; or In×Out×4×4 transposed, stride 2, padded by 1.

    Then `shift` is added, and a leaky ReLU of `slope` taken (None: nothing). `pixels` is how many a typical input has.
    Float32 on the CPU only.
    """

    def __init__(
        self, weight: torch.Tensor, shift: torch.Tensor | None, *, dilation: int, slope: float | None, pixels: int
    ) -> None:
        enlarging = weight.shape[-1] == 4
        self._scheme = _TRANSPOSED if enlarging else _CONVOLUTION
        self._parities, self._dilation, self._slope = (2 if enlarging else 1), dilation, slope
        taps = (weight.transpose(0, 1) if enlarging else weight).double()
        self._outputs = taps.shape[0]
        rows = min(_TILES, -(-pixels // _TILE**2))
        middles = {terms[0][1][0] for terms in self._scheme.outputs}
        products = [filters for _, filters in self._scheme.products]
        self._filters = [
            [
                linear(
                    sum((a * b * taps[:, :, y, x] for y, a in down for x, b in across), torch.zeros(())).float(),
                    shift if {i, j} <= middles else None,
                    rows=rows,
                )
                for j, across in enumerate(products)
            ]
            for i, down in enumerate(products)
        ]

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """B×In×H×W to B×Out×H×W or, transposed, B×Out×2H×2W, channels last in memory."""
        batch, channels, height, width = x.shape
        spread, unit = self._dilation, self._dilation * _TILE
        down, across = -(-height // unit), -(-width // unit)
        margins = (0, 0, spread, across * unit - width + spread, spread, down * unit - height + spread)
        padded = F.pad(x.permute(0, 2, 3, 1), margins)
        # with dilation, every spread-th pixel makes a picture of its own
        padded = padded.view(batch, -1, spread, padded.shape[2] // spread, spread, channels)
        grown = self._parities
        whole = x.new_empty(batch, down, _TILE, spread * grown, across, _TILE, spread * grown, self._outputs)
        step = max(1, _TILES // (batch * across * spread**2))
        for top in range(0, down, step):
            bottom = min(top + step, down)
            self._strip(padded[:, top * _TILE : bottom * _TILE + 2], whole[:, top:bottom])
        whole = whole.view(batch, down * unit * grown, across * unit * grown, self._outputs)
        if self._slope is not None:
            F.leaky_relu_(whole, self._slope)
        return whole[:, : height * grown, : width * grown].permute(0, 3, 1, 2)

    def _strip(self, rows: torch.Tensor, whole: torch.Tensor) -> None:
        """Write the tiles that start in `rows`."""
        scheme = self._scheme
        points = [[_tiles(plane, 3, t) for t in scheme.points] for plane in (_tiles(rows, 1, s) for s in scheme.points)]
        shape = (*points[0][0].shape[:-1], self._outputs)
        flat = [[point.reshape(-1, point.shape[-1]) for point in line] for line in points]
        products = [
            [
                filters(flat[i][j]).view(shape)
                for (j, _), filters in zip(scheme.products, line, strict=True)
            ]
            for (i, _), line in zip(scheme.products, self._filters, strict=True)
        ]  # fmt: skip
        grown = self._parities
        for p, pair in enumerate(scheme.outputs):
            for y, down in enumerate(pair):
                lines = [_sum([(products[i][j], times) for i, times in down]) for j in range(len(scheme.products))]
                for q, other in enumerate(scheme.outputs):
                    for x, across in enumerate(other):
                        target = whole[:, :, y, p::grown, :, x, q::grown]
                        target.copy_(_sum([(lines[j], times) for j, times in across]))


def _tiles(plane: torch.Tensor, axis: int, terms: Terms) -> torch.Tensor:
    """The sum of every tile's inputs along one axis, each tile one step further by _TILE."""
    count = (plane.shape[axis] - 2) // _TILE

    def inputs(first: int) -> torch.Tensor:
        return (
            plane.narrow(axis, first, plane.shape[axis] - first).unfold(axis, 1, _TILE)[..., 0].narrow(axis, 0, count)
        )

    return _sum([(inputs(first), times) for first, times in terms])


def _sum(terms: Sequence[tuple[torch.Tensor, float]]) -> torch.Tensor:
    """Terms count 1 or -1, the first of them 1."""
    (total, _), *others = terms
    if not others:
        return total
    (second, sign), *rest = others
    total = torch.add(total, second, alpha=sign)
    for term, sign in rest:
        total.add_(term, alpha=sign)
    return total
