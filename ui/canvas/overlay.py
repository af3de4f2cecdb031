"""Masks made visible: a tint sheet for the canvas and outlines in full-resolution picture pixels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

import cv2
import numpy as np

from models.errors import BadInputError
from models.geometry import Extent
from models.mask import Mask, to_uint8
from ui.component import data_url

_LONGEST = 1600  # pixels of the tint sheet's longer side; outlines are traced at this size too
_SMALLEST_PART = 12.0  # square pixels of the sheet; smaller islands get a tint but no outline


class Overlay(TypedDict):
    """What the canvas needs to show a selection."""

    revision: int
    mask: str
    outlines: list[list[float]]
    share: float
    label: str


class CandidateMark(TypedDict):
    """What the canvas needs to show one numbered candidate of a question."""

    index: int
    label: str
    outlines: list[list[float]]
    anchor: list[float]
    bounds: list[int]


def selection_overlay(selected: Mask, revision: int) -> Overlay:
    """The overlay for a mask of the whole picture, H×W float32 in [0, 1].

    `revision` is that of the strokes it was made from, so that the canvas can tell a stale answer.
    """
    extent, mask = Extent.of(selected), _shrunk(selected)
    share = float(mask.mean()) / 255.0
    return Overlay(
        revision=revision,
        mask=data_url(_tint_sheet(mask)),
        outlines=outlines(mask, extent),
        share=share,
        label=_percentage(share),
    )


def nothing_selected(revision: int) -> Overlay:
    """The overlay that says so."""
    return Overlay(revision=revision, mask="", outlines=[], share=0.0, label="")


def candidate_marks(candidates: Sequence[Mask], labels: Sequence[str] = ()) -> list[CandidateMark]:
    """Outlines and a place for the number of each mask (H×W float32, of the whole picture), counted from 1.

    `labels` say in words what each candidate is. Empty masks are left out; the others keep their numbers.
    """
    marks: list[CandidateMark] = []
    for index, selected in enumerate(candidates, start=1):
        extent, mask = Extent.of(selected), _shrunk(selected)
        rows, columns = np.nonzero(mask >= 128)
        if rows.size == 0:
            continue
        scale = extent.width / mask.shape[1]
        box = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        marks.append(
            CandidateMark(
                index=index,
                label=labels[index - 1] if index <= len(labels) else "",
                outlines=outlines(mask, extent),
                anchor=[value * scale for value in innermost_point(mask)],
                bounds=[round(float(edge) * scale) for edge in box],
            )
        )
    return marks


def changed_outlines(selected: Mask) -> list[list[float]]:
    """Outlines of where an edit was allowed to change something; none when that was (nearly) everywhere."""
    mask = _shrunk(selected)
    return [] if mask.min() >= 128 else outlines(mask, Extent.of(selected))


def outlines(mask: np.ndarray, extent: Extent) -> list[list[float]]:
    """The borders of what is at least half selected, each as x, y, x, y … in pixels of `extent`.

    Args:
        mask: H×W uint8, 255 = selected.
        extent: the coordinates' picture; the mask may be a smaller copy of it.
    """
    inside = (mask >= 128).astype(np.uint8)
    contours, _ = cv2.findContours(inside, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    across, down = extent.width / mask.shape[1], extent.height / mask.shape[0]
    traced: list[list[float]] = []
    for contour in contours:
        if cv2.contourArea(contour) < _SMALLEST_PART:
            continue
        simple = cv2.approxPolyDP(contour, 0.6, closed=True).reshape(-1, 2) + 0.5
        traced.append(np.round(simple * (across, down), 1).ravel().tolist())
    return traced


def innermost_point(mask: np.ndarray) -> tuple[float, float]:
    """(x, y) of the selected pixel farthest from the border: where a label surely lies on the thing."""
    inside = np.pad((mask >= 128).astype(np.uint8), 1)
    distance = cv2.distanceTransform(inside, cv2.DIST_L2, 3)
    row, column = np.unravel_index(int(distance.argmax()), distance.shape)
    return float(column) - 0.5, float(row) - 0.5


def _tint_sheet(mask: np.ndarray) -> bytes:
    """White PNG whose alpha is the mask; the canvas gives it its colour."""
    sheet = np.full((*mask.shape, 4), 255, np.uint8)
    sheet[..., 3] = mask
    written, encoded = cv2.imencode(".png", sheet, [cv2.IMWRITE_PNG_COMPRESSION, 3])
    if not written:
        raise BadInputError("The selection could not be drawn; please select again.")
    return encoded.tobytes()


def _shrunk(selected: Mask) -> np.ndarray:
    """H×W uint8, 255 = selected, at most `_LONGEST` on the longer side."""
    mask = to_uint8(selected)
    size = Extent.of(mask).fit_within(_LONGEST)
    return mask if size == Extent.of(mask) else cv2.resize(mask, size, interpolation=cv2.INTER_AREA)


def _percentage(share: float) -> str:
    if 0 < share < 0.001:
        return "<0.1 %"
    return f"{share * 100:.1f} %" if share < 0.1 else f"{share * 100:.0f} %"
