"""Where on somebody a hat, glasses or a tie goes: from a face where one is seen, else from the outline's top."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.geometry import Bounds, Extent
from models.mask import bounds as bounds_of
from models.placement.things import Home, Thing

# Middle of what is worn below the middle of the face, in widths of the face.
_MIDDLES = {
    "glasses": -0.13,
    "sunglasses": -0.13,
    "eyeglasses": -0.13,
    "spectacles": -0.13,
    "moustache": 0.24,
    "mustache": 0.24,
    "beard": 0.42,
    "mask": 0.2,
    "face mask": 0.2,
    "headphones": -0.1,
    "earrings": 0.12,
    "scarf": 0.85,
    "necklace": 0.95,
    "tie": 1.45,
    "bow tie": 0.85,
    "bowtie": 0.85,
}
_BROW = -0.32  # down to here a hat comes
_CHIN = 0.6  # from here on clothes begin
_HEAD_BAND = 0.22  # of an outline's height is its head
_HEAD_SHARE = 0.62  # of the outline's longer side a head is across at most


def worn_box(thing: Thing, face: Bounds) -> Bounds:
    """Where it goes on a face, in the face's coordinates."""
    width, height = thing.width * face.width, thing.height * face.width
    middle = _MIDDLES.get(thing.name)
    if middle is None:
        middle = _BROW - thing.height / 2 if thing.home is Home.HEAD else _CHIN + thing.height / 2
    x, y = (face.x0 + face.x1) / 2, (face.y0 + face.y1) / 2 + middle * face.width
    return Bounds(round(x - width / 2), round(y - height / 2), round(x + width / 2), round(y + height / 2))


def head_of(mask: np.ndarray, faces: Sequence[Bounds]) -> Bounds:
    """The face inside an h×w bool outline of somebody, or the square at its top where a face would be."""
    for face in faces:
        if mask[face.center.y, face.center.x]:
            return face
    box = bounds_of(mask.astype(np.float32))
    band = mask[box.y0 : box.y0 + max(2, round(_HEAD_BAND * box.height))]
    columns = np.flatnonzero(band.any(axis=0))
    left, right = (int(columns[0]), int(columns[-1]) + 1) if columns.size else (box.x0, box.x1)
    side = max(4, round(min(right - left, _HEAD_SHARE * max(box.width, box.height))))
    middle = round(float(np.flatnonzero(band)[:].size and np.nonzero(band)[1].mean()))
    return Bounds(middle - side // 2, box.y0, middle + side // 2, box.y0 + side).clipped(Extent.of(mask))
