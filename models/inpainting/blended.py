"""Several continuations of a hole's rims, weighed pixel by pixel by what has been learned about when each is right.

No way of continuing is best everywhere: frequency-selective reconstruction carries texture across thin holes,
biharmonic functions carry slopes, harmonic ones keep calm where the others run away, and their errors differ, so that
a weighted mean has less than any of them. The weights come from a small network that sees only `evidence`, never
colours ("stacked generalization", Wolpert 1992). It was trained by `pentimento train blend`; the model card is
docs/blended.md.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from zipfile import BadZipFile

import cv2
import numpy as np

from models.errors import BadInputError
from models.geometry import Bounds, Extent
from models.inpainting.diffusive import Diffusive, Method
from models.inpainting.evidence import REACH, evidence
from models.inpainting.protocol import ground_of
from models.mask import Mask
from models.progress import Progress

METHODS = (Method.FSR, Method.NAVIER_STOKES, Method.TELEA, Method.MEMBRANE, Method.BIHARMONIC)
_SHIPPED = Path(__file__).parent / "blended.npz"
_SLOW = (Method.FSR, Method.BIHARMONIC)
_MOST = 120_000  # pixels at a time; FSR takes a second for about 15,000, so more are solved at a smaller size
_TOO_THIN = 32.0  # pixels across
_TILE = 512  # pixels weighed at a time
_WEIGHING = 0.1  # share of the time
_TIMES = np.array([0.75, 0.03, 0.03, 0.07, 0.12])  # shares of the methods in the rest


class Weigher(NamedTuple):
    """A network of two hidden layers: N×F evidence to N×K weights that add up to 1. All float32.

    The first layer takes (evidence − mean) / deviation.
    """

    mean: np.ndarray
    deviation: np.ndarray
    layers: tuple[tuple[np.ndarray, np.ndarray], ...]
    """(inputs×outputs weight, outputs bias) of each layer; a ReLU between them."""

    def weights(self, told: np.ndarray) -> np.ndarray:
        """N×K for N×F evidence."""
        values = (told - self.mean) / self.deviation
        for number, (weight, bias) in enumerate(self.layers):
            values = (np.maximum(values, 0) if number else values) @ weight + bias
        values = np.exp(values - values.max(axis=1, keepdims=True))
        return values / values.sum(axis=1, keepdims=True)

    def save(self, path: Path) -> None:
        """As .npz that `load_weigher` reads."""
        layers = {}
        for number, (weight, bias) in enumerate(self.layers):
            layers[f"w{number}"], layers[f"b{number}"] = weight, bias
        methods = np.array([str(method) for method in METHODS])
        np.savez_compressed(path, mean=self.mean, deviation=self.deviation, methods=methods, **layers)


@lru_cache(maxsize=2)
def load_weigher(path: Path = _SHIPPED) -> Weigher:
    """The shipped weights, or others; raises BadInputError when a file does not fit."""
    try:
        with np.load(path, allow_pickle=False) as held:
            layers = tuple((held[f"w{number}"], held[f"b{number}"]) for number in range(3))
            weigher, methods = Weigher(held["mean"], held["deviation"], layers), tuple(held["methods"].tolist())
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise BadInputError(f"{path.name} holds no weights of the engine blended; train them again.") from error
    if methods != tuple(str(method) for method in METHODS) or layers[2][0].shape[1] != len(METHODS):
        raise BadInputError(f"{path.name} weighs other ways of continuing; train it again.")
    return weigher


class Blended:
    """A learned mean of continuations; see `models.inpainting.protocol.Inpainter`. There is no chance in it."""

    name = "blended"

    def __init__(self, weights: Path = _SHIPPED) -> None:
        self._weights = weights

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
        """Return the image with the hole filled by what continues from `sources`."""
        empty, known = ground_of(image, hole, sources)
        weigher = load_weigher(self._weights)
        shrunk = reduction(empty)
        hurried = shrunk == 1 and np.count_nonzero(empty) > _MOST
        # thin holes in large pictures are all but smooth, and then biharmonic functions are right, and faster
        chosen = [Method.BIHARMONIC if hurried and method is Method.FSR else method for method in METHODS]
        continued: dict[Method, np.ndarray] = {}
        done = 0.0
        for method, share in zip(chosen, (1 - _WEIGHING) * _TIMES, strict=True):
            if method not in continued:
                smaller = shrunk if method in _SLOW else 1
                continued[method] = _continued(method, image, empty, known, smaller, progress.part(done, done + share))
            done += share
        fillings = [continued[method] for method in chosen]
        filled = image.copy()
        for tile in _tiles(empty):
            progress.check()
            window = tile.padded(REACH).clipped(Extent.of(image))
            inside = np.zeros((window.height, window.width), bool)
            inside[tile.shifted(-window.x0, -window.y0).slices] = empty[tile.slices]
            # all of the hole counts as hole, though only the tile's part of it is weighed
            parts = [filling[window.slices] for filling in fillings]
            mixed = mix(image[window.slices], parts, empty[window.slices], known[window.slices], weigher)
            filled[window.slices][inside] = mixed[inside[empty[window.slices]]]
        progress.report(1.0, "filled")
        return filled


def _continued(
    method: Method, image: np.ndarray, empty: np.ndarray, known: np.ndarray, shrunk: int, progress: Progress
) -> np.ndarray:
    """The hole filled by one method, solved `shrunk` times smaller: then it lacks detail below that many pixels."""
    engine = Diffusive(method)
    if shrunk > 1:
        height, width = empty.shape
        size = max(1, width // shrunk), max(1, height // shrunk)
        share = cv2.resize(known.astype(np.float32), size, interpolation=cv2.INTER_AREA)
        means = cv2.resize(image * known[..., None].astype(np.float32), size, interpolation=cv2.INTER_AREA)
        top = np.iinfo(image.dtype).max
        small = np.rint(means / np.maximum(share, 1e-6)[..., None]).clip(0, top).astype(image.dtype)
        # a small pixel is known when most of what it covers is
        sources = share > 0.5
        hole = (cv2.resize(empty.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0) & ~sources
        if sources.any() and hole.any():
            filled = engine.fill(
                small, hole.astype(np.float32), seed=0, progress=progress, sources=sources.astype(np.float32)
            )
            large = cv2.resize(filled, (width, height), interpolation=cv2.INTER_CUBIC)
            return np.where(empty[..., None], large, image)
    return engine.fill(image, empty.astype(np.float32), seed=0, progress=progress, sources=known.astype(np.float32))


def reduction(empty: np.ndarray) -> int:
    """How many times smaller the slow methods solve an H×W bool hole: thin ones would vanish, and are not reduced."""
    pixels = int(np.count_nonzero(empty))
    depth = cv2.distanceTransform(np.pad(empty.astype(np.uint8), 1), cv2.DIST_L2, 5).max() if pixels > _MOST else 0.0
    return 1 if 2 * depth - 1 <= _TOO_THIN else math.ceil(math.sqrt(pixels / _MOST))


def mix(
    image: np.ndarray, fillings: Sequence[np.ndarray], empty: np.ndarray, known: np.ndarray, weigher: Weigher
) -> np.ndarray:
    """The N pixels of the hole, N×3 of the integer dtype of `image` and its fillings."""
    top = np.iinfo(image.dtype).max
    scale = np.float32(255 / top)
    levels = [filling.astype(np.float32) * scale for filling in fillings]
    weights = weigher.weights(evidence(image.astype(np.float32) * scale, levels, empty, known))
    mixed = sum(weights[:, [number]] * filling[empty] for number, filling in enumerate(fillings))
    return np.rint(mixed).clip(0, top).astype(image.dtype)


def _tiles(empty: np.ndarray) -> list[Bounds]:
    height, width = empty.shape
    grid = (
        Bounds(x, y, min(x + _TILE, width), min(y + _TILE, height))
        for y in range(0, height, _TILE)
        for x in range(0, width, _TILE)
    )
    return [tile for tile in grid if empty[tile.slices].any()]
