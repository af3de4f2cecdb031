"""What a downloaded model can be to a predictor. Each learned backend implements one of these, or several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from models.geometry import Bounds, Point
from models.mask import Mask
from models.progress import SILENT, Progress
from models.segmentation.proposals import Proposals


@dataclass(frozen=True)
class Detection:
    """A box in pixels of the picture that words were found in. `score` in [0, 1] is the model's own."""

    box: Bounds
    score: float
    phrase: str


class TextRanker(Protocol):
    """Compares proposals with words. `set_image` encodes the picture once; each phrase then costs a text encoding."""

    name: str

    @property
    def logit_scale(self) -> float:
        """By what similarities are multiplied before a softmax over texts, as the model was trained."""
        ...

    def set_image(self, rgb: np.ndarray, proposals: Proposals) -> None:
        """H×W×3 uint8 sRGB and what was found in it."""
        ...

    def encode(self, rgb: np.ndarray, proposals: Proposals, progress: Progress = SILENT) -> np.ndarray:
        """What `set_image` computes, float32, proposals × width. Raises CancelledError when progress says so."""
        ...

    def restore(self, embeddings: np.ndarray) -> None:
        """Take what `encode` made earlier, by a ranker of the same `identity`, instead of `set_image`."""
        ...

    def identity(self) -> str:
        """A short digest of the weights and settings: embeddings of rankers with equal ones can be exchanged."""
        ...

    def similarity(self, texts: Sequence[str]) -> np.ndarray:
        """Cosine similarities, float32, texts × proposals. Texts are given to the model as they are."""
        ...


class Detector(Protocol):
    """Finds boxes by words in one pass (Grounding DINO, OWLv2).

    `threshold` in (0, 1) is the score from which its authors take a box for found.
    """

    name: str
    threshold: float

    def detect(self, rgb: np.ndarray, phrase: str) -> list[Detection]:
        """Best first; empty when nothing in H×W×3 uint8 sRGB matches."""
        ...


class Segmenter(Protocol):
    """Cuts out what points or a box mean (SAM 2 and its kin): `set_image` once, then cheap prompts."""

    name: str

    def set_image(self, rgb: np.ndarray) -> None:
        """H×W×3 uint8 sRGB."""
        ...

    def segment(
        self, positive: Sequence[Point] = (), negative: Sequence[Point] = (), box: Bounds | None = None
    ) -> list[tuple[Mask, float]]:
        """Full-size H×W float32 masks with the model's own scores in [0, 1], best first."""
        ...


class HeatMapper(Protocol):
    """Says for every pixel how well it fits words (CLIPSeg)."""

    name: str

    def heat(self, rgb: np.ndarray, texts: Sequence[str]) -> np.ndarray:
        """float32 in [0, 1], texts × H × W of the picture."""
        ...


class ConceptSegmenter(Protocol):
    """Cuts out everything that a short noun phrase names, in one step (SAM 3)."""

    name: str

    def set_image(self, rgb: np.ndarray) -> None:
        """H×W×3 uint8 sRGB."""
        ...

    def find(self, phrase: str) -> Proposals:
        """All instances, by falling score; `working` is the picture's own size. Empty when there is none."""
        ...
