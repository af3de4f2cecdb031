"""The part of a large picture that the person looks at closely, at its own resolution."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

import cv2
import numpy as np

from models.errors import BadInputError
from models.geometry import Bounds, Extent
from tools.pictures.picture import Picture
from tools.pictures.profiles import to_srgb_preview
from ui.component import data_url

_LONGEST = 2400  # pixels of the longer side; a screen shows no more at 100 %
_SMALL = 320  # pixels of the longer side of a card
_CODING = (
    *(cv2.IMWRITE_JPEG_QUALITY, 95),
    *(cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444),
)


class Detail(TypedDict):
    """What the canvas lays over the preview: a picture and the box it covers, in full-resolution pixels."""

    version: str
    box: list[int]
    picture: str


def detail(picture: Picture, version: str, box: Bounds) -> Detail | None:
    """The pixels inside the box (cut to the picture) for the screen, sRGB; None when nothing lies inside."""
    box = box.clipped(picture.extent)
    return Detail(version=version, box=list(box), picture=data_url(part(picture, box, _LONGEST))) if box.area else None


def part(picture: Picture, box: Bounds, longest: int = _SMALL) -> bytes:
    """The pixels inside the box (cut to the picture) as an sRGB JPEG of at most `longest` pixels a side.

    Raises BadInputError when nothing lies inside.
    """
    box = box.clipped(picture.extent)
    if not box.area:
        raise BadInputError("That part lies outside the picture.")
    shown = to_srgb_preview(picture.with_pixels(np.ascontiguousarray(picture.pixels[box.slices])), longest)
    written, encoded = cv2.imencode(".jpg", cv2.cvtColor(shown, cv2.COLOR_RGB2BGR), _CODING)
    if not written:
        raise BadInputError("This part of the picture could not be shown.")
    return encoded.tobytes()


def looked_at(view: Mapping[str, Any] | None, version: str, extent: Extent) -> Bounds | None:
    """The box that the canvas reports to be on screen and too coarse; None when there is none for this version."""
    if not view or view.get("version") != version:
        return None
    box = Bounds(*(int(edge) for edge in view["box"])).clipped(extent)
    return box if box.area else None
