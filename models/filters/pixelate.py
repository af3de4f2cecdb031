"""Mosaic: squares of one colour each."""

from __future__ import annotations

import cv2
import numpy as np

from models.colour.oklab import from_unit, linear_to_srgb
from models.colour.strips import linear_light
from models.errors import BadInputError
from models.geometry import Bounds


def pixelate(image: np.ndarray, block: int, within: Bounds | None = None) -> np.ndarray:
    """The image in squares of `block` pixels, each the mean light of what it covers.

    image: H×W×3 uint8 or uint16. The grid starts at the corner of `within` (the whole image by default), and
    nothing outside is read, so a face's mosaic does not depend on its surroundings. Outside stays as it is.
    Raises BadInputError for a block of less than 2 pixels. To hide something for good, cover it: text under a
    fine mosaic can be guessed.
    """
    if block < 2:
        raise BadInputError("A mosaic needs squares of at least 2 pixels.")
    result = image.copy()
    rows, columns = (within or Bounds(0, 0, image.shape[1], image.shape[0])).slices
    light = linear_light(image[rows, columns])
    height, width = light.shape[:2]
    if not height or not width:
        return result
    down, across = -(-height // block), -(-width // block)
    padded = cv2.copyMakeBorder(light, 0, down * block - height, 0, across * block - width, cv2.BORDER_REPLICATE)
    mean = padded.reshape(down, block, across, block, 3).mean(axis=(1, 3), dtype=np.float32)
    squares = from_unit(linear_to_srgb(mean), image.dtype)
    result[rows, columns] = squares.repeat(block, axis=0).repeat(block, axis=1)[:height, :width]
    return result


def fitting_block(width: int, height: int) -> int:
    """Squares that make a thing of this size unrecognisable: about eight along its shorter side."""
    return max(4, round(min(width, height) / 8))
