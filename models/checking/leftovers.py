"""What of a thing still adjoins the place it was taken from: wheels, a mast, the part that a mask cut off.

Patches beside the hole are proposed by colour (colours that the thing has and its wider surroundings hardly have, or
that these do not have at all) and by GrabCut (Rother, Kolmogorov, Blake 2004) started from the mask. A patch counts as
the thing's where it ends near the hole and either goes on from the thing without an edge between them while standing
out from everything else beside it, or lies in a bay of the thing's outline and is foreign to the surroundings.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from models.checking.neighbourhood import Neighbourhood
from models.mask import Mask

_LONGEST = 256  # pixels a side of the crop that is looked at
_COLOURS = 32
_NEAR_COLOUR = 7.0  # CIELAB: so near, two clusters are one material
_FOREIGN = 0.012  # share of the far surroundings below which a colour is foreign to them
_MORE_OFTEN = 4.0  # so many times more frequent in the thing than around it, a colour is the thing's
_LARGEST = 0.8  # of the target's area; what is larger is no part of it
_SMALLEST = 0.004  # of the target's area
_GOES_ON = 6.0  # CIELAB between the thing and the patch where they meet: no edge
_STANDS_OUT = 12.0  # CIELAB between the patch and what else lies beside it
_MEETS = 0.25  # of the patch's outline lies along the hole
_TOUCHING = 2  # pixels
_IN_A_BAY = 0.6  # of the patch lies inside the convex hull of the thing


@dataclass(frozen=True)
class Leftovers:
    """`mask` H×W float32 (0 or 1): what seems to belong to the thing outside the hole; `share` of the target's area."""

    mask: Mask
    share: float


def leftovers(before: np.ndarray, target: Mask, hole: Mask) -> Leftovers:
    """What adjoins the hole and seems to belong to the target.

    before: H×W×3 uint8 or uint16, sRGB-like. target: H×W float32, the thing (≥ 0.5). hole: H×W float32, what was
    filled (> 0). Deterministic.
    """
    if not np.any(target >= 0.5):
        return Leftovers(np.zeros(target.shape, np.float32), 0.0)
    near = Neighbourhood.around(before, target, hole, _LONGEST)
    lab = near.lab()
    own, foreign = _by_colour(near, lab)
    inside_hull = _hull(near.target)
    kept = np.zeros(near.target.shape, bool)
    for patch in [*_attached(near, own), *_attached(near, _extended(near))]:
        if _continues(near, lab, patch):
            kept |= patch
    for patch in _attached(near, foreign):
        if inside_hull[patch].mean() > _IN_A_BAY:
            kept |= patch
    return Leftovers(near.in_picture(kept), float(np.count_nonzero(kept) / max(1, np.count_nonzero(near.target))))


def _by_colour(near: Neighbourhood, lab: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Beside the hole: h×w bool where the colour is the thing's, and where it is foreign to the far surroundings."""
    nothing = np.zeros(near.target.shape, bool)
    distance = _distance_to(near.target)
    far = (distance > near.reach) & ~near.hole
    if np.count_nonzero(far) < _COLOURS:
        return nothing, nothing
    cv2.setRNGSeed(1)
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 0.5)
    start = np.empty((0, 0), np.int32)
    _, found, centres = cv2.kmeans(lab.reshape(-1, 3), _COLOURS, start, stop, 1, cv2.KMEANS_PP_CENTERS)
    labels = np.asarray(found, np.int32).reshape(distance.shape)
    alike = np.exp(-((np.linalg.norm(centres[:, None] - centres[None], axis=-1) / _NEAR_COLOUR) ** 2))

    def share(where: np.ndarray) -> np.ndarray:
        counts = np.bincount(labels[where], minlength=_COLOURS).astype(float)
        return alike @ (counts / max(1.0, counts.sum()))

    inside, outside = share(near.target), share(far)
    own = inside > _MORE_OFTEN * (outside + 0.002)
    return own[labels] & ~near.hole, ((outside < _FOREIGN) | own)[labels] & ~near.hole


def _extended(near: Neighbourhood) -> np.ndarray:
    """h×w bool: what GrabCut adds to the target when it may take more, within reach of it."""
    labels = np.full(near.target.shape, cv2.GC_BGD, np.uint8)
    labels[_distance_to(near.target) <= near.reach] = cv2.GC_PR_BGD
    labels[near.hole] = cv2.GC_PR_FGD
    labels[near.target] = cv2.GC_FGD
    if not (labels == cv2.GC_BGD).any():
        return np.zeros(labels.shape, bool)
    cv2.setRNGSeed(1)
    surroundings, thing = np.zeros((1, 65)), np.zeros((1, 65))
    picture = cv2.cvtColor(cv2.GaussianBlur(near.rgb, (0, 0), 0.7), cv2.COLOR_RGB2LAB)
    cv2.grabCut(picture, labels, (0, 0, 1, 1), surroundings, thing, 3, cv2.GC_INIT_WITH_MASK)
    return ((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)) & ~near.hole


def _attached(near: Neighbourhood, found: np.ndarray) -> Iterator[np.ndarray]:
    """The patches of `found`, h×w bool each, that touch the hole, end near it, and are of a fitting size."""
    tidy = cv2.morphologyEx(found.astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    found_labels, stats = cv2.connectedComponentsWithStats(tidy, connectivity=4)[1:3]
    labels = np.asarray(found_labels, np.int32)
    touching = np.unique(labels[_grown(near.hole, _TOUCHING)])
    beyond = set(np.unique(labels[_distance_to(near.target) > 1.5 * near.reach]).tolist())
    size = np.count_nonzero(near.target)
    for label in touching.tolist():
        if label and label not in beyond and _SMALLEST * size <= stats[label, cv2.CC_STAT_AREA] <= _LARGEST * size:
            yield labels == label


def _continues(near: Neighbourhood, lab: np.ndarray, patch: np.ndarray) -> bool:
    """Whether the thing goes on in the patch without an edge, and the patch stands out from what else is beside it."""
    meeting = patch & _grown(near.hole, _TOUCHING)
    outline = patch & ~cv2.erode(patch.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    if np.count_nonzero(meeting) < _MEETS * np.count_nonzero(outline):
        return False
    outside = (~near.target).astype(np.uint8)
    nearest = np.asarray(
        cv2.distanceTransformWithLabels(outside, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)[1], np.int32
    )
    colours = np.zeros((int(nearest.max()) + 1, 3), np.float32)
    colours[nearest[near.target]] = lab[near.target]
    edge = float(np.median(np.linalg.norm(lab[meeting] - colours[nearest[meeting]], axis=-1)))
    beside = _grown(patch, 2) & ~patch & ~near.hole
    if edge > _GOES_ON or not beside.any():
        return False
    return float(np.median(np.linalg.norm(lab[beside] - lab[patch].mean(axis=0), axis=-1))) > _STANDS_OUT


def _hull(selected: np.ndarray) -> np.ndarray:
    """h×w bool: the convex hull of what is selected."""
    filled = np.zeros(selected.shape, np.uint8)
    outlines, _ = cv2.findContours(selected.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if outlines:
        cv2.fillConvexPoly(filled, cv2.convexHull(np.vstack(outlines)), (1.0,))
    return filled > 0


def _grown(selected: np.ndarray, pixels: int) -> np.ndarray:
    side = 2 * pixels + 1
    return cv2.dilate(selected.astype(np.uint8), np.ones((side, side), np.uint8)) > 0


def _distance_to(selected: np.ndarray) -> np.ndarray:
    return cv2.distanceTransform((~selected).astype(np.uint8), cv2.DIST_L2, 5)
