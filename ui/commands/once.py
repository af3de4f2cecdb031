"""A picture opened for one command: a workspace that is thrown away afterwards, and no conversation about it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.mask import Mask
from models.segmentation.choose import Predictors
from models.weights.store import Store
from tools.edits.context import EditContext
from tools.pictures.picture import Picture
from tools.sight import Sight
from tools.workspace.workspace import Workspace


@contextmanager
def opened_once(picture: Picture, name: str) -> Iterator[EditContext]:
    """What edits may lean on; all of it is gone when the block ends. `name` is how the picture is called."""
    with tempfile.TemporaryDirectory(prefix="pentimento-") as home:
        predictors = Predictors(Store.default())
        with Workspace.create(Path(home) / "workspace", picture, name=name, durable=False) as workspace:
            yield EditContext(workspace, Sight(predictors, kind=predictors.plan), keeps_versions=False)


def keep_mask(context: EditContext, mask: Mask, name: str) -> str:
    """Keep an exact mask as a selection; returns the name to refer to it by."""
    context.workspace.save_selection(name, mask, {"by": "mask"})
    return name
