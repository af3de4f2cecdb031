"""Painting after a reference in one canvas: the reference on the left, the picture with its hole on the right.

A model that fills holes copies across the canvas by itself, since its self-attention sees both halves (Cao et al.,
"LeftRefill: Filling Right Canvas based on Left Reference through Generalized Text-to-Image Diffusion Model", CVPR 2024,
arXiv 2305.11577). The geometry here serves any `Inpainter`.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from models.compositing import composite
from models.geometry import Bounds, Extent
from models.inpainting.protocol import Inpainter, ground_of
from models.mask import Mask
from models.progress import Progress

SIDE = 512
"""Pixels of a half's side, as published."""
_SEEN = 2.0  # times the hole's longer side is seen of the picture around it
_LEAST_SEEN = 128  # pixels


@dataclass(frozen=True)
class Diptych:
    """Both halves as one picture: `image` s×2s×3 uint8, `hole` s×2s float32, never in the left half.

    `window` is what of the scene the right half shows, stretched to the square.
    """

    image: np.ndarray
    hole: Mask
    window: Bounds

    @property
    def side(self) -> int:
        """Pixels of a half's side."""
        return self.image.shape[0]

    def right(self, painted: np.ndarray) -> np.ndarray:
        """The right half of a painted s×2s×3 canvas at the window's size in the scene."""
        half = painted[:, self.side :]
        shrinks = self.window.width < self.side
        method = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
        return cv2.resize(half, tuple(self.window.extent), interpolation=method)


def diptych(scene: np.ndarray, hole: Mask, reference: np.ndarray, side: int = SIDE) -> Diptych:
    """Lay both out. `scene` and `reference` are H×W×3 uint8, `hole` of the scene's size, > 0 = to be painted.

    The reference keeps its proportions on white; of the scene a square around the hole is shown. Raises ValueError for
    an empty hole.
    """
    rows, columns = np.nonzero(hole > 0)
    if rows.size == 0:
        raise ValueError("a diptych needs a hole")
    extent = Extent.of(scene)
    box = Bounds(int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
    wanted = int(max(_SEEN * max(box.extent), _LEAST_SEEN))
    width, height = min(wanted, extent.width), min(wanted, extent.height)
    width, height = max(width, box.width), max(height, box.height)
    x0 = int(np.clip((box.x0 + box.x1 - width) // 2, 0, extent.width - width))
    y0 = int(np.clip((box.y0 + box.y1 - height) // 2, 0, extent.height - height))
    window = Bounds(x0, y0, x0 + width, y0 + height)
    right = _resized(scene[window.slices], Extent(side, side))
    mask = cv2.resize((hole[window.slices] > 0).astype(np.float32), (side, side), interpolation=cv2.INTER_LINEAR)
    canvas = np.full((side, 2 * side, 3), 255, np.uint8)
    inner = Extent.of(reference)
    scale = side / max(inner)
    fitted = Extent(max(1, round(inner.width * scale)), max(1, round(inner.height * scale)))
    left, top = (side - fitted.width) // 2, (side - fitted.height) // 2
    canvas[top : top + fitted.height, left : left + fitted.width] = _resized(reference, fitted)
    canvas[:, side:] = right
    whole = np.zeros((side, 2 * side), np.float32)
    whole[:, side:] = mask > 0
    return Diptych(canvas, whole, window)


class InContext:
    """Any engine that fills holes, shown a reference beside the picture; itself an `Inpainter`.

    `reference` is H×W×3 uint8. `words` are given to engines that read them, where `fill` is given none.
    """

    def __init__(self, engine: Inpainter, reference: np.ndarray, *, words: str | None = None, side: int = SIDE) -> None:
        self.name = f"{engine.name} beside a reference"
        self._engine, self._reference, self._words, self._side = engine, reference, words, side

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
        """As `Inpainter.fill`; `sources` do not apply, since what is wanted is in the other half."""
        ground_of(image, hole, sources)
        shown = (image if image.dtype == np.uint8 else image // 257).astype(np.uint8)
        laid = diptych(shown, hole, self._reference, self._side)
        words = prompt if prompt is not None else self._words
        painted = self._engine.fill(laid.image, laid.hole, seed=seed, progress=progress, prompt=words)
        right = laid.right(painted)
        result = image.copy()
        part = image[laid.window.slices]
        new = right.astype(image.dtype) * 257 if image.dtype == np.uint16 else right
        result[laid.window.slices] = composite(part, new, (hole[laid.window.slices] > 0).astype(np.float32))
        return result


def words_for(thing: str) -> str:
    """What a model without learned tokens is told of the canvas."""
    return f"two photos of the same {thing}, side by side"


def _resized(image: np.ndarray, extent: Extent) -> np.ndarray:
    shrinks = extent.width < image.shape[1]
    return cv2.resize(image, tuple(extent), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)
