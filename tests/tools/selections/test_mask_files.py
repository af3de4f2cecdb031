from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from models.errors import BadInputError
from models.geometry import Extent
from tools.selections.mask_files import WrongSizeError, mask_png, read_mask

EXTENT = Extent(50, 30)


def _disc() -> np.ndarray:
    y, x = np.mgrid[:30, :50]
    return ((x - 25) ** 2 + (y - 15) ** 2 < 100).astype(np.uint8) * 255


def _png(image: Image.Image, form: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form)
    return buffer.getvalue()


def _modes() -> dict[str, bytes]:
    disc = _disc()
    grey = Image.fromarray(disc)
    alpha_only = np.zeros((30, 50, 4), np.uint8)
    alpha_only[..., 3] = disc
    cut_out = np.random.default_rng(0).integers(0, 255, (30, 50, 4), np.uint8)
    cut_out[..., 3] = disc
    return {
        "8 bit": _png(grey),
        "1 bit": _png(grey.convert("1", dither=Image.Dither.NONE)),
        "16 bit": _png(Image.fromarray(disc.astype(np.uint16) * 257)),
        "RGB": _png(Image.merge("RGB", [grey] * 3)),
        "red on black": _png(Image.merge("RGB", [grey, Image.new("L", grey.size), Image.new("L", grey.size)])),
        "palette": _png(Image.merge("RGB", [grey] * 3).quantize(4)),
        "grey with full alpha": _png(Image.merge("LA", [grey, Image.new("L", grey.size, 255)])),
        "black with alpha": _png(Image.fromarray(alpha_only)),
        "photo with alpha": _png(Image.fromarray(cut_out)),
        "tiff": _png(grey, "TIFF"),
        "bmp": _png(grey, "BMP"),
    }


@pytest.mark.parametrize("mode", _modes())
def test_a_mask_of_any_mode_is_the_same_mask(mode: str) -> None:
    mask = read_mask(_modes()[mode], EXTENT, "mask.png")
    assert mask.dtype == np.float32
    assert np.array_equal(mask, _disc() / 255.0)


def test_soft_edges_survive_the_way_out_and_in() -> None:
    mask = np.tile(np.linspace(0, 1, 50, dtype=np.float32), (30, 1))
    data = mask_png(mask)
    with Image.open(io.BytesIO(data)) as image:
        assert (image.mode, image.size) == ("L", (50, 30))
        assert np.array_equal(np.asarray(image), np.round(mask * 255).astype(np.uint8))
    assert np.abs(read_mask(data, EXTENT) - mask).max() <= 0.5 / 255


def test_another_size_is_told_and_scaled_only_when_the_shape_is_the_same() -> None:
    data = mask_png(_disc() / np.float32(255))
    with pytest.raises(WrongSizeError, match=r"50×30 pixels and the picture 100×60; scale it to fit\.") as caught:
        read_mask(data, Extent(100, 60))
    assert caught.value.scalable
    assert read_mask(data, Extent(100, 60), scale=True).shape == (60, 100)
    with pytest.raises(WrongSizeError, match="make one of the picture's size"):
        read_mask(data, Extent(60, 60), scale=True)


def test_what_selects_nothing_or_is_no_picture_is_one_sentence() -> None:
    with pytest.raises(BadInputError, match="Nothing is white"):
        read_mask(mask_png(np.zeros((30, 50), np.float32)), EXTENT)
    with pytest.raises(BadInputError):
        read_mask(b"not a picture", EXTENT, "mask.png")
