"""Clicks, a box or a stroke to a selection, chosen from proposals: FastSAM's second stage, for any proposer.

Clicks follow the official code (Zhao et al. 2023): masks are taken by falling area, a negative click clears what it
hits, so that a smaller mask carves a hole in a larger one. What is chosen gets its edge from the picture, at full
resolution, when somebody looks at it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np

from models.errors import BadInputError
from models.geometry import Bounds, Extent, Point
from models.mask import Mask, require
from models.segmentation.hygiene import distinct, tightened
from models.segmentation.proposals import Proposal, Proposals
from models.segmentation.protocol import Grounding, LazyCandidate
from models.segmentation.refine import refine_edges

_OFFERED = 4
_OTHER_SIZE = 1.25
_SAME = 0.85
_EDGE_ERROR = 2.5
_BACKDROP = 0.6
_WORTH_A_BOX = 0.25
_UNDER_STROKE = 0.3


@dataclass(frozen=True)
class ProposalPool:
    """A picture, H×W×3 uint8 sRGB, and what was found in it. Prompts are pure; safe to share between threads.

    Where no proposal answers a prompt the grounding is empty with a question, so that another predictor can be asked.
    """

    rgb: np.ndarray
    proposals: Proposals

    def from_points(self, positive: Sequence[Point], negative: Sequence[Point] = ()) -> Grounding:
        """The proposal under all positive points, other sizes of it as further candidates.

        Points are in pixels of the picture. What smaller proposals hold of the negative points is carved out. Where no
        proposal holds all positive points the best for each are joined. Raises BadInputError without a positive
        point, when a point lies outside, or when one is both.
        """
        extent = Extent.of(self.rgb)
        if not positive:
            raise BadInputError("Click at least once on the thing you mean.")
        if any(point != point.clipped(extent) for point in (*positive, *negative)):
            raise BadInputError("A click lies outside the picture; click inside it.")
        wanted, unwanted = [self._at_work(p) for p in positive], [self._at_work(p) for p in negative]
        if set(wanted) & set(unwanted):
            raise BadInputError("One click both adds and removes the same place; move one of them.")
        bases = [item for item in self.proposals if all(item.holds(point) for point in wanted)]
        if not bases:
            joined = self._joined(wanted)
            bases = [joined] if joined else []
        carved = [self._carved(base, wanted, unwanted) for base in bases]
        fitting = [
            (item, _click_score(item, wanted, self.proposals.working))
            for item in carved
            if all(item.holds(p) for p in wanted) and not any(item.holds(p) for p in unwanted)
        ]
        return self._offer(fitting, "click", "I found nothing of its own under that click; paint over it instead?")

    def from_box(self, box: Bounds) -> Grounding:
        """The proposal that a loosely drawn box, in pixels of the picture, encloses; others follow.

        Fit is the mean of two intersections over union with the drawn box: that of the mask's pixels, as in the
        official code, and that of the mask's box, as in the paper; the first alone passes over thin things. Raises
        BadInputError when the box holds no pixel of the picture.
        """
        box = box.clipped(Extent.of(self.rgb))
        if box.width < 2 or box.height < 2:
            raise BadInputError("The box is empty; draw it around the thing you mean.")
        drawn = self._box_at_work(box)
        fits = [(item, _box_fit(item, drawn)) for item in self.proposals]
        fitting = [(item, fit) for item, fit in fits if fit >= _WORTH_A_BOX]
        return self._offer(fitting, "box", "I found nothing that fills that box; draw it closer around the thing?")

    def from_brush(self, stroke: Mask) -> Grounding:
        """The proposal that was painted over, or all that were when the stroke runs over several.

        `stroke` is H×W float32 in [0, 1] of the picture's size. Raises BadInputError when it is empty or of another
        size.
        """
        require(stroke, Extent.of(self.rgb))
        working = self.proposals.working
        painted = cv2.resize(stroke, tuple(working), interpolation=cv2.INTER_AREA) > 0.0
        drawn = tightened(Proposal(working.bounds, painted, 1.0))
        fitting = []
        touched = []
        for item in self.proposals:
            shared = drawn.shared(item)
            held, covered = shared / drawn.area, shared / max(1, item.area)
            if held >= 0.6:
                fitting.append((item, held**2 * (0.4 * item.score + 0.6 * min(1.0, covered / 0.5))))
            if covered >= _UNDER_STROKE:
                touched.append(item)
        if len(touched) > 1:
            joined = _union(touched)
            held = drawn.shared(joined) / drawn.area
            covered = drawn.shared(joined) / joined.area
            fitting.append((joined, held**2 * (0.4 * joined.score + 0.6 * min(1.0, covered / 0.5))))
        return self._offer(
            fitting, "brush", "I found nothing of its own under that stroke; shall I take it as painted?"
        )

    def mask(self, proposal: Proposal, refine: bool = True) -> Mask:
        """A proposal as a mask of the picture, H×W float32, with its edge on the picture's unless told otherwise."""
        return at_full_resolution(self.rgb, proposal, self.proposals.working, refine)

    def _offer(self, fitting: list[tuple[Proposal, float]], reason: str, otherwise: str) -> Grounding:
        """The best, then the best of clearly other sizes or places."""
        ordered = [item for item in sorted(fitting, key=lambda pair: -pair[1]) if item[0].area]
        scores = {id(item): score for item, score in ordered}
        picked: list[Proposal] = []
        for item in distinct((item for item, _ in ordered), _SAME):
            if all(_another(item, other) for other in picked):
                picked.append(item)
        if not picked:
            return Grounding(question=otherwise)
        candidates = tuple(
            LazyCandidate(partial(self.mask, item), float(np.clip(scores[id(item)], 0.0, 1.0)), f"{reason}: proposal")
            for item in picked[:_OFFERED]
        )
        return Grounding(candidates, (0,))

    def _carved(self, base: Proposal, wanted: Sequence[Point], unwanted: Sequence[Point]) -> Proposal:
        """Without smaller proposals under unwanted points; what is wanted within those stays."""
        if not any(base.holds(point) for point in unwanted):
            return base
        inside = base.inside.copy()
        smaller = sorted((item for item in self.proposals if item.area < base.area), key=lambda item: -item.area)
        for item in smaller:
            adds, removes = any(item.holds(p) for p in wanted), any(item.holds(p) for p in unwanted)
            both = base.box.intersection(item.box)
            if adds == removes or not both.area:
                continue
            there = item.inside[both.shifted(-item.box.x0, -item.box.y0).slices]
            window = inside[both.shifted(-base.box.x0, -base.box.y0).slices]
            window[there] = base.inside[both.shifted(-base.box.x0, -base.box.y0).slices][there] if adds else False
        return tightened(Proposal(base.box, inside, base.score))

    def _joined(self, wanted: Sequence[Point]) -> Proposal | None:
        """The best proposal for each point, together; None when one of the points lies in none."""
        chosen: list[Proposal] = []
        missing = list(wanted)
        while missing:
            holding = [(sum(item.holds(p) for p in missing), item.score, -item.area, item) for item in self.proposals]
            most, *_, best = max(holding, key=lambda entry: entry[:3], default=(0, None))
            if not most or best is None:
                return None
            chosen.append(best)
            missing = [point for point in missing if not best.holds(point)]
        return _union(chosen)

    def _at_work(self, point: Point) -> Point:
        extent, working = Extent.of(self.rgb), self.proposals.working
        x = int((point.x + 0.5) * working.width / extent.width)
        return Point(x, int((point.y + 0.5) * working.height / extent.height)).clipped(working)

    def _box_at_work(self, box: Bounds) -> Bounds:
        extent, working = Extent.of(self.rgb), self.proposals.working
        across, down = working.width / extent.width, working.height / extent.height
        x0, y0 = min(round(box.x0 * across), working.width - 1), min(round(box.y0 * down), working.height - 1)
        return Bounds(x0, y0, max(x0 + 1, round(box.x1 * across)), max(y0 + 1, round(box.y1 * down))).clipped(working)


def at_full_resolution(rgb: np.ndarray, proposal: Proposal, working: Extent, refine: bool = True) -> Mask:
    """A proposal of the working picture as an H×W float32 mask of H×W×3 uint8, its edge moved to the picture's.

    Only its surroundings are computed. Without `refine` the edge stays where the proposer saw it.
    """
    extent = Extent.of(rgb)
    across, down = extent.width / working.width, extent.height / working.height
    radius = max(3.0, _EDGE_ERROR * max(across, down))
    box = proposal.box
    window = Bounds(
        int(box.x0 * across), int(box.y0 * down), int(np.ceil(box.x1 * across)), int(np.ceil(box.y1 * down))
    )
    window = window.padded(int(4 * radius) + 8).clipped(extent)
    result = np.zeros((extent.height, extent.width), np.float32)
    border = np.pad(proposal.inside.astype(np.float32), 1)
    for side, at_edge in enumerate((box.y0 == 0, box.y1 == working.height, box.x0 == 0, box.x1 == working.width)):
        if at_edge:  # the picture's border is no edge of the thing
            edge, inner = ((0, 1), (-1, -2))[side % 2]
            target = border if side < 2 else border.T
            target[edge] = target[inner]
    to_work = np.array(
        [
            [1 / across, 0.0, (window.x0 + 0.5) / across - 0.5 - box.x0 + 1],
            [0.0, 1 / down, (window.y0 + 0.5) / down - 0.5 - box.y0 + 1],
        ]
    )
    rough = cv2.warpAffine(
        border,
        to_work,
        (window.width, window.height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    if refine and (rough >= 0.5).any():
        rough = refine_edges(rgb[window.slices], rough, radius)
    else:
        rough = (rough >= 0.5).astype(np.float32)
    result[window.slices] = rough
    return result


def _click_score(item: Proposal, wanted: Sequence[Point], working: Extent) -> float:
    """The detector's score, better where the clicks lie deep inside, worse for what is nearly the whole picture."""
    distance = cv2.distanceTransform(np.pad(item.inside.astype(np.uint8), 1), cv2.DIST_L2, 3)
    depths = [distance[p.y - item.box.y0 + 1, p.x - item.box.x0 + 1] / max(float(distance.max()), 1.0) for p in wanted]
    score = item.score * (0.85 + 0.15 * float(np.mean(depths)))
    return score * (0.7 if item.area > _BACKDROP * working.pixels else 1.0)


def _box_fit(item: Proposal, drawn: Bounds) -> float:
    both = item.box.intersection(drawn)
    if not both.area:
        return 0.0
    shared = int(np.count_nonzero(item.inside[both.shifted(-item.box.x0, -item.box.y0).slices]))
    by_pixels = shared / (drawn.area + item.area - shared)
    by_boxes = both.area / (drawn.area + item.box.area - both.area)
    return (by_pixels + by_boxes) / 2


def _another(first: Proposal, second: Proposal) -> bool:
    """Whether two answers differ enough that a person would want to see both."""
    smaller, larger = sorted((max(1, first.area), max(1, second.area)))
    return larger > _OTHER_SIZE * smaller or first.iou(second) < 0.5


def _union(items: Sequence[Proposal]) -> Proposal:
    box = items[0].box
    for item in items[1:]:
        box = box.union(item.box)
    inside = np.zeros((box.height, box.width), bool)
    for item in items:
        inside[item.box.shifted(-box.x0, -box.y0).slices] |= item.inside
    return Proposal(box, inside, min(item.score for item in items))
