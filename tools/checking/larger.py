"""Was what a click took part of something larger? The proposals that lost against it by little know."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.mask import Mask, iou
from models.segmentation.protocol import Predictor
from tools.checking.trial import Trial

_SAME = 0.8  # intersection over union with what was taken: it was this click that took it
_NEARLY_AS_GOOD = 0.85  # of the score of what was taken; see tests/benchmarks/checks.py
_UNSURE = 0.4  # score below which what was taken is more often a part than a whole
_HOLDS = 0.85  # of what was taken lies in the larger one
_LARGER = (1.2, 10.0)  # times as large
_SCENERY = 0.5  # of the picture: what is larger is no thing


@dataclass(frozen=True)
class Doubt:
    """`larger`, H×W float32: what the click may have meant instead; without one the thing's outline is in doubt."""

    larger: Mask | None = None


def doubt_about(trial: Trial, predictor: Predictor) -> Doubt | None:
    """Whether a click may have meant more than what was taken; None where that is unlikely, or nobody clicked.

    `predictor` looks at the picture as it was before the edit.
    """
    if trial.click is None:
        return None
    taken, *others = predictor.from_points([trial.click]).candidates or (None,)
    if taken is None or iou(taken.mask, trial.target) < _SAME:
        return None
    own = trial.target >= 0.5
    size = max(1, np.count_nonzero(own))
    for other in sorted(others, key=lambda candidate: -candidate.score):
        if other.score < _NEARLY_AS_GOOD * taken.score:
            break
        mask = other.mask >= 0.5
        count = np.count_nonzero(mask)
        if (
            _LARGER[0] * size < count < min(_LARGER[1] * size, _SCENERY * mask.size)
            and np.count_nonzero(mask & own) > _HOLDS * size
        ):
            return Doubt(mask.astype(np.float32))
    return Doubt() if taken.score < _UNSURE else None
