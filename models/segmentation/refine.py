"""Bring a roughly right mask onto the object's edge, at the picture's full resolution.

Coarse to fine: first a graph cut between the colours inside and outside decides, in a narrow band, on which
side each pixel lies (Rother, Kolmogorov, Blake, "GrabCut", SIGGRAPH 2004); then, size by size, the
guided filter moves the edge to where the picture's own edge is and leaves it as soft as the lens made it
(He, Sun, Tang, "Guided image filtering", PAMI 2013). Only tiles that hold a piece of the edge are computed.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np

from models.geometry import Bounds, Extent
from models.mask import Mask, bounds, require

_CUT_LONGEST = 240
_CUT_RADIUS = 6
_TILE = 96
_SNAP_RADIUS = 3
_STEP = 2.5
_SMOOTHNESS = 4e-4
_STEEPNESS = 1.7


def refine_edges(rgb: np.ndarray, mask: Mask, radius: float | None = None) -> Mask:
    """The mask with its edge moved to the picture's edge, at most about `radius` pixels away.

    `rgb` is H×W×3 uint8 sRGB and `mask` H×W float32 in [0, 1]. `radius` says in pixels how far the given edge
    may be off; without it 2 % of the object's size is assumed. What lies further inside stays 1, further
    outside 0; the edge itself comes back soft over a pixel or a few. Returns H×W float32. Raises
    BadInputError when the mask is empty or of another size.
    """
    extent = Extent.of(rgb)
    require(mask, extent)
    inside = bounds(mask, 0.5)
    if not inside.area:
        return mask
    if radius is None:
        radius = max(3.0, 0.02 * float(np.sqrt(inside.area)))
    crop = inside.padded(int(4 * radius) + 8).clipped(extent)
    fine_rgb, fine_mask = rgb[crop.slices], np.ascontiguousarray(mask[crop.slices])

    sizes = _sizes(crop.extent, radius)
    guides = _pyramid(fine_rgb, sizes)
    scale = sizes[0].width / crop.width
    coarse = cut_in_band(guides[0], _shrunk(fine_mask, sizes[0]) >= 0.5, max(1.5, radius * scale))
    soft = _smoothed(coarse)
    for size, guide in zip(sizes, guides, strict=True):
        if Extent.of(soft) != size:
            soft = cv2.resize(soft, tuple(size), interpolation=cv2.INTER_LINEAR)
        soft = snap_to_edges(guide, soft)

    result = np.zeros(mask.shape, np.float32)
    result[crop.slices] = soft
    return result


def _sizes(extent: Extent, radius: float) -> list[Extent]:
    """From the size at which the cut is made to the full one."""
    scale = min(1.0, _CUT_RADIUS / radius, _CUT_LONGEST / max(extent))
    sizes = [extent]
    while scale < 0.6:
        sizes.append(Extent(max(1, round(extent.width * scale)), max(1, round(extent.height * scale))))
        scale *= _STEP
    return sizes[1:] + sizes[:1]


def _pyramid(rgb: np.ndarray, sizes: list[Extent]) -> list[np.ndarray]:
    """The picture at every size, smallest first like `sizes`; each is made from the next larger one."""
    guides = [rgb]
    for size in reversed(sizes[:-1]):
        guides.append(_shrunk(guides[-1], size))
    return guides[::-1]


def _shrunk(array: np.ndarray, size: Extent) -> np.ndarray:
    if Extent.of(array) == size:
        return array
    return np.asarray(cv2.resize(array, tuple(size), interpolation=cv2.INTER_AREA))


def _smoothed(hard: np.ndarray) -> Mask:
    """A soft edge without the staircase of single pixels."""
    return cv2.GaussianBlur(hard.astype(np.float32), (0, 0), 0.8)


def cut_in_band(rgb: np.ndarray, hard: np.ndarray, radius: float, rounds: int = 2) -> np.ndarray:
    """Decide anew, by colour and contrast, on which side the pixels near the mask's edge lie.

    `rgb` is H×W×3 uint8, `hard` H×W bool; only pixels within `radius` of the edge may change sides. Returns
    H×W bool; the given mask when one side has no sure pixels or the cut leaves too little of it.
    """
    if not hard.any() or hard.all():
        return hard
    depth = cv2.distanceTransform(hard.astype(np.uint8), cv2.DIST_L2, 3)
    outside = cv2.distanceTransform((~hard).astype(np.uint8), cv2.DIST_L2, 3)
    labels = np.where(hard, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[depth > min(radius, 0.6 * float(depth.max()))] = cv2.GC_FGD
    labels[outside > radius] = cv2.GC_BGD
    if not (labels == cv2.GC_BGD).any() or np.count_nonzero(labels == cv2.GC_FGD) < 8:
        return hard
    cut = graph_cut(rgb, labels, rounds)
    if cut is None:
        return hard
    cut = _tidied(cut, hard)
    return cut if np.count_nonzero(cut) > 0.4 * np.count_nonzero(hard) else hard


def graph_cut(rgb: np.ndarray, labels: np.ndarray, rounds: int) -> np.ndarray | None:
    """GrabCut from given labels (H×W uint8, cv2.GC_*; not changed): H×W bool, True = foreground.

    None when one side has too few pixels for a colour model.
    """
    labels = labels.copy()
    cv2.setRNGSeed(0)  # GrabCut starts its colour models with a random clustering
    models = np.zeros((1, 65)), np.zeros((1, 65))
    unread = (0, 0, 1, 1)
    try:
        cv2.grabCut(np.ascontiguousarray(rgb), labels, unread, *models, rounds, cv2.GC_INIT_WITH_MASK)
    except cv2.error:
        return None
    return (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)


def _tidied(cut: np.ndarray, given: np.ndarray) -> np.ndarray:
    """Without crumbs and pinholes, unless the given mask had them too."""
    smallest = max(4, int(0.002 * np.count_nonzero(given)))
    for value in (True, False):
        _, labels, stats, _ = cv2.connectedComponentsWithStats((cut == value).astype(np.uint8), connectivity=4)
        agreeing = np.bincount(labels.ravel(), (given == value).ravel(), minlength=len(stats))
        areas = stats[:, cv2.CC_STAT_AREA]
        drop = (areas < smallest) | (agreeing < 0.3 * areas) & (areas < 10 * smallest)
        drop[0] = False
        cut = np.where(drop[labels], not value, cut)
    return cut


def snap_to_edges(rgb: np.ndarray, mask: Mask, radius: int = _SNAP_RADIUS) -> Mask:
    """Guided filtering of the mask along its edge, steepened again so that it stays an edge.

    `rgb` is H×W×3 uint8, `mask` H×W float32 whose edge is at most `radius` pixels off. Pixels further than
    about that from the edge keep their value exactly.
    """
    height, width = mask.shape
    reach = np.ones((2 * radius + 3, 2 * radius + 3), np.uint8)
    band = (cv2.dilate(mask, reach) > 0.02) & (cv2.erode(mask, reach) < 0.98)
    result = mask.copy()

    def snap(tile: Bounds) -> None:
        window = tile.padded(2 * radius + 1).clipped(Extent(width, height))
        guide = rgb[window.slices].astype(np.float32) / 255.0
        filtered = cv2.ximgproc.guidedFilter(guide, mask[window.slices], radius, _SMOOTHNESS)
        inner = tile.shifted(-window.x0, -window.y0)
        steep = np.clip((filtered[inner.slices] - 0.5) * _STEEPNESS + 0.5, 0.0, 1.0)
        result[tile.slices] = np.where(band[tile.slices], steep, result[tile.slices])

    tiles = (
        Bounds(left, top, min(left + _TILE, width), min(top + _TILE, height))
        for top in range(0, height, _TILE)
        for left in range(0, width, _TILE)
    )
    with ThreadPoolExecutor(max(1, min(4, cv2.getNumThreads()))) as pool:
        list(pool.map(snap, [tile for tile in tiles if band[tile.slices].any()]))
    result[result < 0.02] = 0.0
    result[result > 0.98] = 1.0
    return result
