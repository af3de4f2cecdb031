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

ENGINE_SAID = "Leave out; only when the person named an engine: 'diffusion:fast', 'diffusion:best', 'openai'."
_CONTEXT = 512  # pixels of surroundings at least: what an engine's window reaches beyond a small hole


@dataclass(frozen=True)
class Painted:
    """The picture with the hole painted (H×W×3, the dtype that came in), by which engine, and one remark on how."""

    image: np.ndarray
    engine: str
    note: str
    details: dict[str, Any]


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
) -> Painted:
    """Paint H×W×3 (uint8 or uint16) where the H×W mask is above 0, with the engine that suits or that was named.

    `at` and `picture` say where the image lies in which whole, for the question that a service has to be asked first;
    None: it is the whole. `otherwise` is what could be done without a painter, said when there is none. Raises
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
    told: list[str] = []
    progress = replace(context.progress, on_report=_listening(context.progress.on_report, told))
    filled = painter.fill(image, hole, seed=seed, progress=progress, prompt=commission.prompt)
    steps = _steps(name, commission)
    how = f"Painted with {name}{f' in {steps} steps' if steps else ''}, seed {seed}. {reason} {painter.terms}".strip()
    details: dict[str, Any] = {"prompt": commission.prompt, "seed": seed}
    loaded = next((label for label in told if label.startswith("loading ")), None)
    if loaded is not None:
        details["loaded"] = loaded.removeprefix("loading ")
        how += " The first painting took longer, because the model had to be loaded; the next is quicker."
    return Painted(filled, name, how, details | ({"steps": steps} if steps else {}))


def _listening(on_report: Callable[[float, str], None], told: list[str]) -> Callable[[float, str], None]:
    """The same, and every label is kept."""

    def report(fraction: float, label: str) -> None:
        told.append(label)
        on_report(fraction, label)

    return report


def _steps(engine: str, commission: Commission) -> int | None:
    preset = PRESETS.get(engine.removeprefix(PREFIX))
    return commission.steps or (preset.steps if preset else None)
