"""A mask and what surrounds it, small: what the measures that need no full resolution look at."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from models import mask as masks
from models.geometry import Bounds, Extent
from models.mask import Mask

_REACH = 0.4  # of the target's mean side: how far a thing's leftovers may lie from it
_BEYOND = 2.5  # times the reach: how far one looks to learn what the surroundings are made of
_LEAST = 6  # pixels


@dataclass(frozen=True)
class Neighbourhood:
    """A scaled crop around a target.

    `rgb` h×w×3 uint8; `target` h×w bool, the thing itself; `hole` h×w bool, what was allowed to change (the target and
    its rim); `reach` in pixels of the crop; `bounds` is where the crop lies in the picture of `extent`.
    """

    rgb: np.ndarray
    target: np.ndarray
    hole: np.ndarray
    reach: float
    bounds: Bounds
    extent: Extent

    @classmethod
    def around(cls, rgb: np.ndarray, target: Mask, hole: Mask, longest: int, beyond: float = _BEYOND) -> Neighbourhood:
        """Cut H×W×3 (uint8 or uint16) and two H×W masks to the target's surroundings, at most `longest` a side.

        `beyond`: how far it goes beyond both masks, in times the reach.
        """
        extent = Extent.of(rgb)
        box = masks.bounds(target, 0.5)
        reach = _REACH * float(np.sqrt(box.area)) + _LEAST
        crop = box.union(masks.bounds(hole)).padded(round(beyond * reach)).clipped(extent)
        size = crop.extent.fit_within(longest)
        scale = size.width / crop.width
        part = rgb[crop.slices]
        levels = part if part.dtype == np.uint8 else (part >> 8).astype(np.uint8)

        def shrunk(array: np.ndarray) -> np.ndarray:
            return np.asarray(cv2.resize(np.ascontiguousarray(array), tuple(size), interpolation=cv2.INTER_AREA))

        return cls(
            shrunk(levels),
            shrunk(target[crop.slices]) >= 0.5,
            shrunk((hole[crop.slices] > 0).astype(np.float32)) > 0.3,
            reach * scale,
            crop,
            extent,
        )

    def lab(self) -> np.ndarray:
        """h×w×3 float32 CIELAB, with fine noise smoothed and edges kept."""
        smooth = cv2.bilateralFilter(self.rgb, 5, 25, 3)
        return cv2.cvtColor(smooth.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2LAB)

    def in_picture(self, selected: np.ndarray) -> Mask:
        """An h×w bool array of the crop as an H×W float32 mask (0 or 1) of the whole picture."""
        whole = np.zeros((self.extent.height, self.extent.width), np.float32)
        large = cv2.resize(selected.astype(np.float32), tuple(self.bounds.extent), interpolation=cv2.INTER_LINEAR)
        whole[self.bounds.slices] = large >= 0.5
        return whole
