"""Regions as COCO JSON ("instances"): written with run lengths or outlines, read however they are given.

https://cocodataset.org/#format-data; what readers make of it is the COCO API's `annToRLE`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from models.geometry import Bounds, Extent
from models.mask import Mask
from models.mask import bounds as bounds_of
from tools.selections import rle
from tools.selections.names import stem_of


@dataclass(frozen=True)
class NamedMask:
    """A mask and what it is called; `mask` is H×W float32."""

    name: str
    mask: Mask


def coco_json(regions: Sequence[NamedMask], extent: Extent, file_name: str, *, outlines: bool = False) -> bytes:
    """The regions of one picture as COCO instances; their categories are their names without the number.

    A COCO mask is binary: selected is what is at least half selected. Run lengths (compressed) are exact; with
    `outlines` they are polygons along the pixels' borders, just as exact, except for regions with holes, which
    polygons cannot tell and which stay run lengths.
    """
    stems = list(dict.fromkeys(stem_of(region.name)[0] for region in regions))
    identities = {stem: number for number, stem in enumerate(stems, start=1)}
    return json.dumps(
        {
            "info": {"description": "Selections made with Pentimento", "version": "1.0"},
            "licenses": [],
            "images": [{"id": 1, "file_name": file_name, "width": extent.width, "height": extent.height}],
            "categories": [{"id": number, "name": stem, "supercategory": ""} for stem, number in identities.items()],
            "annotations": [
                _annotation(number, region, identities[stem_of(region.name)[0]], outlines)
                for number, region in enumerate(regions, start=1)
            ],
        },
        ensure_ascii=False,
    ).encode()


def _annotation(number: int, region: NamedMask, category: int, outlines: bool) -> dict[str, Any]:
    selected = region.mask >= 0.5
    box = bounds_of(selected.astype(np.float32))
    polygons = _border(selected, box) if outlines else None
    return {
        "id": number,
        "image_id": 1,
        "category_id": category,
        "iscrowd": 0,
        "area": int(np.count_nonzero(selected)),
        "bbox": [box.x0, box.y0, box.width, box.height],
        "segmentation": polygons if polygons is not None else run_lengths(selected),
    }


def run_lengths(selected: np.ndarray) -> dict[str, Any]:
    """COCO's compressed run lengths of an H×W bool mask."""
    return {"size": [selected.shape[0], selected.shape[1]], "counts": rle.compress(rle.encode(selected))}


def _border(selected: np.ndarray, box: Bounds) -> list[list[int]] | None:
    """The outer borders along the pixels' edges, x, y, x, y …; None when there are holes."""
    window = box.padded(1)
    padded = np.pad(selected[box.slices].astype(np.uint8), 1)
    # Doubled, every border lies between two samples of the same pixel, and parts that touch at a corner stay apart.
    doubled = np.kron(padded, np.ones((2, 2), np.uint8))
    contours, hierarchy = cv2.findContours(doubled, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    if hierarchy is not None and np.any(hierarchy[0][:, 3] >= 0):
        return None
    polygons = []
    for contour in contours:
        # a sample at 2x lies in the left half of its pixel, one at 2x + 1 in the right: the border is beyond it
        corners = (contour.reshape(-1, 2) + 1) // 2 + np.array([window.x0, window.y0])
        polygons.append(_straightened(corners).ravel().tolist())
    return polygons


def _straightened(corners: np.ndarray) -> np.ndarray:
    """Without repeated corners and those in the middle of a straight line."""
    moved = np.any(corners != np.roll(corners, 1, axis=0), axis=1)
    corners = corners[moved] if moved.any() else corners[:1]
    before, after = corners - np.roll(corners, 1, axis=0), np.roll(corners, -1, axis=0) - corners
    turns = before[:, 0] * after[:, 1] != before[:, 1] * after[:, 0]
    return corners[turns] if turns.any() else corners
