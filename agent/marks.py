"""Numbered outlines on a small copy of a picture, for a chat model to look at."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from models.geometry import Extent
from models.mask import Mask
from models.segmentation.browsing import Atlas

LONGEST = 768  # pixels of the longer side that a chat model is shown
_MOST = 28  # more numbers than that hide the picture
_SMALLEST = 0.0015  # of the picture
_SAME = 0.8
_QUALITY = 85
_FONT = 17
_HUES = 9


@dataclass(frozen=True)
class Marks:
    """The proposals that get a number, from 1; `extent` is the picture's.

    `masks` are bool, of the proposals' working size; `indices` are their places among the proposals.
    """

    extent: Extent
    indices: tuple[int, ...]
    masks: tuple[np.ndarray, ...]

    @classmethod
    def none(cls, extent: Extent) -> Marks:
        """No marks."""
        return cls(extent, (), ())

    @classmethod
    def of(cls, atlas: Atlas) -> Marks:
        """The likeliest proposals, each only once, from large to small, so that parts come after their wholes."""
        proposals = atlas.proposals
        least = _SMALLEST * proposals.working.pixels
        ranked = sorted(range(len(proposals)), key=lambda index: -proposals[index].score)
        chosen: list[int] = []
        for index in ranked:
            if proposals[index].area < least or len(chosen) == _MOST:
                continue
            mask = proposals.mask(index)
            if all(_overlap(mask, proposals.mask(other)) < _SAME for other in chosen):
                chosen.append(index)
        chosen.sort(key=lambda index: -proposals[index].area)
        return cls(proposals.extent, tuple(chosen), tuple(proposals.mask(index) for index in chosen))

    def __len__(self) -> int:
        return len(self.indices)

    def proposal(self, number: int) -> int:
        """The place among the proposals of the mark with that number, from 1."""
        return self.indices[number - 1]


def legible_jpeg(rgb: np.ndarray) -> bytes:
    """H×W×3 uint8 as a JPEG of at most 768 pixels a side."""
    return _jpeg(Image.fromarray(_small(rgb)))


def marked(rgb: np.ndarray, marks: Marks) -> bytes:
    """The small picture with every mark's outline and number, as JPEG."""
    small = np.array(_small(rgb))
    size = (small.shape[1], small.shape[0])
    masks = [cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_AREA) for mask in marks.masks]
    for number, mask in enumerate(masks, start=1):
        _outline(small, mask, _colour(number))
    image = Image.fromarray(small)
    drawing = ImageDraw.Draw(image)
    font = ImageFont.load_default(_FONT)
    taken = np.zeros(small.shape[:2], np.uint8)
    for number, mask in enumerate(masks, start=1):
        x, y = _middle(mask, taken)
        left, top, right, bottom = drawing.textbbox((x, y), str(number), font=font, anchor="mm")
        drawing.rectangle((left - 3, top - 3, right + 3, bottom + 3), fill=(0, 0, 0))
        drawing.text((x, y), str(number), fill=_colour(number), font=font, anchor="mm")
        taken[max(0, int(top) - 4) : int(bottom) + 4, max(0, int(left) - 4) : int(right) + 4] = 1
    return _jpeg(image)


def outlined(rgb: np.ndarray, masks: Sequence[Mask]) -> bytes:
    """The small picture with the outlines of full-size masks, H×W float32, as JPEG."""
    small = np.array(_small(rgb))
    size = (small.shape[1], small.shape[0])
    for number, mask in enumerate(masks, start=1):
        _outline(small, (cv2.resize(mask, size, interpolation=cv2.INTER_AREA) >= 0.5).astype(np.uint8), _colour(number))
    return _jpeg(Image.fromarray(small))


def _small(rgb: np.ndarray) -> np.ndarray:
    extent = Extent.of(rgb).fit_within(LONGEST)
    return rgb if extent == Extent.of(rgb) else cv2.resize(rgb, tuple(extent), interpolation=cv2.INTER_AREA)


def _jpeg(image: Image.Image) -> bytes:
    target = io.BytesIO()
    image.save(target, "JPEG", quality=_QUALITY)
    return target.getvalue()


def _outline(rgb: np.ndarray, mask: np.ndarray, colour: tuple[int, int, int]) -> None:
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    cv2.drawContours(rgb, contours, -1, (0, 0, 0), 3)
    cv2.drawContours(rgb, contours, -1, colour, 1)


def _colour(number: int) -> tuple[int, int, int]:
    """Light colours that differ from one number to the next."""
    hue = (number * 4 % _HUES) * 180 // _HUES
    red, green, blue = cv2.cvtColor(np.array([[[hue, 150, 255]]], np.uint8), cv2.COLOR_HSV2RGB)[0, 0]
    return int(red), int(green), int(blue)


def _middle(mask: np.ndarray, taken: np.ndarray) -> tuple[int, int]:
    """The x, y deepest inside the mask where no other number stands."""
    free = np.where(taken > 0, np.uint8(0), mask)
    depth = cv2.distanceTransform(np.pad(free if free.any() else mask, 1), cv2.DIST_L2, 3)[1:-1, 1:-1]
    y, x = np.unravel_index(int(np.argmax(depth)), depth.shape)
    return int(x), int(y)


def _overlap(first: np.ndarray, second: np.ndarray) -> float:
    union = np.count_nonzero(first | second)
    return np.count_nonzero(first & second) / union if union else 0.0
