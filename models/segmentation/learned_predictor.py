"""The predictor of downloaded models: two steps, whatever of the stages is there, the weight-free one for the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np

from models.errors import BadInputError
from models.geometry import Bounds, Extent, Point
from models.mask import Mask, require
from models.segmentation.browsing import Atlas, atlas
from models.segmentation.phrases import Phrase, PhraseGrounder
from models.segmentation.phrases.recogniser import Recogniser, Sighting
from models.segmentation.picture_memory import PictureMemory, Seen, picture_key
from models.segmentation.pool_prompts import ProposalPool
from models.segmentation.proposals import Proposals, Proposer
from models.segmentation.protocol import Candidate, Grounding
from models.segmentation.recognition.heated import HeatedRegions
from models.segmentation.recognition.instances import ConceptInstances, DetectedInstances
from models.segmentation.recognition.ranked import RankedProposals
from models.segmentation.stages import ConceptSegmenter, Detector, HeatMapper, Segmenter, TextRanker
from models.segmentation.weight_free import WeightFreePredictor

# A prompted mask of which the model itself thinks less is not offered first.
_TRUSTED = 0.5
# The least share of a drawn box that the thing cut out by it covers.
_FILLS = 0.1
_STROKE_POINTS = 3


@dataclass(frozen=True)
class Stages:
    """Loaded models, shared by all predictors of a process. Words go to the first of concepts, detector, ranker and
    heat that is there; clicks to the segmenter, else to the proposals.

    `proposals_by` identifies the proposer's weights and settings.
    """

    proposer: Proposer | None = None
    ranker: TextRanker | None = None
    segmenter: Segmenter | None = None
    detector: Detector | None = None
    concepts: ConceptSegmenter | None = None
    heat: HeatMapper | None = None
    proposals_by: str = ""

    @property
    def name(self) -> str:
        """The models' names, joined."""
        every = (self.concepts, self.detector, self.segmenter, self.proposer, self.ranker, self.heat)
        return "+".join(dict.fromkeys(stage.name for stage in every if stage is not None)) or WeightFreePredictor.name

    @property
    def knows_words(self) -> bool:
        """Whether any of them can tell what a noun names."""
        ranks = self.ranker is not None and self.proposer is not None
        return ranks or any(stage is not None for stage in (self.concepts, self.detector, self.heat))


class LearnedPredictor:
    """Implements `Predictor`, `Browsable` and `Remembering`. Each stage runs when a prompt first needs it.

    Predictors may share `stages` and `memory` as long as they are not prompted at the same time.
    """

    def __init__(self, stages: Stages, memory: PictureMemory | None = None) -> None:
        self.name = stages.name
        self.knows_nouns = stages.knows_words
        self._stages = stages
        self._memory = memory or PictureMemory()
        self._folder: Path | None = None
        self._plain = WeightFreePredictor()
        self._phrases = PhraseGrounder()
        self._rgb: np.ndarray | None = None
        self._pool: ProposalPool | None = None
        self._ranked: RankedProposals | None = None
        self._embeddings: np.ndarray | None = None
        self._words_ready = False
        self._atlas: Atlas | None = None

    def set_image(self, rgb: np.ndarray) -> None:
        """H×W×3 uint8, sRGB. Nothing is computed yet."""
        self._rgb = rgb
        self._plain.set_image(rgb)
        self._pool = self._ranked = self._embeddings = self._atlas = None
        self._words_ready = False

    def remember_in(self, folder: Path) -> None:
        """Keep what models say of pictures in a folder, beside memory; it is made when first needed."""
        self._folder = folder

    def from_points(self, positive: Sequence[Point], negative: Sequence[Point] = ()) -> Grounding:
        """The thing under the positive points, without what lies under the negative ones."""
        segmenter = self._stages.segmenter
        if segmenter is not None and positive:
            extent = Extent.of(self._image())
            if any(point != point.clipped(extent) for point in (*positive, *negative)):
                raise BadInputError("A click lies outside the picture; click inside it.")
            found = self._prompted(segmenter, positive, negative, None, "click")
            if found.found and _holds(found.mask, positive, negative):
                return found
        if self._stages.proposer is not None and positive:
            found = self._proposal_pool().from_points(positive, negative)
            if found.found:
                return found
        return self._plain.from_points(positive, negative)

    def from_box(self, box: Bounds) -> Grounding:
        """The thing that a loosely drawn box encloses."""
        segmenter = self._stages.segmenter
        inside = box.clipped(Extent.of(self._image()))
        if segmenter is not None and inside.width > 1 and inside.height > 1:
            found = self._prompted(segmenter, (), (), inside, "box")
            if found.found and float((found.mask[inside.slices] >= 0.5).mean()) >= _FILLS:
                return found
        if self._stages.proposer is not None:
            found = self._proposal_pool().from_box(box)
            if found.found:
                return found
        return self._plain.from_box(box)

    def from_brush(self, stroke: Mask) -> Grounding:
        """The thing that was painted over roughly; `stroke` is H×W float32."""
        segmenter = self._stages.segmenter
        if segmenter is not None and self._stages.proposer is None:
            require(stroke, Extent.of(self._image()))
            found = self._prompted(segmenter, _points_on(stroke), (), None, "brush")
            if found.found and float(found.mask[stroke >= 0.5].mean() if (stroke >= 0.5).any() else 0.0) >= 0.5:
                return found
        if self._stages.proposer is not None:
            found = self._proposal_pool().from_brush(stroke)
            if found.found:
                return found
        return self._plain.from_brush(stroke)

    def from_words(self, phrase: str) -> Grounding:
        """What a noun phrase names, or a question when that cannot be known."""
        if not self._words_ready:
            knows = self._stages.knows_words
            self._phrases.set_image(self._image(), _OnDemand(self.name, self._recogniser) if knows else None)
            self._words_ready = True
        ranker = self._stages.ranker
        if self._ranked is not None and ranker is not None and self._embeddings is not None:
            ranker.restore(self._embeddings)  # another predictor may have used it since
        return self._phrases.from_words(phrase)

    def atlas(self) -> Atlas:
        """Everything in the picture, for pointing at; made at the first call."""
        if self._stages.proposer is None:
            return self._plain.atlas()
        if self._atlas is None:
            self._atlas = atlas(self._proposal_pool().proposals)
        return self._atlas

    def proposal_mask(self, index: int) -> Mask:
        """One of its proposals at full resolution. Raises BadInputError when there is none of it."""
        if self._stages.proposer is None:
            return self._plain.proposal_mask(index)
        pool = self._proposal_pool()
        if not 0 <= index < len(pool.proposals):
            raise BadInputError("This region is not there any more; point at it again.")
        return pool.mask(pool.proposals[index])

    def _recogniser(self) -> Recogniser:
        stages, rgb = self._stages, self._image()
        if stages.concepts is not None:
            return ConceptInstances(stages.concepts, rgb)
        if stages.detector is not None:
            return DetectedInstances(stages.detector, rgb, self._cut)
        if stages.ranker is not None and stages.proposer is not None:
            self._embeddings = self._embedded(stages.ranker)
            stages.ranker.restore(self._embeddings)
            self._ranked = RankedProposals(stages.ranker, rgb, self._proposal_pool().proposals)
            return self._ranked
        if stages.heat is None:
            raise ValueError("no stage knows words")
        extent = Extent.of(rgb)
        pool = self._proposal_pool().proposals if stages.proposer is not None else Proposals(extent, extent)
        return HeatedRegions(stages.heat, rgb, pool)

    def _cut(self, box: Bounds) -> Mask | None:
        """What a detector's box encloses; None when nothing fills it."""
        found = self.from_box(box)
        return found.mask if found.found else None

    def _prompted(
        self,
        segmenter: Segmenter,
        positive: Sequence[Point],
        negative: Sequence[Point],
        box: Bounds | None,
        reason: str,
    ) -> Grounding:
        """The segmenter's answers, the best chosen when it trusts it itself."""
        segmenter.set_image(self._image())
        answers = [(mask, score) for mask, score in segmenter.segment(positive, negative, box) if (mask >= 0.5).any()]
        candidates = tuple(Candidate(mask, score, f"{reason}: {segmenter.name}") for mask, score in answers)
        return Grounding(candidates, (0,) if candidates and candidates[0].score >= _TRUSTED else ())

    def _proposal_pool(self) -> ProposalPool:
        if self._pool is None:
            proposer, rgb = self._stages.proposer, self._image()
            if proposer is None:
                raise ValueError("there is no proposer")
            key = picture_key(rgb, self._stages.proposals_by or proposer.name)
            seen = self._memory.get(key, self._folder)
            if seen is None:
                seen = Seen(proposer.propose(rgb))
                self._memory.put(key, seen, self._folder)
            self._pool = ProposalPool(rgb, seen.proposals)
        return self._pool

    def _embedded(self, ranker: TextRanker) -> np.ndarray:
        rgb, proposals = self._image(), self._proposal_pool().proposals
        by = self._stages.proposals_by or getattr(self._stages.proposer, "name", "")
        key = picture_key(rgb, by, ranker.identity())
        seen = self._memory.get(key, self._folder)
        if seen is None or seen.embeddings is None or len(seen.embeddings) != len(proposals):
            embeddings = ranker.encode(rgb, proposals)
            # the masks lie under their own key
            self._memory.put(key, Seen(Proposals(proposals.extent, proposals.working), embeddings), self._folder)
            return embeddings
        return seen.embeddings

    def _image(self) -> np.ndarray:
        if self._rgb is None:
            raise ValueError("set_image comes first")
        return self._rgb


class _OnDemand:
    """A recogniser that is made when a phrase first needs one: “the background” does not wait for models."""

    def __init__(self, name: str, make: Callable[[], Recogniser]) -> None:
        self.name = name
        self._make = make

    @cached_property
    def _made(self) -> Recogniser:
        return self._make()

    def find(self, phrase: Phrase) -> list[Sighting]:
        """As the recogniser."""
        return self._made.find(phrase)

    def probability_at(self, mask: np.ndarray, phrase: Phrase) -> float | None:
        """As the recogniser."""
        return self._made.probability_at(mask, phrase)

    def compare(self, text: str, sightings: Sequence[Sighting]) -> np.ndarray | None:
        """As the recogniser."""
        return self._made.compare(text, sightings)


def _holds(mask: Mask, positive: Sequence[Point], negative: Sequence[Point]) -> bool:
    """Whether a mask does what the clicks say."""
    inside = [mask[point.y, point.x] >= 0.5 for point in positive]
    return all(inside) and not any(mask[point.y, point.x] >= 0.5 for point in negative)


def _points_on(stroke: Mask) -> list[Point]:
    """Up to three pixels spread along a non-empty stroke, each deep inside it."""
    depth = cv2.distanceTransform(np.pad((stroke > 0.0).astype(np.uint8), 1), cv2.DIST_L2, 3)[1:-1, 1:-1]
    ys, xs = np.nonzero(depth >= 0.5 * depth.max())
    along = np.argsort(xs if np.ptp(xs) >= np.ptp(ys) else ys, kind="stable")
    picked = along[np.linspace(0, len(along) - 1, 2 * _STROKE_POINTS + 1).astype(int)[1::2]]
    return [Point(int(xs[index]), int(ys[index])) for index in dict.fromkeys(picked.tolist())]
