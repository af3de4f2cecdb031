"""Free-form holes as the literature draws them: LaMa's strokes and boxes, DeepFill's strokes, irregular walks.

Lengths and widths are pixels of the mask that is drawn. The published numbers are meant for the size named beside
them (512 for LaMa's sets, 256 for DeepFill's): draw at that size and cut a window for a smaller crop.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, sin

import cv2
import numpy as np

from models.geometry import Extent
from models.mask import Mask


@dataclass(frozen=True)
class StrokeRecipe:
    """How many strokes, and how wide, long and bent their segments are: inclusive ranges, pixels, radians."""

    strokes: tuple[int, int]
    width: tuple[int, int]
    length: tuple[int, int]
    segments: tuple[int, int] = (1, 5)
    turn: tuple[float, float] = (0.01, 4.01)


@dataclass(frozen=True)
class BoxRecipe:
    """How many boxes of which side (inclusive, pixels), and how far they stay from the border."""

    boxes: tuple[int, int]
    side: tuple[int, int]
    margin: int = 0


@dataclass(frozen=True)
class LamaRecipe:
    """One of LaMa's mask sets (Suvorov et al. 2022, its published configuration): strokes, or boxes with a chance."""

    strokes: StrokeRecipe
    boxes: BoxRecipe | None = None
    box_share: float = 0.0


LAMA_SIDE = 512  # pixels; the size the three sets below are made for
THIN = LamaRecipe(StrokeRecipe((4, 70), (5, 24), (10, 109)))
MEDIUM = LamaRecipe(StrokeRecipe((4, 10), (5, 104), (10, 209)), BoxRecipe((1, 5), (30, 150)), 0.3)
THICK = LamaRecipe(StrokeRecipe((1, 5), (5, 254), (10, 459)), BoxRecipe((1, 4), (30, 300), 10), 0.3)
LAMA_SETS = {"thin": THIN, "medium": MEDIUM, "thick": THICK}

DEEPFILL_SIDE = 256
DEEPFILL = StrokeRecipe((1, 15), (10, 24), (0, 99), segments=(1, 25), turn=(0.0, 2 * pi))


def lama(rng: np.random.Generator, extent: Extent, recipe: LamaRecipe) -> Mask:
    """One hole of a LaMa set. Strokes and boxes are alternatives, as published, never both in one hole."""
    if recipe.boxes is not None and rng.random() < recipe.box_share:
        return boxes(rng, extent, recipe.boxes)
    return strokes(rng, extent, recipe.strokes)


def strokes(rng: np.random.Generator, extent: Extent, recipe: StrokeRecipe) -> Mask:
    """Broken lines of one width each; every other segment turns back, so that strokes stay compact."""
    canvas = np.zeros((extent.height, extent.width), np.uint8)
    for _ in range(rng.integers(*recipe.strokes, endpoint=True)):
        here = (int(rng.integers(extent.width)), int(rng.integers(extent.height)))
        width = int(rng.integers(*recipe.width, endpoint=True))
        for segment in range(rng.integers(*recipe.segments, endpoint=True)):
            angle = rng.uniform(*recipe.turn)
            if segment % 2 == 0:
                angle = 2 * pi - angle
            length = rng.integers(*recipe.length, endpoint=True)
            there = _inside(here[0] + length * sin(angle), here[1] + length * cos(angle), extent)
            _line(canvas, here, there, width)
            here = there
    return canvas.astype(np.float32)


def deepfill(rng: np.random.Generator, extent: Extent) -> Mask:
    """Brush strokes of Yu et al. 2019 with the numbers RFR-Net trains on: 15 parts, 25 vertices, 10-24 wide."""
    return strokes(rng, extent, DEEPFILL)


def boxes(rng: np.random.Generator, extent: Extent, recipe: BoxRecipe) -> Mask:
    """Rectangles that may overlap; sides are cut to what fits between the margins."""
    mask = np.zeros((extent.height, extent.width), np.float32)
    for _ in range(rng.integers(*recipe.boxes, endpoint=True)):
        slices = []
        for room in (extent.height, extent.width):
            side = min(int(rng.integers(*recipe.side, endpoint=True)), room - 2 * recipe.margin)
            start = int(rng.integers(recipe.margin, room - recipe.margin - side + 1))
            slices.append(slice(start, start + side))
        mask[tuple(slices)] = 1.0
    return mask


def irregular(rng: np.random.Generator, extent: Extent, share: float) -> Mask:
    """About `share` of the extent in wandering walks, arcs and discs, as Liu et al. 2018 take holes from occlusions.

    The last shape may overshoot `share` by its own area.
    """
    canvas = np.zeros((extent.height, extent.width), np.uint8)
    side = min(extent)
    while canvas.mean() < share:
        width = int(rng.integers(max(1, side // 40), max(3, side // 7)))
        here = (int(rng.integers(extent.width)), int(rng.integers(extent.height)))
        kind = rng.integers(4)
        if kind == 0:
            axes = rng.integers(max(2, side // 20), max(4, side // 4), 2).tolist()
            cv2.ellipse(canvas, here, axes, float(rng.uniform(0, 360)), 0, float(rng.uniform(90, 360)), 1, width)
        elif kind == 1:
            cv2.circle(canvas, here, width, 1, -1)
        else:
            _walk(rng, canvas, here, width, extent)
    return canvas.astype(np.float32)


def _walk(rng: np.random.Generator, canvas: np.ndarray, here: tuple[int, int], width: int, extent: Extent) -> None:
    heading = rng.uniform(0, 2 * pi)
    for _ in range(rng.integers(3, 12)):
        heading += rng.normal(0, 0.6)
        length = rng.uniform(0.03, 0.15) * max(extent)
        there = _inside(here[0] + length * cos(heading), here[1] + length * sin(heading), extent)
        _line(canvas, here, there, width)
        here = there


def _line(canvas: np.ndarray, start: tuple[int, int], end: tuple[int, int], width: int) -> None:
    cv2.line(canvas, start, end, 1, width, cv2.LINE_8)


def _inside(x: float, y: float, extent: Extent) -> tuple[int, int]:
    return int(min(max(x, 0), extent.width - 1)), int(min(max(y, 0), extent.height - 1))
