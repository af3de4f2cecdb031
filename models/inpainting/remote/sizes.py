"""At what size a crop is painted by a service.

The limits are those of OpenAI's image API (its `openai` package, `types/image_edit_params.py`, and the image guide):
sides in multiples of 16, at most 3:1, 655,360 to 8,294,400 pixels; older models know three sizes only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from models.geometry import Extent
from models.inpainting.diffusion.window import Working

_MULTIPLE = 16
_MOST_OBLONG = 3.0
_FEWEST, _MOST = 655_360, 8_294_400  # what the service allows
_USUAL = 1024 * 1024  # pixels; a smaller crop is enlarged to that, for the models were made for it
_LARGEST = 1536 * 1024  # what is asked for at most: the price grows with the pixels


def working_for(crop: Extent, sizes: Sequence[Extent] = ()) -> Working:
    """The working size for a crop: the one of `sizes` that it fills best, or any within the limits when empty.

    The crop is resampled without distortion and lies in the upper left corner; the rest is mirrored.
    """
    padded = max(sizes, key=lambda size: _filled(crop, size)) if sizes else _free_size(crop)
    scale = min(padded.width / crop.width, padded.height / crop.height)
    scaled = Extent(
        min(padded.width, max(1, round(crop.width * scale))), min(padded.height, max(1, round(crop.height * scale)))
    )
    return Working(crop, scaled, padded)


def _filled(crop: Extent, size: Extent) -> float:
    """The share of a size that the crop fills."""
    scale = min(size.width / crop.width, size.height / crop.height)
    return crop.pixels * scale * scale / size.pixels


def _free_size(crop: Extent) -> Extent:
    """About the crop's own shape and number of pixels, within the limits."""
    aspect = min(max(crop.width / crop.height, 1 / _MOST_OBLONG), _MOST_OBLONG)
    pixels = min(max(crop.pixels, _USUAL), _LARGEST)
    height = math.sqrt(pixels / aspect)
    width, height = _rounded(height * aspect), _rounded(height)
    # Rounding may have made it more oblong than allowed.
    width, height = max(width, _up(height / _MOST_OBLONG)), max(height, _up(width / _MOST_OBLONG))
    return Extent(width, height)


def _rounded(length: float) -> int:
    return max(_MULTIPLE, round(length / _MULTIPLE) * _MULTIPLE)


def _up(length: float) -> int:
    return math.ceil(length / _MULTIPLE) * _MULTIPLE


def is_allowed(size: Extent) -> bool:
    """Whether a service that paints in any size takes this one."""
    longer, shorter = max(size), min(size)
    return (
        longer <= _MOST_OBLONG * shorter
        and all(side % _MULTIPLE == 0 for side in size)
        and _FEWEST <= size.pixels <= _MOST
    )
