"""Words to boxes in one pass: Grounding DINO (Liu et al. 2023, arXiv 2303.05499), OWLv2 (Minderer et al. 2023,
arXiv 2306.09683).
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import torch

from models.geometry import Bounds, Extent
from models.segmentation.learned.loading import Architecture, inference, load
from models.segmentation.learned.pictures import require_phrase, require_rgb, shrunk
from models.segmentation.stages import Detection

GROUNDING_DINO = Architecture(
    "Grounding DINO", "GroundingDinoForObjectDetection", "GroundingDinoProcessor", ("grounding-dino",)
)
OWLV2 = Architecture("OWLv2", "Owlv2ForObjectDetection", "Owlv2Processor", ("owlv2",))

# Neither paper suppresses repeated boxes. Two boxes of one thing would make “the mug” a question of which one.
_OVERLAP = 0.5
_MOST = 100
_ARTICLES = frozenset({"a", "an", "the"})


class GroundingDino:
    """Implements `Detector`. Reads descriptions (“the cup on the left”), and several of a kind. Not thread-safe.

    `threshold` is the least score of a box, the largest sigmoid over the phrase's tokens; 0.35 is the box threshold of
    the authors' demonstration (transformers' default is 0.25).
    """

    name = "grounding-dino"

    def __init__(
        self, folder: Path, device: str = "cpu", threshold: float = 0.35, overlap: float = _OVERLAP, most: int = _MOST
    ) -> None:
        """Raises UnavailableError when no such model can be read there, BadInputError when it is another kind."""
        self._model, self._prepare, self._device = load(folder, GROUNDING_DINO, device)
        self.threshold, self._overlap, self._most = threshold, overlap, most

    def detect(self, rgb: np.ndarray, phrase: str) -> list[Detection]:
        """Best first; empty when nothing in H×W×3 uint8 sRGB matches. Raises BadInputError for an empty phrase."""
        rgb, phrase = require_rgb(rgb), require_phrase(phrase)
        extent = Extent.of(rgb)
        given = self._prepare(
            images=rgb,
            text=caption(phrase),
            truncation=True,
            max_length=int(self._model.config.max_text_len),
            return_tensors="pt",
        ).to(self._device)
        with inference(self._device):
            answer = self._model(**given)
            found = self._prepare.post_process_grounded_object_detection(
                answer, given["input_ids"], threshold=self.threshold, target_sizes=[(extent.height, extent.width)]
            )[0]
        return _detections(found["boxes"], found["scores"], phrase, extent, self._overlap, self._most)


class Owlv2:
    """Implements `Detector`. Steady on short names, also rare ones. Not thread-safe.

    `threshold` is the least sigmoid score; 0.1 is transformers' default for it. `template` is the first of CLIP's
    prompts; a leading article of the phrase is left out of it.
    """

    name = "owlv2"

    def __init__(
        self,
        folder: Path,
        device: str = "cpu",
        threshold: float = 0.1,
        overlap: float = _OVERLAP,
        most: int = _MOST,
        template: str = "a photo of a {}",
    ) -> None:
        """Raises UnavailableError when no such model can be read there, BadInputError when it is another kind."""
        self._model, self._prepare, self._device = load(folder, OWLV2, device)
        self.threshold, self._overlap, self._most = threshold, overlap, most
        self._template = template

    def detect(self, rgb: np.ndarray, phrase: str) -> list[Detection]:
        """Best first; empty when nothing in H×W×3 uint8 sRGB matches. Raises BadInputError for an empty phrase."""
        rgb, phrase = require_rgb(rgb), require_phrase(phrase)
        extent = Extent.of(rgb)
        # The processor pads in float32 at full size before it shrinks; twice its own size is all it can tell apart.
        side = int(self._prepare.image_processor.size["height"])
        given = self._prepare(
            text=[[self._template.format(without_article(phrase))]],
            images=shrunk(rgb, 2 * side),
            truncation=True,
            max_length=int(self._model.config.text_config.max_position_embeddings),
            return_tensors="pt",
        ).to(self._device)
        with inference(self._device):
            answer = self._model(**given)
            # boxes are shares of the padded square, whose side is the picture's longer one
            found = self._prepare.image_processor.post_process_object_detection(
                answer, threshold=self.threshold, target_sizes=[(extent.height, extent.width)]
            )[0]
        return _detections(found["boxes"], found["scores"], phrase, extent, self._overlap, self._most)


def caption(phrase: str) -> str:
    """A phrase as Grounding DINO was trained to read it: lower case, ended by a full stop, with none inside."""
    return " ".join(phrase.lower().replace(".", " ").split()) + "."


def without_article(phrase: str) -> str:
    """“the red mug” to “red mug”; a phrase that is nothing but an article stays."""
    first, _, rest = phrase.partition(" ")
    return rest if rest and first.lower() in _ARTICLES else phrase


def _detections(
    corners: torch.Tensor, scores: torch.Tensor, phrase: str, extent: Extent, overlap: float, most: int
) -> list[Detection]:
    """n×4 (x0, y0, x1, y1) in pixels of the picture, clipped to it, widened to whole pixels, without repeats."""
    from torchvision.ops import nms

    with torch.inference_mode():
        corners, scores = corners.float().cpu(), scores.float().cpu()
        limit = torch.tensor([extent.width, extent.height] * 2, dtype=torch.float32)
        inside = torch.minimum(corners.clamp(min=0), limit)
        sizes = inside[:, 2:] - inside[:, :2]
        real = (sizes > 0).all(dim=1) & torch.isfinite(corners).all(dim=1)  # OWLv2 may find things in its padding
        inside, scores = inside[real], scores[real]
        kept = nms(inside, scores, overlap)[:most].tolist()
    found = []
    for index in kept:
        x0, y0, x1, y1 = inside[index].tolist()
        box = Bounds(math.floor(x0), math.floor(y0), math.ceil(x1), math.ceil(y1))
        found.append(Detection(box, min(max(float(scores[index]), 0.0), 1.0), phrase))
    return found
