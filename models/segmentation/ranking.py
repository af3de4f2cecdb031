"""How likely a region is what a person meant: a few measures of it, and a small fitted formula over them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import NamedTuple

import cv2
import numpy as np

from models.geometry import Point
from models.segmentation.boundaries import TEXTONS
from models.segmentation.candidates import SOURCES, Analysis, Region
from models.segmentation.expectation import expected_overlaps

MEASURES = (
    "log_area",
    "edge",
    "edge_quartile",
    "interior",
    "edge_over_interior",
    "ring_contrast",
    "rest_contrast",
    "centrality",
    "offset",
    "solidity",
    "compactness",
    "border_share",
    "frame_sides",
    "persistence",
    "consensus",
    "near_consensus",
    "evenness",
    "contour",
    "contour_quartile",
    "contour_inside",
    "ring_texture",
    "expected_overlap",
    "likelihood",
    "click_likeness",
    "ring_click_likeness",
    "off_centre",
    "height_in_picture",
)
_SQUARED = MEASURES
_PRODUCTS = (
    ("edge", "ring_contrast"),
    ("log_area", "edge"),
    ("log_area", "border_share"),
    ("log_area", "near_consensus"),
    ("log_area", "ring_contrast"),
    ("log_area", "persistence"),
    ("near_consensus", "ring_contrast"),
    ("expected_overlap", "log_area"),
    ("expected_overlap", "edge"),
    ("expected_overlap", "contour"),
    ("expected_overlap", "ring_contrast"),
    ("expected_overlap", "near_consensus"),
    ("expected_overlap", "centrality"),
    ("contour", "log_area"),
    ("contour", "ring_contrast"),
    ("contour", "contour_inside"),
    ("click_likeness", "ring_click_likeness"),
)
_COLOUR_BINS = 8
_ALIKE = 12.0  # ΔE of CIELAB
COEFFICIENTS = "ranking.json"


class Coefficients(NamedTuple):
    """The formula: standardise every term, weigh, add. All three are of the terms' length."""

    mean: np.ndarray
    scale: np.ndarray
    weight: np.ndarray
    intercept: float


@dataclass(frozen=True)
class RankingBasis:
    """What every region of one picture is measured against, at half the working size; made once a picture."""

    analysis: Analysis

    @cached_property
    def strength(self) -> np.ndarray:
        """Boundary strength; 1 is a plain boundary of this picture (its 90th percentile)."""
        half = _halved(self.analysis.strength)
        return half / max(float(np.percentile(half, 90)), 1e-3)

    @cached_property
    def colours(self) -> np.ndarray:
        """h/2×w/2 int: the bin of each pixel's colour in a CIELAB grid."""
        lab = cv2.GaussianBlur(_halved(self.analysis.lab), (0, 0), 0.7)
        scaled = np.stack([lab[..., 0] / 100.0, (lab[..., 1] + 64) / 128.0, (lab[..., 2] + 64) / 128.0])
        bins = np.clip(scaled * _COLOUR_BINS, 0, _COLOUR_BINS - 1).astype(np.int64)
        return (bins[0] * _COLOUR_BINS + bins[1]) * _COLOUR_BINS + bins[2]

    @cached_property
    def contours(self) -> np.ndarray:
        """How likely people part what lies to both sides of a pixel, by the tree that merges as they do."""
        found = cv2.dilate(self.analysis.trees[-1].contours(), np.ones((3, 3), np.uint8))
        return np.asarray(cv2.resize(found, _half_size(found), interpolation=cv2.INTER_NEAREST))

    @cached_property
    def textons(self) -> np.ndarray:
        """h/2×w/2 int: the kind of texture at each pixel."""
        found = self.analysis.textons
        return np.asarray(cv2.resize(found, _half_size(found), interpolation=cv2.INTER_NEAREST)).astype(np.int64)

    def likeness_to(self, spots: Sequence[tuple[int, int]]) -> np.ndarray:
        """h/2×w/2 float32, 1 where the colour is that of the most alike of the spots (x, y at half size)."""
        key = tuple(spots)
        if key not in self._likeness:
            colours = [self._smooth[y, x] for x, y in spots]
            squared = np.min([((self._smooth - colour) ** 2).sum(axis=-1) for colour in colours], axis=0)
            self._likeness.clear()  # only the click at hand matters
            self._likeness[key] = np.exp(squared / (-2.0 * _ALIKE**2))
        return self._likeness[key]

    @cached_property
    def _likeness(self) -> dict[tuple[tuple[int, int], ...], np.ndarray]:
        return {}

    @cached_property
    def _smooth(self) -> np.ndarray:
        return cv2.GaussianBlur(_halved(self.analysis.lab), (0, 0), 1.5)

    @cached_property
    def all_colours(self) -> np.ndarray:
        """The whole picture's colour histogram."""
        return np.bincount(self.colours.ravel(), minlength=_COLOUR_BINS**3).astype(float)


def rank(
    basis: RankingBasis, regions: Sequence[Region], points: Sequence[Point], formula: Coefficients | None = None
) -> np.ndarray:
    """A score in [0, 1] for every region, an estimate of its IoU with what was meant.

    `points` (at working size) are where the person pointed; empty when there was no click.
    """
    if not regions:
        return np.zeros(0)
    return predicted(expanded(measures(basis, regions, points)), formula or coefficients())


def predicted(terms: np.ndarray, formula: Coefficients) -> np.ndarray:
    """The formula's scores in [0, 1] for N×T terms."""
    return np.clip((terms - formula.mean) / formula.scale @ formula.weight + formula.intercept, 0.0, 1.0)


@cache
def coefficients(name: str = COEFFICIENTS) -> Coefficients:
    """The coefficients that come with the package under that file name, see `fit_ranking`."""
    text = resources.files("models.segmentation").joinpath(name).read_text(encoding="utf-8")
    values = json.loads(text)
    mean, scale, weight = (np.array(values[name]) for name in ("mean", "scale", "weight"))
    return Coefficients(mean, scale, weight, float(values["intercept"]))


def measures(basis: RankingBasis, regions: Sequence[Region], points: Sequence[Point]) -> np.ndarray:
    """len(regions)×(MEASURES + SOURCES) float64."""
    masks = [_halved(r.mask.astype(np.uint8) * 255) > 127 for r in regions]
    rows = [_measure(basis, r, m, points) for r, m in zip(regions, masks, strict=True)]
    for row, (expected, likelihood) in zip(rows, _expectations(basis, masks, points), strict=True):
        row["expected_overlap"], row["likelihood"] = expected, likelihood
    overlap = _overlaps(masks)
    for index, row in enumerate(rows):
        others = np.delete(overlap[index], index)
        row["consensus"] = float(others.mean()) if others.size else 0.0
        row["near_consensus"] = float(np.sort(others)[-3:].mean()) if others.size else 0.0
    sources = [[float(r.source == s) for s in SOURCES] for r in regions]
    return np.array([[row[n] for n in MEASURES] + s for row, s in zip(rows, sources, strict=True)])


def expanded(values: np.ndarray) -> np.ndarray:
    """Measures with their squares and a few products appended: the terms of the formula."""
    column = {name: values[:, i] for i, name in enumerate(MEASURES)}
    squares = [column[name] ** 2 for name in _SQUARED]
    products = [column[a] * column[b] for a, b in _PRODUCTS]
    return np.column_stack([values, *squares, *products])


def _half_size(array: np.ndarray) -> tuple[int, int]:
    return max(1, array.shape[1] // 2), max(1, array.shape[0] // 2)


def _halved(array: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.resize(array, _half_size(array), interpolation=cv2.INTER_AREA))


def _overlaps(masks: Sequence[np.ndarray]) -> np.ndarray:
    """IoU of every pair."""
    flat = np.stack([m[::2, ::2].ravel() for m in masks]).astype(np.float32)
    shared, areas = flat @ flat.T, flat.sum(axis=1)
    return shared / np.maximum(areas[:, None] + areas[None] - shared, 1.0)


def _measure(basis: RankingBasis, region: Region, mask: np.ndarray, points: Sequence[Point]) -> dict[str, float]:
    hard = mask.astype(np.uint8)
    area = max(1, int(np.count_nonzero(mask)))
    square = np.ones((3, 3), np.uint8)
    edge = (cv2.dilate(hard, square) - cv2.erode(hard, square)) > 0
    edge[:1], edge[-1:], edge[:, :1], edge[:, -1:] = False, False, False, False
    on_edge = basis.strength[edge]
    core = cv2.erode(hard, np.ones((5, 5), np.uint8)) > 0
    edge_mean = float(on_edge.mean()) if on_edge.size else 0.0
    interior = float(basis.strength[core].mean()) if core.any() else edge_mean

    outline = mask & (cv2.erode(hard, square, borderType=cv2.BORDER_REPLICATE) == 0)
    on_outline = basis.contours[outline]
    contour = float(on_outline.mean()) if on_outline.size else 0.0
    within = basis.contours[core]
    within = within[within > 0.0]

    own = np.bincount(basis.colours[mask], minlength=_COLOUR_BINS**3).astype(float)
    ring = _ring(hard, max(3, int(0.12 * np.sqrt(area)))) & ~mask
    around = np.bincount(basis.colours[ring], minlength=_COLOUR_BINS**3).astype(float)
    frame = np.array([mask[0].mean(), mask[-1].mean(), mask[:, 0].mean(), mask[:, -1].mean()])

    contours, _ = cv2.findContours(hard, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    hull = cv2.contourArea(cv2.convexHull(np.concatenate(contours))) if contours else 1.0
    perimeter = sum(cv2.arcLength(c, True) for c in contours)
    share = own / area
    centrality, offset = _position(hard, area, points)
    spots = [(min(p.x // 2, mask.shape[1] - 1), min(p.y // 2, mask.shape[0] - 1)) for p in points] or [_inmost(mask)]
    like_click = basis.likeness_to(spots)
    moments = cv2.moments(hard, binaryImage=True)
    middle_x = moments["m10"] / max(moments["m00"], 1.0) / mask.shape[1] - 0.5
    middle_y = moments["m01"] / max(moments["m00"], 1.0) / mask.shape[0] - 0.5
    return {
        "log_area": float(np.log(max(area / mask.size, 1e-4))),
        "edge": edge_mean,
        "edge_quartile": float(np.percentile(on_edge, 25)) if on_edge.size else 0.0,
        "interior": interior,
        "edge_over_interior": edge_mean - interior,
        "ring_contrast": _chi_squared(own, around) if around.any() else 0.0,
        "rest_contrast": _chi_squared(own, basis.all_colours - own),
        "centrality": centrality,
        "offset": offset,
        "solidity": min(area / max(hull, 1.0), 1.0),
        "compactness": min(4 * np.pi * area / max(perimeter, 1.0) ** 2, 1.5),
        "border_share": float(frame.mean()),
        "frame_sides": float(np.count_nonzero(frame > 0.05)),
        "persistence": region.persistence if region.grown else 0.0,
        "evenness": float((share**2).sum()),
        "contour": contour,
        "contour_quartile": float(np.percentile(on_outline, 25)) if on_outline.size else 0.0,
        "contour_inside": float(np.percentile(within, 95)) if within.size else 0.0,
        "ring_texture": _chi_squared(
            np.bincount(basis.textons[mask], minlength=TEXTONS).astype(float),
            np.bincount(basis.textons[ring], minlength=TEXTONS).astype(float),
        )
        if ring.any()
        else 0.0,
        "click_likeness": float(like_click[mask].mean()) if mask.any() else 0.0,
        "ring_click_likeness": float(like_click[ring].mean()) if ring.any() else 0.0,
        "off_centre": 2.0 * float(np.hypot(middle_x, middle_y)),
        "height_in_picture": middle_y,
    }


def _expectations(basis: RankingBasis, masks: Sequence[np.ndarray], points: Sequence[Point]) -> np.ndarray:
    """N×2 of `expected_overlaps`, over all clicks; without a click each region is meant at its own inmost point."""
    tree = basis.analysis.trees[-1]
    if points:
        return np.mean([expected_overlaps(tree, masks, point, 2) for point in points], axis=0)
    inmost = [Point(*(2 * v for v in _inmost(mask))) for mask in masks]
    inside = [point.clipped(basis.analysis.extent) for point in inmost]
    return np.concatenate([expected_overlaps(tree, [m], p, 2) for m, p in zip(masks, inside, strict=True)])


def _inmost(mask: np.ndarray) -> tuple[int, int]:
    """x and y of the pixel deepest inside."""
    depth = cv2.distanceTransform(np.pad(mask.astype(np.uint8), 1), cv2.DIST_L2, 3)[1:-1, 1:-1]
    y, x = divmod(int(depth.argmax()), depth.shape[1])
    return x, y


def _ring(hard: np.ndarray, radius: int) -> np.ndarray:
    return cv2.dilate(hard, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1,) * 2)) > 0


def _position(hard: np.ndarray, area: int, points: Sequence[Point]) -> tuple[float, float]:
    """How deep inside the points lie (1: at the deepest place) and how far from the middle, in object sizes."""
    if not points:
        return 0.6, 0.4  # what clicks have on average
    depth = cv2.distanceTransform(np.pad(hard, 1), cv2.DIST_L2, 3)[1:-1, 1:-1]
    rows = [min(p.y // 2, hard.shape[0] - 1) for p in points]
    columns = [min(p.x // 2, hard.shape[1] - 1) for p in points]
    moments = cv2.moments(hard, binaryImage=True)
    whole = max(moments["m00"], 1.0)
    dx, dy = moments["m10"] / whole - np.mean(columns), moments["m01"] / whole - np.mean(rows)
    return (
        float(depth[rows, columns].mean() / max(float(depth.max()), 1.0)),
        min(float(np.hypot(dx, dy)) / float(np.sqrt(area)), 2.0),
    )


def _chi_squared(first: np.ndarray, second: np.ndarray) -> float:
    """0 for equal, 1 for disjoint histograms of any totals."""
    a, b = first / max(first.sum(), 1.0), second / max(second.sum(), 1.0)
    return float(0.5 * ((a - b) ** 2 / (a + b + 1e-9)).sum())
