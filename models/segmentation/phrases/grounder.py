"""Words to masks without weights: colour, place, size, order, stuff, faces, and what stands out alone."""

from __future__ import annotations

import cv2
import numpy as np

from models.geometry import Extent
from models.mask import Mask, invert
from models.segmentation.background import matte
from models.segmentation.phrases.answer import Answer
from models.segmentation.phrases.components import border_run
from models.segmentation.phrases.parse import parse
from models.segmentation.phrases.recogniser import Recogniser
from models.segmentation.phrases.resolve import Resolver
from models.segmentation.protocol import Candidate, Grounding, LazyCandidate
from models.segmentation.refine import refine_edges
from models.segmentation.saliency import WORKING_LONGEST, Scene

# The least shorter side, at the scene's size, that patches and borders can be measured on.
_NARROWEST = 24


class PhraseGrounder:
    """`set_image` once, then any number of phrases. Not thread-safe; one per job.

    Without a recogniser nothing here knows things: "the giraffe" is answered when one thing alone stands out, and
    asked back otherwise. Scores of what stands out are fitted to how often it is right (see background.py); scores
    of colours, stuff and faces are graded evidence, not measured frequencies.
    """

    name = "phrases"

    def __init__(self) -> None:
        self._rgb: np.ndarray | None = None
        self._resolver: Resolver | None = None
        self._recogniser: Recogniser | None = None

    def set_image(self, rgb: np.ndarray, recogniser: Recogniser | None = None) -> None:
        """H×W×3 uint8, sRGB, and a model that knows what is in it. Analysed at the first phrase."""
        self._rgb = rgb
        self._resolver = None
        self._recogniser = recogniser

    def from_words(self, phrase: str) -> Grounding:
        """What a noun phrase names, as full-size masks, or a question when that cannot be known.

        Raises ValueError when no image is set.
        """
        if self._rgb is not None and min(Extent.of(self._rgb).fit_within(WORKING_LONGEST)) < _NARROWEST:
            return Grounding(question="This picture is too small to look for things in; brush over what you mean.")
        return self._full_size(self._scene().resolve(parse(phrase)))

    def subject(self) -> Grounding:
        """The picture's subject."""
        return self.from_words("the subject")

    def background(self) -> Grounding:
        """Everything but the subject."""
        return self.from_words("the background")

    def _scene(self) -> Resolver:
        if self._rgb is None:
            raise ValueError("set_image comes first")
        if self._resolver is None:
            self._resolver = Resolver(Scene.of(self._rgb), self._recogniser)
        return self._resolver

    def _full_size(self, answer: Answer) -> Grounding:
        candidates: list[Candidate] = []
        for index, (mask, score, reason) in enumerate(zip(answer.masks, answer.scores, answer.reasons, strict=True)):
            render = answer.render(index)
            if render is not None:
                candidates.append(LazyCandidate(render, score, reason))
            else:
                candidates.append(Candidate(self._at_full_size(mask, answer.soft), score, reason))
        return Grounding(tuple(candidates), answer.chosen, answer.question)

    def _at_full_size(self, small: np.ndarray, soft: bool) -> Mask:
        """A mask of the reduced picture brought to full size, its edge moved onto the picture's edge."""
        rgb = self._rgb
        if rgb is None:
            raise ValueError("set_image comes first")
        height, width = rgb.shape[:2]
        if border_run(small) > 0.5 and not small.all():  # what it leaves out is the smaller thing to cut
            return invert(self._at_full_size(~small, soft))
        mask = cv2.resize(small.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
        if small.all():
            return np.ones((height, width), np.float32)
        radius = max(3.0, 2.0 * max(height, width) / max(small.shape))
        fine = refine_edges(rgb, mask, radius)
        return matte(rgb, fine) if soft else fine
