"""Workspaces opened for a test, and the context that edits are performed in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from models.mask import Mask
from models.segmentation.weight_free import WeightFreePredictor
from tools.edits.catalogue import request_for
from tools.edits.context import EditContext
from tools.edits.request import StepReport
from tools.pictures.picture import Picture
from tools.sight import Sight
from tools.workspace.workspace import Workspace


def opened(folder: Path, pixels: np.ndarray, **fields: Any) -> EditContext:
    """A context on a new workspace of these pixels."""
    return opened_picture(folder, Picture(pixels, **fields))


def opened_picture(folder: Path, picture: Picture) -> EditContext:
    """A context on a new workspace of this picture."""
    workspace = Workspace.create(folder / "workspace", picture, name="test")
    return EditContext(workspace, Sight(WeightFreePredictor))


def select(context: EditContext, mask: Mask, name: str = "chosen") -> str:
    """Save an exact mask under a name."""
    context.workspace.save_selection(name, mask, {"by": "mask"})
    return name


def perform(context: EditContext, op: str, **arguments: Any) -> StepReport:
    """Perform one edit."""
    return request_for(op, arguments).perform(context)


def disc(shape: tuple[int, ...], center: tuple[int, int], radius: int) -> Mask:
    """A hard disc; the center is x, y."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    return (np.hypot(columns - center[0], rows - center[1]) <= radius).astype(np.float32)
