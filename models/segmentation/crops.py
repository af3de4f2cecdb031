"""Crops of proposals for a model that looks at one square at a time, all cut on the device in a few calls."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

import cv2
import numpy as np
import torch
import torch.nn.functional as functional
from torchvision.ops import roi_align

from models.geometry import Extent
from models.segmentation.proposals import Proposal, Proposals

# A picture is reduced to this before it is cut up: 12 million samples at the most are kept on the device.
_LONGEST = 2048
# How much wider than the thing its context crop is (FGVP and its kin take between 1.1 and 2).
_CONTEXT = 1.5
# Into so many cells per side a context crop is averaged where it lies outside the mask.
_BLUR_CELLS = 14


class View(Enum):
    """How a proposal is shown.

    MASKED: the tight box, the mean colour outside the mask. The mean is what the model's normalisation maps to
    zero, which OVSeg (Liang et al. 2023) feeds for masked-out patches; ultralytics' black is a strong signal instead.
    CONTEXT: a wider box, blurred outside the mask: the "blur reverse mask", best of the fillings that
    Yang et al. 2023 (Fine-Grained Visual Prompting, arXiv 2306.04356) compared.
    """

    MASKED = "masked"
    CONTEXT = "context"


class CropCutter:
    """Holds one picture as a normalised pyramid on a device and cuts square crops of its proposals.

    Crops that shrink are read from a level no more than twice as fine as needed, two samples per pixel and
    direction: large things do not alias, and the cost of a crop does not depend on its size.
    """

    def __init__(
        self,
        rgb: np.ndarray,
        side: int,
        mean: tuple[float, float, float],
        deviation: tuple[float, float, float],
        device: torch.device,
    ) -> None:
        """`rgb` H×W×3 uint8 sRGB; `side` of the crops in pixels; `mean` and `deviation` of values in [0, 1]."""
        self._extent = Extent.of(rgb)
        small = self._extent.fit_within(_LONGEST)
        if small != self._extent:
            rgb = cv2.resize(rgb, tuple(small), interpolation=cv2.INTER_AREA)
        self._size = small
        self._side = side
        self._device = device
        stored = torch.from_numpy(np.require(rgb, requirements=("C", "W"))).to(device)
        pixels = stored.permute(2, 0, 1)[None].float() / 255.0
        shape = (1, 3, 1, 1)
        centre = torch.tensor(mean, device=device).view(shape)
        spread = torch.tensor(deviation, device=device).view(shape)
        self._levels = [(pixels - centre) / spread]

    def crops(self, proposals: Proposals, view: View, batch: int) -> Iterator[torch.Tensor]:
        """Batches of n×3×side×side float32, normalised, in the order of the proposals; 0 is the mean colour."""
        scale_x = self._size.width / proposals.working.width
        scale_y = self._size.height / proposals.working.height
        for start in range(0, len(proposals), batch):
            some = proposals.items[start : start + batch]
            squares = np.array([self._square(item, view, scale_x, scale_y) for item in some], np.float32)
            inside = np.stack(
                [self._inside(item, square, scale_x, scale_y) for item, square in zip(some, squares, strict=True)]
            )
            pixels = self._cut(squares)
            mask = torch.from_numpy(inside).to(self._device)[:, None].float() / 255.0
            if view is View.CONTEXT:
                coarse = functional.adaptive_avg_pool2d(pixels, _BLUR_CELLS)
                blurred = functional.interpolate(coarse, size=pixels.shape[-2:], mode="bilinear", align_corners=False)
                yield blurred + mask * (pixels - blurred)
            else:
                yield mask * pixels

    def _square(self, item: Proposal, view: View, scale_x: float, scale_y: float) -> tuple[float, float, float, float]:
        """The square to cut around a proposal, x0, y0, x1, y1 in pixels of the reduced picture.

        A square keeps the thing's shape; CLIP's own preprocessing cuts the ends off what is long.
        """
        x0, x1 = item.box.x0 * scale_x, item.box.x1 * scale_x
        y0, y1 = item.box.y0 * scale_y, item.box.y1 * scale_y
        side = max(x1 - x0, y1 - y0, 1.0)
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        if view is View.CONTEXT:
            side *= _CONTEXT
            x = _inwards(x, side, self._size.width)
            y = _inwards(y, side, self._size.height)
        return x - side / 2, y - side / 2, x + side / 2, y + side / 2

    def _inside(self, item: Proposal, square: np.ndarray, scale_x: float, scale_y: float) -> np.ndarray:
        """The proposal's mask as its square shows it: side×side uint8, 255 = inside."""
        canvas = np.zeros((self._side, self._side), np.uint8)
        zoom = self._side / float(square[2] - square[0])
        left = round((item.box.x0 * scale_x - float(square[0])) * zoom)
        top = round((item.box.y0 * scale_y - float(square[1])) * zoom)
        right = max(left + 1, round((item.box.x1 * scale_x - float(square[0])) * zoom))
        bottom = max(top + 1, round((item.box.y1 * scale_y - float(square[1])) * zoom))
        size = right - left, bottom - top
        shrinks = size[0] * size[1] < item.inside.size
        method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        small = cv2.resize(item.inside.astype(np.uint8) * 255, size, interpolation=method)
        x0, y0 = max(left, 0), max(top, 0)
        x1, y1 = min(right, self._side), min(bottom, self._side)
        canvas[y0:y1, x0:x1] = small[y0 - top : y1 - top, x0 - left : x1 - left]
        return canvas

    def _cut(self, squares: np.ndarray) -> torch.Tensor:
        """n×4 squares to n×3×side×side; squares of one level are cut together."""
        level_of = np.ceil(np.log2(np.maximum((squares[:, 2] - squares[:, 0]) / (2.0 * self._side), 1.0))).astype(int)
        result = torch.empty((len(squares), 3, self._side, self._side), device=self._device)
        for level in np.unique(level_of):
            chosen = np.flatnonzero(level_of == level)
            boxes = torch.from_numpy(squares[chosen]).to(self._device)
            cut = roi_align(
                self._level(int(level)),
                [boxes],
                (self._side, self._side),
                spatial_scale=0.5 ** int(level),
                sampling_ratio=2,
                aligned=True,
            )
            result[torch.from_numpy(chosen).to(self._device)] = cut
        return result

    def _level(self, level: int) -> torch.Tensor:
        while len(self._levels) <= level:
            finer = self._levels[-1]
            self._levels.append(functional.avg_pool2d(finer, 2, ceil_mode=True, count_include_pad=False))
        return self._levels[level]


def _inwards(centre: float, side: float, length: int) -> float:
    """A centre moved so that what is cut around it lies inside [0, length], where it fits."""
    if side >= length:
        return length / 2
    return min(max(centre, side / 2), length - side / 2)
