"""A toy world: what fits a place is decided by its outline and by what lies around it, together and by nothing else."""

from __future__ import annotations

import hashlib
from collections import Counter

import cv2
import numpy as np

from models.prompting.diffusion.rows import Example

SIZE = 120, 90  # width, height
GROUNDS = ("sky", "field", "boards")
OUTLINES = {"wide": (52, 14), "tall": (14, 44), "small": (13, 13), "large": (38, 36)}
WORDS = {
    ("sky", "wide"): "a cloud",
    ("sky", "tall"): "a rocket",
    ("sky", "small"): "a bird",
    ("sky", "large"): "a balloon",
    ("field", "wide"): "a bench",
    ("field", "tall"): "a lamp",
    ("field", "small"): "a flower",
    ("field", "large"): "a bush",
    ("boards", "wide"): "a book",
    ("boards", "tall"): "a bottle",
    ("boards", "small"): "a coin",
    ("boards", "large"): "a plate",
}
# how often an outline is met: guessing without looking at it cannot be right more often than the largest of them
OFTEN = {"wide": 0.4, "tall": 0.3, "small": 0.2, "large": 0.1}


class ToySet:
    """Implements `Examples`: `count` drawn pictures, each with one thing of any colour in it."""

    def __init__(self, count: int, seed: int) -> None:
        self._count, self._seed = count, seed

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> Example:
        if not 0 <= index < self._count:
            raise IndexError(index)
        dice = np.random.default_rng((self._seed, index))
        ground = GROUNDS[dice.integers(len(GROUNDS))]
        outline = str(dice.choice(list(OFTEN), p=list(OFTEN.values())))
        rgb, mask = _drawn(ground, outline, dice)
        return Example(rgb, mask, WORDS[ground, outline], index)

    def identity(self) -> str:
        return hashlib.sha256(f"toy:{self._count}:{self._seed}".encode()).hexdigest()[:16]

    def words(self) -> Counter[str]:
        return Counter(self[index].phrase for index in range(len(self)))


def _drawn(ground: str, outline: str, dice: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    width, height = SIZE
    down = np.linspace(0, 1, height)[:, None, None]
    if ground == "sky":
        rgb = (1 - down) * (90, 140, 215) + down * (200, 220, 240) + np.zeros((height, width, 1))
    elif ground == "field":
        rough = cv2.GaussianBlur(dice.normal(0, 1, (height, width)), (0, 0), 1.0)
        rgb = np.array([80, 130, 60]) + 25 * rough[..., None]
    else:
        rgb = np.array([150, 105, 65]) + 18 * np.sign(np.sin(np.arange(width) / 3.0))[None, :, None]
        rgb = rgb + np.zeros((height, 1, 1))
    rgb = rgb + dice.normal(0, 3, (height, width, 3)) + dice.uniform(-15, 15)
    across, tall = np.array(OUTLINES[outline]) * dice.uniform(0.85, 1.15, 2)
    x = dice.uniform(across / 2 + 2, width - across / 2 - 2)
    y = dice.uniform(tall / 2 + 2, height - tall / 2 - 2)
    mask = np.zeros((height, width), np.float32)
    cv2.ellipse(mask, (round(x), round(y)), (round(across / 2), round(tall / 2)), 0, 0, 360, 1.0, -1)
    rgb = np.where(mask[..., None] > 0, dice.uniform(0, 255, 3), rgb)
    return np.clip(rgb, 0, 255).astype(np.uint8), mask
