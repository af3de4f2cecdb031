"""Twenty removals on one sheet: each thing outlined before, and what took its place.

    python -m tests.benchmarks.removals_sheet docs/removals.jpg [--full folder]

The photos come with scikit-image; the outlines are drawn here, by hand. `--full` also writes every pair at full size,
which is how they should be looked at.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import skimage.data

from models.geometry import Extent
from models.inpainting.filling import fill_hole
from models.mask import Mask, grow
from models.progress import SILENT

_CELL = 240  # pixels, the longer side of a picture on the sheet
_COLUMNS = 4


Outline = tuple[tuple[float, float], ...] | tuple[float, float, float]


@dataclass(frozen=True)
class Removal:
    """What goes: a polygon's corners (x, y), or a disc (x, y, radius), in shares of the picture's width and height.

    The radius is in shares of the width. `source`: where alone it is filled from; None: from anywhere.
    """

    photo: str
    thing: str
    outline: Outline
    source: Outline | None = None


_BETWEEN_ROWS = ((0.02, 0.255), (0.75, 0.255), (0.75, 0.31), (0.02, 0.31))  # of the coins

REMOVALS = (
    Removal("astronaut", "mission patch", (0.335, 0.755, 0.08)),
    Removal("astronaut", "name tag", ((0.535, 0.66), (0.65, 0.655), (0.65, 0.75), (0.55, 0.755))),
    Removal(
        "astronaut",
        "shuttle",
        ((0.78, 0.0), (0.86, 0.0), (0.9, 0.2), (0.905, 0.57), (0.69, 0.57), (0.69, 0.45), (0.74, 0.33)),
        source=((0.915, 0.0), (1.0, 0.0), (1.0, 0.65), (0.915, 0.65)),
    ),
    Removal(
        "coffee",
        "spoon",
        ((0.67, 0.18), (0.72, 0.2), (0.67, 0.55), (0.69, 0.72), (0.62, 0.83), (0.54, 0.78), (0.53, 0.62), (0.62, 0.57)),
    ),
    Removal("coffee", "handle", (0.36, 0.69, 0.07)),
    Removal("rocket", "right mast", ((0.69, 0.27), (0.705, 0.27), (0.74, 0.93), (0.675, 0.93))),
    Removal("rocket", "left mast", ((0.305, 0.27), (0.32, 0.27), (0.34, 0.93), (0.27, 0.93))),
    Removal("rocket", "rocket", ((0.485, 0.29), (0.525, 0.29), (0.54, 0.95), (0.475, 0.95))),
    Removal("camera", "tower", ((0.79, 0.21), (0.86, 0.21), (0.86, 0.4), (0.79, 0.4))),
    Removal("camera", "white tent", (0.65, 0.455, 0.03)),
    Removal("camera", "tripod leg", ((0.59, 0.67), (0.62, 0.66), (0.8, 1.0), (0.755, 1.0))),
    Removal("coins", "coin in the middle", (0.535, 0.41, 0.06), source=_BETWEEN_ROWS),
    Removal("coins", "coin at the bottom", (0.45, 0.865, 0.085)),
    Removal("coins", "large coin", (0.87, 0.142, 0.085), source=_BETWEEN_ROWS),
    Removal("moon", "crater", (0.24, 0.165, 0.062)),
    Removal("moon", "bright ridge", ((0.56, 0.15), (0.74, 0.16), (0.74, 0.3), (0.7, 0.37), (0.6, 0.36))),
    Removal("motorcycle", "red bin", ((0.735, 0.375), (0.825, 0.37), (0.82, 0.56), (0.74, 0.555))),
    Removal("hubble_deep_field", "galaxy", (0.725, 0.545, 0.035)),
    Removal("chelsea", "ear", ((0.67, 0.0), (0.87, 0.0), (0.82, 0.24), (0.72, 0.2))),
    Removal("gravel", "stones", (0.5, 0.5, 0.13)),
)


def photo(name: str) -> np.ndarray:
    """H×W×3 uint8 RGB."""
    picture = skimage.data.stereo_motorcycle()[0] if name == "motorcycle" else getattr(skimage.data, name)()
    picture = np.dstack([picture] * 3) if picture.ndim == 2 else picture[..., :3]
    return np.ascontiguousarray(picture)


def drawn(outline: Outline, shape: tuple[int, ...]) -> Mask:
    """H×W float32, 0 or 1."""
    height, width = shape[:2]
    mask = np.zeros((height, width), np.float32)
    corners = [corner for corner in outline if isinstance(corner, tuple)]
    if corners:
        polygon = np.rint(np.array(corners) * (width, height)).astype(np.int32)
        cv2.fillPoly(mask, [polygon[:, None]], (1.0,))
    else:
        x, y, radius = (share for share in outline if isinstance(share, float))
        cv2.circle(mask, (round(x * width), round(y * height)), round(radius * width), (1.0,), -1)
    return mask


def outlined(removal: Removal, shape: tuple[int, ...]) -> Mask:
    """H×W float32, grown by a rim as the edit `remove` does."""
    mask = drawn(removal.outline, shape)
    return grow(mask, 3 + round(0.003 * Extent.of(mask).diagonal))


def cell(before: np.ndarray, mask: Mask, after: np.ndarray, caption: str) -> np.ndarray:
    """Before with the outline, after, and a caption, as one small picture on white."""
    edges, _ = cv2.findContours((mask > 0).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    marked = before.copy()
    cv2.drawContours(marked, edges, -1, (255, 40, 40), max(1, round(max(before.shape) / 200)))
    scale = _CELL / max(before.shape[:2])
    pair = [cv2.resize(one, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) for one in (marked, after)]
    canvas = np.full((_CELL + 22, 2 * _CELL + 8, 3), 255, np.uint8)
    for number, small in enumerate(pair):
        height, width = small.shape[:2]
        x = number * (_CELL + 2)
        canvas[:height, x : x + width] = small
    cv2.putText(canvas, caption, (2, _CELL + 15), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (30, 30, 30), 1, cv2.LINE_AA)
    return canvas


def main() -> None:
    """Read the arguments, fill, and write the sheet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sheet", type=Path, help="the JPEG to write")
    parser.add_argument("--full", type=Path, help="folder for the pairs at full size")
    arguments = parser.parse_args()
    if arguments.full is not None:
        arguments.full.mkdir(parents=True, exist_ok=True)
    cells = []
    for number, removal in enumerate(REMOVALS, start=1):
        before = photo(removal.photo)
        mask = outlined(removal, before.shape)
        sources = None if removal.source is None else drawn(removal.source, before.shape)
        filled = fill_hole(before, mask, seed=0, progress=SILENT, sources=sources)
        way = filled.engine if sources is None else f"{filled.engine}, from a marked place"
        print(f"{number:2} {removal.photo}: {removal.thing} ({filled.engine}). {filled.reason}", flush=True)
        cells.append(cell(before, mask, filled.image, f"{number} {removal.thing} ({way})"))
        if arguments.full is not None:
            pair = np.hstack([before, filled.image])[..., ::-1]
            cv2.imwrite(str(arguments.full / f"{number:02}_{removal.thing.replace(' ', '_')}.png"), pair)
    rows = [np.hstack(cells[first : first + _COLUMNS]) for first in range(0, len(cells), _COLUMNS)]
    cv2.imwrite(str(arguments.sheet), np.vstack(rows)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 82])


if __name__ == "__main__":
    main()
