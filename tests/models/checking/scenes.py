"""Drawn pictures in which it is known what a check should see."""

from __future__ import annotations

import cv2
import numpy as np

from models.mask import Mask


def grass(height: int = 240, width: int = 320, seed: int = 0) -> np.ndarray:
    """H×W×3 uint8: soft texture without anything on it."""
    rng = np.random.default_rng(seed)
    noise = cv2.GaussianBlur(rng.normal(0, 30, (height, width)).astype(np.float32), (0, 0), 1.5)
    return np.clip(np.array([90, 130, 80]) + noise[..., None], 0, 255).astype(np.uint8)


def rectangle(shape: tuple[int, ...], x0: int, y0: int, x1: int, y1: int) -> Mask:
    """A hard mask."""
    mask = np.zeros(shape[:2], np.float32)
    mask[y0:y1, x0:x1] = 1.0
    return mask


def painted(picture: np.ndarray, mask: Mask, colour: tuple[int, int, int]) -> np.ndarray:
    """The picture with one colour where the mask is, a little grain on it."""
    grain = np.random.default_rng(5).integers(-6, 7, picture.shape)
    return np.where(mask[..., None] > 0, np.clip(np.array(colour) + grain, 0, 255), picture).astype(np.uint8)


def mirrored(height: int = 260, width: int = 320) -> tuple[np.ndarray, Mask]:
    """A patterned box on a dark polished floor that shows it upside down, dimmer; and the box' mask."""
    picture = np.full((height, width, 3), (60, 58, 62), np.uint8)
    picture[140:] = (34, 33, 36)
    rng = np.random.default_rng(3)
    blocks = rng.integers(60, 230, (10, 12, 3), dtype=np.uint8)
    box = cv2.resize(blocks, (144, 80), interpolation=cv2.INTER_NEAREST)
    picture[60:140, 90:234] = box
    below = box[::-1].astype(np.float32) * 0.45 + np.array([34, 33, 36]) * 0.55
    picture[140:220, 90:234] = below.astype(np.uint8)
    return picture, rectangle(picture.shape, 90, 60, 234, 140)


def shaded(picture: np.ndarray, shadow: Mask, depth: float = 0.6) -> np.ndarray:
    """The picture with that share of its light gone under the mask (H×W in [0, 1]), a little less of blue."""
    light = (picture.astype(np.float32) / 255) ** 2.2
    kept = light * (1 - depth * shadow[..., None] * np.array([1.0, 0.98, 0.94], np.float32))
    return np.rint(255 * kept ** (1 / 2.2)).astype(np.uint8)


def box_with_a_shadow(ground: np.ndarray) -> tuple[np.ndarray, Mask, Mask]:
    """A red box on 240×320 of ground, its soft shadow to the right of its foot; the masks of the box and the shadow."""
    box = rectangle(ground.shape, 90, 70, 160, 160)
    cast = np.zeros(ground.shape[:2], np.float32)
    cv2.ellipse(cast, (165, 155), (70, 14), 0.0, 0.0, 360.0, (1.0,), -1)
    cast = cv2.GaussianBlur(cast, (0, 0), 3.0)
    return painted(shaded(ground, cast), box, (190, 60, 50)), box, cast * (1 - box)
