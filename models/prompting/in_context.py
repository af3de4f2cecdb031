"""Suggestions by what CLIP sees around a place, its shape and where it lies; nothing is trained for it.

score(thing) = a · log softmax cos(crop with the place blurred, "a photo of a scene with a …") + log p(shape, place |
thing) + log p(thing), then maximal marginal relevance over the texts' embeddings.
"""

from __future__ import annotations

import threading
from typing import Protocol

import numpy as np
import torch

from models.mask import Mask
from models.prompting.phrases import concepts
from models.prompting.protocol import Suggestion
from models.prompting.rough import choose, look_at, prior
from models.prompting.window import window_around

TEMPLATES = ("a photo of a scene with {}", "a photo of {}")
_CONTEXT = 0.5  # of the model's own sharpness: it was trained to name what is seen, not what is missing
_SURROUNDINGS = 0.5  # what colours tell of the place still counts, half as much as without CLIP


class SeesScenes(Protocol):
    """What is needed of CLIP; `ClipRanker` has it."""

    @property
    def side(self) -> int:
        """Pixels a side of the squares it looks at."""
        ...

    @property
    def logit_scale(self) -> float:
        """By what cosines are multiplied before a softmax."""
        ...

    def normalised(self, squares: np.ndarray) -> torch.Tensor:
        """n×side×side×3 uint8 to what `embed_crops` takes."""
        ...

    def embed_crops(self, pixels: torch.Tensor) -> torch.Tensor:
        """Unit vectors, n×width."""
        ...

    def embed_texts(self, texts: list[str]) -> np.ndarray:
        """Unit vectors, n×width; remembered."""
        ...


class ContextSuggester:
    """Implements `PromptSuggester` by a model of CLIP's kind. Thread-safe, one picture at a time."""

    name = "clip"
    remark = ""

    def __init__(self, clip: SeesScenes) -> None:
        self._clip = clip
        self._lock = threading.Lock()

    def suggest(self, image: np.ndarray, mask: Mask, k: int = 5) -> list[Suggestion]:
        """See `PromptSuggester.suggest`."""
        shape, around = look_at(image, mask, k)
        table = concepts()
        scores, places = prior(table, shape, around, _SURROUNDINGS)
        with self._lock:
            texts = self._texts([concept.phrase for concept in table])
            fits = self._fits(image, mask, texts)
        logits = _CONTEXT * self._clip.logit_scale * fits
        scores = scores + logits - np.logaddexp.reduce(logits)
        return choose(table, scores, places, _likeness(texts), shape, k, "fits what is around")

    @property
    def needed_texts(self) -> list[str]:
        """What CLIP must have read before the first suggestion."""
        return _texts([concept.phrase for concept in concepts()])

    def _fits(self, image: np.ndarray, mask: Mask, texts: np.ndarray) -> np.ndarray:
        """Cosines with the place's surroundings, less those with an empty picture: some texts fit everything."""
        square = window_around(image, mask, self._clip.side).square
        pixels = self._clip.normalised(square[None])
        shown = self._clip.embed_crops(torch.cat([pixels, torch.zeros_like(pixels)])).cpu().numpy()
        return texts @ (shown[0] - shown[1])

    def _texts(self, phrases: list[str]) -> np.ndarray:
        """Unit vectors of the phrases, the mean of the templates'."""
        each = self._clip.embed_texts(_texts(phrases))
        mean = each.reshape(len(TEMPLATES), len(phrases), -1).mean(axis=0)
        return mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-8)


def _texts(phrases: list[str]) -> list[str]:
    return [template.format(phrase) for template in TEMPLATES for phrase in phrases]


def _likeness(texts: np.ndarray) -> np.ndarray:
    """Cosines stretched so that unrelated texts come out at 0: those of CLIP all lie close together."""
    cosines = texts @ texts.T
    usual = float(np.median(cosines))
    return np.clip((cosines - usual) / max(1.0 - usual, 1e-6), 0.0, 1.0)
