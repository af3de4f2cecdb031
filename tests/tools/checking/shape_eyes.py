"""Eyes that know the names of drawn shapes: a proposer by colour, and the tiny CLIP that has learned them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from models.geometry import Extent
from models.progress import Progress
from models.segmentation.clip_ranker import ClipRanker
from models.segmentation.learned_predictor import LearnedPredictor, Stages
from models.segmentation.proposals import Proposals
from tests.models.segmentation.named_shapes import proposal
from tools.sight import Sight

_COLOURFUL = 60  # levels between the strongest and the weakest channel
_SMALLEST = 100  # pixels


class ByColour:
    """Proposes every connected colourful patch, and the rest as the ground."""

    name = "colourful"

    def propose(self, rgb: np.ndarray, progress: Progress | None = None) -> Proposals:
        del progress
        levels = rgb.astype(int)
        colourful = ((levels.max(axis=2) - levels.min(axis=2)) > _COLOURFUL).astype(np.uint8)
        labels = np.asarray(cv2.connectedComponents(colourful, connectivity=4)[1])
        patches = [labels == label for label in range(1, int(labels.max()) + 1)]
        masks = [*(patch for patch in patches if np.count_nonzero(patch) >= _SMALLEST), colourful == 0]
        extent = Extent.of(rgb)
        return Proposals(extent, extent, tuple(proposal(mask) for mask in masks if mask.any()))


def eyes_for_shapes(clip: Path) -> Sight:
    """Sight of whoever knows "star" and "circle"; `clip` is the folder that `trained_clip` made."""
    stages = Stages(ByColour(), ClipRanker(clip))
    return Sight(lambda: LearnedPredictor(stages))
