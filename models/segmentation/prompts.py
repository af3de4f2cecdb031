"""Clicks, a loose box or a brush stroke to a selection, without any downloaded weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import cv2
import numpy as np

from models.errors import BadInputError
from models.geometry import Bounds, Extent, Point
from models.mask import Mask, as_mask, grow, iou, require
from models.segmentation.box_ranking import rank_in_box
from models.segmentation.boxed import regions_in_box
from models.segmentation.browsing import Atlas, region_atlas
from models.segmentation.candidates import (
    DRAWN,
    Analysis,
    Region,
    regions_at_points,
    regions_under_stroke,
)
from models.segmentation.protocol import Grounding, LazyCandidate
from models.segmentation.ranking import rank
from models.segmentation.refine import cut_in_band
from models.segmentation.view import EDGE_ERROR, View

_OFFERED = 3
_OTHER_SIZE = 1.5
_SAME = 0.8
_MARGIN = 0.6  # of a box's mean side: its surroundings
_ZOOM_BELOW = 0.5  # of the picture's longer side: smaller surroundings are measured on their own
_ZOOMED_LONGEST = 320


class RegionPredictor:
    """Finds the thing that was pointed at, boxed in or painted over. Not thread-safe; one per job.

    `set_image` measures boundaries and grows region trees at 480 px; a prompt gathers candidate regions, ranks
    them and refines the best of several sizes at full resolution.
    """

    name = "regions"

    def __init__(self) -> None:
        self._rgb: np.ndarray | None = None
        self._whole: View | None = None
        self._zoomed: tuple[Bounds, View] | None = None
        self._atlas: Atlas | None = None

    def set_image(self, rgb: np.ndarray) -> None:
        """H×W×3 uint8, sRGB. Raises BadInputError for anything else."""
        if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8 or min(rgb.shape[:2]) < 1:
            raise BadInputError("Selecting needs an 8-bit RGB picture; convert this one first.")
        self._rgb = rgb
        self._whole = View.of(rgb, Bounds(0, 0, *Extent.of(rgb)))
        self._zoomed = None
        self._atlas = None

    def from_points(self, positive: Sequence[Point], negative: Sequence[Point] = ()) -> Grounding:
        """The thing under all positive points, without what lies under the negative ones.

        Points are in pixels of the picture. Other sizes of the thing follow as further candidates. Raises
        BadInputError without a positive point, when a point lies outside, or when one is both.
        """
        rgb, view = self._ready()
        if not positive:
            raise BadInputError("Click at least once on the thing you mean.")
        for point in (*positive, *negative):
            if point != point.clipped(Extent.of(rgb)):
                raise BadInputError("A click lies outside the picture; click inside it.")
        inside, outside = [view.point(p) for p in positive], [view.point(p) for p in negative]
        if set(inside) & set(outside):
            raise BadInputError("One click both adds and removes the same place; move one of them.")
        regions = regions_at_points(view.analysis, inside, outside)
        scores = rank(view.basis, regions, inside)
        return _offer(rgb, view, regions, scores, "click", lambda mask: _obeys(mask, positive, negative))

    def from_box(self, box: Bounds) -> Grounding:
        """The thing that a loosely drawn box encloses, or all that is in it when nothing stands out.

        `box` is in pixels of the picture. Raises BadInputError when it holds no pixel of the picture.
        """
        rgb, _ = self._ready()
        box = box.clipped(Extent.of(rgb))
        if box.width < 2 or box.height < 2:
            raise BadInputError("The box is empty; draw it around the thing you mean.")
        view = self._view_of(box)
        at_work = view.bounds(box)
        regions = regions_in_box(view.analysis, at_work)
        scores = rank_in_box(view.basis, regions, at_work)
        scores = scores * [_has_outline(view.analysis.strength, r.mask) for r in regions]
        scores = np.where([r.source == DRAWN for r in regions], _NOTHING_STANDS_OUT, scores)
        return _offer(rgb, view, regions, scores, "box")

    def from_brush(self, stroke: Mask) -> Grounding:
        """The thing that was painted over; where no thing is, the stroke itself, slightly grown.

        `stroke` is H×W float32 in [0, 1] of the picture's size. Raises BadInputError when it is empty or of
        another size.
        """
        rgb, view = self._ready()
        analysis = view.analysis
        require(stroke, Extent.of(rgb))
        size = tuple(analysis.extent)
        painted = cv2.resize(stroke, size, interpolation=cv2.INTER_AREA) >= 0.35
        if not painted.any():  # thinner than a working pixel: any touched one counts
            painted = cv2.resize(stroke, size, interpolation=cv2.INTER_AREA) > 0.0
        regions = regions_under_stroke(analysis, painted)
        scores = rank(view.basis, regions, [])
        plain = max(float(np.percentile(analysis.strength, 90)), 1e-3)
        scores = np.array(
            [
                _stroke_fit(painted, r, float(s)) * (0.3 + 0.7 * _clarity(analysis.strength, plain, r))
                for r, s in zip(regions, scores, strict=True)
            ]
        )
        scores[[r.source == DRAWN for r in regions]] = _STROKE_ITSELF
        return _offer(rgb, view, regions, scores, "brush", drawn=_slightly_grown(stroke))

    def atlas(self) -> Atlas:
        """The regions worth pointing at, see `region_atlas`; made at the first call."""
        rgb, view = self._ready()
        if self._atlas is None:
            self._atlas = region_atlas(view.analysis, view.basis, Extent.of(rgb))
        return self._atlas

    def proposal_mask(self, index: int) -> Mask:
        """One of them at full resolution, H×W float32. Raises BadInputError when there is none of that number."""
        rgb, view = self._ready()
        proposals = self.atlas().proposals
        if not 0 <= index < len(proposals):
            raise BadInputError("This region is not there any more; point at it again.")
        return view.at_full_resolution(rgb, proposals.mask(index))

    def _ready(self) -> tuple[np.ndarray, View]:
        if self._rgb is None or self._whole is None:
            raise ValueError("set_image comes first")
        return self._rgb, self._whole

    def _view_of(self, box: Bounds) -> View:
        """The whole picture, or for a small box its surroundings measured anew at a finer scale."""
        rgb, whole = self._ready()
        extent = Extent.of(rgb)
        margin = round(_MARGIN * (box.width + box.height) / 2) + 2
        crop = box.padded(margin).clipped(extent)
        if max(crop.extent) > _ZOOM_BELOW * max(extent):
            return whole
        if self._zoomed is None or self._zoomed[0] != crop:
            self._zoomed = crop, View.of(rgb, crop, _ZOOMED_LONGEST)
        return self._zoomed[1]


def _offer(
    rgb: np.ndarray,
    view: View,
    regions: Sequence[Region],
    scores: np.ndarray,
    reason: str,
    accepts: Callable[[Mask], bool] = lambda mask: True,
    drawn: Mask | None = None,
) -> Grounding:
    """The best region and the best of clearly other sizes, each brought to full resolution when looked at."""

    def finished(index: int) -> Mask:
        region = regions[index]
        if region.source == DRAWN:
            return drawn if drawn is not None else view.at_full_resolution(rgb, region.mask, refine=False)
        refined = view.at_full_resolution(rgb, region.mask)
        return refined if accepts(refined) else view.at_full_resolution(rgb, region.mask, refine=False)

    candidates = [
        LazyCandidate(partial(finished, i), float(np.clip(scores[i], 0.0, 1.0)), f"{reason}: {regions[i].source}")
        for i in _still_distinct(view.analysis, regions, _several_sizes(regions, scores))
    ]
    return Grounding(tuple(candidates), (0,))


def _obeys(mask: Mask, positive: Sequence[Point], negative: Sequence[Point]) -> bool:
    return all(mask[p.y, p.x] >= 0.5 for p in positive) and not any(mask[p.y, p.x] >= 0.5 for p in negative)


_NOTHING_STANDS_OUT = 0.3
_FAINT = 0.06
_STROKE_ITSELF = 0.45


def _several_sizes(regions: Sequence[Region], scores: np.ndarray) -> list[int]:
    """Indices of the best region, then of the best ones that differ from all before in size, best first."""
    areas = np.array([max(1, np.count_nonzero(r.mask)) for r in regions], float)
    picked: list[int] = []
    for index in np.argsort(-scores, kind="stable"):
        ratios = [max(areas[index] / areas[p], areas[p] / areas[index]) for p in picked]
        if all(r > _OTHER_SIZE for r in ratios):
            picked.append(int(index))
        if len(picked) == _OFFERED:
            break
    return picked


def _stroke_fit(stroke: np.ndarray, region: Region, score: float) -> float:
    """How well a region explains a stroke: it holds the stroke, and the stroke covers it or runs through it."""
    painted, area = max(1, np.count_nonzero(stroke)), max(1, np.count_nonzero(region.mask))
    shared = np.count_nonzero(stroke & region.mask)
    held, covered = shared / painted, shared / area
    # a thin stroke covers little of what it crosses; only a region that boundaries made can vouch for itself
    spanned = _span(stroke, region.mask) if held > 0.85 and region.grown else 0.0
    if covered < 0.04 and _sides_touched(region.mask) >= 2:
        spanned = 0.0  # a wall, a sky, a floor: a thin stroke there is about itself
    through = max(min(1.0, covered / 0.7), float(np.clip((spanned - 0.25) / 0.25, 0.0, 1.0)))
    return held**2 * (0.4 * score + 0.8 * through)


def _sides_touched(mask: np.ndarray) -> int:
    """On how many sides of the picture the region ends."""
    return sum(bool(side.any()) for side in (mask[0], mask[-1], mask[:, 0], mask[:, -1]))


def _clarity(strength: np.ndarray, plain: float, region: Region) -> float:
    """0 when the region's outline runs through even picture, 1 when it follows a plain boundary all along."""
    hard = np.pad(region.mask.astype(np.uint8), 1, mode="edge")  # the picture's border is no outline
    outline = (region.mask & (cv2.erode(hard, np.ones((3, 3), np.uint8))[1:-1, 1:-1] == 0)).astype(bool)
    if not outline.any():
        return 0.0
    along = float(cv2.dilate(strength, np.ones((5, 5), np.uint8))[outline].mean())
    return float(np.clip(min((along - 0.12) / 0.15, (along / plain - 0.45) / 0.4), 0.0, 1.0))


def _has_outline(strength: np.ndarray, mask: np.ndarray) -> float:
    """0 when the mask's outline runs through wholly even picture, 1 when there is even a faint boundary."""
    outline = mask & (cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) == 0)
    return float(np.clip(strength[outline].mean() / _FAINT, 0.0, 1.0)) if outline.any() else 0.0


def _span(stroke: np.ndarray, mask: np.ndarray) -> float:
    """The stroke's length over the region's, both along the stroke's main direction."""
    ys, xs = np.nonzero(stroke)
    points = np.stack([xs, ys], axis=1).astype(float)
    centred = points - points.mean(axis=0)
    axis = np.linalg.eigh(centred.T @ centred)[1][:, -1]
    along = points @ axis
    ys, xs = np.nonzero(mask)
    region = xs * axis[0] + ys * axis[1]
    low, high = np.percentile(region, [2, 98])
    return float(min(1.0, np.ptp(along) / max(high - low, 1.0)))


def _still_distinct(analysis: Analysis, regions: Sequence[Region], picked: Sequence[int]) -> list[int]:
    """The picked ones without those that bringing the edge onto the picture's will make alike."""
    size = Extent.of(analysis.small)
    radius = max(1.5, EDGE_ERROR * size.width / analysis.extent.width)
    kept: dict[int, np.ndarray] = {}
    for index in picked:
        small = cv2.resize(as_mask(regions[index].mask), tuple(size), interpolation=cv2.INTER_AREA) >= 0.5
        if regions[index].source != DRAWN:
            small = cut_in_band(analysis.small, small, radius)
        if not kept or all(iou(as_mask(small), as_mask(other)) <= _SAME for other in kept.values()):
            kept[index] = small
    return list(kept)


def _slightly_grown(stroke: Mask) -> Mask:
    hard = (stroke >= 0.5).astype(np.uint8)
    thickness = 2.0 * float(cv2.distanceTransform(hard, cv2.DIST_L2, 5).max()) if hard.any() else 2.0
    return grow(stroke, max(1, round(0.12 * thickness)))
