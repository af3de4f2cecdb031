"""Masks from prototypes and coefficients (Bolya et al., "YOLACT", ICCV 2019), as YOLOv8-seg and FastSAM predict them.

A mask is the sign of a weighted sum of prototypes. The sum is enlarged before its sign is taken, which keeps outlines
smooth; only the part inside the box is ever computed, and the box cuts the enlarged mask.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from models.geometry import Bounds, Extent
from models.segmentation.letterbox import Letterbox

_NEAR_BORDER = 20
_FULL = 0.9


@dataclass(frozen=True)
class Detections:
    """What the network found in one picture, by falling score.

    `boxes` N×4 float32 (x0, y0, x1, y1) in pixels of the picture; `scores` N float32 in [0, 1]; `coefficients`
    N×K float32; `prototypes` K×h×w float32 of the letterboxed input.
    """

    letterbox: Letterbox
    boxes: np.ndarray
    scores: np.ndarray
    coefficients: np.ndarray
    prototypes: np.ndarray

    def __len__(self) -> int:
        return len(self.boxes)


def snapped_to_border(boxes: np.ndarray, picture: Extent) -> np.ndarray:
    """Boxes whose sides within 20 px of the picture's border lie on it; one that is nearly the picture is all of it.

    N×4 float32 in and out. Nearly: an intersection over union above 0.9 (Zhao et al., FastSAM, official code). There
    the masks have been cut by the boxes before; here they are cut after, so that no gap stays at the border.
    """
    boxes = boxes.copy()
    width, height = picture
    boxes[:, :2][boxes[:, :2] < _NEAR_BORDER] = 0.0
    boxes[boxes[:, 2] > width - _NEAR_BORDER, 2] = width
    boxes[boxes[:, 3] > height - _NEAR_BORDER, 3] = height
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    boxes[areas > _FULL * picture.pixels] = (0.0, 0.0, width, height)
    return boxes


def pixels_inside(box: np.ndarray, scale_x: float, scale_y: float, extent: Extent) -> Bounds:
    """The pixels whose coordinates lie in a float box, after scaling it.

    A box drawn too tight cuts its mask straight. Masks are not let out of it: on drawn things, where the truth is
    known, that cost more at other sides than it mended (training never looks outside the boxes). The cut is mended
    where the edge is moved to the picture's, see `refine.py`.
    """
    x0, y0, x1, y1 = (float(value) for value in box)
    corners = (x0 * scale_x, y0 * scale_y, x1 * scale_x, y1 * scale_y)
    return Bounds(*(math.ceil(corner) for corner in corners)).clipped(extent)


def mask_inside(
    detections: Detections, index: int, box: Bounds, sampling: tuple[float, float, float, float]
) -> np.ndarray:
    """The mask of one detection inside `box`: bool, box height × width.

    `sampling` is `Letterbox.sampling` from the pixels that `box` is in to the prototypes'.
    """
    scale_x, shift_x, scale_y, shift_y = sampling
    prototypes = detections.prototypes
    extent = Extent(prototypes.shape[2], prototypes.shape[1])
    window = Bounds(
        math.floor(scale_x * box.x0 + shift_x),
        math.floor(scale_y * box.y0 + shift_y),
        math.ceil(scale_x * (box.x1 - 1) + shift_x) + 1,
        math.ceil(scale_y * (box.y1 - 1) + shift_y) + 1,
    )
    window = window.clipped(extent)
    if not window.area or not box.area:
        return np.zeros((box.height, box.width), bool)
    part = prototypes[:, window.y0 : window.y1, window.x0 : window.x1].reshape(len(prototypes), -1)
    sums = (detections.coefficients[index] @ part).reshape(window.height, window.width)
    to_window = np.array(
        [
            [scale_x, 0.0, scale_x * box.x0 + shift_x - window.x0],
            [0.0, scale_y, scale_y * box.y0 + shift_y - window.y0],
        ]
    )
    enlarged = cv2.warpAffine(
        sums,
        to_window,
        (box.width, box.height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return enlarged > 0.0
