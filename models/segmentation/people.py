"""The person to whom a face belongs: hair or hat, neck, shoulders and what is below, without weights.

A face says where a body is likely; colours learnt from there and from the rest say what belongs to it; and the
cheapest cut of the region tree decides between the two, so that the outline follows boundaries of the picture.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from models.geometry import Bounds
from models.segmentation.background import SubjectSplit, measured, with_gaps_filled
from models.segmentation.colour_shares import colour_bins, colour_shares
from models.segmentation.refine import cut_in_band
from models.segmentation.saliency import Scene
from models.segmentation.tree_cut import cheapest_cut

# All lengths in widths of the face.
_HEAD = (0.80, 1.02)  # half axes of the ellipse that holds face and hair
_HEAD_ABOVE = 0.14  # its centre above the face's
_NECK, _SHOULDERS = 0.38, 1.38  # half widths
_SHOULDERS_BELOW = 0.8  # the chin
_BODY_ENDS = (5.0, 9.0)  # from here to there a body below the chin becomes less likely: people have legs, but end
_ROUNDS = 4
_UNSEEN = 1e-5  # share of a colour that was never seen
_MOST_ODDS = 4.0  # of the place: certain enough never to be outvoted by colour
_MOST_COLOUR_ODDS = 2.5
# Of the largest face: smaller ones belong to passers-by, and small detections are often wrong.
_LEAST_FACE = 0.5
_SURE_PIECE = 0.6  # confidence with which a subject found otherwise counts besides the people
_THEIRS = 0.6  # share of a piece inside the people that makes it theirs
_SURE_PEOPLE = 0.75  # confidence that a face lends
_EDGE_OFF = 3.0  # pixels at the scene's size by which a region's edge may miss the person's


def person_mask(scene: Scene, face: Bounds) -> np.ndarray:
    """Head and body to a face of the scene's reduced picture: h×w bool."""
    place = likely_place(scene.saliency.shape, face)
    odds_of_place = np.clip(np.log(place / (1.0 - place)), -_MOST_ODDS, _MOST_ODDS)
    bins = colour_bins(scene.lab)
    inside, mask = place, place > 0.5
    for _ in range(_ROUNDS):
        ratio = np.log((colour_shares(bins, inside) + _UNSEEN) / (colour_shares(bins, 1.0 - inside) + _UNSEEN))
        odds = odds_of_place + np.clip(ratio, -_MOST_COLOUR_ODDS, _MOST_COLOUR_ODDS)
        mask = cheapest_cut(scene.tree, odds)
        inside = 0.85 * mask + 0.15 * place
    return _one_body(scene, mask, face)


def people_mask(scene: Scene, faces: Sequence[Bounds]) -> np.ndarray:
    """Everybody whose face is large beside the largest (`faces` sorted so): h×w bool, empty without faces."""
    mask = np.zeros(scene.saliency.shape, bool)
    for face in faces:
        if face.width >= _LEAST_FACE * faces[0].width:
            mask |= person_mask(scene, face)
    return mask


def with_people(split: SubjectSplit, scene: Scene, people: np.ndarray) -> SubjectSplit:
    """The subject of a picture of people: they, and the pieces of `split` that are sure or theirs.

    `people` is h×w bool, see `people_mask`; nobody in it leaves the split as it is.
    """
    if not people.any():
        return split
    mask = people.copy()
    count, pieces = cv2.connectedComponents(split.mask.astype(np.uint8))
    for label in range(1, count):
        piece = pieces == label
        if split.confidence >= _SURE_PIECE or (piece & people).sum() > _THEIRS * piece.sum():
            mask |= piece
    mask = with_gaps_filled(mask, scene.lab)
    found = measured(mask, scene, split.agreement)
    return SubjectSplit(mask, found.agreement, found.contrast, max(found.confidence, _SURE_PEOPLE))


def likely_place(shape: tuple[int, ...], face: Bounds) -> np.ndarray:
    """How likely each pixel belongs to the person, from the face's place and size alone: h×w in (0, 1)."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    size, centre = face.width, face.center
    radius = np.hypot((x - centre.x) / (_HEAD[0] * size), (y - (centre.y - _HEAD_ABOVE * size)) / (_HEAD[1] * size))
    head = 1.0 - _ramp(radius, 0.45, 1.35)
    below = (y - face.y1) / size + 0.05
    half_width = (_NECK + (_SHOULDERS - _NECK) * _ramp(below, 0.05, _SHOULDERS_BELOW)) * size
    body = 1.0 - _ramp(np.abs(x - centre.x) / half_width, 0.55, 1.75)
    body *= (below > -0.1) * (1.0 - 0.5 * _ramp(below, *_BODY_ENDS))
    return np.clip(np.maximum(head, body), 0.01, 0.99)


def _ramp(values: np.ndarray, start: float, end: float) -> np.ndarray:
    return np.clip((values - start) / (end - start), 0.0, 1.0)


def _one_body(scene: Scene, mask: np.ndarray, face: Bounds) -> np.ndarray:
    """The piece that the face lies in, its rim cut anew between the regions' pixels, gaps closed."""
    mask = cut_in_band(scene.rgb, mask, _EDGE_OFF)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    _, parts = cv2.connectedComponents(cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, disc))
    own = parts[face.slices]
    counts = np.bincount(own.ravel())
    counts[0] = 0
    return with_gaps_filled(parts == int(counts.argmax()), scene.lab) if counts.any() else np.zeros(mask.shape, bool)
