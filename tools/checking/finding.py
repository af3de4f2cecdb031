"""Asking the same eyes again: is what the words name still in its place, or there at last?"""

from __future__ import annotations

import numpy as np

from models.geometry import Extent
from models.mask import bounds as bounds_of
from models.segmentation.phrases.parse import parse
from tools.checking.trial import Trial
from tools.checking.verdict import Finding
from tools.sight import Sight

_AROUND = 0.5  # of the target's side: so much of its surroundings is shown with it
_IN_PLACE = (0.3, 0.5)  # share of what is found that lies where the target was


def found_again(trial: Trial, words: str, sight: Sight) -> Finding | None:
    """How much of what the words find in the result lies in the target's place; None when nobody here can tell."""
    overlap = _overlap(trial, words, sight)
    if overlap is None:
        return None
    return Finding.measured("found again", overlap, *_IN_PLACE, f"I still see “{words}” there")


def found_now(trial: Trial, words: str, sight: Sight) -> Finding | None:
    """How much of the new thing's place is missing from what its words find; None when nobody here can tell."""
    overlap = _overlap(trial, words, sight)
    if overlap is None:
        return None
    return Finding.measured("not found", 1 - overlap, 0.5, 0.9, f"I can't make out “{words}” in it")


def knows_names(sight: Sight, pixels: np.ndarray) -> bool:
    """Whether a model here can tell what things are called in H×W×3 samples such as these. Loads it, once."""
    with sight.lock:
        return sight.glimpse(pixels).knows_nouns


def _overlap(trial: Trial, words: str, sight: Sight) -> float | None:
    extent = Extent.of(trial.after)
    box = bounds_of(trial.target, 0.5)
    view = box.padded(round(_AROUND * max(box.width, box.height))).clipped(extent)
    with sight.lock:
        eyes = sight.glimpse(trial.after[view.slices])
        if not eyes.knows_nouns and not parse(words).colours:
            return None
        grounding = eyes.from_words(words)
    if not grounding.found:
        return 0.0
    found = grounding.mask >= 0.5
    place = trial.allowed[view.slices] > 0
    return float(np.count_nonzero(found & place) / max(1, np.count_nonzero(found)))
