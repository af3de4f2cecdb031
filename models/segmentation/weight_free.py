"""The predictor of the embedded default: regions for clicks, boxes and strokes; evidence for words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.geometry import Bounds, Point
from models.mask import Mask
from models.segmentation.browsing import Atlas
from models.segmentation.phrases import PhraseGrounder
from models.segmentation.prompts import RegionPredictor
from models.segmentation.protocol import Grounding


class WeightFreePredictor:
    """Implements `Predictor` without any downloaded weights. The image is analysed when first asked about."""

    name = "weight-free"
    knows_nouns = False

    def __init__(self) -> None:
        self._regions = RegionPredictor()
        self._phrases = PhraseGrounder()
        self._rgb: np.ndarray | None = None
        self._prepared: set[str] = set()

    def set_image(self, rgb: np.ndarray) -> None:
        """H×W×3 uint8, sRGB."""
        self._rgb = rgb
        self._prepared.clear()

    def from_points(self, positive: Sequence[Point], negative: Sequence[Point] = ()) -> Grounding:
        """The thing under the positive points, without what lies under the negative ones."""
        return self._region_predictor().from_points(positive, negative)

    def from_box(self, box: Bounds) -> Grounding:
        """The thing inside a loosely drawn box."""
        return self._region_predictor().from_box(box)

    def from_brush(self, stroke: Mask) -> Grounding:
        """The thing that was painted over."""
        return self._region_predictor().from_brush(stroke)

    def from_words(self, phrase: str) -> Grounding:
        """What a phrase names, as far as colour, place, size and shape can tell."""
        if "phrases" not in self._prepared:
            self._phrases.set_image(self._image())
            self._prepared.add("phrases")
        return self._phrases.from_words(phrase)

    def atlas(self) -> Atlas:
        """The regions worth pointing at."""
        return self._region_predictor().atlas()

    def proposal_mask(self, index: int) -> Mask:
        """One of them at full resolution."""
        return self._region_predictor().proposal_mask(index)

    def _region_predictor(self) -> RegionPredictor:
        if "regions" not in self._prepared:
            self._regions.set_image(self._image())
            self._prepared.add("regions")
        return self._regions

    def _image(self) -> np.ndarray:
        if self._rgb is None:
            raise ValueError("set_image comes first")
        return self._rgb
