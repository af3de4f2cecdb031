"""The first guess at the coarsest level: fill ring by ring from the edge inwards.

Each pixel of a ring takes the example that agrees best with what is known around it so far (Newson et al.
2014, §3.4: a good start decides which of the many local minima the completion ends in).
"""

from __future__ import annotations

import cv2
import numpy as np
from numba import njit

from models.inpainting.patchmatch.patch import JIT, RADIUS
from models.inpainting.patchmatch.pyramid import Level
from models.inpainting.patchmatch.workers import Workers

_MOST_EXAMPLES = 3000


def peel(
    workers: Workers, level: Level, centres: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Fill the hole from outside in.

    Returns the filled Lab picture (H×W×3 float32), its texture (H×W×2 float32) and the matched patch
    centres (H×W×2 int32 as y, x; -1 outside the hole). `centres` (H×W bool) are the patches that may be
    copied.
    """
    lab, texture, filled = level.lab.copy(), level.texture.copy(), ~level.hole
    height, width = level.shape
    source_y, source_x = (axis.astype(np.int32) for axis in np.nonzero(centres))
    if len(source_y) > _MOST_EXAMPLES:
        chosen = rng.choice(len(source_y), _MOST_EXAMPLES, replace=False)
        source_y, source_x = source_y[chosen], source_x[chosen]
    match = np.full((height, width, 2), -1, np.int32)
    while not filled.all():
        ring = cv2.dilate(filled.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool) & ~filled
        ys, xs = (axis.astype(np.int32) for axis in np.nonzero(ring))
        best = np.empty(len(ys), np.int32)
        workers.run(_best_examples, len(ys), lab, filled, ys, xs, source_y, source_x, best, chunks=8)
        match[ys, xs, 0], match[ys, xs, 1] = source_y[best], source_x[best]
        lab[ys, xs] = _agreed_colour(level.lab, match, ys, xs)
        texture[ys, xs] = level.texture[source_y[best], source_x[best]]
        filled |= ring
    return lab, texture, match


def _agreed_colour(examples: np.ndarray, match: np.ndarray, ys: np.ndarray, xs: np.ndarray) -> np.ndarray:
    """What the pixel's own match and its neighbours' matches show at the pixel, averaged."""
    height, width = match.shape[:2]
    total, weights = np.zeros((len(ys), 3), np.float32), np.zeros((len(ys), 1), np.float32)
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            near = match[np.clip(ys + dy, 0, height - 1), np.clip(xs + dx, 0, width - 1)]
            weight = np.where(near[:, :1] >= 0, 1.0 if dy == dx == 0 else 0.3, 0.0).astype(np.float32)
            rows, columns = near[:, 0] - dy, near[:, 1] - dx
            total += weight * examples[np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)]
            weights += weight
    return total / weights


@njit(**JIT)
def _best_examples(start, stop, lab, filled, ys, xs, source_y, source_x, best):
    """For each pixel the example nearest to the filled part of its patch (exhaustive)."""
    height, width = filled.shape
    for i in range(start, stop):
        y, x = ys[i], xs[i]
        lowest = np.float32(1e30)
        best[i] = 0
        for j in range(source_y.shape[0]):
            total = np.float32(0)
            for dy in range(max(-RADIUS, -y), min(RADIUS, height - 1 - y) + 1):
                for dx in range(max(-RADIUS, -x), min(RADIUS, width - 1 - x) + 1):
                    if filled[y + dy, x + dx]:
                        for c in range(3):
                            difference = lab[y + dy, x + dx, c] - lab[source_y[j] + dy, source_x[j] + dx, c]
                            total += difference * difference
                if total >= lowest:
                    break
            if total < lowest:
                lowest = total
                best[i] = j
