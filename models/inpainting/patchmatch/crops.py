"""Which parts of a picture to solve together, and how much around them to look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from models import mask as masks
from models.geometry import Bounds, Extent

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
    labels, pixels = _grouped_cells(hole)
    all_examples = int(np.count_nonzero(copyable))
    for number in sorted(range(1, len(pixels)), key=lambda number: (pixels[number], number)):
        cells = labels == number
        box = masks.bounds(cells.astype(np.float32))
        part = Bounds(box.x0 * _CELL, box.y0 * _CELL, box.x1 * _CELL, box.y1 * _CELL).clipped(extent)
        in_group = np.repeat(np.repeat(cells[box.slices], _CELL, axis=0), _CELL, axis=1)
        in_group = hole[part.slices] & in_group[: part.height, : part.width]
        tight = masks.bounds(in_group.astype(np.float32)).shifted(part.x0, part.y0)
        window = _with_context(tight, copyable, min(all_examples, _examples_for(int(pixels[number]))), extent)
        member = np.zeros((window.height, window.width), bool)
        member[tight.shifted(-window.x0, -window.y0).slices] = in_group[tight.shifted(-part.x0, -part.y0).slices]
        yield Cluster(window, member)


def _grouped_cells(hole: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The group of each cell of the hole from 1 on (int32, 0 for none), and how many hole pixels each group has."""
    height, width = hole.shape
    padded = cv2.copyMakeBorder(
        hole.astype(np.float32), 0, -height % _CELL, 0, -width % _CELL, cv2.BORDER_CONSTANT, value=0
    )
    size = padded.shape[1] // _CELL, padded.shape[0] // _CELL
    filled = np.rint(cv2.resize(padded, size, interpolation=cv2.INTER_AREA) * _CELL**2)
    occupied = filled > 0
    reach = _NEIGHBOURHOOD // _CELL // 2
    kernel = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
    _, labels = cv2.connectedComponents(cv2.dilate(occupied.astype(np.uint8), kernel), connectivity=8)
    labels = np.where(occupied, labels, 0)
    pixels = np.bincount(labels.ravel(), weights=filled.ravel())
    return labels, pixels


def _examples_for(hole_pixels: int) -> int:
    return round(_EXAMPLES_PER_HOLE_PIXEL * hole_pixels) + 1000


def _with_context(box: Bounds, copyable: np.ndarray, examples: int, extent: Extent) -> Bounds:
    """The box widened until it holds enough examples, or is the whole picture."""
    context = max(_LEAST_CONTEXT, int(_CONTEXT_SHARE * max(box.width, box.height)))
    while True:
        window = box.padded(context).clipped(extent)
        if window == extent.bounds:
            return window
        if np.count_nonzero(copyable[window.slices]) >= examples:
            return window
        context *= 2
