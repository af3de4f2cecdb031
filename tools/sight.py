"""Seeing the pictures in view: a predictor per version, prepared once and kept while it is of use.

What models found in a picture is kept with its workspace, so that a later process need not look again.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

import numpy as np

from models.segmentation.picture_memory import Remembering
from models.segmentation.protocol import Predictor
from tools.pictures.picture import Picture
from tools.pictures.profiles import to_srgb_preview
from tools.workspace.workspace import Workspace

_SEEN = "seen"


class Sight:
    """Hands out predictors whose image is set. Bounded: the least recently used one is dropped.

    Predictors are not thread-safe; `lock` is held by whoever prompts one.
    """

    def __init__(
        self, make_predictor: Callable[[], Predictor], capacity: int = 2, kind: Callable[[], Hashable] = lambda: None
    ) -> None:
        """`kind` says cheaply what `make_predictor` would make now; when that changes, new ones are made."""
        self._make_predictor = make_predictor
        self._capacity = capacity
        self._kind = kind
        self._predictors: OrderedDict[tuple[str, str, Hashable], Predictor] = OrderedDict()
        self.lock = threading.RLock()

    def predictor(self, workspace: Workspace, version_id: str | None = None) -> Predictor:
        """The predictor for a version of the workspace (its head by default)."""
        version = workspace.version(version_id) if version_id else workspace.head
        return self._looking_at(workspace, version.id, lambda: workspace.picture(version.id))

    def predictor_of_attachment(self, workspace: Workspace, identity: str) -> Predictor:
        """The predictor for a picture that is attached to the workspace. Raises BadInputError when there is none."""
        return self._looking_at(workspace, f"attachment {identity}", lambda: workspace.attachment(identity))

    def _looking_at(self, workspace: Workspace, called: str, picture: Callable[[], Picture]) -> Predictor:
        key = (str(workspace.folder), called, self._kind())
        with self.lock:
            predictor = self._predictors.get(key)
            if predictor is None:
                predictor = self._make_predictor()
                if isinstance(predictor, Remembering):
                    predictor.remember_in(workspace.folder / _SEEN)
                predictor.set_image(to_srgb_preview(picture()))
                self._predictors[key] = predictor
                while len(self._predictors) > self._capacity:
                    self._predictors.popitem(last=False)
            self._predictors.move_to_end(key)
            return predictor

    def glimpse(self, pixels: np.ndarray) -> Predictor:
        """A predictor for H×W×3 samples (8 or 16 bit, sRGB-like) that are no version yet; kept nowhere."""
        predictor = self._make_predictor()
        predictor.set_image(
            np.ascontiguousarray(pixels if pixels.dtype == np.uint8 else (pixels >> 8).astype(np.uint8))
        )
        return predictor
