"""Nearest-neighbour search between the patches of the hole and the examples (Barnes et al., PatchMatch, 2009).

Every target takes over what its neighbours found (propagation) and looks around its own best match in
shrinking windows (random search). A sweep is cut into stretches that run side by side; across their
borders the field of the previous sweep is read, so the result does not depend on how many threads there
are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit

from models.inpainting.patchmatch.descriptors import DIMENSIONS
from models.inpainting.patchmatch.patch import JIT, RADIUS
from models.inpainting.patchmatch.workers import Workers

_NEAR_REACHES = np.array([2, 2], np.int64)  # pixels, random search of the refining sweep


@dataclass(frozen=True)
class Field:
    """For each target patch the centre of the example it matches best. All arrays are in raster order."""

    target_y: np.ndarray
    target_x: np.ndarray
    target_index: np.ndarray
    """H×W int32: which target is centred here, -1 for none."""
    source_y: np.ndarray
    source_x: np.ndarray
    cost: np.ndarray
    """float32, squared distance of the matched patches."""
    step: int = 1
    """Pixels between neighbouring targets, across and down."""

    @classmethod
    def over(cls, targets: np.ndarray, step: int = 1) -> Field:
        """An unmatched field for the centres set in an H×W bool array, or for every `step`-th row and column of it.

        Patches overlap, so that every pixel still lies in some; the rows and columns nearest to the picture's edges
        are always kept, since only their patches reach those.
        """
        if step > 1:
            targets = targets & np.logical_and.outer(*(_lattice(side, step) for side in targets.shape))
        rows, columns = (axis.astype(np.int32) for axis in np.nonzero(targets))
        count = len(rows)
        return cls(
            rows,
            columns,
            index_map(rows, columns, (targets.shape[0], targets.shape[1])),
            np.zeros(count, np.int32),
            np.zeros(count, np.int32),
            np.zeros(count, np.float32),
            step,
        )

    def parent_of(self, y: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The place of the target at or just above and left of each pixel, on the field's lattice."""
        return y - (y - RADIUS) % self.step, x - (x - RADIUS) % self.step

    def __len__(self) -> int:
        return len(self.target_y)


def _lattice(side: int, step: int) -> np.ndarray:
    """Bool: which of `side` positions hold targets when only every `step`-th does."""
    chosen = (np.arange(side) - RADIUS) % step == 0
    chosen[max(0, side - 1 - RADIUS)] = True
    return chosen


def index_map(ys: np.ndarray, xs: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """H×W int32 holding i at (ys[i], xs[i]) and -1 elsewhere."""
    index = np.full(shape, -1, np.int32)
    index[ys, xs] = np.arange(len(ys), dtype=np.int32)
    return index


def random_state(*numbers: int) -> np.uint64:
    """A well-mixed, non-zero 64-bit state from any integers."""
    entropy = [abs(number) for number in numbers]
    return np.random.SeedSequence(entropy).generate_state(1, np.uint64)[0] | np.uint64(1)


def search_by_descriptor(
    workers: Workers,
    field: Field,
    targets: np.ndarray,
    sources: np.ndarray,
    source_index: np.ndarray,
    surcharge: np.ndarray,
    *,
    sweeps: int,
    spread: float,
    forward: bool,
    state: np.uint64,
) -> None:
    """Improve `field` in place by whole-picture sweeps over descriptors (N×DIMENSIONS float32, or more columns).

    `source_index` (H×W int32) gives the row of `sources` for a patch centre, -1 where there is no example,
    `surcharge` (N float32) what taking that row costs on top of its distance, and `spread` the price per pixel
    of distance between target and example.
    """
    widest = max(source_index.shape)
    reaches = np.array([widest >> halving for halving in range(widest.bit_length())], np.int64)
    compared = targets, sources, surcharge, np.float32(spread)
    _sweep(workers, field, _sweep_descriptors, compared, source_index, reaches, sweeps, forward, state)


def search_nearby(
    workers: Workers,
    field: Field,
    lab: np.ndarray,
    examples: np.ndarray,
    source_index: np.ndarray,
    state: np.uint64,
) -> None:
    """Improve `field` in place, comparing pixels: for big levels, where the coarser one left little to
    find.

    `lab` and `examples` are H×W×3 float32 (the current filling, and the known picture); `source_index` H×W int32,
    -1 where no example is centred.
    """
    _sweep(workers, field, _sweep_pixels, (lab, examples), source_index, _NEAR_REACHES, 2, True, state)


def _sweep(
    workers: Workers,
    field: Field,
    kernel: Callable[..., None],
    compared: tuple[Any, ...],
    source_index: np.ndarray,
    reaches: np.ndarray,
    sweeps: int,
    forward: bool,
    state: np.uint64,
) -> None:
    """Run `kernel` over the field in alternating directions; the first sweep measures it before improving it."""
    for sweep in range(sweeps):
        workers.run(
            kernel,
            len(field),
            compared,
            source_index,
            reaches,
            field.target_index,
            *_ends(field),
            field.step,
            field.cost,
            field.source_y.copy(),
            field.source_x.copy(),
            sweep == 0,
            forward == (sweep % 2 == 0),
            state + np.uint64(sweep),
        )


def _ends(field: Field) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    return field.target_y, field.target_x, field.source_y, field.source_x


@njit(inline="always")
def _next_random(state):
    """Marsaglia's xorshift64."""
    state ^= state << np.uint64(13)
    state ^= state >> np.uint64(7)
    state ^= state << np.uint64(17)
    return state


@njit(inline="always", fastmath=True)
def _descriptor_cost(compared, i, j, y, x, cy, cx, limit):
    """Squared distance of two descriptors, with what the example and its distance cost on top."""
    targets, sources, surcharge, spread = compared
    total = np.float32(0)
    for k in range(DIMENSIONS):
        difference = targets[i, k] - sources[j, k]
        total += difference * difference
    for k in range(DIMENSIONS, targets.shape[1]):
        difference = targets[i, k] - sources[j, k]
        total += difference * difference
    dy, dx = cy - y, cx - x
    return total + surcharge[j] + spread * np.sqrt(np.float32(dy * dy + dx * dx))


@njit(inline="always", fastmath=True)
def _pixel_cost(compared, i, j, y, x, cy, cx, limit):
    """Squared distance of two patches; stops early once it is over `limit`."""
    lab, examples = compared
    total = np.float32(0)
    for dy in range(-RADIUS, RADIUS + 1):
        for dx in range(-RADIUS, RADIUS + 1):
            for c in range(3):
                difference = lab[y + dy, x + dx, c] - examples[cy + dy, cx + dx, c]
                total += difference * difference
        if total >= limit:
            return total
    return total


@njit(inline="always")
def _improve(
    cost_of, start, stop, compared, source_index, reaches, target_index, ty, tx, sy, sx, stride, cost, old_sy,
    old_sx, measured_first, forward, state,
):  # fmt: skip
    """One sweep: two neighbours' matches carried on, then one random look within each of `reaches` pixels.

    `cost_of(compared, target, example, y, x, cy, cx, limit)` is the price of giving the target at (y, x) the example
    centred at (cy, cx); above `limit` it need not be exact.
    """
    height, width = source_index.shape
    state = _next_random(state + np.uint64(start) * np.uint64(0x9E3779B97F4A7C15) | np.uint64(1))
    back = -stride if forward else stride
    for step in range(stop - start):
        i = start + step if forward else stop - 1 - step
        y, x = ty[i], tx[i]
        best_y, best_x, best = np.int64(sy[i]), np.int64(sx[i]), cost[i]
        if measured_first:
            best = cost_of(compared, i, source_index[best_y, best_x], y, x, best_y, best_x, np.float32(1e30))
        for attempt in range(2 + len(reaches)):
            if attempt < 2:
                ny = y + back if attempt == 0 else y
                nx = x if attempt == 0 else x + back
                if ny < 0 or nx < 0 or ny >= height or nx >= width:
                    continue
                n = target_index[ny, nx]
                if n < 0:
                    continue
                inside = start <= n < stop
                cy = np.int64((sy[n] if inside else old_sy[n]) + y - ny)
                cx = np.int64((sx[n] if inside else old_sx[n]) + x - nx)
            else:
                reach = reaches[attempt - 2]
                state = _next_random(state)
                span = np.uint64(2 * reach + 1)
                cy = best_y + np.int64((state >> np.uint64(20)) % span) - reach
                cx = best_x + np.int64((state >> np.uint64(41)) % span) - reach
            if cy < 0 or cx < 0 or cy >= height or cx >= width or (cy == best_y and cx == best_x):
                continue
            j = source_index[cy, cx]
            if j >= 0:
                price = cost_of(compared, i, j, y, x, cy, cx, best)
                if price < best:
                    best, best_y, best_x = price, cy, cx
        sy[i], sx[i], cost[i] = best_y, best_x, best


@njit(**JIT)
def _sweep_descriptors(
    start, stop, compared, source_index, reaches, target_index, ty, tx, sy, sx, stride, cost, old_sy, old_sx,
    measured_first, forward, state,
):  # fmt: skip
    _improve(
        _descriptor_cost, start, stop, compared, source_index, reaches, target_index, ty, tx, sy, sx, stride, cost,
        old_sy, old_sx, measured_first, forward, state,
    )  # fmt: skip


@njit(**JIT)
def _sweep_pixels(
    start, stop, compared, source_index, reaches, target_index, ty, tx, sy, sx, stride, cost, old_sy, old_sx,
    measured_first, forward, state,
):  # fmt: skip
    _improve(
        _pixel_cost, start, stop, compared, source_index, reaches, target_index, ty, tx, sy, sx, stride, cost,
        old_sy, old_sx, measured_first, forward, state,
    )  # fmt: skip
