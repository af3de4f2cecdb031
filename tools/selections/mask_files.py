"""Masks as pictures: 8-bit PNG out, any picture in."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from models.errors import BadInputError
from models.geometry import Extent
from models.mask import Mask, resize, to_uint8
from tools.pictures.reading import open_picture

_SAME_SHAPE = 0.01  # by which width over height may differ, as a share


class WrongSizeError(BadInputError):
    """The mask has another size than the picture. `scalable`: it has the same shape, so it could be scaled."""

    def __init__(self, size: Extent, extent: Extent, scalable: bool) -> None:
        advice = "scale it to fit" if scalable else "make one of the picture's size"
        super().__init__(
            f"The mask is {size.width}×{size.height} pixels and the picture {extent.width}×{extent.height}; {advice}."
        )
        self.scalable = scalable


def mask_png(mask: Mask) -> bytes:
    """An 8-bit grey PNG of the mask's size, 255 = selected; soft edges are kept."""
    done, data = cv2.imencode(".png", to_uint8(mask))
    if not done:
        raise BadInputError("The mask could not be encoded.")
    return np.asarray(data).tobytes()


def read_mask(source: Path | bytes, extent: Extent, name: str = "", *, scale: bool = False) -> Mask:
    """A picture file as a mask: its alpha where that tells, else its brightness; white = selected.

    Raises BadInputError when it is no picture or selects nothing, and WrongSizeError when it is of another size
    than `extent`, unless it may `scale` and has the same shape.
    """
    pixels = (open_picture(source, name=name) if isinstance(source, bytes) else open_picture(source)).pixels
    top = float(np.iinfo(pixels.dtype).max)
    opaque = pixels.shape[2] < 4 or not np.any(pixels[..., 3] < top)
    channel = pixels[..., :3].max(axis=-1) if opaque or _tells_itself(pixels) else pixels[..., 3]
    return fitted((channel / top).astype(np.float32), extent, scale=scale)


def _tells_itself(pixels: np.ndarray) -> bool:
    """Whether a picture with alpha is a mask in its colours: black and white under alpha that is not all of it."""
    grey = not np.any(pixels[..., :3] != pixels[..., :1])
    visible = pixels[..., 0][pixels[..., 3] > 0]
    return bool(grey and visible.size and np.ptp(visible))


def fitted(mask: Mask, extent: Extent, *, scale: bool = False) -> Mask:
    """The mask when it is of the picture's size and selects something; scaled to it when it may be."""
    size = Extent.of(mask)
    if size != extent:
        scalable = same_shape(size, extent)
        if not (scale and scalable):
            raise WrongSizeError(size, extent, scalable)
        mask = resize(mask, extent)
    if not np.any(mask >= 0.5):
        raise BadInputError("Nothing is white in that mask; white is what will be selected.")
    return mask


def same_shape(size: Extent, extent: Extent) -> bool:
    """Whether the two sizes have the same ratio of width to height, up to rounding."""
    ratio = (size.width * extent.height) / max(size.height * extent.width, 1)
    return abs(ratio - 1.0) <= max(_SAME_SHAPE, 1.0 / max(1, min(*size, *extent)))
