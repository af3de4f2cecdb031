"""Models that find instances by themselves as recognisers: SAM 3, or a detector whose boxes somebody cuts out."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial

import cv2
import numpy as np

from models.geometry import Bounds, Extent
from models.mask import Mask, bounds, to_uint8
from models.segmentation.phrases.parse import Phrase
from models.segmentation.phrases.recogniser import Sighting, with_article
from models.segmentation.pool_prompts import at_full_resolution
from models.segmentation.stages import ConceptSegmenter, Detector

# A mask and a sighting that overlap at least so much are about the same place.
_SAME_PLACE = 0.5
# The longer side at which sightings are compared with each other.
_WORKING = 512
_MOST_PHRASES = 16
_MOST_BOXES = 24

Cut = Callable[[Bounds], Mask | None]
"""A box in pixels of the picture to the H×W float32 mask of the thing that it encloses, None when there is none."""


class _Instances(ABC):
    """What recognisers share that look for one phrase at a time in the whole picture."""

    name = ""

    def __init__(self) -> None:
        self._found: OrderedDict[str, list[Sighting]] = OrderedDict()

    def find(self, phrase: Phrase) -> list[Sighting]:
        """What the phrase's noun names, most probable first; looked for once."""
        key = phrase.compound
        if key not in self._found:
            self._found[key] = sorted(self._sightings(phrase), key=lambda sighting: -sighting.evidence)
            while len(self._found) > _MOST_PHRASES:
                self._found.popitem(last=False)
        return self._found[key]

    def probability_at(self, mask: np.ndarray, phrase: Phrase) -> float | None:
        """Of the instance in about the same place, 0 when there is none: the whole picture was looked at."""
        best = 0.0
        for sighting in self.find(phrase):
            shape = sighting.mask.shape
            own = cv2.resize(mask.astype(np.float32), (shape[1], shape[0]), interpolation=cv2.INTER_AREA) >= 0.5
            either = np.count_nonzero(own | sighting.mask)
            if np.count_nonzero(own & sighting.mask) >= _SAME_PLACE * max(either, 1):
                best = max(best, sighting.evidence)
        return best

    def compare(self, text: str, sightings: Sequence[Sighting]) -> np.ndarray | None:
        """Never: these models do not rank."""
        del text, sightings
        return None

    @abstractmethod
    def _sightings(self, phrase: Phrase) -> list[Sighting]:
        """Look for the phrase's noun; in any order."""


class ConceptInstances(_Instances):
    """Implements `Recogniser` with a concept segmenter. Its scores are taken as probabilities: 0.5 is its own mark."""

    def __init__(self, concepts: ConceptSegmenter, rgb: np.ndarray) -> None:
        """`rgb` H×W×3 uint8 sRGB; it is set when something is looked for."""
        super().__init__()
        self.name = concepts.name
        self._concepts = concepts
        self._rgb = rgb

    def _sightings(self, phrase: Phrase) -> list[Sighting]:
        self._concepts.set_image(self._rgb)
        found = self._concepts.find(phrase.compound)
        small = found.working.fit_within(_WORKING)
        sightings = []
        for index, proposal in enumerate(found):
            reason = f"looks like {with_article(phrase.compound)} ({proposal.score:.2f})"
            render = partial(at_full_resolution, self._rgb, proposal, found.working, refine=False)
            sightings.append(Sighting(_reduced(found.mask(index), small), proposal.score, reason, render))
        return sightings


class DetectedInstances(_Instances):
    """Implements `Recogniser` with a detector's boxes and somebody who cuts them out.

    A detector's scores are no probabilities. The score from which its authors take a box for found becomes 0.5, 0 and
    1 stay, by a power in between: monotone, but not fitted to how often boxes are right.
    """

    def __init__(self, detector: Detector, rgb: np.ndarray, cut: Cut) -> None:
        """`rgb` H×W×3 uint8 sRGB."""
        super().__init__()
        self.name = detector.name
        self._detector = detector
        self._rgb = rgb
        self._cut = cut

    def _sightings(self, phrase: Phrase) -> list[Sighting]:
        power = math.log(0.5) / math.log(min(max(self._detector.threshold, 0.01), 0.99))
        small = Extent.of(self._rgb).fit_within(_WORKING)
        sightings = []
        for detection in self._detector.detect(self._rgb, phrase.compound)[:_MOST_BOXES]:
            mask = self._cut(detection.box)
            if mask is None or not (mask >= 0.5).any():
                continue
            evidence = detection.score**power
            reason = f"looks like {with_article(phrase.compound)} ({evidence:.2f})"
            box = bounds(mask)
            render = partial(_restored, to_uint8(mask[box.slices]), mask.shape, box)
            sightings.append(Sighting(_reduced(mask >= 0.5, small), evidence, reason, render))
        return sightings


def _restored(packed: np.ndarray, shape: tuple[int, int], box: Bounds) -> Mask:
    """A mask as it was kept: its 8-bit levels within its box."""
    mask = np.zeros(shape, np.float32)
    mask[box.slices] = packed.astype(np.float32) / 255.0
    return mask


def _reduced(mask: np.ndarray, extent: Extent) -> np.ndarray:
    """A non-empty mask at a smaller size, not empty either."""
    small = cv2.resize(mask.astype(np.float32), tuple(extent), interpolation=cv2.INTER_AREA)
    return small >= min(0.5, float(small.max()))
