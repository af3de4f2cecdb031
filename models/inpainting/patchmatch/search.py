"""Nearest-neighbour search between the patches of the hole and the examples (Barnes et al., PatchMatch, 2009).

Every target takes over what its neighbours found (propagation) and looks around its own best match in
shrinking windows (random search). A sweep is cut into stretches that run side by side; across their
borders the field of the previous sweep is read, so the result does not depend on how many threads there
are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from models.inpainting.patchmatch.descriptors import DIMENSIONS
from models.inpainting.patchmatch.patch import JIT, RADIUS
from models.inpainting.patchmatch.workers import Workers

_NEAR_REACH = 2  # pixels, random search of the refining sweep
_NEAR_TRIES = 2


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

    @classmethod
    def over(cls, targets: np.ndarray) -> Field:
        """An unmatched field for the centres set in an H×W bool array."""
        rows, columns = (axis.astype(np.int32) for axis in np.nonzero(targets))
        count = len(rows)
        return cls(
            rows,
            columns,
            index_map(rows, columns, (targets.shape[0], targets.shape[1])),
            np.zeros(count, np.int32),
            np.zeros(count, np.int32),
            np.zeros(count, np.float32),
        )

    def __len__(self) -> int:
        return len(self.target_y)


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
    """Improve `field` in place by whole-picture sweeps over descriptors (N×DIMENSIONS float32).

    `source_index` (H×W int32) gives the row of `sources` for a patch centre, -1 where there is no example,
    `surcharge` (N float32) what taking that row costs on top of its distance, and `spread` the price per pixel
    of distance between target and example.
    """
    examples = sources, source_index, surcharge
    workers.run(_measure, len(field), targets, *examples, *_ends(field), field.cost, np.float32(spread))
    for sweep in range(sweeps):
        workers.run(
            _sweep_descriptors,
            len(field),
            targets,
            *examples,
            field.target_index,
            *_ends(field),
            field.cost,
            field.source_y.copy(),
            field.source_x.copy(),
            np.float32(spread),
            forward == (sweep % 2 == 0),
            state + np.uint64(sweep),
            max(source_index.shape),
        )


def search_nearby(
    workers: Workers,
    field: Field,
    lab: np.ndarray,
    examples: np.ndarray,
    centres: np.ndarray,
    state: np.uint64,
) -> None:
    """Improve `field` in place, comparing pixels: for big levels, where the coarser one left little to
    find.

    `lab` and `examples` are H×W×3 float32 (the current filling, and the known picture); `centres` H×W bool.
    """
    for sweep in range(2):
        workers.run(
            _sweep_pixels,
            len(field),
            lab,
            examples,
            centres,
            field.target_index,
            *_ends(field),
            field.cost,
            field.source_y.copy(),
            field.source_x.copy(),
            sweep == 0,
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
def _descriptor_cost(targets, i, sources, j, surcharge, dy, dx, spread):
    total = np.float32(0)
    for k in range(DIMENSIONS):
        difference = targets[i, k] - sources[j, k]
        total += difference * difference
    return total + surcharge[j] + spread * np.sqrt(np.float32(dy * dy + dx * dx))


@njit(**JIT)
def _measure(start, stop, targets, sources, source_index, surcharge, ty, tx, sy, sx, cost, spread):
    for i in range(start, stop):
        j = source_index[sy[i], sx[i]]
        cost[i] = _descriptor_cost(targets, i, sources, j, surcharge, sy[i] - ty[i], sx[i] - tx[i], spread)


@njit(**JIT)
def _sweep_descriptors(
    start, stop, targets, sources, source_index, surcharge, target_index, ty, tx, sy, sx, cost, old_sy, old_sx,
    spread, forward, state, widest,
):  # fmt: skip
    height, width = source_index.shape
    state = _next_random(state + np.uint64(start) * np.uint64(0x9E3779B97F4A7C15) | np.uint64(1))
    back = -1 if forward else 1
    for step in range(stop - start):
        i = start + step if forward else stop - 1 - step
        y, x = ty[i], tx[i]
        best_y, best_x, best = sy[i], sx[i], cost[i]
        for axis in range(2):
            ny = y + back if axis == 0 else y
            nx = x if axis == 0 else x + back
            if ny < 0 or nx < 0 or ny >= height or nx >= width:
                continue
            n = target_index[ny, nx]
            if n < 0:
                continue
            inside = start <= n < stop
            cy = (sy[n] if inside else old_sy[n]) + y - ny
            cx = (sx[n] if inside else old_sx[n]) + x - nx
            if cy < 0 or cx < 0 or cy >= height or cx >= width or (cy == best_y and cx == best_x):
                continue
            j = source_index[cy, cx]
            if j >= 0:
                price = _descriptor_cost(targets, i, sources, j, surcharge, cy - y, cx - x, spread)
                if price < best:
                    best, best_y, best_x = price, cy, cx
        reach = widest
        while reach >= 1:
            state = _next_random(state)
            span = np.uint64(2 * reach + 1)
            cy = best_y + np.int64((state >> np.uint64(20)) % span) - reach
            cx = best_x + np.int64((state >> np.uint64(41)) % span) - reach
            reach //= 2
            if cy < 0 or cx < 0 or cy >= height or cx >= width:
                continue
            j = source_index[cy, cx]
            if j >= 0:
                price = _descriptor_cost(targets, i, sources, j, surcharge, cy - y, cx - x, spread)
                if price < best:
                    best, best_y, best_x = price, cy, cx
        sy[i], sx[i], cost[i] = best_y, best_x, best


@njit(inline="always", fastmath=True)
def _pixel_cost(lab, y, x, examples, sy, sx, limit):
    """Squared distance of two patches; stops early once it is over `limit`."""
    total = np.float32(0)
    for dy in range(-RADIUS, RADIUS + 1):
        for dx in range(-RADIUS, RADIUS + 1):
            for c in range(3):
                difference = lab[y + dy, x + dx, c] - examples[sy + dy, sx + dx, c]
                total += difference * difference
        if total >= limit:
            return total
    return total


@njit(**JIT)
def _sweep_pixels(
    start, stop, lab, examples, centres, target_index, ty, tx, sy, sx, cost, old_sy, old_sx, first, state
):  # fmt: skip
    """One sweep; `first` runs forwards and measures the field before improving it."""
    height, width = centres.shape
    state = _next_random(state + np.uint64(start) * np.uint64(0x9E3779B97F4A7C15) | np.uint64(1))
    back = -1 if first else 1
    for step in range(stop - start):
        i = start + step if first else stop - 1 - step
        y, x = ty[i], tx[i]
        best_y, best_x, best = sy[i], sx[i], cost[i]
        if first:
            best = _pixel_cost(lab, y, x, examples, best_y, best_x, np.float32(1e30))
        for attempt in range(2 + _NEAR_TRIES):
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
                state = _next_random(state)
                span = np.uint64(2 * _NEAR_REACH + 1)
                cy = best_y + np.int64((state >> np.uint64(20)) % span) - _NEAR_REACH
                cx = best_x + np.int64((state >> np.uint64(41)) % span) - _NEAR_REACH
            if cy < 0 or cx < 0 or cy >= height or cx >= width or (cy == best_y and cx == best_x):
                continue
            if centres[cy, cx]:
                price = _pixel_cost(lab, y, x, examples, cy, cx, best)
                if price < best:
                    best, best_y, best_x = price, cy, cx
        sy[i], sx[i], cost[i] = best_y, best_x, best
