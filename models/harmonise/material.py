"""Giving a thing the material of a reference: its texture tiled over the thing, under the thing's own light."""

from __future__ import annotations

import cv2
import numpy as np

from models.colour.oklab import from_unit, oklab_to_srgb, srgb_to_oklab, to_unit
from models.errors import BadInputError
from models.filters.tiling import seamless_tile
from models.geometry import Bounds, Extent
from models.harmonise.grain import luma
from models.harmonise.light import read_light, relit
from models.harmonise.setting import Placed
from models.harmonise.shading import shaded, shading_of
from models.harmonise.surface import room_in
from models.mask import Mask
from models.mask import bounds as bounds_of
from models.progress import SILENT, Progress

_LARGEST = 512  # pixels of a tile; more is more work without more to see
_SMALLEST = 64
_ACROSS = (0.3, 0.75)  # of the thing's longer side: how wide one tile lies on it
_INSET = 0.03  # of a swatch's side, away from the outline of what it is cut from
_LEVELS = 5  # of the tile's pyramid
_FOLD = 0.02  # of the thing's size: narrower differences of light are no folds
_PUSHES, _MOST_PUSHED = 0.5, 0.05  # of that size: how far a fold pushes the pattern for its light, and at most
_HORIZON = 0.45  # of a floor's height: how far above its far edge the horizon is taken to be


def swatch_of(rgb: np.ndarray, where: Mask | None = None) -> np.ndarray:
    """The largest square of one material: of the mask where one is given, else of the whole picture's middle.

    `rgb` is H×W×3 uint8 or uint16, `where` H×W float32. Raises BadInputError when it is under 64 pixels.
    """
    if where is None:
        height, width = rgb.shape[:2]
        side = min(height, width)
        box = Bounds((width - side) // 2, (height - side) // 2, (width + side) // 2, (height + side) // 2)
    else:
        room = room_in(where, 1.0)
        box = room.padded(-max(1, round(_INSET * room.width))).clipped(Extent.of(rgb))
    if min(box.extent) < _SMALLEST:
        raise BadInputError("There is too little of that material in the picture; attach a larger piece of it.")
    return np.ascontiguousarray(rgb[box.slices][..., :3])


def cover(
    scene: np.ndarray, swatch: np.ndarray, mask: Mask, *, lies_flat: bool = False, scale: float = 1.0, seed: int = 0,
    progress: Progress = SILENT,
) -> Placed:  # fmt: skip
    """Lay a material over the thing under a mask, the thing's folds, shades and reflections kept.

    `scene` is H×W×3 uint8 or uint16, `swatch` h×w×3 of either, at least 64 pixels each way. `lies_flat`: the thing is a
    floor or a road, so the texture shrinks with distance. `scale` multiplies the size of the pattern. Outside the
    mask every sample stays. Raises BadInputError for a swatch too small and CancelledError when progress says so.
    """
    extent = Extent.of(scene)
    box = bounds_of(mask, 0.0).clipped(extent)
    longer = max(box.extent)
    fitting = Extent.of(swatch).fit_within(_LARGEST)
    if min(fitting) < _SMALLEST:
        raise BadInputError("There is too little of that material in the picture; attach a larger piece of it.")
    small = cv2.resize(swatch, tuple(fitting), interpolation=cv2.INTER_AREA)
    tile = to_unit(seamless_tile(small, seed=seed, progress=progress))
    wide = float(np.clip(Extent.of(swatch).width, _ACROSS[0] * longer, _ACROSS[1] * longer)) * scale
    part = to_unit(scene[box.slices][..., :3])
    local = mask[box.slices]
    laid = _laid_flat(tile, box, wide) if lies_flat else _tiled(tile, wide, _relief(luma(part), local))
    laid = relit(laid, local, read_light(swatch), read_light(scene), 0.4)
    factor, gloss = shading_of(srgb_to_oklab(part), local, fine=False)
    colours = np.clip(oklab_to_srgb(shaded(srgb_to_oklab(laid), factor, gloss)), 0, 1).astype(np.float32)
    weight = np.clip(local, 0.0, 1.0)[..., None]
    touched = local > 0
    result = scene[..., :3].copy()
    result[box.slices][touched] = from_unit(part * (1.0 - weight) + colours * weight, scene.dtype)[touched]
    changed = (mask > 0).astype(np.float32)
    return Placed(result, changed, mask, {"shading": round(float(factor[local > 0.5].std()), 3)})


def _tiled(tile: np.ndarray, wide: float, moved: np.ndarray) -> np.ndarray:
    """Side by side, one tile `wide` pixels across, every pixel taken from where it is `moved` to. h×w×3 float32.

    `moved` is h×w×2 float32: pixels across and down.
    """
    factor = wide / tile.shape[1]
    size = (max(8, round(tile.shape[1] * factor)), max(8, round(tile.shape[0] * factor)))
    sized = cv2.resize(tile, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC)
    y, x = np.mgrid[: moved.shape[0], : moved.shape[1]].astype(np.float32)
    wrapped = np.pad(sized, ((0, 1), (0, 1), (0, 0)), mode="wrap")
    where_x, where_y = np.mod(x + moved[..., 0], size[0]), np.mod(y + moved[..., 1], size[1])
    return np.clip(cv2.remap(wrapped, where_x, where_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), 0.0, 1.0)


def _relief(lightness: np.ndarray, mask: Mask) -> np.ndarray:
    """How far folds push a pattern aside: h×w×2 float32 pixels, along the slope of the wide differences of light.

    What is turned towards the light is lighter, so lightness stands for the height of the cloth, as retouchers do it
    with a displacement map.
    """
    firm = (mask > 0.5).astype(np.float32)
    size = float(np.sqrt(max(firm.sum(), 1.0)))
    spread = _FOLD * size + 0.8
    weight = np.maximum(cv2.GaussianBlur(firm, (0, 0), spread), 1e-3)
    smooth = cv2.GaussianBlur(lightness * firm, (0, 0), spread) / weight
    slope = np.dstack([cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)]) / 8.0
    slope *= cv2.GaussianBlur(firm, (0, 0), spread)[..., None]
    most = _MOST_PUSHED * size
    return np.clip(slope * _PUSHES * size * spread, -most, most).astype(np.float32)


def _laid_flat(tile: np.ndarray, box: Bounds, wide: float) -> np.ndarray:
    """On a plane that runs away from the camera: nearest at the box's bottom, there `wide` pixels a tile."""
    horizon = -_HORIZON * box.height
    near = box.height - horizon
    y, x = np.mgrid[: box.height, : box.width].astype(np.float32)
    away = near / np.maximum(y - horizon, 1.0)  # 1 at the bottom, more further off
    per_pixel = tile.shape[1] / wide
    u = (x - box.width / 2) * away * per_pixel
    v = -near * away * 1.6 * per_pixel
    level = np.clip(np.log2(np.maximum(away * away * per_pixel, 1.0)), 0, _LEVELS - 1)
    result = np.zeros((*y.shape, 3), np.float32)
    current = tile
    for index in range(_LEVELS):
        weight = np.clip(1.0 - np.abs(level - index), 0.0, 1.0)[..., None]
        shrink = 2.0**index
        where_x = np.mod(u / shrink, current.shape[1]).astype(np.float32)
        where_y = np.mod(v / shrink, current.shape[0]).astype(np.float32)
        wrapped = np.pad(current, ((0, 2), (0, 2), (0, 0)), mode="wrap")
        result += weight * cv2.remap(wrapped, where_x, where_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        current = cv2.resize(current, (max(1, current.shape[1] // 2), max(1, current.shape[0] // 2)),
                             interpolation=cv2.INTER_AREA)  # fmt: skip
    return np.clip(result, 0.0, 1.0)
