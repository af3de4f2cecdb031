"""Photos on which people drew regions, and which of them anything may be fitted on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from models.errors import BadInputError

_SUFFIX = "_regions.png"
_HELD_OUT = (0, 3)  # of every five photos in the order of their names


class Labelled(NamedTuple):
    """A photo, H×W×3 uint8, its regions numbered, H×W, and its name."""

    rgb: np.ndarray
    labels: np.ndarray
    name: str


def names(folder: Path) -> list[str]:
    """The names of all labelled photos (`NAME.jpg` with `NAME_regions.png`), sorted."""
    return sorted(path.name.removesuffix(_SUFFIX) for path in folder.glob(f"*{_SUFFIX}"))


def fitted_and_held_out(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Three of five photos to fit on, and two of five that nothing was ever fitted on."""
    ordered = sorted(names)
    held = {name for place, name in enumerate(ordered) if place % 5 in _HELD_OUT}
    return [n for n in ordered if n not in held], [n for n in ordered if n in held]


def read_labelled(folder: Path, name: str) -> Labelled:
    """One of them. Raises BadInputError when a file of it cannot be read."""
    bgr = cv2.imread(str(folder / f"{name}.jpg"), cv2.IMREAD_COLOR)
    labels = cv2.imread(str(folder / f"{name}{_SUFFIX}"), cv2.IMREAD_UNCHANGED)
    if bgr is None or labels is None or bgr.shape[:2] != labels.shape:
        raise BadInputError(f"{folder / name} is not a photo with numbered regions of its size.")
    return Labelled(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), labels, name)


def drawn_regions(labels: np.ndarray, smallest: float, largest: float) -> list[np.ndarray]:
    """H×W bool: every connected region whose share of the photo lies between the two."""
    found = []
    for value in np.unique(labels):
        _, parts, stats, _ = cv2.connectedComponentsWithStats((labels == value).astype(np.uint8), connectivity=4)
        shares = stats[:, cv2.CC_STAT_AREA] / labels.size
        found += [parts == part for part in range(1, len(stats)) if smallest < shares[part] < largest]
    return found
