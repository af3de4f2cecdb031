"""The coarse-to-fine pyramid of a picture with a hole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from models.inpainting.patchmatch.patch import RADIUS, SIDE

_MOST_LEVELS = 12
_FEWEST_SOURCES = 150
_SMALLEST_SOURCE_SHARE = 0.02
_TEXTURE_SIGMA = 8.0  # pixels of the finest level
_LARGEST_DESCRIBED = 400_000
"""Pixels of a level up to which descriptors of all examples are kept; above it the field is only
refined."""


@dataclass(frozen=True)
class Level:
    """One scale of the picture. Pixel (y, x) lies over pixel (2y, 2x) of the next finer level."""

    lab: np.ndarray
    """H×W×3 float32 CIE Lab; meaningless in the hole, except where a coarse pixel saw some known ones."""
    hole: np.ndarray
    """H×W bool."""
    copyable: np.ndarray
    """H×W bool: known, and allowed as an example."""
    texture: np.ndarray
    """H×W×2 float32: mean |∂L/∂x| and |∂L/∂y| over a wide window of known pixels (Newson et al. 2014,
    §3.2); 0×0×2 where the field is only refined, which asks for no texture."""

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width."""
        return self.hole.shape[0], self.hole.shape[1]

    @property
    def is_described(self) -> bool:
        """Whether matches are searched all over this level; else the coarser level's are only refined."""
        return self.texture.size > 0

    def source_centres(self) -> np.ndarray:
        """H×W bool: centres of patches that may be copied as a whole."""
        return eroded_by_patch(self.copyable)

    def target_centres(self) -> np.ndarray:
        """H×W bool: centres of patches inside the picture that touch the hole."""
        kernel = np.ones((SIDE, SIDE), np.uint8)
        touching = cv2.dilate(self.hole.astype(np.uint8), kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0)
        touching = touching.astype(bool)
        touching[:RADIUS] = touching[-RADIUS:] = False
        touching[:, :RADIUS] = touching[:, -RADIUS:] = False
        return touching

    def depth(self) -> np.ndarray:
        """H×W float32: distance in pixels to the nearest known one, 0 outside the hole."""
        return cv2.distanceTransform(self.hole.astype(np.uint8), cv2.DIST_L2, 3)


def build_pyramid(
    lab: np.ndarray, hole: np.ndarray, copyable: np.ndarray, check: Callable[[], None] = lambda: None
) -> list[Level]:
    """Halve until the hole is about one patch wide, or until too few examples are left. Finest level first.

    `lab` is H×W×3 float32, `hole` and `copyable` are H×W bool. `check` is called now and then, and may raise to stop.
    """
    scales = [(lab, hole, copyable)]
    while len(scales) < _MOST_LEVELS:
        check()
        finest = scales[-1]
        thickness = cv2.distanceTransform(finest[1].astype(np.uint8), cv2.DIST_L2, 3).max()
        if thickness <= RADIUS or min(finest[1].shape) < 4 * SIDE:
            break
        coarser = _halved(*finest)
        concerned = np.count_nonzero(coarser[1] | coarser[2])
        if eroded_by_patch(coarser[2]).sum() < max(_FEWEST_SOURCES, _SMALLEST_SOURCE_SHARE * concerned):
            break
        scales.append(coarser)
    described = [scale[1].size <= _LARGEST_DESCRIBED for scale in scales[:-1]] + [True]
    textures = _texture_features(lab, ~hole, described, check)
    return [Level(*scale, texture) for scale, texture in zip(scales, textures, strict=True)]


def eroded_by_patch(mask: np.ndarray) -> np.ndarray:
    """H×W bool: centres of the patches that lie wholly in an H×W bool mask and in the picture."""
    kernel = np.ones((SIDE, SIDE), np.uint8)
    return cv2.erode(mask.astype(np.uint8), kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0).astype(bool)


def _halved(lab: np.ndarray, hole: np.ndarray, copyable: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Half the size; colours are averaged over known pixels only, so the hole's content never leaks out."""
    known = (~hole).astype(np.float32)
    weight = cv2.GaussianBlur(known, (0, 0), 0.8)[::2, ::2]
    colour = cv2.GaussianBlur(lab * known[..., None], (0, 0), 0.8)[::2, ::2]
    colour = np.ascontiguousarray(colour / np.maximum(weight, 1e-3)[..., None], np.float32)
    return colour, _set_in_cell(hole) > 2, _set_in_cell(copyable) == 4


def _set_in_cell(mask: np.ndarray) -> np.ndarray:
    """How many pixels of every 2×2 cell are set, uint8; the last row and column count twice when the size is odd."""
    height, width = mask.shape
    even = np.pad(mask, ((0, height % 2), (0, width % 2)), mode="edge").view(np.uint8)
    rows = even[::2] + even[1::2]
    return rows[:, ::2] + rows[:, 1::2]


def _texture_features(
    lab: np.ndarray, known: np.ndarray, described: list[bool], check: Callable[[], None]
) -> list[np.ndarray]:
    lightness = np.ascontiguousarray(lab[..., 0])
    gradients = np.dstack(
        [
            np.abs(cv2.Sobel(lightness, cv2.CV_32F, 1, 0, ksize=1)),
            np.abs(cv2.Sobel(lightness, cv2.CV_32F, 0, 1, ksize=1)),
        ]
    )
    check()
    weight = cv2.erode(known.astype(np.float32), np.ones((3, 3), np.uint8))
    gradients *= weight[..., None]
    features = []
    for level, wanted in enumerate(described):
        check()
        if level:
            half = ((weight.shape[1] + 1) // 2, (weight.shape[0] + 1) // 2)
            gradients = cv2.resize(gradients, half, interpolation=cv2.INTER_AREA)
            weight = cv2.resize(weight, half, interpolation=cv2.INTER_AREA)
        if not wanted:
            features.append(np.empty((0, 0, 2), np.float32))
            continue
        sigma = max(1.0, _TEXTURE_SIGMA / 2**level)
        total = np.maximum(cv2.GaussianBlur(weight, (0, 0), sigma), 1e-3)
        features.append(np.ascontiguousarray(cv2.GaussianBlur(gradients, (0, 0), sigma) / total[..., None]))
    return features
