"""What the concept diffusion is told: what CLIP sees around the place, the place's outline, and where it lies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import cv2
import numpy as np
import torch
from torch.nn import functional

from models.geometry import Extent
from models.mask import Mask, bounds
from models.prompting.shape import PlaceShape
from models.prompting.window import window_around

GRID = 8  # patches a side at the most: what is around a place needs no finer look
CELLS, CELL = 4, 4  # the outline is CELLS × CELLS tokens of CELL × CELL values
BOX = 11  # values that say where the place lies
_ENCODED_AT_ONCE = 32


class Sights(NamedTuple):
    """Conditions of n places, all float32.

    `whole` n×D and `patches` n×P×D are CLIP's unit vectors of the window with the place blotted out; `outline`
    n×(CELLS²)×(CELL²) is the place in that window in [0, 1], cell by cell, row by row; `box` n×BOX is where it lies in
    the picture: centre x, y, width, height, area as shares, log aspect, solidity, and the window's x0, y0, x1, y1.
    """

    whole: torch.Tensor
    patches: torch.Tensor
    outline: torch.Tensor
    box: torch.Tensor

    @property
    def places(self) -> int:
        """How many places they are of."""
        return len(self.whole)

    def repeated(self, times: int) -> Sights:
        """Each place `times` times in a row."""
        return Sights(*(part.repeat_interleave(times, dim=0) for part in self))

    def to(self, device: torch.device) -> Sights:
        """On another device."""
        return Sights(*(part.to(device) for part in self))


class SeesPatches(Protocol):
    """What is needed of CLIP; `ClipRanker` has it."""

    @property
    def side(self) -> int:
        """Pixels a side of the squares it looks at."""
        ...

    @property
    def width(self) -> int:
        """How many numbers an embedding has."""
        ...

    def identity(self) -> str:
        """A short digest of the weights."""
        ...

    def normalised(self, squares: np.ndarray) -> torch.Tensor:
        """n×side×side×3 uint8 to what `embed_patches` takes."""
        ...

    def embed_patches(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Unit vectors of the whole, n×width, and of every patch, n×patches×width."""
        ...

    def embed_texts(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors, n×width."""
        ...


def sights_of(clip: SeesPatches, places: Sequence[tuple[np.ndarray, Mask]]) -> Sights:
    """Look at places: pictures H×W×3 uint8 sRGB with masks H×W float32 that select something."""
    squares, outlines, boxes = [], [], []
    for rgb, mask in places:
        window = window_around(rgb, mask, clip.side)
        squares.append(window.square)
        outlines.append(_cells(window.place))
        boxes.append(_where(mask, Extent.of(rgb), window.bounds))
    wholes, patches = [], []
    for start in range(0, len(squares), _ENCODED_AT_ONCE):
        pixels = clip.normalised(np.stack(squares[start : start + _ENCODED_AT_ONCE]))
        whole, each = clip.embed_patches(pixels)
        wholes.append(whole.cpu())
        patches.append(_pooled(each).cpu())
    return Sights(
        torch.cat(wholes).float(),
        torch.cat(patches).float(),
        torch.from_numpy(np.stack(outlines)),
        torch.from_numpy(np.stack(boxes)),
    )


def _cells(place: np.ndarray) -> np.ndarray:
    side = CELLS * CELL
    small = cv2.resize(place, (side, side), interpolation=cv2.INTER_AREA)
    return small.reshape(CELLS, CELL, CELLS, CELL).swapaxes(1, 2).reshape(CELLS**2, CELL**2).astype(np.float32)


def _where(mask: Mask, extent: Extent, seen: tuple[int, int, int, int]) -> np.ndarray:
    shape, box = PlaceShape.of(mask), bounds(mask, 0.5)
    across, down = extent
    x0, y0, x1, y1 = seen
    values = [
        (box.x0 + box.x1) / 2 / across,
        (box.y0 + box.y1) / 2 / down,
        box.width / across,
        box.height / down,
        shape.area,
        float(np.log(shape.aspect)),
        shape.solidity,
        x0 / across,
        y0 / down,
        x1 / across,
        y1 / down,
    ]
    return np.array(values, np.float32)


def _pooled(patches: torch.Tensor) -> torch.Tensor:
    """n×P×D to at most GRID² patches."""
    side = round(patches.shape[1] ** 0.5)
    if side <= GRID:
        return patches
    grid = patches.transpose(1, 2).unflatten(2, (side, side))
    return functional.adaptive_avg_pool2d(grid, GRID).flatten(2).transpose(1, 2)
