"""How likely a region is what a box was drawn around: how it fills the box, and what is left over in it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.geometry import Bounds, Extent
from models.mask import bounds
from models.segmentation.candidates import DRAWN, FILLING, SOURCES, Region
from models.segmentation.ranking import MEASURES, Coefficients, RankingBasis, coefficients, measures, predicted
from models.segmentation.tight_box import WIDEST_GAP, BoxPatches, Likeness

BOX_COEFFICIENTS = "box_ranking.json"
BOX_MEASURES = (
    "bounds_iou",
    "widest_gap",
    "misfit",
    "fill",
    "frame_share",
    "frame_over_middle",
    "unlike_inside",
    "unlike_left_over",
    "least_unlike",
)
_SHARED = (
    "edge",
    "edge_quartile",
    "interior",
    "edge_over_interior",
    "ring_contrast",
    "solidity",
    "compactness",
    "consensus",
    "near_consensus",
    "evenness",
)
_PRODUCTS = (
    ("bounds_iou", "unlike_left_over"),
    ("bounds_iou", "near_consensus"),
    ("bounds_iou", "edge"),
    ("fill", "unlike_left_over"),
    ("fill", "frame_share"),
    ("edge", "ring_contrast"),
    ("edge", "unlike_inside"),
    ("near_consensus", "ring_contrast"),
)
_NAMES = (*BOX_MEASURES, *_SHARED)


def rank_in_box(
    basis: RankingBasis, regions: Sequence[Region], box: Bounds, formula: Coefficients | None = None
) -> np.ndarray:
    """A score in [0, 1] for every region, an estimate of its IoU with what the box was drawn around.

    `box` is at working size. A region that is the drawn box itself is scored like any other.
    """
    if not regions:
        return np.zeros(0)
    terms = box_terms(basis, regions, box)
    # composed scenes hold few things of many parts: what leaves a side unreached is doubted beyond what they teach
    tightness = np.exp(-terms[:, BOX_MEASURES.index("misfit")])
    return predicted(terms, formula or coefficients(BOX_COEFFICIENTS)) * tightness


def box_terms(basis: RankingBasis, regions: Sequence[Region], box: Bounds) -> np.ndarray:
    """len(regions)×T float64: the measures, their squares and a few products."""
    general = measures(basis, regions, [])
    analysis = basis.analysis
    patches = BoxPatches.of(analysis.lab, analysis.strength, analysis.trees[1], box)
    unlike = np.zeros(analysis.strength.shape)
    unlike[patches.window.slices] = Likeness(patches).log_odds(patches.inside.astype(float))[patches.labels]
    shared = general[:, [MEASURES.index(name) for name in _SHARED]]
    own = np.array([list(_fit(r.mask, unlike, box).values()) for r in regions])
    values = np.column_stack([own, shared])
    sources = np.array([[float(r.source == s) for s in (*SOURCES, FILLING) if s != DRAWN] for r in regions])
    column = {name: values[:, i] for i, name in enumerate(_NAMES)}
    products = [column[a] * column[b] for a, b in _PRODUCTS]
    return np.column_stack([values, sources, values**2, *products])


def _fit(mask: np.ndarray, unlike: np.ndarray, box: Bounds) -> dict[str, float]:
    """BOX_MEASURES of a region, in their order."""
    own, extent = bounds(mask.astype(np.float32)), Extent.of(mask)
    gaps = np.array(
        [
            (own.x0 - box.x0) / box.width,
            (own.y0 - box.y0) / box.height,
            (box.x1 - own.x1) / box.width,
            (box.y1 - own.y1) / box.height,
        ]
    )
    shared = own.intersection(box).area
    boxed = mask[box.slices]
    dx, dy = box.width // 4, box.height // 4
    middle = float(boxed[dy : box.height - dy, dx : box.width - dx].mean())
    free = np.array([box.x0 > 0, box.y0 > 0, box.x1 < extent.width, box.y1 < extent.height])
    sides = np.array([boxed[:, 0].mean(), boxed[0].mean(), boxed[:, -1].mean(), boxed[-1].mean()])
    frame = float((sides * free).sum() / max(1, free.sum()))  # at the picture's border things are cut off
    inside = unlike[mask]
    left_over = unlike[box.slices][~boxed]
    return {
        "bounds_iou": shared / max(1, own.area + box.area - shared),
        "widest_gap": float(gaps.max()),
        "misfit": float(np.maximum(gaps - WIDEST_GAP, 0.0).sum()),
        "fill": np.count_nonzero(boxed) / box.area,
        "frame_share": frame,
        "frame_over_middle": max(0.0, frame - middle),
        "unlike_inside": float(inside.mean()) if inside.size else 0.0,
        "unlike_left_over": float(left_over.mean()) if left_over.size else 0.0,
        "least_unlike": float(np.percentile(inside, 15)) if inside.size else 0.0,
    }
