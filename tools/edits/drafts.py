"""Several quick paintings to choose the seed from, where that costs little and somebody here can tell which is good.

Early seed filtering after ICEdit (Zhang et al. 2025, arXiv 2504.20690).
"""

from __future__ import annotations

import math
import os
from dataclasses import dataclass

import numpy as np

from models.errors import BadInputError
from models.inpainting.diffusion import PRESETS, Diffusion
from models.inpainting.diffusion.engine import PREFIX
from models.inpainting.painters import Painter
from models.mask import Mask
from models.progress import Progress
from models.weights.machine import this_machine
from models.weights.store import Store
from tools.checking.painting import GOOD, judge_for
from tools.sight import Sight

DRAFTS = "PENTIMENTO_DRAFTS"  # how many at most; without it four, on a machine where a painting takes seconds
_USUAL, _MOST = 4, 8
_STEPS = 10  # at most, for one draft: so many showed in ICEdit what would become of a seed
_MB = 1_000_000


@dataclass(frozen=True)
class Chosen:
    """A painting (H×W×3) in full, from which seed, after how many drafts were looked at."""

    image: np.ndarray
    seed: int
    drafts: int

    @property
    def told(self) -> str:
        """How it came about, in a few words."""
        return f"best of {self.drafts} drafts" if self.drafts > 1 else "its first draft was good"


def best_of_drafts(
    painter: Painter,
    image: np.ndarray,
    hole: Mask,
    thing: str,
    sight: Sight,
    *,
    prompt: str | None,
    steps: int | None,
    progress: Progress,
) -> Chosen | None:
    """Paint with the seed whose draft shows the `thing` best; None when there is no point in drafts.

    That is when they take long here, or nobody here knows things by name. `steps` are those of a whole painting, where
    they are known. The seeds are 1, 2, 3 …, never 0, so that a seed that is written down is repeated without drafts.
    Raises what `Diffusion.fill` raises, and BadInputError when PENTIMENTO_DRAFTS is not a number it may be.
    """
    if not isinstance(painter, Diffusion) or (most := _most(painter.name)) < 2:
        return None
    judge = judge_for(image, hole, thing, sight)
    if judge is None:
        return None
    looked: list[float] = []

    def looking(draft: np.ndarray) -> float:
        progress.check()
        looked.append(judge(draft))
        return looked[-1]

    filled, seed = painter.best_of(
        image,
        hole,
        range(1, most + 1),
        looking,
        progress=progress,
        steps=min(_STEPS, math.ceil(steps / 2)) if steps else None,
        prompt=prompt,
        enough=GOOD,
    )
    return Chosen(filled, seed, len(looked))


def _most(engine: str) -> int:
    """How many drafts that engine may make on this machine."""
    said = os.environ.get(DRAFTS, "").strip()
    if said:
        if not (said.isascii() and said.isdigit() and int(said) <= _MOST):
            raise BadInputError(f"{DRAFTS} says how many drafts are made of a painting: set it to 0 (none) to {_MOST}.")
        return int(said)
    preset = PRESETS.get(engine.removeprefix(PREFIX))
    needed = preset.memory_mb * _MB if preset else 0
    gpus = [one for one in this_machine(Store.default().root).accelerators if one.kind == "cuda"]
    return _USUAL if any(one.memory >= needed for one in gpus) else 0
