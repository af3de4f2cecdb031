"""Clicks, a loose box or a brush stroke to a selection, without any downloaded weights."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np

from models.errors import BadInputError
from models.geometry import Bounds, Extent, Point
from models.mask import Mask, bounds, grow, iou, require
from models.segmentation.boxed import regions_in_box
from models.segmentation.candidates import (
    DRAWN,
    TREE,
    Analysis,
    Region,
    analyse,
    regions_at_points,
    regions_under_stroke,
)
from models.segmentation.protocol import Candidate, Grounding
from models.segmentation.ranking import RankingBasis, rank
from models.segmentation.refine import refine_edges

_OFFERED = 3
_EDGE_ERROR = 7.0
_OTHER_SIZE = 1.5
_SAME = 0.8


class RegionPredictor:
    """Finds the thing that was pointed at, boxed in or painted over. Not thread-safe; one per job.

    `set_image` measures boundaries and grows region trees at 480 px; a prompt gathers candidate regions, ranks
    them and refines the best of several sizes at full resolution.
    """

    name = "regions"

    def __init__(self) -> None:
        self._rgb: np.ndarray | None = None
        self._analysis: Analysis | None = None
        self._basis: RankingBasis | None = None

    def set_image(self, rgb: np.ndarray) -> None:
        """H×W×3 uint8, sRGB. Raises BadInputError for anything else."""
        if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8 or min(rgb.shape[:2]) < 1:
            raise BadInputError("Selecting needs an 8-bit RGB picture; convert this one first.")
        self._rgb = rgb
        self._analysis = analyse(rgb)
        self._basis = RankingBasis(self._analysis)

    def from_points(self, positive: Sequence[Point], negative: Sequence[Point] = ()) -> Grounding:
        """The thing under all positive points, without what lies under the negative ones.

        Points are in pixels of the picture. Other sizes of the thing follow as further candidates. Raises
        BadInputError without a positive point, when a point lies outside, or when one is both.
        """
        rgb, analysis, basis = self._ready()
        if not positive:
            raise BadInputError("Click at least once on the thing you mean.")
        for point in (*positive, *negative):
            if point != point.clipped(Extent.of(rgb)):
                raise BadInputError("A click lies outside the picture; click inside it.")
        inside, outside = [self._at_work(p) for p in positive], [self._at_work(p) for p in negative]
        if set(inside) & set(outside):
            raise BadInputError("One click both adds and removes the same place; move one of them.")
        regions = regions_at_points(analysis, inside, outside)
        scores = rank(basis, regions, inside)
        return self._offer(regions, scores, "click", positive, negative)

    def from_box(self, box: Bounds) -> Grounding:
        """The thing that a loosely drawn box encloses, or all that is in it when nothing stands out.

        `box` is in pixels of the picture. Raises BadInputError when it holds no pixel of the picture.
        """
        rgb, analysis, basis = self._ready()
        box = box.clipped(Extent.of(rgb))
        if box.width < 2 or box.height < 2:
            raise BadInputError("The box is empty; draw it around the thing you mean.")
        at_work = self._bounds_at_work(box)
        regions = regions_in_box(analysis, at_work)
        scores = rank(basis, regions, [])
        fits = np.array([_box_fit(r.mask, at_work) for r in regions])
        scores = np.where([r.source == DRAWN for r in regions], _NOTHING_STANDS_OUT, (scores + 1.0) / 2.0 * fits)
        return self._offer(regions, scores, "box")

    def from_brush(self, stroke: Mask) -> Grounding:
        """The thing that was painted over; where no thing is, the stroke itself, slightly grown.

        `stroke` is H×W float32 in [0, 1] of the picture's size. Raises BadInputError when it is empty or of
        another size.
        """
        rgb, analysis, basis = self._ready()
        require(stroke, Extent.of(rgb))
        size = tuple(analysis.extent)
        painted = cv2.resize(stroke, size, interpolation=cv2.INTER_AREA) >= 0.35
        if not painted.any():  # thinner than a working pixel: any touched one counts
            painted = cv2.resize(stroke, size, interpolation=cv2.INTER_AREA) > 0.0
        regions = regions_under_stroke(analysis, painted)
        scores = rank(basis, regions, [])
        plain = max(float(np.percentile(analysis.strength, 90)), 1e-3)
        scores = np.array(
            [
                _stroke_fit(painted, r, float(s)) * (0.3 + 0.7 * _clarity(analysis.strength, plain, r))
                for r, s in zip(regions, scores, strict=True)
            ]
        )
        scores[[r.source == DRAWN for r in regions]] = _STROKE_ITSELF
        return self._offer(regions, scores, "brush", drawn=_slightly_grown(stroke))

    def _ready(self) -> tuple[np.ndarray, Analysis, RankingBasis]:
        if self._rgb is None or self._analysis is None or self._basis is None:
            raise ValueError("set_image comes first")
        return self._rgb, self._analysis, self._basis

    def _scale(self) -> float:
        """Picture pixels per working pixel."""
        rgb, analysis, _ = self._ready()
        return rgb.shape[1] / analysis.extent.width

    def _at_work(self, point: Point) -> Point:
        scale = self._scale()
        return Point(int(point.x / scale), int(point.y / scale)).clipped(self._ready()[1].extent)

    def _bounds_at_work(self, box: Bounds) -> Bounds:
        scale, extent = self._scale(), self._ready()[1].extent
        x0, y0 = min(int(box.x0 / scale), extent.width - 1), min(int(box.y0 / scale), extent.height - 1)
        x1, y1 = max(x0 + 1, round(box.x1 / scale)), max(y0 + 1, round(box.y1 / scale))
        return Bounds(x0, y0, x1, y1).clipped(extent)

    def _offer(
        self,
        regions: Sequence[Region],
        scores: np.ndarray,
        reason: str,
        positive: Sequence[Point] = (),
        negative: Sequence[Point] = (),
        drawn: Mask | None = None,
    ) -> Grounding:
        """The best region and the best of clearly other sizes, at full resolution."""
        picked = _several_sizes(regions, scores)

        def finished(index: int) -> Mask:
            if drawn is not None and regions[index].source == DRAWN:
                return drawn
            return self._at_full_resolution(regions[index], positive, negative)

        with ThreadPoolExecutor(2) as pool:
            masks = list(pool.map(finished, picked))
        candidates: list[Candidate] = []
        step = max(1, int(self._scale()))
        for index, mask in zip(picked, masks, strict=True):
            if any(iou(mask[::step, ::step], c.mask[::step, ::step]) > _SAME for c in candidates):
                continue  # refining made the two alike
            score = float(np.clip(scores[index], 0.0, 1.0))
            candidates.append(Candidate(mask, score, f"{reason}: {regions[index].source}"))
        return Grounding(tuple(candidates), (0,))

    def _at_full_resolution(self, region: Region, positive: Sequence[Point], negative: Sequence[Point]) -> Mask:
        rgb, _, _ = self._ready()
        rough = cv2.resize(region.mask.astype(np.float32), tuple(Extent.of(rgb)), interpolation=cv2.INTER_LINEAR)
        if region.source == DRAWN:
            return (rough >= 0.5).astype(np.float32)
        refined = refine_edges(rgb, rough, max(3.0, _EDGE_ERROR * self._scale()))
        holds = all(refined[p.y, p.x] >= 0.5 for p in positive)
        return refined if holds and not any(refined[p.y, p.x] >= 0.5 for p in negative) else rough


_NOTHING_STANDS_OUT = 0.3
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


def _box_fit(mask: np.ndarray, box: Bounds) -> float:
    """1 when each side of the region keeps up to a fifth of the box away from the box's side; 0 far from that.

    What lies along the box's frame more than in its middle is the background seen around the thing.
    """
    own, extent = bounds(mask.astype(np.float32)), Extent.of(mask)
    gaps = (
        (own.x0 - box.x0) / box.width,
        (own.y0 - box.y0) / box.height,
        (box.x1 - own.x1) / box.width,
        (box.y1 - own.y1) / box.height,
    )
    at_border = (box.x0 <= 0, box.y0 <= 0, box.x1 >= extent.width, box.y1 >= extent.height)
    misfit = 0.0
    for gap, border in zip(gaps, at_border, strict=True):
        misfit += max(0.0, gap - 0.2) + 2.0 * max(0.0, (0.0 if border else 0.02) - gap)
    boxed = mask[box.slices]
    dx, dy = box.width // 4, box.height // 4
    middle = float(boxed[dy : box.height - dy, dx : box.width - dx].mean())
    frame = float(np.concatenate([boxed[0], boxed[-1], boxed[:, 0], boxed[:, -1]]).mean())
    return float(np.exp(-2.5 * (misfit + max(0.0, frame - middle))))


def _stroke_fit(stroke: np.ndarray, region: Region, score: float) -> float:
    """How well a region explains a stroke: it holds the stroke, and the stroke covers it or runs through it."""
    painted, area = max(1, np.count_nonzero(stroke)), max(1, np.count_nonzero(region.mask))
    shared = np.count_nonzero(stroke & region.mask)
    held, covered = shared / painted, shared / area
    # a thin stroke covers little of what it crosses; only a region that boundaries made can vouch for itself
    spanned = _span(stroke, region.mask) if held > 0.85 and region.source == TREE else 0.0
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


def _slightly_grown(stroke: Mask) -> Mask:
    hard = (stroke >= 0.5).astype(np.uint8)
    thickness = 2.0 * float(cv2.distanceTransform(hard, cv2.DIST_L2, 5).max()) if hard.any() else 2.0
    return grow(stroke, max(1, round(0.12 * thickness)))
