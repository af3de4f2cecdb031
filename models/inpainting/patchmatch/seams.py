"""From a field of overlapping patches to one copied pixel per hole pixel, with quiet seams between the
copies.

Every hole pixel gets a label: the offset to the pixel it copies. Neighbours with different offsets make a
seam, which costs as much as the two copies disagree there (Kwatra et al., "Graphcut Textures", 2003, eq.
1; Pritch et al., "Shift-Map Image Editing", 2009). The energy is lowered by iterated conditional modes
over the neighbours' labels: the field is good already, only seams have to move.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from models.inpainting.patchmatch.patch import JIT, RADIUS
from models.inpainting.patchmatch.search import Field
from models.inpainting.patchmatch.workers import Workers

_PASSES = 6
_DATA_WEIGHT = 0.5
_SEAM_WEIGHT = 1.0
_OUTSIDE = 200.0  # squared Lab units: the price of a neighbour that the copy cannot continue into


@dataclass(frozen=True)
class Labels:
    """Which pixel each hole pixel copies: (row, column) + (shift_y, shift_x). All int32, in raster
    order."""

    rows: np.ndarray
    columns: np.ndarray
    index: np.ndarray
    """H×W int32: which hole pixel is here, -1 for none."""
    shift_y: np.ndarray
    shift_x: np.ndarray


def labels_of(
    workers: Workers,
    field: Field,
    hole_pixels: tuple[np.ndarray, np.ndarray],
    hole_index: np.ndarray,
    examples: np.ndarray,
    copyable: np.ndarray,
    voted: np.ndarray,
) -> Labels:
    """Label each pixel with the best match over it, then move the seams to where they show least.

    `examples` and `voted` are H×W×3 float32 Lab: the known picture and the voted filling the copy should
    be like.
    """
    rows, columns = hole_pixels
    count = len(rows)
    labels = Labels(rows, columns, hole_index, np.zeros(count, np.int32), np.zeros(count, np.int32))
    matches = field.target_index, field.target_y, field.target_x, field.source_y, field.source_x, field.cost
    workers.run(_best_match, count, rows, columns, *matches, labels.shift_y, labels.shift_x)
    changed = np.zeros(count, np.uint8)
    for sweep in range(_PASSES):
        changed[:] = 0
        workers.run(
            _move_seams,
            count,
            rows,
            columns,
            hole_index,
            labels.shift_y,
            labels.shift_x,
            labels.shift_y.copy(),
            labels.shift_x.copy(),
            examples,
            copyable,
            voted,
            sweep % 2 == 0,
            changed,
        )
        if not changed.any():
            break
    return labels


def copied(workers: Workers, labels: Labels, picture: np.ndarray, copyable: np.ndarray) -> tuple[np.ndarray, ...]:
    """The copied samples (N×3 float32) and their forward differences in x and in y (N×3 float32 each).

    Across a seam the difference is the mean of what both sides continue with.
    """
    count = len(labels.rows)
    samples, across, down = (np.zeros((count, 3), np.float32) for _ in range(3))
    workers.run(
        _copy, count, labels.rows, labels.columns, labels.index, labels.shift_y, labels.shift_x,
        picture, copyable, samples, across, down,
    )  # fmt: skip
    return samples, across, down


@njit(**JIT)
def _best_match(start, stop, rows, columns, target_index, ty, tx, sy, sx, cost, shift_y, shift_x):
    """The shift of the cheapest patch over the pixel, central ones preferred."""
    height, width = target_index.shape
    for i in range(start, stop):
        y, x = rows[i], columns[i]
        best = np.float32(1e30)
        for dy in range(max(-RADIUS, -y), min(RADIUS, height - 1 - y) + 1):
            for dx in range(max(-RADIUS, -x), min(RADIUS, width - 1 - x) + 1):
                t = target_index[y + dy, x + dx]
                if t < 0:
                    continue
                price = cost[t] * (np.float32(1) + np.float32(0.15) * (dy * dy + dx * dx))
                if price < best:
                    best = price
                    shift_y[i], shift_x[i] = sy[t] - ty[t], sx[t] - tx[t]


@njit(inline="always")
def _is_example(copyable, y, x):
    return 0 <= y < copyable.shape[0] and 0 <= x < copyable.shape[1] and copyable[y, x]


@njit(inline="always", fastmath=True)
def _distance(a, ay, ax, b, by, bx):
    d0 = a[ay, ax, 0] - b[by, bx, 0]
    d1 = a[ay, ax, 1] - b[by, bx, 1]
    d2 = a[ay, ax, 2] - b[by, bx, 2]
    return d0 * d0 + d1 * d1 + d2 * d2


@njit(**JIT)
def _move_seams(
    start, stop, rows, columns, index, shift_y, shift_x, old_y, old_x,
    examples, copyable, voted, forward, changed,
):  # fmt: skip
    """Give each pixel the cheapest of its own and its neighbours' labels."""
    height, width = index.shape
    for step in range(stop - start):
        i = start + step if forward else stop - 1 - step
        y, x = rows[i], columns[i]
        torn = False
        for side in range(4):
            ny = y + (side == 1) - (side == 0)
            nx = x + (side == 3) - (side == 2)
            if 0 <= ny < height and 0 <= nx < width and index[ny, nx] >= 0:
                n = index[ny, nx]
                inside = start <= n < stop
                if inside:
                    torn |= shift_y[n] != shift_y[i] or shift_x[n] != shift_x[i]
                else:
                    torn |= old_y[n] != shift_y[i] or old_x[n] != shift_x[i]
        if not torn:  # no neighbour has another label to offer
            continue
        best, best_y, best_x = np.float32(1e30), shift_y[i], shift_x[i]
        for candidate in range(5):
            cy, cx = shift_y[i], shift_x[i]
            if candidate > 0:
                ny = y + (candidate == 2) - (candidate == 1)
                nx = x + (candidate == 4) - (candidate == 3)
                if ny < 0 or nx < 0 or ny >= height or nx >= width or index[ny, nx] < 0:
                    continue
                n = index[ny, nx]
                inside = start <= n < stop
                cy = shift_y[n] if inside else old_y[n]
                cx = shift_x[n] if inside else old_x[n]
                if cy == shift_y[i] and cx == shift_x[i]:
                    continue
            if not _is_example(copyable, y + cy, x + cx):
                continue
            price = np.float32(_DATA_WEIGHT) * _distance(examples, y + cy, x + cx, voted, y, x)
            for side in range(4):
                ny = y + (side == 1) - (side == 0)
                nx = x + (side == 3) - (side == 2)
                if ny < 0 or nx < 0 or ny >= height or nx >= width:
                    continue
                n = index[ny, nx]
                oy = ox = np.int32(0)
                if n >= 0:
                    inside = start <= n < stop
                    oy = shift_y[n] if inside else old_y[n]
                    ox = shift_x[n] if inside else old_x[n]
                    if oy == cy and ox == cx:
                        continue
                if _is_example(copyable, ny + cy, nx + cx):
                    seam = _distance(examples, ny + cy, nx + cx, examples, ny + oy, nx + ox)
                else:
                    seam = np.float32(_OUTSIDE)
                if n >= 0:
                    if _is_example(copyable, y + oy, x + ox):
                        seam += _distance(examples, y + cy, x + cx, examples, y + oy, x + ox)
                    else:
                        seam += np.float32(_OUTSIDE)
                price += np.float32(_SEAM_WEIGHT) * seam
            if price < best:
                best, best_y, best_x = price, cy, cx
        if best_y != shift_y[i] or best_x != shift_x[i]:
            shift_y[i], shift_x[i] = best_y, best_x
            changed[i] = 1


@njit(**JIT)
def _copy(
    start, stop, rows, columns, index, shift_y, shift_x, picture, copyable, samples, across, down
):  # fmt: skip
    height, width = index.shape
    for i in range(start, stop):
        y, x = rows[i], columns[i]
        cy, cx = y + shift_y[i], x + shift_x[i]
        for c in range(3):
            samples[i, c] = picture[cy, cx, c]
        for axis in range(2):
            ny, nx = y + (axis == 1), x + (axis == 0)
            if ny >= height or nx >= width:
                continue
            difference = down if axis == 1 else across
            sides = 0
            py, px = ny + shift_y[i], nx + shift_x[i]
            if _is_example(copyable, py, px):
                sides += 1
                for c in range(3):
                    difference[i, c] += picture[py, px, c] - picture[cy, cx, c]
            n = index[ny, nx]
            if n >= 0 and (shift_y[n] != shift_y[i] or shift_x[n] != shift_x[i]):
                py, px = y + shift_y[n], x + shift_x[n]
                if _is_example(copyable, py, px):
                    sides += 1
                    for c in range(3):
                        difference[i, c] += picture[ny + shift_y[n], nx + shift_x[n], c] - picture[py, px, c]
            if sides == 2:
                for c in range(3):
                    difference[i, c] *= np.float32(0.5)
