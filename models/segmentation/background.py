"""The subject of a picture and its background, without weights, and how sure that split is.

Several weak segmentations (saliency cut at different heights, grown by GrabCut from different seeds) vote; the
one that the others agree with most is the subject. Where they disagree nobody should cut anything out unasked,
so their agreement is the confidence.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from scipy.ndimage import binary_fill_holes

from models.geometry import Extent
from models.mask import Mask, bounds
from models.segmentation.backdrop import before_backdrop
from models.segmentation.colour_shares import colour_bins, colour_shares
from models.segmentation.refine import cut_in_band
from models.segmentation.saliency import (
    Scene,
    barrier_distance,
    border_contrast,
    boundary_connectivity,
    centre_prior,
    reduced,
    stretched,
)

_VOTE_LONGEST = 220  # the votes are counted on a small copy; only the winner is cut again at the scene's size
# Of a thing's side: how wide the mouth of a bay may be that still counts as enclosed.
_MOUTH = 0.025
# Of a thing's area: a gap up to the first is always filled, one beyond the second never.
_PINHOLE, _LARGEST_GAP = 0.0008, 0.06
_OCCURS = 0.004  # share of the surroundings from which a colour counts as theirs
# A thing before a plain backdrop needs no vote: the agreement that such a find counts as, the confidence it must
# reach as other finds do, and what it then has at least.
_STUDIO_AGREEMENT, _LIKELY_STUDIO, _SURE_STUDIO = 0.9, 0.4, 0.75
_SEE_THROUGH = 0.5  # share of a gap that looks like the surroundings
_SMALLEST_SUBJECT = 0.004  # share of the picture
_LARGEST_SUBJECT = 0.85
# Logistic weights of agreement, contrast, solidity, colour step and 1, fitted to 60 photos that are in no
# evaluation set and whose splits one person judged by eye (35 right); in cross-validation 23 of 26 above 0.7 are
# right.
_CONFIDENCE = np.array([6.4, 5.6, 2.7, 2.1, -11.1])


@dataclass(frozen=True)
class SubjectSplit:
    """The subject at the scene's reduced size.

    `mask` h×w bool; `agreement` in [0, 1], mean IoU with the other segmentations; `contrast` in [0, 1],
    saliency inside minus outside; `confidence` in [0, 1]: how often such a split is right.
    """

    mask: np.ndarray
    agreement: float
    contrast: float
    confidence: float


def split_subject(scene: Scene) -> SubjectSplit:
    """Find the subject of a scene. `mask` is all False when nothing stands out."""
    studio = before_backdrop(scene)
    if studio is not None:
        found = measured(studio, scene, _STUDIO_AGREEMENT)
        if found.confidence >= _LIKELY_STUDIO:
            return replace(found, confidence=max(found.confidence, _SURE_STUDIO))
    votes = [vote for vote in map(tidied, _segmentations(scene)) if _plausible(vote)]
    if not votes:
        return SubjectSplit(np.zeros(scene.saliency.shape, bool), 0.0, 0.0, 0.0)
    agreement = np.array([np.mean([_overlap(one, other) for other in votes]) for one in votes])
    # a lone vote agrees with itself; plurality keeps that from counting
    agreement *= min(1.0, len(votes) / 3)
    boundary = cv2.resize(scene.boundary, votes[0].shape[::-1], interpolation=cv2.INTER_AREA)
    quality = agreement + 0.3 * np.array([outline_strength(vote, boundary) for vote in votes])
    best = int(np.argmax(quality))
    return measured(_recut(scene.rgb, votes[best]), scene, float(agreement[best]))


def _recut(rgb: np.ndarray, coarse: np.ndarray) -> np.ndarray:
    """A mask found on a smaller copy, cut again at the size of `rgb` in a band around its edge."""
    size = (rgb.shape[1], rgb.shape[0])
    mask = cv2.resize(coarse.astype(np.float32), size, interpolation=cv2.INTER_LINEAR) > 0.5
    radius = 2.5 * max(size) / max(coarse.shape)
    return tidied(cut_in_band(rgb, mask, radius))


def measured(mask: np.ndarray, scene: Scene, agreement: float) -> SubjectSplit:
    """The measures of a proposed subject, an h×w bool mask."""
    inside, outside = float(scene.saliency[mask].mean()), float(scene.saliency[~mask].mean())
    contrast = max(0.0, inside - outside)
    evidence = np.array([agreement, contrast, _solidity(mask), _step(mask, scene.lab), 1.0])
    confidence = float(1.0 / (1.0 + np.exp(-evidence @ _CONFIDENCE)))
    return SubjectSplit(mask, agreement, contrast, confidence)


def _solidity(mask: np.ndarray) -> float:
    """The mask's share of its convex hull, [0, 1]: leaks and chance patches are ragged."""
    hull = cv2.convexHull(np.argwhere(mask)[:, ::-1].astype(np.int32))
    return float(min(1.0, mask.sum() / max(cv2.contourArea(hull), 1.0)))


def _step(mask: np.ndarray, lab: np.ndarray) -> float:
    """The colour difference across the outline, 1 for a CIELAB distance of 40 or more."""
    disc = np.ones((13, 13), np.uint8)
    inner = mask & (cv2.erode(mask.astype(np.uint8), disc) == 0)
    outer = ~mask & (cv2.dilate(mask.astype(np.uint8), disc) > 0)
    if not inner.any() or not outer.any():
        return 0.0
    return float(min(1.0, np.linalg.norm(lab[inner].mean(axis=0) - lab[outer].mean(axis=0)) / 40.0))


def _segmentations(scene: Scene) -> list[np.ndarray]:
    """Different guesses at the subject, bool, on a copy of at most _VOTE_LONGEST."""
    middle = 0.35 + 0.65 * centre_prior(scene.saliency.shape)
    connectivity = stretched(scene.patches.paint(boundary_connectivity(scene.patches)))
    barrier = stretched(barrier_distance(scene.lab) + 0.8 * border_contrast(scene.lab))
    rgb = reduced(scene.rgb, _VOTE_LONGEST)
    size = (rgb.shape[1], rgb.shape[0])
    guesses = []
    for cue in (scene.saliency, stretched(connectivity * middle), stretched(barrier * middle)):
        cut = otsu(cue)
        guesses.append(grown(rgb, np.clip((cv2.resize(cue, size) - cut) * 1.6 + 0.5, 0, 1), 2))
    high = 1.35 * otsu(scene.saliency)
    guesses.append(grown(rgb, np.clip((cv2.resize(scene.saliency, size) - high) * 1.6 + 0.5, 0, 1), 2))
    guesses.append(_inside_frame(rgb))
    return guesses


def grown(rgb: np.ndarray, probability: np.ndarray, iterations: int = 3) -> np.ndarray:
    """GrabCut (Rother 2004) from an h×w probability of being wanted: h×w bool.

    Above 0.95 is certainly in, below 0.12 certainly out; the rest is decided by colour models and edges.
    """
    labels = np.where(probability > 0.5, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[probability > 0.95] = cv2.GC_FGD
    labels[probability < 0.12] = cv2.GC_BGD
    return grab_cut(rgb, labels, iterations)


def grab_cut(rgb: np.ndarray, labels: np.ndarray, iterations: int = 3) -> np.ndarray:
    """cv2.grabCut from an h×w trimap of its four labels; what was asked when one side is empty. h×w bool."""
    wanted = (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)
    if wanted.sum() < 10 or (~wanted).sum() < 10:
        return wanted
    cv2.setRNGSeed(0)
    labels = labels.copy()
    models = np.zeros((1, 65)), np.zeros((1, 65))
    unused = (0, 0, 0, 0)  # the box: labels are given instead
    cv2.grabCut(np.ascontiguousarray(rgb), labels, unused, *models, iterations, cv2.GC_INIT_WITH_MASK)
    return (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)


def _inside_frame(rgb: np.ndarray) -> np.ndarray:
    """What GrabCut finds unlike a thin frame of the picture."""
    height, width = rgb.shape[:2]
    band = max(3, int(0.06 * min(height, width)))
    labels = np.full((height, width), cv2.GC_BGD, np.uint8)
    labels[band:-band, band:-band] = cv2.GC_PR_FGD
    return grab_cut(rgb, labels)


def otsu(values: np.ndarray) -> float:
    """Otsu's threshold of a map in [0, 1]."""
    threshold, _ = cv2.threshold(np.rint(values * 255).astype(np.uint8), 0, 255, cv2.THRESH_OTSU)
    return threshold / 255.0


def tidied(mask: np.ndarray, keep: float = 0.2) -> np.ndarray:
    """Specks opened away, parts smaller than `keep` of the largest dropped, small holes filled. h×w bool."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    opened = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, disc)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(opened)
    if count <= 1:
        return np.zeros(mask.shape, bool)
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    kept = np.isin(labels, np.flatnonzero(areas >= max(keep * areas.max(), 1)))
    return with_small_holes_filled(kept)


def with_small_holes_filled(mask: np.ndarray, share: float = 0.05) -> np.ndarray:
    """Holes up to `share` of the mask's own area are filled: larger ones are meant (a handle, an arch)."""
    holes = binary_fill_holes(mask) & ~mask
    count, labels, stats, _ = cv2.connectedComponentsWithStats(holes.astype(np.uint8))
    small = np.flatnonzero(stats[:, cv2.CC_STAT_AREA] <= share * mask.sum())
    return mask | np.isin(labels, small[small > 0]) if count > 1 else mask


def with_gaps_filled(mask: np.ndarray, lab: np.ndarray) -> np.ndarray:
    """Holes, and bays with a narrow mouth, belong to a thing unless the surroundings are seen through them.

    `mask` h×w bool, `lab` h×w×3 CIELAB. A dog's nose and the dark of a helmet are filled; the eye of a handle,
    whose colours are those around the thing, stays open. h×w bool.
    """
    area = int(mask.sum())
    if not area or mask.all():
        return mask
    reach = max(1, round(_MOUTH * np.sqrt(area)))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    # without padding the picture's edge would close bays that run out of it
    closed = cv2.morphologyEx(np.pad(mask, reach).astype(np.uint8), cv2.MORPH_CLOSE, disc)[reach:-reach, reach:-reach]
    gaps = binary_fill_holes(closed > 0) & ~mask
    count, labels, stats, _ = cv2.connectedComponentsWithStats(gaps.astype(np.uint8), connectivity=4)
    seen = _seen_around(lab, mask, gaps)
    result = mask.copy()
    for label in range(1, count):
        size = stats[label, cv2.CC_STAT_AREA]
        gap = labels == label
        if size <= _PINHOLE * area or (size <= _LARGEST_GAP * area and seen[gap].mean() < _SEE_THROUGH):
            result |= gap
    return result


def _seen_around(lab: np.ndarray, mask: np.ndarray, gaps: np.ndarray) -> np.ndarray:
    """Which pixels have a colour that also occurs outside the mask and its gaps: h×w bool."""
    outside = ~(mask | gaps)
    return colour_shares(colour_bins(lab), outside.astype(np.float32)) > _OCCURS


def outline_strength(mask: np.ndarray, boundary: np.ndarray) -> float:
    """Mean boundary strength along the mask's outline, [0, 1]; the picture's edge does not count."""
    padded = np.pad(mask.astype(np.uint8), 1, mode="edge")
    disc = np.ones((3, 3), np.uint8)
    rim = (cv2.dilate(padded, disc) != cv2.erode(padded, disc))[1:-1, 1:-1]
    if not rim.any():
        return 0.0
    near = cv2.dilate(boundary, disc)  # outlines are placed to within a pixel
    return float(np.clip(near[rim].mean() / 0.5, 0, 1))


def _plausible(mask: np.ndarray) -> bool:
    return _SMALLEST_SUBJECT <= float(mask.mean()) <= _LARGEST_SUBJECT


def _overlap(first: np.ndarray, second: np.ndarray) -> float:
    return float((first & second).sum() / max((first | second).sum(), 1))


def matte(rgb: np.ndarray, mask: Mask) -> Mask:
    """A subject's mask with hair and fur at its edge let through softly.

    `rgb` H×W×3 uint8 and `mask` H×W float32 at the picture's own size, its edge already on the picture's.
    Within a narrow band a guided filter (He 2010) reads the share of the subject from the local colour line;
    its faint ends are cut, since they are texture of the surroundings. Outside the band nothing changes.
    """
    radius = max(3, round(0.006 * max(mask.shape)))
    hard = (mask >= 0.5).astype(np.uint8)
    if not hard.any() or hard.all():
        return mask
    depth = cv2.distanceTransform(hard, cv2.DIST_L2, 3) + cv2.distanceTransform(1 - hard, cv2.DIST_L2, 3)
    window = bounds(mask, 0.02).padded(4 * radius).clipped(Extent.of(mask)).slices
    share = cv2.ximgproc.guidedFilter(rgb[window], mask[window], radius, 3e-4 * 255**2)
    share = np.clip((share - 0.12) / 0.76, 0.0, 1.0)
    # fades into the given mask at the band's ends
    weight = np.clip(2.0 - depth[window] / radius, 0.0, 1.0)
    result = mask.copy()
    result[window] = weight * share + (1.0 - weight) * mask[window]
    return result
