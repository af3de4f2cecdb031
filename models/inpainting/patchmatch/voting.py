"""Reconstruction: each pixel of the hole is what the matches of all patches over it show there.

Votes are weighted by how close a patch is to known ground and how well it matches (Wexler, Shechtman,
Irani, "Space-Time Completion of Video", 2007, §3.2). The votes are not
averaged but climbed from the heaviest one by mean shift: averages are smooth, draw smooth examples in the next
search, and texture would fade from round to round.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from models.inpainting.patchmatch.patch import JIT, RADIUS, SIDE
from models.inpainting.patchmatch.search import Field
from models.inpainting.patchmatch.workers import Workers

_CONFIDENCE_BASE = 2.0  # a patch one pixel deeper in the hole counts this much less
_LEAST_CONFIDENCE = 1e-6
_COST_QUANTILE = 0.75
_MEAN_SHIFT_STEPS = 3
_BANDWIDTH = 15.0  # Lab units


def confidence(depth: np.ndarray, field: Field) -> np.ndarray:
    """How far each target can be trusted, float32 in (0, 1]: halves with every pixel of depth in the
    hole."""
    deep = depth[field.target_y, field.target_x]
    return np.maximum(np.float32(_CONFIDENCE_BASE) ** -deep, _LEAST_CONFIDENCE).astype(np.float32)


def vote_weights(trust: np.ndarray, cost: np.ndarray, variance: float, sharpness: float) -> np.ndarray:
    """The weight of each target's votes: trust · exp(-cost / 2σ²), σ² a quantile of the costs.

    `sharpness` < 1 narrows σ, so that the best matches decide. `variance` keeps σ above rounding noise.
    """
    step = max(1, len(cost) // 5000)
    spread = float(np.quantile(cost[::step], _COST_QUANTILE)) * sharpness + 1e-4 * variance + 1e-6
    return (trust * np.exp(-np.minimum(cost / (2.0 * spread), 60.0))).astype(np.float32) + np.float32(1e-20)


def vote(
    workers: Workers,
    field: Field,
    weights: np.ndarray,
    hole_pixels: tuple[np.ndarray, np.ndarray],
    examples: tuple[np.ndarray, np.ndarray],
    filling: tuple[np.ndarray, np.ndarray],
) -> None:
    """Write the voted colours and textures of the hole's pixels into `filling`.

    `examples` and `filling` are pairs of a Lab picture (H×W×3 float32) and its texture (H×W×2 float32);
    `hole_pixels` are the rows and columns (int32). Pixels on which nobody votes keep what they have. Textures may
    be empty (0×0×2): then colours alone are voted for.
    """
    rows, columns = hole_pixels
    workers.run(
        _vote,
        len(rows),
        rows,
        columns,
        field.target_index,
        field.source_y,
        field.source_x,
        weights,
        *examples,
        *filling,
    )


@njit(**JIT)
def _vote(
    start, stop, rows, columns, target_index, sy, sx, weights,
    example_lab, example_texture, lab, texture,
):  # fmt: skip
    height, width = target_index.shape
    votes = np.empty((SIDE * SIDE, 4), np.float32)
    textured = example_texture.shape[0] > 0
    for i in range(start, stop):
        y, x = rows[i], columns[i]
        only_y, only_x, agreed = -1, -1, True
        for dy in range(max(-RADIUS, -y), min(RADIUS, height - 1 - y) + 1):
            for dx in range(max(-RADIUS, -x), min(RADIUS, width - 1 - x) + 1):
                t = target_index[y + dy, x + dx]
                if t < 0 or weights[t] <= 0:
                    continue
                py, px = sy[t] - dy, sx[t] - dx
                if only_y < 0:
                    only_y, only_x = py, px
                elif py != only_y or px != only_x:
                    agreed = False
                    break
            if not agreed:
                break
        if agreed:  # inside one copied piece, as most pixels are: all vote for the same example
            if only_y >= 0:
                for c in range(3):
                    lab[y, x, c] = example_lab[only_y, only_x, c]
                if textured:
                    texture[y, x, 0] = example_texture[only_y, only_x, 0]
                    texture[y, x, 1] = example_texture[only_y, only_x, 1]
            continue
        busy0 = busy1 = total_weight = np.float32(0)
        count, heaviest = 0, 0
        for dy in range(max(-RADIUS, -y), min(RADIUS, height - 1 - y) + 1):
            for dx in range(max(-RADIUS, -x), min(RADIUS, width - 1 - x) + 1):
                t = target_index[y + dy, x + dx]
                if t < 0 or weights[t] <= 0:
                    continue
                weight = weights[t]
                py, px = sy[t] - dy, sx[t] - dx
                for c in range(3):
                    votes[count, c] = example_lab[py, px, c]
                votes[count, 3] = weight
                if weight > votes[heaviest, 3]:
                    heaviest = count
                count += 1
                if textured:
                    busy0 += weight * example_texture[py, px, 0]
                    busy1 += weight * example_texture[py, px, 1]
                total_weight += weight
        if count == 0:
            continue
        if textured:
            texture[y, x, 0], texture[y, x, 1] = busy0 / total_weight, busy1 / total_weight
        m0, m1, m2 = votes[heaviest, 0], votes[heaviest, 1], votes[heaviest, 2]
        for _ in range(_MEAN_SHIFT_STEPS):
            total0 = total1 = total2 = np.float32(0)
            total_weight = np.float32(1e-30)
            for k in range(count):
                e0, e1, e2 = votes[k, 0] - m0, votes[k, 1] - m1, votes[k, 2] - m2
                kernel = np.float32(1) - (e0 * e0 + e1 * e1 + e2 * e2) * np.float32(1.0 / _BANDWIDTH**2)
                if kernel > 0:
                    weight = votes[k, 3] * kernel
                    total0 += weight * votes[k, 0]
                    total1 += weight * votes[k, 1]
                    total2 += weight * votes[k, 2]
                    total_weight += weight
            if total_weight > np.float32(1e-29):
                m0, m1, m2 = total0 / total_weight, total1 / total_weight, total2 / total_weight
        lab[y, x, 0], lab[y, x, 1], lab[y, x, 2] = m0, m1, m2
