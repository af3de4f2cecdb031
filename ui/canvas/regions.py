"""What the canvas needs to show regions under the pointer, and the selections saved by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

import cv2
import numpy as np

from models.errors import BadInputError
from models.geometry import Extent
from models.mask import Mask, to_uint8
from models.segmentation.browsing import Atlas
from ui.canvas.overlay import outlines
from ui.component import data_url

_LONGEST_OUTLINE = 800  # pixels of the longer side at which saved selections are traced


class RegionMap(TypedDict):
    """An atlas for the browser: a PNG whose pixels are atom numbers (red low, green high byte), and what holds each.

    `by` names the predictor and `version` the picture; `holders` are proposal numbers, smallest first, `first` the
    place of the likeliest among them.
    """

    version: str
    by: str
    atoms: str
    holders: list[list[int]]
    first: list[int]


class NamedMark(TypedDict):
    """A selection saved by name: its outlines in picture pixels; `fits` is False when it is not in this frame."""

    name: str
    fits: bool
    outlines: list[list[float]]


def region_map(atlas: Atlas, by: str, version: str) -> RegionMap:
    """The map of a version's regions. Raises BadInputError when it cannot be encoded."""
    sheet = np.zeros((*atlas.atoms.shape, 3), np.uint8)  # blue, green, red
    sheet[..., 2], sheet[..., 1] = atlas.atoms & 255, atlas.atoms >> 8
    written, encoded = cv2.imencode(".png", sheet)
    if not written or len(atlas.holders) > 65_536:
        raise BadInputError("The regions of this picture could not be shown.")
    holders = [list(ids) for ids in atlas.holders]
    return RegionMap(
        version=version, by=by, atoms=data_url(encoded.tobytes()), holders=holders, first=list(atlas.first)
    )


def named_marks(names: Sequence[str], masks: Sequence[Mask | None]) -> list[NamedMark]:
    """Marks for the shelf; a mask of None does not fit the version that is shown."""
    return [
        NamedMark(name=name, fits=mask is not None, outlines=[] if mask is None else _traced(mask))
        for name, mask in zip(names, masks, strict=True)
    ]


def _traced(mask: Mask) -> list[list[float]]:
    extent = Extent.of(mask)
    size = extent.fit_within(_LONGEST_OUTLINE)
    small = to_uint8(mask)
    if size != extent:
        small = cv2.resize(small, size, interpolation=cv2.INTER_AREA)
    return outlines(small, extent)
