"""Which parts of a picture to solve together, and how much around them to look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from models.geometry import Bounds, Extent
from models.mask import bounds

_CELL = 8  # pixels; clusters are found on a coarse grid
_NEIGHBOURHOOD = 48  # pixels: holes nearer than about this are solved together
_LEAST_CONTEXT = 80  # pixels around a cluster
_CONTEXT_SHARE = 0.9  # of the cluster's longer side
_EXAMPLES_PER_HOLE_PIXEL = 1.0


@dataclass(frozen=True)
class Cluster:
    """Holes that belong together, and the window of the picture they are filled from."""

    window: Bounds
    hole: np.ndarray
    """Bool, of the window's size: the pixels of this cluster alone."""


def clusters(hole: np.ndarray, copyable: np.ndarray) -> Iterator[Cluster]:
    """Group an H×W bool hole; smallest group first, each with enough copyable pixels around it."""
    extent = Extent.of(hole)
    labels = _grouped(hole)
    groups = [(int(np.count_nonzero(labels == n)), n) for n in range(1, int(labels.max()) + 1)]
    for _, number in sorted(groups):
        member = labels == number
        window = _with_context(bounds(member), copyable, int(member.sum()), extent)
        yield Cluster(window, member[window.slices])


def _grouped(hole: np.ndarray) -> np.ndarray:
    """H×W int32: the number of each hole pixel's group from 1 on, 0 outside."""
    height, width = hole.shape
    padded = np.pad(hole, ((0, -height % _CELL), (0, -width % _CELL)))
    cells = padded.reshape(padded.shape[0] // _CELL, _CELL, padded.shape[1] // _CELL, _CELL)
    grid = np.asarray(cells.any(axis=(1, 3)), np.uint8)
    reach = _NEIGHBOURHOOD // _CELL // 2
    kernel = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
    _, labels = cv2.connectedComponents(cv2.dilate(grid, kernel), connectivity=8)
    full = np.repeat(np.repeat(labels, _CELL, axis=0), _CELL, axis=1)[:height, :width]
    return np.where(hole, full, 0).astype(np.int32)


def _with_context(box: Bounds, copyable: np.ndarray, hole_pixels: int, extent: Extent) -> Bounds:
    """The box widened until it holds enough examples, or is the whole picture."""
    context = max(_LEAST_CONTEXT, int(_CONTEXT_SHARE * max(box.width, box.height)))
    while True:
        window = box.padded(context).clipped(extent)
        if window == extent.bounds:
            return window
        if np.count_nonzero(copyable[window.slices]) >= _EXAMPLES_PER_HOLE_PIXEL * hole_pixels + 1000:
            return window
        context *= 2
