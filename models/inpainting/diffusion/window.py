"""Where the model looks, and at what size: the crop around a hole, and the working picture made of it. All pure.

The proportions are those of krita-ai-diffusion (its `resolution.py`): context of half the hole's mean side or a
sixteenth of its longer one, whichever is more, at least 512 pixels, drawn towards a square.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from models.errors import BadInputError
from models.geometry import Bounds, Extent
from models.mask import Mask
from models.mask import resize as resize_mask

_LEAST_CONTEXT = 512  # pixels of the crop's sides, where the picture has them
_MOST_OBLONG = 2.0  # longer side through shorter one of a crop, where the picture allows
_ENLARGE = 4.0  # a small picture is enlarged at most so much


def window(hole: Bounds, picture: Extent) -> Bounds:
    """The crop that the model is shown for a hole with these bounds; at the picture's edges it is shifted inwards."""
    longest, mean = max(hole.width, hole.height), (hole.width + hole.height) // 2
    crop = hole.padded(max(longest // 16, mean // 2)).clipped(picture)
    side = max(_LEAST_CONTEXT, math.ceil(max(crop.width, crop.height) / _MOST_OBLONG))
    return crop.at_least(side, picture)


@dataclass(frozen=True)
class Working:
    """The size a crop is painted at.

    The crop is resampled to `scaled` without distortion, and lies in the upper left corner of `padded`, whose sides
    are multiples of what the model wants; what `padded` has more is the crop mirrored.
    """

    crop: Extent
    scaled: Extent
    padded: Extent

    @property
    def scale(self) -> float:
        """Working pixels for a pixel of the crop; below 1 the painting is enlarged when it is put back."""
        return self.scaled.width / self.crop.width

    def shrink(self, image: np.ndarray) -> np.ndarray:
        """H×W×3 float32 of the crop's size as the working picture, padded.height × padded.width × 3 float32."""
        small = resample(image, self.scaled)
        return cv2.copyMakeBorder(small, 0, self._below, 0, self._right, _border(self))

    def shrink_mask(self, mask: Mask) -> Mask:
        """The crop's mask as padded.height × padded.width float32; 0 in the padding."""
        return np.pad(resize_mask(mask, self.scaled), ((0, self._below), (0, self._right)))

    def enlarge(self, painted: np.ndarray) -> np.ndarray:
        """Back from padded.height × padded.width × 3 float32 to the crop's size."""
        return resample(np.ascontiguousarray(painted[: self.scaled.height, : self.scaled.width]), self.crop)

    @property
    def _right(self) -> int:
        return self.padded.width - self.scaled.width

    @property
    def _below(self) -> int:
        return self.padded.height - self.scaled.height


def working(crop: Extent, native: int, multiple: int) -> Working:
    """The working size for a crop: at most `native` pixels, near it where the crop is smaller, sides in `multiple`s.

    Raises BadInputError when the crop is so oblong that no such size shows anything of it.
    """
    wanted = min(math.sqrt(native / crop.pixels), _ENLARGE)
    shorter = min(crop.width, crop.height)
    for step in range(2 * multiple):  # rounding up to multiples can exceed what the model was trained at
        scale = wanted * (1.0 - 0.5 * step / multiple / 2)
        scaled = Extent(max(1, round(crop.width * scale)), max(1, round(crop.height * scale)))
        padded = Extent(_up(scaled.width, multiple), _up(scaled.height, multiple))
        if padded.pixels <= native:
            return Working(crop, scaled, padded)
    raise BadInputError(
        f"A part of {crop.width}×{crop.height} pixels is too narrow to paint (only {shorter} across); select a "
        "piece of it at a time."
    )


def resample(image: np.ndarray, extent: Extent) -> np.ndarray:
    """H×W×3 float32 at another size: area-averaged when it shrinks, Lanczos when it grows; clipped to [0, 1]."""
    if Extent.of(image) == extent:
        return image
    method = cv2.INTER_AREA if extent.width < image.shape[1] else cv2.INTER_LANCZOS4
    return np.clip(cv2.resize(image, tuple(extent), interpolation=method), 0.0, 1.0)


def _up(length: int, multiple: int) -> int:
    return -(-length // multiple) * multiple


def _border(working: Working) -> int:
    """Mirrored where there is enough to mirror."""
    narrow = min(working.scaled) <= max(working.padded.width - working.scaled.width, 1)
    return cv2.BORDER_REPLICATE if narrow else cv2.BORDER_REFLECT_101
