"""Roughly which colours belong where, as copies are searched.

The mean colour of an example is compared with a guide's around the target, beside the patch itself: where a blurred
picture of what is missing can be had, copies that agree with it are nearer to the truth, and as sharp as any.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from models.inpainting.patchmatch.patch import SIDE


class Guidance(NamedTuple):
    """What copies should look like from far away."""

    picture: np.ndarray
    """H×W×3 of the image's dtype, known pixels as in the image."""
    trust: np.ndarray
    """H×W float32, at least 0: the weight of a patch's mean colour beside all its samples."""


class Guide(NamedTuple):
    """Guidance at one level, float32."""

    colours: np.ndarray
    """H×W×3: Lab means over patches, times what makes one of them count as much as a patch's samples."""
    trust: np.ndarray
    """H×W: the weight of their squared distance."""


def guides_of(guidance: Guidance | None, levels: int) -> list[Guide | None]:
    """One for each level, finest first, for a picture H×W×3 float32 RGB in [0, 255]; nothing without one."""
    if guidance is None:
        return [None] * levels
    lab, trust = cv2.cvtColor(guidance.picture / np.float32(255), cv2.COLOR_RGB2LAB), guidance.trust
    found: list[Guide | None] = []
    for _ in range(levels):
        found.append(Guide(mean_colours(lab), trust))
        lab, trust = (np.ascontiguousarray(cv2.GaussianBlur(one, (0, 0), 0.8)[::2, ::2]) for one in (lab, trust))
    return found


def mean_colours(lab: np.ndarray) -> np.ndarray:
    """H×W×3 float32: the mean over the patch around each pixel, times the root of its number of pixels."""
    return cv2.blur(lab, (SIDE, SIDE)) * np.float32(SIDE)
