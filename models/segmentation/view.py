"""A picture, or a part of it, measured for selecting; and the way between its pixels and the picture's."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from models.geometry import Bounds, Extent, Point
from models.mask import Mask, bounds
from models.segmentation.boundaries import WORKING_LONGEST
from models.segmentation.candidates import Analysis, analyse
from models.segmentation.ranking import RankingBasis
from models.segmentation.refine import refine_edges

EDGE_ERROR = 7.0
"""Working pixels by which a region's edge may be off."""

_LARGEST_BLOW_UP = 2.0


@dataclass(frozen=True)
class View:
    """`analysis` and `basis` of the part `crop` (in the picture's pixels), at working size."""

    crop: Bounds
    analysis: Analysis
    basis: RankingBasis

    @classmethod
    def of(cls, rgb: np.ndarray, crop: Bounds, longest: int = WORKING_LONGEST) -> View:
        """Measure a part of an H×W×3 uint8 picture at about `longest` px; small parts are blown up at most twice."""
        part = rgb[crop.slices]
        extent = crop.extent
        factor = min(longest / max(extent), _LARGEST_BLOW_UP if longest < WORKING_LONGEST else 1.0)
        if factor != 1.0:
            size = (max(1, round(extent.width * factor)), max(1, round(extent.height * factor)))
            part = cv2.resize(part, size, interpolation=cv2.INTER_AREA if factor < 1.0 else cv2.INTER_CUBIC)
        analysis = analyse(part)
        return cls(crop, analysis, RankingBasis(analysis))

    @property
    def scale(self) -> float:
        """Picture pixels per working pixel."""
        return max(self.crop.extent) / max(self.analysis.extent)

    def point(self, point: Point) -> Point:
        """A point of the picture at working size."""
        x, y = (point.x - self.crop.x0) / self.scale, (point.y - self.crop.y0) / self.scale
        return Point(int(x), int(y)).clipped(self.analysis.extent)

    def bounds(self, box: Bounds) -> Bounds:
        """Bounds in the picture at working size; at least one pixel each way."""
        scale, extent = self.scale, self.analysis.extent
        x0 = min(int((box.x0 - self.crop.x0) / scale), extent.width - 1)
        y0 = min(int((box.y0 - self.crop.y0) / scale), extent.height - 1)
        x1 = max(x0 + 1, round((box.x1 - self.crop.x0) / scale))
        y1 = max(y0 + 1, round((box.y1 - self.crop.y0) / scale))
        return Bounds(x0, y0, x1, y1).clipped(extent)

    def at_full_resolution(self, rgb: np.ndarray, region: np.ndarray, refine: bool = True) -> Mask:
        """A region (h×w bool, working size) as an H×W float32 mask of the picture, its edge on the picture's.

        Only the region's surroundings are computed. Without `refine` the edge stays where it was found.
        """
        radius = max(3.0, EDGE_ERROR * self.scale)
        around = bounds(region.astype(np.float32)).padded(2)
        window = Bounds(
            self.crop.x0 + int(around.x0 * self.scale),
            self.crop.y0 + int(around.y0 * self.scale),
            self.crop.x0 + int(np.ceil(around.x1 * self.scale)),
            self.crop.y0 + int(np.ceil(around.y1 * self.scale)),
        )
        window = window.padded(int(4 * radius) + 8 if refine else 0).clipped(Extent.of(rgb))
        rough = self._enlarged(region, window)
        mask = refine_edges(rgb[window.slices], rough, radius) if refine and rough.any() else rough
        result = np.zeros(rgb.shape[:2], np.float32)
        result[window.slices] = mask if refine else mask >= 0.5
        return result

    def _enlarged(self, region: np.ndarray, window: Bounds) -> Mask:
        """The region over a window of the picture, linearly interpolated; nothing beyond the crop."""
        extent = self.analysis.extent
        step_x, step_y = extent.width / self.crop.width, extent.height / self.crop.height
        left, top = window.x0 - self.crop.x0, window.y0 - self.crop.y0
        to_work = np.array(
            [[step_x, 0.0, (left + 0.5) * step_x - 0.5], [0.0, step_y, (top + 0.5) * step_y - 0.5]], np.float64
        )
        part = self.crop.intersection(window)
        inner = part.shifted(-window.x0, -window.y0)
        enlarged = cv2.warpAffine(
            region.astype(np.float32),
            to_work,
            (window.width, window.height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        result = np.zeros(enlarged.shape, np.float32)
        result[inner.slices] = enlarged[inner.slices]
        return result
