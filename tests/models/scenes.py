"""Drawn pictures with known things in them, for the tests of selecting."""

import cv2
import numpy as np
from skimage import data

DISC, BAR, HOUSE = 1, 2, 3


def drawn_scene(scale: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """A red disc, a blue bar and a two-coloured house on grass: H×W×3 uint8, and H×W uint8 numbers of the things."""
    grass = data.grass()[:300, :420].astype(float)
    ground = np.clip((grass - grass.mean())[..., None] * 0.35 + np.array([105, 130, 85]), 0, 255)
    labels = np.zeros((300, 420), np.uint8)
    colours = np.zeros((300, 420, 3), float)
    cv2.circle(labels, (110, 110), 55, DISC, -1)
    cv2.rectangle(labels, (40, 230), (240, 262), BAR, -1)
    cv2.rectangle(labels, (275, 120), (380, 240), HOUSE, -1)
    colours[labels == DISC] = (190, 50, 45)
    colours[labels == BAR] = (45, 70, 180)
    colours[labels == HOUSE] = (225, 215, 190)
    colours[180:, :][labels[180:, :] == HOUSE] = (205, 190, 160)
    noise = np.random.default_rng(0).normal(0, 4, ground.shape)
    picture = np.clip(np.where(labels[..., None] > 0, colours, ground) + noise, 0, 255).astype(np.uint8)
    picture = cv2.GaussianBlur(picture, (0, 0), 0.7)
    if scale != 1.0:
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        labels = cv2.resize(labels, None, fx=scale, fy=scale, interpolation=cv2.INTER_NEAREST)
    return picture, labels


def thing(labels: np.ndarray, number: int) -> np.ndarray:
    """H×W float32: one of the things."""
    return (labels == number).astype(np.float32)
