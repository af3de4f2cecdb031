"""See through haze: the dark channel prior (He, Sun & Tang 2009) with a guided filter, held back on purpose."""

from __future__ import annotations

import cv2
import numpy as np

from models.colour.oklab import from_unit, to_unit
from models.errors import BadInputError
from models.progress import SILENT, Progress

_LEAST_TRANSMISSION = 0.25
_WORKING_SIDE = 900


def dehaze(image: np.ndarray, strength: float = 50.0, *, progress: Progress = SILENT) -> np.ndarray:
    """The image with less haze. image: H×W×3 uint8 or uint16; strength 0 to 100.

    The transmission is estimated small and enlarged along the picture's edges. A picture without haze has a
    dark channel near zero and hardly changes. Raises BadInputError when the strength is outside its range.
    """
    if not 0 <= strength <= 100:
        raise BadInputError("Dehazing goes from 0 to 100.")
    if strength == 0:
        return image.copy()
    progress.report(0.0, "clearing haze")
    unit = to_unit(image)
    height, width = unit.shape[:2]
    scale = min(1.0, _WORKING_SIDE / max(height, width))
    small = cv2.resize(unit, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else unit
    radius = max(3, round(0.012 * max(small.shape[:2])))
    airlight = _airlight(small, radius)
    dark = _dark_channel(small / airlight, radius)
    guide = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    # a picture that reaches black has little haze over it as a whole; what it has lies in the distance
    haziness = float(np.clip(np.quantile(dark, 0.05) / 0.12, 0.4, 1.0))
    raw = (1 - 0.95 * haziness * strength / 100 * np.clip(dark, 0, 1)).astype(np.float32)
    transmission = cv2.ximgproc.guidedFilter(guide, raw, 4 * radius, 1e-3)
    progress.report(0.5, "clearing haze")
    if scale < 1:
        transmission = cv2.resize(transmission, (width, height), interpolation=cv2.INTER_LINEAR)
    transmission = np.clip(transmission, _LEAST_TRANSMISSION, 1)[..., None]
    clear = (unit - airlight) / transmission + airlight
    progress.report(0.9, "clearing haze")
    return from_unit(np.clip(clear, 0, 1), image.dtype)


def _dark_channel(unit: np.ndarray, radius: int) -> np.ndarray:
    return cv2.erode(unit.min(axis=-1), np.ones((2 * radius + 1, 2 * radius + 1), np.uint8))


def _airlight(unit: np.ndarray, radius: int) -> np.ndarray:
    """The haze's own colour: the mean of what is haziest, kept near neutral so that skies keep theirs."""
    dark = _dark_channel(unit, radius)
    haziest = unit[dark >= np.quantile(dark, 0.995)]
    colour = haziest.mean(axis=0)
    return np.clip(0.5 * colour + 0.5 * colour.mean(), 0.35, 1.0).astype(np.float32)
