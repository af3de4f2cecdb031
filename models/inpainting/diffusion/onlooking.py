"""What a person sees while a hole is painted: their picture, small, with the painting emerging in the hole."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from models.geometry import Bounds, Extent
from models.inpainting.diffusion.window import Working
from models.mask import Mask
from models.progress import Progress

_LONGEST = 512  # pixels of the small picture


class Onlooker:
    """Puts rough previews of parts into one small picture, at most 512 pixels long, and passes that on."""

    def __init__(self, image: np.ndarray, hole: Mask) -> None:
        """`image` is H×W×3 uint8 or uint16, `hole` its H×W mask (> 0); the picture outside the hole stays sharp."""
        extent = Extent.of(image)
        self._small = extent.fit_within(_LONGEST)
        self._scale = self._small.width / extent.width
        levels = cv2.resize(image, tuple(self._small), interpolation=cv2.INTER_AREA).astype(np.float32)
        self._picture = levels * np.float32(255.0 / np.iinfo(image.dtype).max)
        empty = (hole > 0).astype(np.float32)
        self._share = cv2.resize(empty, tuple(self._small), interpolation=cv2.INTER_AREA)[..., None]

    def beside(self, progress: Progress, part: Bounds, work: Working) -> Progress:
        """The same progress, whose previews are of `part` (pixels of the image) at a working size."""
        onlook = progress.on_preview
        if onlook is None:
            return progress
        place = self._place(part)

        def show(seen: np.ndarray) -> None:
            rows = max(1, round(seen.shape[0] * work.scaled.height / work.padded.height))
            columns = max(1, round(seen.shape[1] * work.scaled.width / work.padded.width))
            crop = cv2.resize(seen[:rows, :columns], tuple(place.extent), interpolation=cv2.INTER_CUBIC)
            under = self._picture[place.slices]
            under += self._share[place.slices] * (crop.astype(np.float32) - under)
            onlook(np.rint(self._picture).clip(0, 255).astype(np.uint8))

        return replace(progress, on_preview=show)

    def _place(self, part: Bounds) -> Bounds:
        x0, y0 = (min(int(at * self._scale), side - 1) for at, side in zip(part[:2], self._small, strict=True))
        x1, y1 = (round(at * self._scale) for at in part[2:])
        return Bounds(x0, y0, max(x0 + 1, min(x1, self._small.width)), max(y0 + 1, min(y1, self._small.height)))
