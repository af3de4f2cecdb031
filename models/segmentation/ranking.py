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
from models.segmentation.candidates import SOURCES, TREE, Analysis, Region

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
)
_COLOUR_BINS = 8
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


def _halved(array: np.ndarray) -> np.ndarray:
    size = (max(1, array.shape[1] // 2), max(1, array.shape[0] // 2))
    return np.asarray(cv2.resize(array, size, interpolation=cv2.INTER_AREA))


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

    own = np.bincount(basis.colours[mask], minlength=_COLOUR_BINS**3).astype(float)
    ring = _ring(hard, max(3, int(0.12 * np.sqrt(area)))) & ~mask
    around = np.bincount(basis.colours[ring], minlength=_COLOUR_BINS**3).astype(float)
    frame = np.array([mask[0].mean(), mask[-1].mean(), mask[:, 0].mean(), mask[:, -1].mean()])

    contours, _ = cv2.findContours(hard, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    hull = cv2.contourArea(cv2.convexHull(np.concatenate(contours))) if contours else 1.0
    perimeter = sum(cv2.arcLength(c, True) for c in contours)
    share = own / area
    centrality, offset = _position(hard, area, points)
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
        "persistence": region.persistence if region.source == TREE else 0.0,
        "evenness": float((share**2).sum()),
    }


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
