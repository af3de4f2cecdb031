"""Cutting a hole into pieces that the network takes: crops with context, never squashed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from models import mask as masks
from models.geometry import Bounds, Extent
from models.inpainting.patchmatch.crops import Cluster

LARGEST = 512  # pixels; a crop's side
_CORE = 256  # pixels of a larger hole's bounds that are solved at a time
_STEP = 64  # crops' sides are multiples of it where the picture allows, so that crops of one size can be batched
_UNIT = 16  # the network's strides


@dataclass(frozen=True)
class Piece:
    """A window of the picture and the pixels to fill in it (bool, of the window's size)."""

    window: Bounds
    hole: np.ndarray

    @property
    def padded(self) -> Extent:
        """The window's size, rounded up to what the network takes."""
        return Extent(-(-self.window.width // _UNIT) * _UNIT, -(-self.window.height // _UNIT) * _UNIT)


def cut(cluster: Cluster, extent: Extent) -> list[Piece]:
    """The pieces of one cluster; several only when it is too large for one crop, and then to be filled in order."""
    if max(cluster.window.width, cluster.window.height) > LARGEST:
        return list(_tiled(cluster.window, cluster.hole, extent))
    window = _rounded(cluster.window, extent)
    member = np.zeros((window.height, window.width), bool)
    member[cluster.window.shifted(-window.x0, -window.y0).slices] = cluster.hole
    return [Piece(window, member)]


def batches(found: list[Cluster], extent: Extent, pixels: int) -> Iterator[list[Piece]]:
    """Pieces of one size together, up to `pixels` padded pixels; those of large clusters alone and in order.

    No batch holds two pieces of one cluster. One piece is never too large.
    """
    by_size: dict[Extent, list[Piece]] = {}
    ordered: list[Piece] = []
    for cluster in found:
        parts = cut(cluster, extent)
        if len(parts) == 1:
            by_size.setdefault(parts[0].padded, []).append(parts[0])
        else:
            ordered.extend(parts)
    for size, alike in by_size.items():
        most = max(1, pixels // size.pixels)
        for first in range(0, len(alike), most):
            yield alike[first : first + most]
    for piece in ordered:
        yield [piece]


def _tiled(window: Bounds, member: np.ndarray, extent: Extent) -> Iterator[Piece]:
    tight = masks.bounds(member.astype(np.float32))
    for y in range(tight.y0, tight.y1, _CORE):
        for x in range(tight.x0, tight.x1, _CORE):
            core = Bounds(x, y, min(x + _CORE, tight.x1), min(y + _CORE, tight.y1))
            if not member[core.slices].any():
                continue
            core_in_picture = core.shifted(window.x0, window.y0)
            around = core_in_picture.padded((LARGEST - _CORE) // 2).clipped(extent)
            part = np.zeros((around.height, around.width), bool)
            part[core_in_picture.shifted(-around.x0, -around.y0).slices] = member[core.slices]
            yield Piece(around, part)


def _rounded(window: Bounds, extent: Extent) -> Bounds:
    """The window widened to multiples of _STEP, shifted so that it stays in the picture, or the picture's length."""

    def along(start: int, stop: int, length: int) -> tuple[int, int]:
        wanted = min(-(-(stop - start) // _STEP) * _STEP, length)
        start = min(max(0, start - (wanted - (stop - start)) // 2), length - wanted)
        return start, start + wanted

    x0, x1 = along(window.x0, window.x1, extent.width)
    y0, y1 = along(window.y0, window.y1, extent.height)
    return Bounds(x0, y0, x1, y1)
