"""Large pictures in pieces: strips of rows with context, linear light by table, and a smooth lightness.

A 12-megapixel picture in float32 OKLab with its intermediates would take a gigabyte; strips take a few dozen
megabytes. What needs the whole picture (smooth lightness) is kept at a quarter of its size.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import cv2
import numpy as np

from models.colour.oklab import linear_to_oklab, srgb_to_linear

_STRIP_ROWS = 192


@cache
def _decoding_table(levels: int) -> np.ndarray:
    return srgb_to_linear(np.linspace(0, 1, levels, dtype=np.float64)).astype(np.float32)


def linear_light(image: np.ndarray) -> np.ndarray:
    """A uint8 or uint16 picture in linear light, float32."""
    return _decoding_table(int(np.iinfo(image.dtype).max) + 1)[image]


def strips(height: int, halo: int) -> Iterator[tuple[slice, slice]]:
    """Row ranges that cover the height, each with itself grown by `halo` rows where there are any."""
    for top in range(0, height, _STRIP_ROWS):
        bottom = min(top + _STRIP_ROWS, height)
        yield slice(top, bottom), slice(max(top - halo, 0), min(bottom + halo, height))


class SmoothLightness:
    """OKLab lightness without fine detail, edges kept, at a quarter of the size and enlarged row by row.

    The fast guided filter (He & Sun 2015): its linear coefficients are smooth, so they may be computed small.
    `crop` is H×W×3 uint8 or uint16; `reach` is the radius as a share of the longer side.
    """

    def __init__(self, crop: np.ndarray, reach: float = 0.012) -> None:
        self._crop = crop
        height, width = crop.shape[:2]
        shrink = 4 if min(height, width) >= 256 else 1
        small = cv2.resize(crop, (max(1, width // shrink), max(1, height // shrink)), interpolation=cv2.INTER_AREA)
        lightness = linear_to_oklab(linear_light(small))[..., 0]
        radius = max(3, round(reach * max(height, width) / shrink))
        size = (2 * radius + 1, 2 * radius + 1)
        mean = cv2.blur(lightness, size)
        variance = np.maximum(cv2.blur(lightness * lightness, size) - mean * mean, 0)
        factor = variance / (variance + 0.003)
        coefficients = np.stack([factor, (1 - factor) * mean], axis=-1)
        self._coefficients = cv2.blur(coefficients, size)

    def rows(self, rows: slice) -> np.ndarray:
        """The smooth lightness of those rows of the crop, float32."""
        height, width = self._crop.shape[:2]
        scale = self._coefficients.shape[0] / height
        across = (np.arange(width, dtype=np.float32) + 0.5) * (self._coefficients.shape[1] / width) - 0.5
        down = (np.arange(rows.start, rows.stop, dtype=np.float32) + 0.5) * np.float32(scale) - 0.5
        map_x = np.repeat(across[None], len(down), axis=0)
        map_y = np.repeat(down[:, None], width, axis=1)
        enlarged = cv2.remap(self._coefficients, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        lightness = linear_to_oklab(linear_light(self._crop[rows]))[..., 0]
        return enlarged[..., 0] * lightness + enlarged[..., 1]
