from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageOps

from tests.tools.pictures_drawn import encoded, photo
from tools.pictures.orientation import lying, upright


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turning_is_pillows_and_has_an_inverse(orientation: int):
    samples = photo(20, 31)
    exif = Image.Exif()
    exif[0x0112] = orientation
    with Image.open(io.BytesIO(encoded(samples, "PNG", exif=exif))) as image:
        np.testing.assert_array_equal(upright(samples, orientation), np.array(ImageOps.exif_transpose(image)))
    for array in (samples, samples[..., 0]):
        np.testing.assert_array_equal(lying(upright(array, orientation), orientation), array)
