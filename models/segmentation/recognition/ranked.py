"""Proposals and a text ranker as a recogniser: which of many names fits each mask best."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from models.mask import Mask
from models.segmentation.phrases.parse import Phrase
from models.segmentation.phrases.recogniser import Sighting, with_article
from models.segmentation.pool_prompts import at_full_resolution
from models.segmentation.proposals import Proposals
from models.segmentation.recognition.names import TEMPLATES, everything_named, meanings, rivals
from models.segmentation.recognition.wholes import things
from models.segmentation.stages import TextRanker

# Below this probability nothing is even offered.
_LEAST = 0.05
# A mask and a proposal that overlap at least so much are about the same place.
_SAME_PLACE = 0.5
_MOST_PHRASES = 64


@dataclass(frozen=True)
class RankedSighting(Sighting):
    """A sighting that is a proposal, by its index."""

    index: int = 0


class RankedProposals:
    """Implements `Recogniser`.

    The probability of a name for a mask is the softmax of the ranker's scaled similarities over the name and its
    rivals (`names.py`), each similarity the mean over templates. That is zero-shot classification with the temperature
    the model was trained with, whose confidence agrees well with how often it is right on whole photographs (Minderer
    et al. 2021, Revisiting the Calibration of Modern Neural Networks); on crops of masks it has not been measured.
    """

    def __init__(self, ranker: TextRanker, rgb: np.ndarray, proposals: Proposals) -> None:
        """The ranker has this picture (H×W×3 uint8) and these proposals set."""
        self.name = ranker.name
        self._ranker = ranker
        self._rgb = rgb
        self._proposals = proposals
        self._logits_of: dict[str, np.ndarray] = {}
        self._probabilities: OrderedDict[str, np.ndarray] = OrderedDict()

    def find(self, phrase: Phrase) -> list[Sighting]:
        """What the phrase's noun may name, wholes rather than parts, most probable first."""
        found: list[Sighting] = []
        for thing in things(self._proposals, self.probabilities(phrase), _LEAST):
            index, sure = thing.index, thing.probability
            reason = f"looks like {with_article(phrase.compound)} ({sure:.2f})"
            found.append(RankedSighting(self._proposals.mask(index), sure, reason, self._renderer(index), index))
        return found

    def probability_at(self, mask: np.ndarray, phrase: Phrase) -> float | None:
        """Of the proposal that covers about the same place; None when there is none."""
        if len(self._proposals) == 0:
            return None
        working = self._proposals.working
        own = cv2.resize(mask.astype(np.float32), tuple(working), interpolation=cv2.INTER_LINEAR) >= 0.5
        size = int(np.count_nonzero(own))
        agreement = []
        for proposal in self._proposals:
            both = int(np.count_nonzero(own[proposal.box.slices] & proposal.inside))
            agreement.append(both / max(size + proposal.area - both, 1))
        near = np.flatnonzero(np.array(agreement) >= _SAME_PLACE)
        return float(self.probabilities(phrase)[near].max()) if len(near) else None

    def compare(self, text: str, sightings: Sequence[Sighting]) -> np.ndarray | None:
        """The softmax of a whole description over the sightings."""
        indices = [sighting.index for sighting in sightings if isinstance(sighting, RankedSighting)]
        if not indices or len(indices) < len(sightings):
            return None
        logits = self._ranker.logit_scale * self._ranker.similarity([text])[0, indices]
        shares = np.exp(logits - logits.max())
        return shares / shares.sum()

    def probabilities(self, phrase: Phrase) -> np.ndarray:
        """For each proposal, that the phrase's noun fits it better than every rival name: float64 in [0, 1]."""
        key = phrase.compound
        if key not in self._probabilities:
            own = self._logits(meanings(phrase)).max(axis=0)
            other = self._logits(rivals(phrase))
            top = np.maximum(own, other.max(axis=0))
            weight = np.exp(own - top)
            self._probabilities[key] = weight / (weight + np.exp(other - top).sum(axis=0))
            while len(self._probabilities) > _MOST_PHRASES:
                self._probabilities.popitem(last=False)
        return self._probabilities[key]

    def _logits(self, names: Sequence[str]) -> np.ndarray:
        """Scaled similarities, mean over templates: names × proposals. Those of the rivals are kept."""
        common = everything_named()
        if not self._logits_of:
            self._logits_of = dict(zip(common, self._compared(common), strict=True))
        missing = [name for name in names if name not in self._logits_of]
        fresh = dict(zip(missing, self._compared(missing), strict=True)) if missing else {}
        return np.stack([fresh[name] if name in fresh else self._logits_of[name] for name in names])

    def _compared(self, names: Sequence[str]) -> np.ndarray:
        texts = [template.format(name) for template in TEMPLATES for name in names]
        similar = self._ranker.similarity(texts).astype(np.float64)
        return self._ranker.logit_scale * similar.reshape(len(TEMPLATES), len(names), -1).mean(axis=0)

    def _renderer(self, index: int) -> Callable[[], Mask]:
        return lambda: at_full_resolution(self._rgb, self._proposals[index], self._proposals.working)
