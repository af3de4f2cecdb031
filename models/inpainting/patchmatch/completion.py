"""One hole, one crop: coarse-to-fine completion by search and reconstruction in turn."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from models.inpainting.patchmatch.initial import peel
from models.inpainting.patchmatch.matchers import GlobalMatcher, Matcher, NearbyMatcher
from models.inpainting.patchmatch.poisson import blend, membrane
from models.inpainting.patchmatch.pyramid import Level, build_pyramid
from models.inpainting.patchmatch.seams import copied, labels_of
from models.inpainting.patchmatch.search import Field, index_map, random_state
from models.inpainting.patchmatch.voting import confidence, vote, vote_weights
from models.inpainting.patchmatch.workers import Workers
from models.progress import Progress

_ROUNDS = (24, 14, 10, 6, 4, 3, 2, 2)
"""Search-and-vote rounds from the coarsest level on; the coarse ones are cheap and decide the structure."""
_SPREAD = 10.0
"""Price of one pixel between target and example on a picture 512 pixels wide (squared Lab)."""
_REFINED_STEP = 2
"""Pixels between the targets of a level that is only refined: every pixel still lies in about twelve patches."""
_SHARPNESS = 0.25
"""At the end of a level the best matches decide: the spread of accepted costs shrinks to this share."""
_TOLERATED = 80.0  # 8-bit levels between the filling and a rim that may be copied: more is an edge
_TOLERATED_STRANGER = 25.0  # and a rim that must not be: ground that goes on is met, another thing does not bleed in
_ANCHOR = 0.005
"""Ties the blend to the copies' own colours over a reach of 1/√λ, about 14 pixels."""


@dataclass(frozen=True)
class _Solved:
    """A finished level: its field and its filling (Lab and texture)."""

    field: Field
    lab: np.ndarray
    texture: np.ndarray


def complete(
    picture: np.ndarray,
    hole: np.ndarray,
    copyable: np.ndarray,
    *,
    seed: int,
    workers: Workers,
    progress: Progress,
    guide: np.ndarray | None = None,
) -> np.ndarray:
    """Fill the hole with copies of what is copyable.

    `picture` is H×W×3 float32 RGB in [0, 255] (sRGB-like), `hole` and `copyable` are H×W bool and
    disjoint; at least one pixel is known. `guide`, of the picture's shape and range, says roughly which colours belong
    where. Returns H×W×3 float32 whose samples outside the hole are those of `picture`.
    """
    workers.check()
    lab = cv2.cvtColor(picture / np.float32(255), cv2.COLOR_RGB2LAB)
    levels = build_pyramid(lab, hole, copyable, workers.check)
    if not levels[0].source_centres().any() or not levels[0].target_centres().any():
        return membrane(workers, picture, hole)
    rng = np.random.default_rng(abs(seed))
    coarsest = len(levels) - 1
    guides = _guides(guide, len(levels))
    solved = _solve_level(levels, guides, coarsest, None, rng, seed, workers, progress.part(0.0, 1.0 / len(levels)))
    for number in range(coarsest - 1, -1, -1):
        stretch = progress.part(1.0 - (number + 1) / len(levels), 1.0 - number / len(levels))
        solved = _solve_level(levels, guides, number, solved, rng, seed, workers, stretch)
    return _composed(picture, levels[0], solved, workers)


def _solve_level(
    levels: list[Level],
    guides: list[np.ndarray | None],
    number: int,
    coarser: _Solved | None,
    rng: np.random.Generator,
    seed: int,
    workers: Workers,
    progress: Progress,
) -> _Solved:
    level = levels[number]
    centres = level.source_centres()
    field = Field.over(level.target_centres(), 1 if level.is_described else _REFINED_STEP)
    if level.is_described:
        _scatter(field, np.arange(len(field)), centres, rng)
    hole_pixels = _hole_pixels(level)
    trust = confidence(level.depth(), field)
    if coarser is None:
        solved = _first_guess(level, field, centres, rng, workers)
    else:
        solved = _from_coarser(level, field, centres, coarser, trust, hole_pixels, rng, workers)

    matcher: Matcher
    if level.is_described:
        spread = _SPREAD * 2**number * 512 / max(levels[0].shape)
        matcher, rounds = GlobalMatcher(workers, level, centres, spread, guides[number]), _rounds(number, len(levels))
    else:
        matcher, rounds = NearbyMatcher(workers, level, centres), 1
    for turn in range(rounds):
        progress.report(turn / rounds, f"filling, level {len(levels) - number} of {len(levels)}")
        matcher.improve(field, solved.lab, solved.texture, turn, random_state(seed, number, turn))
        last = turn == rounds - 1
        weights = vote_weights(trust, field.cost, matcher.variance, _SHARPNESS if last else 1.0)
        examples, filling = (level.lab, level.texture), (solved.lab, solved.texture)
        vote(workers, field, weights, hole_pixels, examples, filling)
    return solved


def _guides(guide: np.ndarray | None, levels: int) -> list[np.ndarray | None]:
    """The guide in Lab, at every level's size."""
    if guide is None:
        return [None] * levels
    sizes: list[np.ndarray | None] = []
    lab = cv2.cvtColor(guide / np.float32(255), cv2.COLOR_RGB2LAB)
    for _ in range(levels):
        sizes.append(lab)
        lab = np.ascontiguousarray(cv2.GaussianBlur(lab, (0, 0), 0.8)[::2, ::2])
    return sizes


def _scatter(field: Field, targets: np.ndarray, centres: np.ndarray, rng: np.random.Generator) -> None:
    """Match the targets of these numbers with examples drawn by lot."""
    places = np.flatnonzero(centres)
    drawn = places[rng.integers(0, len(places), len(targets))]
    field.source_y[targets], field.source_x[targets] = np.divmod(drawn, centres.shape[1])


def _rounds(number: int, levels: int) -> int:
    rounds = _ROUNDS[min(levels - 1 - number, len(_ROUNDS) - 1)]
    return min(rounds, _ROUNDS[-1]) if number == 0 and levels > 1 else rounds


def _hole_pixels(level: Level) -> tuple[np.ndarray, np.ndarray]:
    rows, columns = np.nonzero(level.hole)
    return rows.astype(np.int32), columns.astype(np.int32)


def _first_guess(
    level: Level, field: Field, centres: np.ndarray, rng: np.random.Generator, workers: Workers
) -> _Solved:
    lab, texture, match = peel(workers, level, centres, rng)
    guess = match[field.target_y, field.target_x]
    found = guess[:, 0] >= 0
    field.source_y[found], field.source_x[found] = guess[found, 0], guess[found, 1]
    return _Solved(field, lab, texture)


def _from_coarser(
    level: Level,
    field: Field,
    centres: np.ndarray,
    coarser: _Solved,
    trust: np.ndarray,
    hole_pixels: tuple[np.ndarray, np.ndarray],
    rng: np.random.Generator,
    workers: Workers,
) -> _Solved:
    """Double the coarser field's matches into `field` and vote with this level's own detail."""
    height, width = level.shape
    lab, texture = level.lab.copy(), level.texture.copy()
    lab[hole_pixels] = _enlarged(coarser.lab, *hole_pixels)
    if level.is_described:
        texture[hole_pixels] = _enlarged(coarser.texture, *hole_pixels)
    workers.check()

    below = coarser.field
    parent_y, parent_x = below.parent_of(field.target_y // 2, field.target_x // 2)
    parent = below.target_index[parent_y, parent_x]
    from_y = 2 * (below.source_y[parent] - parent_y) + field.target_y
    from_x = 2 * (below.source_x[parent] - parent_x) + field.target_x
    found = (parent >= 0) & (from_y < height) & (from_x < width)
    found[found] = centres[from_y[found], from_x[found]]
    field.source_y[found], field.source_x[found] = from_y[found], from_x[found]
    if not level.is_described and not found.all():
        _scatter(field, np.flatnonzero(~found), centres, rng)
    if found.any():
        weights = np.where(found, trust, np.float32(0))
        vote(workers, field, weights, hole_pixels, (level.lab, level.texture), (lab, texture))
    return _Solved(field, lab, texture)


def _enlarged(picture: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """N×C samples of the picture at twice its size, interpolated; only the part that holds them is enlarged."""
    margin = 2
    top, left = max(0, int(rows.min()) // 2 - margin), max(0, int(columns.min()) // 2 - margin)
    part = picture[top : int(rows.max()) // 2 + margin + 1, left : int(columns.max()) // 2 + margin + 1]
    doubled = cv2.resize(part, (2 * part.shape[1], 2 * part.shape[0]), interpolation=cv2.INTER_LINEAR)
    return doubled[rows - 2 * top, columns - 2 * left]


def _composed(picture: np.ndarray, level: Level, solved: _Solved, workers: Workers) -> np.ndarray:
    """Copy the picture's own samples along the seams' labels and blend them in."""
    rows, columns = _hole_pixels(level)
    index = index_map(rows, columns, level.shape)
    labels = labels_of(workers, solved.field, (rows, columns), index, level.lab, level.copyable, solved.lab)
    samples, across, down = copied(workers, labels, picture, level.copyable)
    tolerance = np.where(level.copyable, np.float32(_TOLERATED), np.float32(_TOLERATED_STRANGER))
    blended = blend(
        workers, picture, index, rows, columns, samples, across, down, _ANCHOR,
        tolerance=tolerance,
    )  # fmt: skip
    filled = picture.copy()
    filled[rows, columns] = np.clip(blended, 0.0, 255.0)
    return filled
