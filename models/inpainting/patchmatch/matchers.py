"""Two ways of improving a field on one level: over the whole picture, or only around present matches."""

from __future__ import annotations

from typing import Protocol

import cv2
import numpy as np

from models.inpainting.patchmatch.descriptors import DIMENSIONS, principal_basis, project
from models.inpainting.patchmatch.patch import SIDE
from models.inpainting.patchmatch.pyramid import Level
from models.inpainting.patchmatch.search import Field, index_map, search_by_descriptor, search_nearby
from models.inpainting.patchmatch.workers import Workers

_SWEEPS = 2
_FAIR = 1.5  # times the mean use of an example
_OVERUSE = 0.01  # of the examples' variance, for every time beyond the fair share
_MOST_OVERUSE = 4.0
_GUIDANCE = 1.0  # weight of a guide's mean colour beside the patch itself


class Matcher(Protocol):
    """Improves a field for the present filling."""

    variance: float
    """Total variance of the examples' descriptors; 0 when not known."""

    def improve(self, field: Field, lab: np.ndarray, texture: np.ndarray, turn: int, state: np.uint64) -> None:
        """Search again in place, for the filling `lab` (H×W×3) and `texture` (H×W×2)."""
        ...


class GlobalMatcher:
    """Compares descriptors, with every example of the picture in reach.

    `guide` is Lab of the level's shape, H×W×3: examples' mean colours should be its.
    """

    def __init__(
        self, workers: Workers, level: Level, centres: np.ndarray, spread: float, guide: np.ndarray | None = None
    ) -> None:
        rows, columns = (axis.astype(np.int32) for axis in np.nonzero(centres))
        self._workers = workers
        self._rows, self._columns = rows, columns
        self._spread = spread
        self._basis, self.variance = principal_basis(level.lab, rows, columns)
        self._index = index_map(rows, columns, level.shape)
        self._wanted = None if guide is None else _mean_colours(guide)
        self._examples = self._described(level.lab, level.texture, rows, columns)
        if self._wanted is not None:
            self._examples[:, DIMENSIONS:] = _mean_colours(level.lab)[rows, columns]

    def improve(self, field: Field, lab: np.ndarray, texture: np.ndarray, turn: int, state: np.uint64) -> None:
        """Describe the targets anew, then sweep."""
        surcharge = self._surcharge(field) if turn > 0 else np.zeros(len(self._examples), np.float32)
        targets = self._described(lab, texture, field.target_y, field.target_x)
        if self._wanted is not None:
            targets[:, DIMENSIONS:] = self._wanted[field.target_y, field.target_x]
        search_by_descriptor(
            self._workers,
            field,
            targets,
            self._examples,
            self._index,
            surcharge,
            sweeps=_SWEEPS,
            spread=self._spread,
            forward=turn % 2 == 0,
            state=state,
        )

    def _described(self, lab: np.ndarray, texture: np.ndarray, ys: np.ndarray, xs: np.ndarray) -> np.ndarray:
        """N×DIMENSIONS descriptors, with three columns more for mean colours where there is a guide."""
        found = np.empty((len(ys), DIMENSIONS + (0 if self._wanted is None else 3)), np.float32)
        self._workers.run(project, len(ys), lab, texture, ys, xs, self._basis, found)
        return found

    def _surcharge(self, field: Field) -> np.ndarray:
        """What each example costs extra for being used more than its share (Kaspar et al. 2015, §4.1)."""
        used = np.zeros(self._index.shape, np.float32)
        np.add.at(used, (field.source_y, field.source_x), np.float32(1))
        used = cv2.boxFilter(used, -1, (SIDE, SIDE), borderType=cv2.BORDER_CONSTANT)
        fair = max(1.0, _FAIR * len(field) / len(self._examples))
        over = used[self._rows, self._columns] / np.float32(fair) - 1
        return np.clip(over, 0, _MOST_OVERUSE).astype(np.float32) * np.float32(_OVERUSE * self.variance)


def _mean_colours(lab: np.ndarray) -> np.ndarray:
    """H×W×3 float32: the mean over the patch around each pixel, weighed so that it counts as all samples together."""
    return cv2.blur(lab, (SIDE, SIDE)) * np.float32(_GUIDANCE * SIDE)


class NearbyMatcher:
    """Compares pixels within reach of the present match: what a big, already well matched level needs."""

    variance = 0.0

    def __init__(self, workers: Workers, level: Level, centres: np.ndarray) -> None:
        self._workers, self._examples = workers, level.lab
        self._index = np.where(centres, np.int32(0), np.int32(-1))  # pixels are compared: no row of descriptors

    def improve(self, field: Field, lab: np.ndarray, texture: np.ndarray, turn: int, state: np.uint64) -> None:
        """Propagate and look a few pixels around."""
        search_nearby(self._workers, field, lab, self._examples, self._index, state)
