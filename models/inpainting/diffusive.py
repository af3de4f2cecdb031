"""Fillers that continue what surrounds a hole without looking further away: right for scratches and lettering."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import cv2
import numpy as np

from models import mask as masks
from models.geometry import Bounds, Extent
from models.inpainting.patchmatch.poisson import membrane
from models.inpainting.patchmatch.workers import Workers
from models.inpainting.protocol import ground_of
from models.mask import Mask
from models.progress import Progress

_TILE = 128  # pixels filled at a time: the work can be stopped between tiles
_MARGIN = 24  # pixels looked at around a tile
_LEAST_KNOWN = 0.25  # share of a tile's window; below it the margin grows
_MIRRORED = 16  # pixels of mirror image around a window: at a bare edge FSR's colours run away, and OpenCV's blocks do
# not fit into windows under 32 pixels
_MOST_AT_ONCE = 4_000  # pixels of a membrane solved without a smaller one to start from
_RADIUS = 3  # pixels, Telea and Navier-Stokes


class Method(StrEnum):
    """How the surroundings are continued."""

    FSR = "fsr"
    """Frequency-selective reconstruction (Seiler and Kaup 2010; Genser et al. 2018): best on thin holes."""
    TELEA = "telea"
    """Fast marching (Telea 2004)."""
    NAVIER_STOKES = "navier-stokes"
    """Isophotes continued as stream lines (Bertalmio et al. 2001)."""
    MEMBRANE = "membrane"
    """The harmonic function: exact on even or slowly shaded ground."""
    BIHARMONIC = "biharmonic"
    """The biharmonic function (Damelin and Hoang 2018): slopes are continued too."""


class Diffusive:
    """Fills holes from their rims; see `models.inpainting.protocol.Inpainter`. `name` is the method's value."""

    def __init__(self, method: Method = Method.FSR) -> None:
        self.name = str(method)
        self._method = method

    def fill(
        self,
        image: np.ndarray,
        hole: Mask,
        *,
        seed: int,
        progress: Progress,
        sources: Mask | None = None,
        prompt: str | None = None,
    ) -> np.ndarray:
        """Return the image with the hole filled by what continues from `sources`; there is no chance in it."""
        extent = Extent.of(image)
        empty, known = ground_of(image, hole, sources)
        filled = image.copy()
        # the membrane belongs to the whole hole: solved in tiles, it would have a crease at each of their edges
        tiles = [masks.bounds(empty)] if self._method is Method.MEMBRANE else _tiles(empty)
        done = 0

        def fill_tiles(start: int, stop: int) -> None:
            nonlocal done
            for tile in tiles[start:stop]:
                window = _window(tile, known, extent)
                solved = self._solve(image[window.slices], ~known[window.slices])
                part = tile.shifted(-window.x0, -window.y0)
                inside = empty[tile.slices]
                filled[tile.slices][inside] = solved[part.slices][inside]
                done += 1

        with Workers(progress) as workers:
            batch = 4  # reports come from this thread, between batches
            for first in range(0, len(tiles), batch):
                progress.report(first / len(tiles), "filling")
                count = min(batch, len(tiles) - first)
                workers.run(_shifted(fill_tiles, first), count, chunks=count)
        progress.report(1.0, "filled")
        return filled

    def _solve(self, image: np.ndarray, unknown: np.ndarray) -> np.ndarray:
        """Fill one window: H×W×3 of the image's dtype."""
        if self._method is Method.MEMBRANE:
            top = np.iinfo(image.dtype).max
            smooth = _smoothest(image.astype(np.float32) * np.float32(255 / top), unknown)
            return np.rint(smooth * np.float32(top / 255)).clip(0, top).astype(image.dtype)
        if self._method is Method.FSR:
            return _by_fsr(image, unknown)
        if self._method is Method.BIHARMONIC:
            from skimage.restoration import inpaint_biharmonic  # takes its time

            top = np.iinfo(image.dtype).max
            exact = inpaint_biharmonic(image / top, unknown, split_into_regions=True, channel_axis=-1)
            return np.rint(exact * top).clip(0, top).astype(image.dtype)
        flag = cv2.INPAINT_TELEA if self._method is Method.TELEA else cv2.INPAINT_NS
        hole = unknown.astype(np.uint8)
        # OpenCV takes 16 bits one channel at a time only
        channels = [cv2.inpaint(np.ascontiguousarray(image[..., c]), hole, _RADIUS, flag) for c in range(3)]
        return np.dstack(channels)


def _smoothest(image: np.ndarray, unknown: np.ndarray) -> np.ndarray:
    """The membrane over an H×W bool hole of H×W×3 float32, solved at half the size first where the hole is large."""
    guess = None
    if np.count_nonzero(unknown) > _MOST_AT_ONCE and min(unknown.shape) > 2:
        size = (unknown.shape[1] // 2, unknown.shape[0] // 2)
        known = (~unknown).astype(np.float32)
        weight = cv2.resize(known, size, interpolation=cv2.INTER_AREA)
        total = cv2.resize(image * known[..., None], size, interpolation=cv2.INTER_AREA)
        if (weight > 0).any():
            half = _smoothest(total / np.maximum(weight, 1e-6)[..., None], weight <= 0)
            guess = cv2.resize(half, (unknown.shape[1], unknown.shape[0]), interpolation=cv2.INTER_LINEAR)
    return membrane(Workers(threads=1), image, unknown, guess)


def _shifted(work: Callable[[int, int], None], first: int) -> Callable[[int, int], None]:
    return lambda start, stop: work(first + start, first + stop)


def _tiles(empty: np.ndarray) -> list[Bounds]:
    """A grid over the picture, cut down to what holds something to fill."""
    height, width = empty.shape
    tiles = []
    for y in range(0, height, _TILE):
        for x in range(0, width, _TILE):
            box = masks.bounds(empty[y : y + _TILE, x : x + _TILE])
            if box.area:
                tiles.append(box.shifted(x, y))
    return tiles


def _window(tile: Bounds, known: np.ndarray, extent: Extent) -> Bounds:
    """The tile with enough known pixels around it."""
    margin = _MARGIN
    while True:
        window = tile.padded(margin).clipped(extent)
        if window == extent.bounds or known[window.slices].mean() >= _LEAST_KNOWN:
            return window
        margin *= 2


def _by_fsr(image: np.ndarray, unknown: np.ndarray) -> np.ndarray:
    """Frequency-selective reconstruction by OpenCV, which knows 8 bits only."""
    height, width = unknown.shape
    around = ((_MIRRORED, _MIRRORED), (_MIRRORED, _MIRRORED))
    image = np.pad(image, (*around, (0, 0)), mode="symmetric")
    unknown = np.pad(unknown, around, mode="symmetric")
    inner = np.s_[_MIRRORED : _MIRRORED + height, _MIRRORED : _MIRRORED + width]
    top = np.iinfo(image.dtype).max
    scale = top / 255
    coarse = np.rint(image / scale).astype(np.uint8)
    coarse[unknown] = 0
    result = np.zeros_like(coarse)
    valid = np.where(unknown, 0, 255).astype(np.uint8)
    cv2.xphoto.inpaint(coarse, valid, result, cv2.xphoto.INPAINT_FSR_FAST)
    if image.dtype == np.uint8:
        return result[inner]
    exact = _dequantised(result, image / scale, unknown)[inner]
    return np.rint(exact * scale).clip(0, top).astype(image.dtype)


def _dequantised(levels: np.ndarray, exact: np.ndarray, unknown: np.ndarray) -> np.ndarray:
    """Undo the steps of rounding: a level stands for ±½, and the value nearest the local mean is taken.

    Texture, whose neighbours differ by more than a level, keeps its own values to within that half.
    """
    known_exact = np.where(unknown[..., None], levels, exact).astype(np.float32)
    mean = cv2.GaussianBlur(known_exact, (0, 0), 2.5)
    return levels + np.clip(mean - levels, -0.5, 0.5)
