"""Drawn scenes and things whose true light, matte and composite are known."""

from __future__ import annotations

import cv2
import numpy as np

from models.colour.oklab import from_unit, oklab_to_srgb, srgb_to_oklab, to_unit
from models.mask import Mask


def floor_and_wall(height: int = 300, width: int = 400, *, tint: tuple[float, float] = (0.0, 0.0)) -> np.ndarray:
    """A grey wall above a lighter floor with a few coloured boxes, H×W×3 float32 sRGB; `tint` shifts OKLab a and b."""
    rng = np.random.default_rng(3)
    lab = np.zeros((height, width, 3), np.float32)
    lab[..., 0] = 0.55
    lab[height // 2 :, :, 0] = 0.72
    lab[..., 0] += rng.normal(0, 0.004, (height, width)).astype(np.float32)
    for x, colour in ((20, (0.45, 0.12, 0.06)), (width - 70, (0.5, -0.04, -0.12)), (width - 130, (0.05, 0, 0))):
        lab[height // 2 - 60 : height // 2 + 10, x : x + 45] = colour
    lab[10:30, 30:90] = (0.97, 0, 0)
    lab[..., 1:] += np.asarray(tint, np.float32)
    return np.clip(oklab_to_srgb(lab), 0, 1).astype(np.float32)


def ball(
    diameter: int = 120, colour: tuple[float, float, float] = (0.5, 0.17, 0.09), *, lit_from: float = -0.5
) -> tuple[np.ndarray, Mask]:
    """A shaded ball, h×w×3 float32 sRGB, and its exact anti-aliased matte. `lit_from`: -1 left, 1 right."""
    y, x = (np.mgrid[:diameter, :diameter] - (diameter - 1) / 2) / (diameter / 2 - 2)
    radius = np.hypot(x, y)
    normal = np.stack([x, y, np.sqrt(np.clip(1 - radius**2, 0, 1))], axis=-1)
    light = np.array([lit_from, -0.6, 0.6])
    shade = 0.45 + 0.65 * np.clip(normal @ (light / np.linalg.norm(light)), 0, 1)
    lab = np.asarray(colour, np.float32) * shade[..., None].astype(np.float32)
    alpha = np.clip((1 - radius) * (diameter / 2 - 2) + 0.5, 0, 1)
    return np.clip(oklab_to_srgb(lab.astype(np.float32)), 0, 1).astype(np.float32), alpha.astype(np.float32)


def composited(scene: np.ndarray, thing: np.ndarray, alpha: Mask, x: int, y: int) -> tuple[np.ndarray, Mask]:
    """The thing over the scene with its top left at x, y, and its matte in the scene's size."""
    height, width = alpha.shape
    whole = np.zeros(scene.shape[:2], np.float32)
    whole[y : y + height, x : x + width] = alpha
    layer = np.zeros_like(scene)
    layer[y : y + height, x : x + width] = thing
    weight = whole[..., None]
    return scene * (1 - weight) + layer * weight, whole


def tinted(rgb: np.ndarray, a: float, b: float, gain: float = 1.0) -> np.ndarray:
    """The same under another light."""
    lab = srgb_to_oklab(rgb).astype(np.float32)
    lab[..., 0] *= gain
    lab[..., 1:] += np.array([a, b], np.float32) * np.clip(lab[..., :1] / 0.7, 0, 1)
    return np.clip(oklab_to_srgb(lab), 0, 1).astype(np.float32)


def eight(rgb: np.ndarray) -> np.ndarray:
    """As uint8."""
    return from_unit(rgb, np.uint8)


def sixteen(rgb: np.ndarray) -> np.ndarray:
    """As uint16."""
    return from_unit(rgb, np.uint16)


def lab_of(rgb: np.ndarray) -> np.ndarray:
    """OKLab of a picture of any depth."""
    return srgb_to_oklab(to_unit(rgb))


def checkered(size: int = 128, square: int = 16) -> np.ndarray:
    """A woven-looking swatch, size×size×3 uint8."""
    y, x = np.mgrid[:size, :size] // square
    board = np.where((x + y) % 2 == 0, 190, 110).astype(np.uint8)
    swatch = np.dstack([board, board // 2, 60 + board // 4])
    return cv2.GaussianBlur(swatch, (3, 3), 0)
