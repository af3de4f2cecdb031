"""Masks: H×W float32 in [0, 1], 1 = may change. Morphology, feathering and measures; all pure."""

from __future__ import annotations

import cv2
import numpy as np

from models.errors import BadInputError
from models.geometry import Bounds, Extent

Mask = np.ndarray


def as_mask(array: np.ndarray) -> Mask:
    """Turn a bool, 8-bit, 16-bit or float H×W array into a mask.

    Integers are divided by their type's maximum. Raises BadInputError for any other shape or type.
    """
    if array.ndim != 2:
        raise BadInputError("A mask must be a single-channel picture; this one has another shape.")
    if array.dtype == bool:
        return array.astype(np.float32)
    if np.issubdtype(array.dtype, np.unsignedinteger):
        return array.astype(np.float32) / np.float32(np.iinfo(array.dtype).max)
    if np.issubdtype(array.dtype, np.floating):
        return np.clip(np.nan_to_num(array), 0.0, 1.0).astype(np.float32)
    raise BadInputError("A mask must hold bool, 8-bit, 16-bit or floating-point values.")


def to_uint8(mask: Mask) -> np.ndarray:
    """H×W uint8, 255 = selected."""
    return cv2.convertScaleAbs(np.maximum(mask, 0.0), alpha=255.0) if mask.size else np.zeros(mask.shape, np.uint8)


def require(mask: Mask, extent: Extent) -> Mask:
    """The mask itself; raises BadInputError when its size differs or nothing is selected."""
    if Extent.of(mask) != extent:
        raise BadInputError(
            f"The mask is {mask.shape[1]}×{mask.shape[0]} pixels and the picture "
            f"{extent.width}×{extent.height}; they must be the same size."
        )
    if not np.any(mask > 0):
        raise BadInputError("The mask is empty; nothing is selected.")
    return mask


def area(mask: Mask) -> int:
    """How many pixels are at least half selected."""
    return int(np.count_nonzero(mask >= 0.5))


def bounds(mask: Mask, above: float = 0.0) -> Bounds:
    """The smallest bounds of all pixels > `above`; empty bounds at the origin when there are none."""
    if mask.size == 0:
        return Bounds(0, 0, 0, 0)
    x, y, width, height = cv2.boundingRect((mask > above).view(np.uint8))
    return Bounds(x, y, x + width, y + height)


def iou(first: Mask, second: Mask) -> float:
    """Intersection over union of the two masks at 0.5; 1.0 when both are empty."""
    a, b = first >= 0.5, second >= 0.5
    union = np.count_nonzero(a | b)
    return np.count_nonzero(a & b) / union if union else 1.0


def union(first: Mask, second: Mask) -> Mask:
    """What is in either."""
    return np.maximum(first, second)


def subtract(first: Mask, second: Mask) -> Mask:
    """What is in the first but not in the second."""
    return np.clip(first - second, 0.0, 1.0)


def invert(mask: Mask) -> Mask:
    """Everything else."""
    return (1.0 - mask).astype(np.float32)


def _ellipse(radius: int) -> np.ndarray:
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))


def _distance_to(selected: np.ndarray) -> np.ndarray:
    """Euclidean distance in pixels to the nearest non-zero pixel; infinite when there is none."""
    if not selected.any():
        return np.full(selected.shape, np.inf, np.float32)
    return np.asarray(cv2.distanceTransform(1 - selected, cv2.DIST_L2, 5))


def grow(mask: Mask, pixels: int) -> Mask:
    """Dilated by a disc of `pixels`; negative shrinks. Soft edges move with it."""
    if pixels == 0 or mask.size == 0:
        return mask
    # beyond its bounds nothing is selected, however large the picture; one pixel more, so that they are an edge
    box = bounds(mask).padded(max(pixels, 0) + 1).clipped(Extent.of(mask))
    grown = np.zeros_like(mask)
    grown[box.slices] = _grown(np.ascontiguousarray(mask[box.slices]), pixels)
    return grown


def _grown(mask: Mask, pixels: int) -> Mask:
    if mask.size == 0:
        return mask
    if abs(pixels) > 12:  # a distance transform costs the same at any radius
        hard = (mask >= 0.5).astype(np.uint8)
        if pixels > 0:
            return (_distance_to(hard) <= pixels).astype(np.float32)
        # the picture's edge is no edge of the object: what touches it does not shrink from it
        return (_distance_to(1 - hard) > -pixels).astype(np.float32)
    if pixels > 0:
        return cv2.dilate(mask, _ellipse(pixels))
    return cv2.erode(mask, _ellipse(-pixels))


def feather(mask: Mask, pixels: float) -> Mask:
    """Soften the edge outwards: 1 stays 1, and beyond `pixels` from it the mask is exactly 0.

    A smoothstep of the distance to the selected (≥ 0.5) pixels, so the reach is bounded: a Gaussian's is not.
    """
    if pixels <= 0:
        return mask
    box = bounds(mask).padded(int(np.ceil(pixels)) + 1).clipped(Extent.of(mask))
    hard = (mask[box.slices] >= 0.5).astype(np.uint8)
    if not hard.any():
        return mask
    distance = cv2.distanceTransform(1 - hard, cv2.DIST_L2, 5)
    t = np.clip(1.0 - distance / (pixels + 1.0), 0.0, 1.0)
    feathered = mask.astype(np.float32)
    feathered[box.slices] = np.maximum(feathered[box.slices], t * t * (3.0 - 2.0 * t))
    return feathered


def feather_inwards(mask: Mask, pixels: float) -> Mask:
    """Soften the edge inwards: what was 0 stays 0, and `pixels` inside the edge the mask is 1."""
    if pixels <= 0:
        return mask
    hard = np.pad((mask >= 0.5).astype(np.uint8), 1, mode="edge")
    if hard.all() or not hard.any():
        return mask
    distance = cv2.distanceTransform(hard, cv2.DIST_L2, 5)[1:-1, 1:-1]
    t = np.clip(distance / (pixels + 1.0), 0.0, 1.0)
    return np.minimum(mask, t * t * (3.0 - 2.0 * t)).astype(np.float32)


def _labelled(selected: np.ndarray, connectivity: int) -> tuple[np.ndarray, np.ndarray]:
    """H×W int32 labels (0 = not selected) and the area in pixels of every label."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(selected.astype(np.uint8), connectivity=connectivity)
    return np.asarray(labels, np.int32), np.asarray(stats, np.int32)[:, cv2.CC_STAT_AREA]


def components(mask: Mask) -> list[Mask]:
    """The connected parts (8-neighbourhood, at 0.5), largest first."""
    labels, areas = _labelled(mask >= 0.5, 8)
    order = sorted(range(1, len(areas)), key=lambda label: -int(areas[label]))
    return [(labels == label).astype(np.float32) for label in order]


def remove_specks(mask: Mask, smallest: int) -> Mask:
    """Drop connected parts of fewer than `smallest` pixels."""
    labels, areas = _labelled(mask >= 0.5, 8)
    keep = areas >= smallest
    keep[0] = False
    return np.where(keep[labels], mask, 0.0).astype(np.float32)


def fill_holes(mask: Mask, largest: int | None = None) -> Mask:
    """Select enclosed holes; with `largest`, only those of at most that many pixels."""
    filled = mask.astype(np.float32)
    part = filled[bounds(mask).padded(1).clipped(Extent.of(mask)).slices]  # what it encloses lies inside its bounds
    if part.size == 0:
        return filled
    labels, areas = _labelled(part < 0.5, 4)
    hole = np.ones(len(areas), bool)
    hole[np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])] = False
    hole[0] = False
    if largest is not None:
        hole &= areas <= largest
    part[hole[labels]] = 1.0
    return filled


def resize(mask: Mask, extent: Extent) -> Mask:
    """Resampled to another size; area-averaged when it shrinks, linear when it grows."""
    if Extent.of(mask) == extent:
        return mask
    method = cv2.INTER_AREA if extent.width < mask.shape[1] else cv2.INTER_LINEAR
    return np.clip(cv2.resize(mask, tuple(extent), interpolation=method), 0.0, 1.0).astype(np.float32)
