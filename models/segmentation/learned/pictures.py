"""What all models here ask of a picture."""

from __future__ import annotations

import hashlib

import cv2
import numpy as np

from models.errors import BadInputError
from models.geometry import Extent


def require_rgb(rgb: np.ndarray) -> np.ndarray:
    """H×W×3 uint8, contiguous; raises BadInputError for anything else."""
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8 or min(rgb.shape[:2]) < 1:
        raise BadInputError("Finding things needs an 8-bit RGB picture; convert this one first.")
    return np.ascontiguousarray(rgb)


def require_phrase(phrase: str) -> str:
    """The words with single spaces; raises BadInputError when there are none."""
    words = " ".join(phrase.split())
    if not words:
        raise BadInputError("Say what to look for; the description is empty.")
    return words


def fingerprint(rgb: np.ndarray) -> bytes:
    """Equal for equal contiguous H×W×3 uint8 pictures, and different for different ones."""
    return hashlib.blake2b(rgb.data, digest_size=16, salt=b"%d" % rgb.shape[1]).digest()


def shrunk(rgb: np.ndarray, longest: int) -> np.ndarray:
    """Area-averaged so that the longer side is at most `longest` pixels; the picture itself when it is."""
    extent = Extent.of(rgb)
    smaller = extent.fit_within(longest)
    return rgb if smaller == extent else cv2.resize(rgb, tuple(smaller), interpolation=cv2.INTER_AREA)
