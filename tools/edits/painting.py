"""Edits whose pixels come from an engine that paints after words: what to ask it for, and which one to ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from models.errors import UnavailableError
from models.geometry import Bounds, Extent
from models.inpainting.commission import Commission
from models.inpainting.diffusion import PRESETS
from models.inpainting.diffusion.engine import PREFIX
from models.inpainting.filling import AUTO
from models.inpainting.painters import choose_painter, painter_named
from models.mask import Mask
from models.mask import bounds as bounds_of
from tools.edits.consent import require_consent
from tools.edits.context import EditContext
from tools.edits.drafts import best_of_drafts
from tools.edits.pixels import HOW

ENGINE_SAID = "Leave out; only when the person named an engine: 'diffusion:fast', 'diffusion:best', 'openai'."
_CONTEXT = 512  # pixels of surroundings at least: what an engine's window reaches beyond a small hole


@dataclass(frozen=True)
class Painted:
    """The picture with the hole painted (H×W×3, the dtype that came in), by which engine and from which seed, and one
    remark on how."""

    image: np.ndarray
    engine: str
    note: str
    details: dict[str, Any]
    seed: int


def painter_margin(box: Bounds) -> int:
    """How many pixels around a hole with these bounds a painter wants to see."""
    return max(_CONTEXT, box.width, box.height)


def paint(
    image: np.ndarray,
    hole: Mask,
    commission: Commission,
    context: EditContext,
    *,
    seed: int,
    engine: str = AUTO,
    at: Bounds | None = None,
    picture: Extent | None = None,
    otherwise: str = "",
    thing: str | None = None,
) -> Painted:
    """Paint H×W×3 (uint8 or uint16) where the H×W mask is above 0, with the engine that suits or that was named.

    `at` and `picture` say where the image lies in which whole, for the question that a service has to be asked first;
    None: it is the whole. `otherwise` is what could be done without a painter, said when there is none. `thing` is what
    is to be seen afterwards: with the seed 0, which nobody chose, the seed is then taken from drafts. Raises
    UnavailableError, NeedsAnswerError before anything is sent away, CancelledError within a step.
    """
    name, reason = engine, "The engine was asked for."
    if engine == AUTO:
        try:
            # asking for leave comes next, so that a service may be a candidate
            choice = choose_painter(image, hole, commission, remote_allowed=True)
        except UnavailableError as missing:
            raise UnavailableError(f"{missing}{f' {otherwise}' if otherwise else ''}") from missing
        name, reason = choice.name, choice.reason
    where = bounds_of(hole)
    where = where if at is None else where.shifted(at.x0, at.y0)
    require_consent(name, where, picture or Extent.of(image), context.consent)
    painter = painter_named(name, commission)
    loading = _Loading(context.progress.on_report, context.clock)
    progress = replace(context.progress, on_report=loading.report)
    steps, prompt, chosen = _steps(name, commission), commission.prompt, None
    if thing is not None and seed == 0:
        chosen = best_of_drafts(
            painter, image, hole, thing, context.sight, prompt=prompt, steps=steps, progress=progress
        )
    if chosen is None:
        filled = painter.fill(image, hole, seed=seed, progress=progress, prompt=prompt)
    else:
        filled, seed = chosen.image, chosen.seed
    how = f"painted by {name}{f' in {steps} steps' if steps else ''}, seed {seed}"
    if chosen is not None:
        how += f", {chosen.told}"
    if loading.seconds is not None:
        how += f"; loading the model took {loading.seconds:.0f} s of it, the next painting is quicker"
    details: dict[str, Any] = {HOW: how, "prompt": prompt, "seed": seed}
    note = f"{how[0].upper()}{how[1:]}. {reason} {painter.terms}".strip()
    return Painted(filled, name, note, details | ({"steps": steps} if steps else {}), seed)


class _Loading:
    """Passes reports on, and measures how long a model was loaded; `seconds` is None while none was."""

    def __init__(self, on_report: Callable[[float, str], None], clock: Callable[[], float]) -> None:
        self._on_report, self._clock = on_report, clock
        self._began: float | None = None
        self.seconds: float | None = None

    def report(self, fraction: float, label: str) -> None:
        """Like `Progress.on_report`."""
        if label.rpartition(": ")[2].startswith("loading "):  # a draft's label has its number before it
            self._began = self._clock()
        elif self._began is not None and self.seconds is None:
            self.seconds = self._clock() - self._began
        self._on_report(fraction, label)


def _steps(engine: str, commission: Commission) -> int | None:
    preset = PRESETS.get(engine.removeprefix(PREFIX))
    return commission.steps or (preset.steps if preset else None)
