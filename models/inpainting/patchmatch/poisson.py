"""Gradient-domain blending: the filling keeps its own differences and meets its surroundings without a
step.

Solves, in the hole, the screened Poisson equation (Pérez et al., "Poisson Image Editing", 2003; the
screening term after Bhat et al. 2008): minimise Σ|∇u - g|² + λ|u - v|² with u given around the hole, by
conjugate gradients.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from models.inpainting.patchmatch.patch import JIT
from models.inpainting.patchmatch.search import index_map
from models.inpainting.patchmatch.workers import Workers

_STEPS = 60
_ANY = 1e9
_TOLERANCE = 1e-3  # root mean square of the residual, in the picture's own units


def blend(
    workers: Workers,
    picture: np.ndarray,
    index: np.ndarray,
    rows: np.ndarray,
    columns: np.ndarray,
    samples: np.ndarray,
    across: np.ndarray,
    down: np.ndarray,
    anchor: float,
    *,
    steps: int = _STEPS,
    tolerance: np.ndarray | None = None,
) -> np.ndarray:
    """Return N×3 float32: the hole's pixels after blending.

    `picture` is H×W×3 float32, `index` H×W int32 (which hole pixel, -1 for known), `samples` the filling to blend
    (N×3), `across` and `down` its forward differences (N×3), `anchor` the λ that ties it to `samples`.

    A known pixel pulls less the further it is from what the filling expects there, because that is an edge and not a
    difference in lighting; half at its `tolerance` (H×W float32, in the picture's units; 0: not at all). None: all
    pull fully.
    """
    count = len(rows)
    neighbours = np.empty((count, 4), np.int32)
    diagonal = np.empty(count, np.float32)
    right_side = np.empty((count, 3), np.float32)
    if tolerance is None:
        tolerance = np.full(index.shape, _ANY, np.float32)
    guide = samples, across, down
    workers.run(
        _assemble, count, rows, columns, picture, index, *guide, np.float32(anchor), tolerance,
        neighbours, diagonal, right_side,
    )  # fmt: skip
    solution = np.ascontiguousarray(samples, np.float32).T.copy()
    workers.run(_solve, 3, neighbours, diagonal, right_side.T.copy(), solution, steps, _TOLERANCE, chunks=3)
    return np.ascontiguousarray(solution.T)


def membrane(workers: Workers, picture: np.ndarray, hole: np.ndarray, guess: np.ndarray | None = None) -> np.ndarray:
    """The smoothest filling (harmonic: ∇²u = 0) of an H×W bool hole; H×W×3 float32, for any size of
    picture.

    What is left to do where not even one whole patch is known. `guess` (H×W×3 float32) is a filling that is right but
    for its fine detail, from a smaller size: conjugate gradients then need a few steps only.
    """
    rows, columns = (axis.astype(np.int32) for axis in np.nonzero(hole))
    index = index_map(rows, columns, (hole.shape[0], hole.shape[1]))
    mean = picture[~hole].mean(axis=0, dtype=np.float64).astype(np.float32)
    start = np.broadcast_to(mean, (len(rows), 3)) if guess is None else guess[rows, columns]
    still = np.zeros((len(rows), 3), np.float32)
    steps = 4 * int(np.ceil(np.sqrt(len(rows)))) + 20 if guess is None else _STEPS
    filled = picture.copy()
    filled[rows, columns] = blend(workers, picture, index, rows, columns, start, still, still, 0.0, steps=steps)
    return filled


@njit(**JIT)
def _assemble(
    start, stop, rows, columns, picture, index, samples, across, down, anchor, tolerance,
    neighbours, diagonal, right_side,
):  # fmt: skip
    height, width = index.shape
    step = np.zeros(3, np.float32)
    for i in range(start, stop):
        y, x = rows[i], columns[i]
        total = anchor
        for c in range(3):
            right_side[i, c] = anchor * samples[i, c]
        for side in range(4):
            neighbours[i, side] = -1
            ny = y + (side == 1) - (side == 0)
            nx = x + (side == 3) - (side == 2)
            if ny < 0 or nx < 0 or ny >= height or nx >= width:
                continue
            n = index[ny, nx]
            for c in range(3):  # the wanted difference to the neighbour, u[i] - u[n]
                step[c] = np.float32(0)
                if side == 1:
                    step[c] = -down[i, c]
                elif side == 3:
                    step[c] = -across[i, c]
                elif n >= 0:
                    step[c] = down[n, c] if side == 0 else across[n, c]
            pull = np.float32(1)
            if n < 0:
                if tolerance[ny, nx] <= 0:
                    continue
                surprise = np.float32(0)
                for c in range(3):
                    difference = samples[i, c] - step[c] - picture[ny, nx, c]
                    surprise += difference * difference
                pull /= np.float32(1) + surprise / (tolerance[ny, nx] * tolerance[ny, nx])
                for c in range(3):
                    right_side[i, c] += pull * picture[ny, nx, c]
            neighbours[i, side] = n
            total += pull
            for c in range(3):
                right_side[i, c] += pull * step[c]
        diagonal[i] = total


@njit(**JIT)
def _solve(start, stop, neighbours, diagonal, right_side, solution, steps, tolerance):
    """Conjugate gradients for channels start..stop; `right_side` and `solution` are 3×N."""
    count = diagonal.shape[0]
    residual = np.empty(count, np.float32)
    direction = np.empty(count, np.float32)
    image = np.empty(count, np.float32)
    for c in range(start, stop):
        power = 0.0
        for i in range(count):
            value = right_side[c, i] - diagonal[i] * solution[c, i]
            for side in range(4):
                n = neighbours[i, side]
                if n >= 0:
                    value += solution[c, n]
            residual[i] = value
            direction[i] = value
            power += value * value
        for _ in range(steps):
            if power <= tolerance * tolerance * count:
                break
            curvature = 0.0
            for i in range(count):
                value = diagonal[i] * direction[i]
                for side in range(4):
                    n = neighbours[i, side]
                    if n >= 0:
                        value -= direction[n]
                image[i] = value
                curvature += value * direction[i]
            if curvature <= 1e-20:
                break
            length = np.float32(power / curvature)
            lowered = 0.0
            for i in range(count):
                solution[c, i] += length * direction[i]
                residual[i] -= length * image[i]
                lowered += residual[i] * residual[i]
            momentum = np.float32(lowered / power)
            power = lowered
            for i in range(count):
                direction[i] = residual[i] + momentum * direction[i]
