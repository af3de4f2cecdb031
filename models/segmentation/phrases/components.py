"""Connected parts of the picture that could be the thing meant: by colour, or because they stand out."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from models.segmentation.background import grab_cut, grown, tidied, with_small_holes_filled
from models.segmentation.colour_terms import ACHROMATIC, called_each, chromaticity, object_probability
from models.segmentation.phrases.recogniser import Sighting
from models.segmentation.saliency import Scene

SMALLEST_PART = 0.0008  # share of the picture
SEEN = 0.18  # evidence that the best pixels of a picture must reach for the colour to be there at all
# Shares of the best evidence: from the first a pixel is of the colour, from the second it may continue such.
_EVIDENT, _TOLERATED = 0.55, 0.28
_NEVER_MORE = 0.45  # in a picture full of a colour, this much evidence always suffices
_SAME_DYE = 0.12  # distance in the shading-free chromaticity plane
_LEAST_TURN = np.deg2rad(9.0)  # by which the hue of one dye may always vary
_WEAKEST_DYE = 0.6  # of its usual strength, in folds
_JOINED_GAP = 0.2  # of the side of a part: a gap up to that does not divide a thing


@dataclass(frozen=True)
class Part:
    """A possible answer at the scene's size: h×w bool, its evidence in [0, 1], and what follows from its shape.

    `place` is the centre (x, y) in [0, 1]; `area` its share of the picture; `weight` how much it dominates:
    evidence, size and saliency together. What a model recognised is a `sighting` of its, and no speck however small.
    """

    mask: np.ndarray
    evidence: float
    place: tuple[float, float]
    area: float
    weight: float
    sighting: Sighting | None = None


def part_of(mask: np.ndarray, scene: Scene, evidence: float) -> Part:
    """Measure a non-empty h×w bool mask."""
    rows, columns = np.nonzero(mask)
    height, width = mask.shape
    place = float((columns.min() + columns.max() + 1) / 2 / width), float((rows.min() + rows.max() + 1) / 2 / height)
    area = float(mask.mean())
    salient = float(scene.saliency[mask].mean())
    weight = evidence**1.5 * np.sqrt(area) * (0.25 + 0.75 * salient) * (1 - 0.7 * min(1.0, 2.5 * border_run(mask)))
    return Part(mask, evidence, place, area, float(weight))


def border_run(mask: np.ndarray) -> float:
    """The share of the picture's border that a mask covers, [0, 1]."""
    return float(np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]]).mean())


def colour_map(scene: Scene, terms: tuple[str, ...]) -> np.ndarray:
    """How well each pixel fits an object of the colours named (any of them): h×w float32 in [0, 1]."""
    smooth = cv2.bilateralFilter(scene.lab, 7, 10.0, 4.0)
    best = np.zeros(scene.saliency.shape, np.float32)
    for term in terms:
        fit = object_probability(smooth, term)
        if term not in ACHROMATIC:  # patch by patch, so that what another name fits better falls away
            name = called_each(scene.patches.lab.astype(np.float32), term)
            fit = fit * scene.patches.paint(np.clip((name - 0.1) / 0.3, 0.35, 1.0))
        best = np.maximum(best, fit)
    guide = scene.rgb
    return np.clip(cv2.ximgproc.guidedFilter(guide, best, 3, 1e-3 * 255**2), 0, 1)


def tone_map(scene: Scene, tone: int) -> np.ndarray:
    """How dark (-1) or light (1) each pixel is for this picture: h×w float32 in [0, 1]."""
    lightness = cv2.GaussianBlur(scene.lab[..., 0], (0, 0), 1.0)
    low, middle, high = np.percentile(lightness, [3, 50, 97])
    if tone < 0:
        return np.clip((middle - lightness) / max(middle - low, 5.0) * 0.9, 0, 1).astype(np.float32)
    return np.clip((lightness - middle) / max(high - middle, 5.0) * 0.9, 0, 1).astype(np.float32)


def parts_from_map(scene: Scene, fit: np.ndarray) -> list[Part]:
    """Connected parts of a map of evidence, heaviest first; none when even its best is weak.

    Colours are named by comparison with what else is in the picture, so the cut follows the best evidence.
    """
    best = float(np.percentile(fit, 99.7))
    if best < SEEN:
        return []
    cut = min(_EVIDENT * best, _NEVER_MORE)
    masks = _pieces(fit > cut, fit > cut * _TOLERATED / _EVIDENT)
    sure = min(1.0, 0.5 + best)
    parts = [part_of(mask, scene, sure * min(1.0, float(fit[mask].mean()) / (0.8 * best))) for mask in masks]
    return sorted(parts, key=lambda part: -part.weight)


def joined(parts: list[Part], scene: Scene) -> list[Part]:
    """Parts that gaps much smaller than themselves divide become one: a shirt that a tie cuts in two."""
    masks = [part.mask for part in parts]
    evidence = [part.evidence for part in parts]
    at = 0
    while at < len(masks):
        reach = _JOINED_GAP * np.sqrt(masks[at].sum())
        away = cv2.distanceTransform((~masks[at]).astype(np.uint8), cv2.DIST_L2, 3)
        near = [
            other
            for other in range(at + 1, len(masks))
            if away[masks[other]].min() < reach and np.percentile(away[masks[other]], 50) < 3.5 * reach
        ]
        if not near:
            at += 1
            continue
        for other in reversed(near):
            masks[at] |= masks.pop(other)
            evidence.pop(other)
    result = [part_of(mask, scene, value) for mask, value in zip(masks, evidence, strict=True)]
    return sorted(result, key=lambda part: -part.weight)


def lobes(mask: np.ndarray) -> list[np.ndarray]:
    """A mask cut at its necks, largest piece first; itself when no neck is narrow enough. h×w bool."""
    depth = cv2.distanceTransform(np.pad(mask, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    for level in (0.25, 0.4, 0.55):
        count, cores = cv2.connectedComponents((depth > level * depth.max()).astype(np.uint8))
        sizes = np.bincount(cores.ravel(), minlength=count)[1:]
        large = 1 + np.flatnonzero(sizes >= 0.15 * sizes.max())
        if len(large) < 2:
            continue
        nearest = [cv2.distanceTransform((cores != core).astype(np.uint8), cv2.DIST_L2, 5) for core in large]
        owner = np.argmin(nearest, axis=0)
        pieces = [mask & (owner == index) for index in range(len(large))]
        if min(piece.sum() for piece in pieces) >= 0.12 * mask.sum():
            return sorted(pieces, key=lambda piece: -int(piece.sum()))
    return [mask]


def roundness(mask: np.ndarray) -> float:
    """1 for a disc, less for everything else: area over that of the smallest enclosing circle."""
    points = np.argwhere(mask)[:, ::-1].astype(np.float32)
    _, radius = cv2.minEnclosingCircle(points)
    return float(min(1.0, mask.sum() / max(np.pi * radius**2, 1.0)))


def _pieces(seeds: np.ndarray, tolerated: np.ndarray) -> list[np.ndarray]:
    """Hysteresis, then joining over gaps that are small beside the pieces themselves."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    seeds = cv2.morphologyEx(seeds.astype(np.uint8), cv2.MORPH_OPEN, disc) > 0
    _, labels = cv2.connectedComponents((tolerated | seeds).astype(np.uint8))
    strong = np.bincount(labels[seeds], minlength=labels.max() + 1)
    size = np.bincount(labels.ravel())
    # a large faint surface that a few seeds happen to touch is not one thing with them
    whole = np.flatnonzero((strong > 0.25 * size) & (np.arange(len(size)) > 0))
    mask = np.isin(labels, whole) | seeds
    gap = max(3, round(0.012 * max(mask.shape)) | 1)
    joined = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((gap, gap), np.uint8))
    count, groups = cv2.connectedComponents(joined)
    least = max(12, SMALLEST_PART * mask.size)
    pieces = [mask & (groups == group) for group in range(1, count)]
    return [piece for piece in pieces if piece.sum() >= least]


def with_shading(scene: Scene, part: Part, terms: tuple[str, ...], fit: np.ndarray) -> Part:
    """The part with the folds, shadows and lights of the same dye beside it."""
    core = part.mask
    reach = max(4, int(0.12 * np.sqrt(core.sum())))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    near = cv2.dilate(core.astype(np.uint8), disc) > 0
    if set(terms) & ACHROMATIC:
        like = np.clip(1.6 * fit, 0, 1)
    else:
        dye = chromaticity(scene.lab)
        away = np.linalg.norm(dye - np.median(dye[core], axis=0), axis=-1)
        spread = max(_SAME_DYE, 1.5 * float(np.median(away[core])))
        like = np.exp(-((away / spread) ** 2))
    probability = np.where(core, np.maximum(0.62, fit), np.where(near, np.minimum(0.7, 0.7 * like + 0.2 * fit), 0))
    mask = grown(scene.rgb, probability.astype(np.float32), 2)
    if not set(terms) & ACHROMATIC:
        mask |= _touching(mask | (near & _folds(scene.lab, core)), core)
    mask = with_small_holes_filled(_touching(mask, core), 0.04)
    return part_of(mask, scene, part.evidence) if mask.sum() >= 0.5 * core.sum() else part


def _folds(lab: np.ndarray, core: np.ndarray) -> np.ndarray:
    """Pixels no lighter than a dyed thing and of its hue: its folds and shaded rims. h×w bool.

    `core` h×w bool, not empty, is sure to be of the dye.
    """
    dye = chromaticity(cv2.GaussianBlur(lab, (0, 0), 0.7))
    hue, strength = np.arctan2(dye[..., 1], dye[..., 0]), np.linalg.norm(dye, axis=-1)
    middle = np.median(dye[core], axis=0)
    turn = np.abs(np.angle(np.exp(1j * (hue - np.arctan2(middle[1], middle[0])))))
    turned = max(_LEAST_TURN, 1.5 * float(np.median(turn[core])))
    usual = float(np.median(strength[core]))
    like = (turn < turned) & (strength > _WEAKEST_DYE * usual) & (strength < usual / _WEAKEST_DYE)
    return like & (lab[..., 0] < np.percentile(lab[..., 0][core], 60))


def whole_object(scene: Scene, part: Part) -> Part:
    """The thing that a coloured part belongs to: windows and wheels with the car's paint.

    GrabCut inside the part's padded box, the part itself certain. Kept only while it stays comparable in size
    to the part: what runs away into the surroundings is worse than the part alone.
    """
    core = part.mask
    _height, _width = core.shape
    x, y, w, h = cv2.boundingRect(core.astype(np.uint8))
    pad_x, pad_y = int(0.1 * w) + 2, int(0.1 * h) + 2
    labels = np.full(core.shape, cv2.GC_BGD, np.uint8)
    labels[max(0, y - pad_y) : y + h + pad_y, max(0, x - pad_x) : x + w + pad_x] = cv2.GC_PR_BGD
    hull = np.zeros(core.shape, np.uint8)
    points = np.argwhere(core)[:, ::-1].astype(np.int32)
    cv2.fillConvexPoly(hull, cv2.convexHull(points), 1)
    labels[(hull > 0) & (labels == cv2.GC_PR_BGD)] = cv2.GC_PR_FGD
    labels[core] = cv2.GC_FGD
    around = slice(max(0, y - h // 2 - 6), y + h + h // 2 + 6), slice(max(0, x - w // 2 - 6), x + w + w // 2 + 6)
    result = np.zeros(core.shape, bool)
    result[around] = grab_cut(scene.rgb[around], np.ascontiguousarray(labels[around]), 3)
    result = with_small_holes_filled(_touching(tidied(result), core), 0.3)
    if not 0.9 * core.sum() <= result.sum() <= 1.15 * float((hull > 0).sum()):
        return part
    return part_of(result, scene, part.evidence)


def _touching(mask: np.ndarray, core: np.ndarray) -> np.ndarray:
    _, labels = cv2.connectedComponents(mask.astype(np.uint8))
    wanted = np.unique(labels[core & mask])
    return np.isin(labels, wanted[wanted > 0])
