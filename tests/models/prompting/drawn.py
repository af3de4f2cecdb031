"""Drawn pictures of places, and marked places in them."""

from __future__ import annotations

import cv2
import numpy as np

from models.mask import Mask

SIDES = 480, 320  # width, height
HORIZON = 140


def landscape(ground: tuple[int, int, int], *, grain: float, seed: int = 0) -> np.ndarray:
    """A blue sky that pales towards the horizon over a ground of one colour: 320×480×3 uint8."""
    width, height = SIDES
    rng = np.random.default_rng(seed)
    down = np.linspace(0, 1, HORIZON)[:, None, None]
    rgb = np.empty((height, width, 3), np.float32)
    rgb[:HORIZON] = (1 - down) * np.array([92, 146, 214]) + down * np.array([190, 212, 235])
    rgb[HORIZON:] = ground
    texture = cv2.GaussianBlur(rng.normal(0, 1, (height - HORIZON, width)), (0, 0), 1.2)
    rgb[HORIZON:] += (grain * texture / texture.std())[..., None]
    rgb += rng.normal(0, 1.0, rgb.shape)
    return np.clip(rgb, 0, 255).astype(np.uint8)


def meadow() -> np.ndarray:
    """Grass under the sky."""
    return landscape((88, 132, 56), grain=9.0)


def street() -> np.ndarray:
    """Asphalt under the sky."""
    return landscape((112, 112, 114), grain=4.0)


def sea() -> np.ndarray:
    """Water under the sky, with waves that lie across."""
    rgb = landscape((36, 92, 138), grain=0.0).astype(np.float32)
    rows = np.arange(HORIZON, SIDES[1])
    waves = np.sin(rows * 0.9)[:, None] + np.random.default_rng(1).normal(0, 0.4, (len(rows), 1))
    rgb[HORIZON:] += 7.0 * waves[..., None]
    return np.clip(rgb, 0, 255).astype(np.uint8)


def room() -> np.ndarray:
    """A cream wall over a wooden floor."""
    width, height = SIDES
    rng = np.random.default_rng(2)
    rgb = np.empty((height, width, 3), np.float32)
    rgb[:210] = (226, 214, 190)
    rgb[210:] = (140, 98, 62)
    rgb[210:] += 6 * np.sin(np.arange(width) / 9)[None, :, None]
    return np.clip(rgb + rng.normal(0, 1.5, rgb.shape), 0, 255).astype(np.uint8)


def ellipse(x: float, y: float, width: float, height: float) -> Mask:
    """An ellipse around x, y, in shares of the picture: 320×480 float32."""
    mask = np.zeros((SIDES[1], SIDES[0]), np.float32)
    centre = round(x * SIDES[0]), round(y * SIDES[1])
    axes = round(width * SIDES[0] / 2), round(height * SIDES[1] / 2)
    cv2.ellipse(mask, centre, axes, 0, 0, 360, 1.0, -1)
    return mask
