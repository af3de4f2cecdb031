"""Fill a hole with the engine that suits it, or with the one that was asked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.inpainting.choose import available_engines, choose_engine, engine_named
from models.inpainting.diffusion import Diffusion
from models.inpainting.patchmatch import PatchMatch
from models.inpainting.patchmatch.engine import is_grey
from models.inpainting.remote.engine import OpenAI
from models.mask import Mask
from models.progress import Progress

AUTO = "auto"


@dataclass(frozen=True)
class Filled:
    """The filled image (H×W×3, the dtype that came in), the engine's name, and why that one; "" where it was named."""

    image: np.ndarray
    engine: str
    reason: str


def fill_hole(
    image: np.ndarray,
    hole: Mask,
    *,
    seed: int,
    progress: Progress,
    engine: str = AUTO,
    sources: Mask | None = None,
    prompt: str | None = None,
) -> Filled:
    """Fill the pixels of H×W×3 (uint8 or uint16) whose H×W mask is above 0.

    `sources` (H×W float32) restricts what may be copied to where it is above 0; `prompt` says what should be there, to
    engines that can paint. Raises BadInputError for an engine
    that does not exist, an empty mask, a mask that leaves nothing to copy, or sources too small to copy from, and
    UnavailableError when the engine that was asked for lacks its weights.
    """
    if engine == AUTO and sources is not None:
        name, reason = PatchMatch.name, "It is filled with copies of the part that was named."
    elif engine == AUTO:
        choice = choose_engine(image, hole, available_engines())
        name, reason = choice.name, choice.reason
    else:
        name, reason = engine, ""
    chosen = engine_named(name)
    filled = chosen.fill(image, hole, seed=seed, progress=progress, sources=sources, prompt=prompt)
    if isinstance(chosen, Diffusion | OpenAI) and chosen.terms:
        reason = f"{reason} {chosen.terms}".strip()
    if isinstance(chosen, Diffusion):
        reason = " ".join(filter(None, [reason, *chosen.notices]))
    if prompt is None and is_grey(image):
        filled[..., 1:] = filled[..., :1]  # some engines round their channels differently
    return Filled(filled, name, reason)
