"""A picture of how far a run is: holes, fillings and truth side by side."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import torch

from models.training.files import write_whole
from models.training.samples import Batch

_HOLE_SHADE = 0.5
_GAP = 4  # pixels of white between pictures


def draw_sheet(held: Batch, filled: torch.Tensor, rows: int = 8) -> np.ndarray:
    """H×W×3 uint8: per row what was given (holes in grey), what the net made of it, and what was there."""
    lines = []
    for truth, known, made in list(zip(held.truth, held.known, filled, strict=True))[:rows]:
        given = truth * known + _HOLE_SHADE * (1 - known)
        lines.append(np.hstack([_framed(picture) for picture in (given, made, truth)]))
    return np.vstack(lines)


def write_sheet(sheet: np.ndarray, target: Path) -> None:
    """As PNG, complete or not at all."""
    _, data = cv2.imencode(".png", cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))
    write_whole(data.tobytes(), target)


def _framed(picture: torch.Tensor) -> np.ndarray:
    levels = (picture.clamp(0, 1).permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
    return cv2.copyMakeBorder(levels, 0, _GAP, 0, _GAP, cv2.BORDER_CONSTANT, value=(255, 255, 255))
