"""Drawn pictures with the statistics of photos: dead leaves, grain, shading with lines, writing.

They teach what photos show too rarely to be learned from a few: long edges that go on behind a hole, thin lines,
regular patterns. Dead leaves after Lee, Mumford and Huang 2001: occluding shapes with radii of density ~ r^-3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import pi

import cv2
import numpy as np

from models.geometry import Extent
from models.training.masks import shapes
from models.training.shares import pick


def draw_picture(rng: np.random.Generator, side: int, shares: Mapping[str, float]) -> np.ndarray:
    """side×side×3 uint8 of a random kind (`shares` by the names of KINDS), sometimes with noise, sometimes blurred."""
    picture = KINDS[pick(rng, shares)](rng, side)
    if rng.random() < 0.35:
        picture = _noise_added(rng, picture)
    if rng.random() < 0.4:
        sigma = float(rng.uniform(0.4, 1.2))
        picture = cv2.GaussianBlur(picture, (0, 0), sigma)
    return np.clip(picture * 255 + 0.5, 0, 255).astype(np.uint8)


def dead_leaves(rng: np.random.Generator, side: int) -> np.ndarray:
    """side×side×3 float32 in [0, 1]: leaves from large to small, each with its own shading and grain."""
    canvas = _shaded(rng, side, _colour(rng))
    palette = [_colour(rng) for _ in range(int(rng.integers(3, 9)))]
    least, most = 0.02 * side, 0.4 * side
    count = int(rng.integers(15, 120))
    # inverse transform of the r^-3 density between the two radii; large first, so that small ones stay seen
    radii = 1 / np.sqrt(rng.uniform(1 / most**2, 1 / least**2, count))
    radii[: count // 4] = rng.uniform(0.1, 0.4, count // 4) * side
    for radius in np.sort(radii)[::-1]:
        centre = rng.uniform(0, side, 2)
        box = [int(max(0, centre[0] - radius)), int(max(0, centre[1] - radius))]
        end = [int(min(side, centre[0] + radius)) + 1, int(min(side, centre[1] + radius)) + 1]
        width, height = end[0] - box[0], end[1] - box[1]
        leaf = np.zeros((height, width), np.uint8)
        _leaf(rng, leaf, centre - box, float(radius))
        colour = palette[int(rng.integers(len(palette)))] + rng.normal(0, 0.04, 3)
        tilt = rng.normal(0, 0.12, 2) / max(radius, 1)
        y, x = np.mgrid[:height, :width].astype(np.float32)
        shade = tilt[0] * (x - width / 2) + tilt[1] * (y - height / 2)
        if rng.random() < 0.4 and radius > 6:
            shade = shade + rng.uniform(0.02, 0.12) * _grain(rng, max(width, height))[:height, :width]
        part = canvas[box[1] : end[1], box[0] : end[0]]
        inside = leaf[: part.shape[0], : part.shape[1]] > 0
        filled = colour.astype(np.float32) + shade[: part.shape[0], : part.shape[1], None].astype(np.float32)
        part[inside] = filled[inside]
    return np.clip(canvas, 0, 1)


def oriented_texture(rng: np.random.Generator, side: int) -> np.ndarray:
    """side×side×3 float32: one to three oriented, band-limited grains, stripes or checks between two colours."""
    weave = np.zeros((side, side), np.float32)
    for _ in range(rng.integers(1, 4)):
        weave += np.float32(rng.uniform(0.4, 1.0)) * (_grain(rng, side) if rng.random() < 0.6 else _waves(rng, side))
    weave = 0.5 + 0.5 * np.tanh(weave * np.float32(rng.uniform(0.5, 2.0)))
    low, high = _shaded(rng, side, _colour(rng)), _shaded(rng, side, _colour(rng))
    return np.clip(low + (high - low) * weave[..., None], 0, 1)


def shaded_lines(rng: np.random.Generator, side: int) -> np.ndarray:
    """side×side×3 float32: a smooth background with straight and curved lines of all widths, and a few edges."""
    canvas = _shaded(rng, side, _colour(rng))
    for _ in range(rng.integers(0, 4)):  # half planes: one long edge each
        normal, offset = rng.uniform(0, 2 * pi), rng.normal(0, 0.25) * side
        y, x = np.mgrid[:side, :side].astype(np.float32) - side / 2
        behind = (x * np.cos(normal) + y * np.sin(normal)) > offset
        canvas[behind] = (0.6 * _shaded(rng, side, _colour(rng)) + 0.4 * canvas)[behind]
    for _ in range(rng.integers(2, 14)):
        width = max(1, int(np.exp(rng.uniform(0, np.log(side / 12)))))
        corners = rng.uniform(-0.2, 1.2, (4, 2)) * side
        t = np.linspace(0, 1, 24)[:, None]
        bend = corners[0] * (1 - t) ** 3 + 3 * corners[1] * t * (1 - t) ** 2
        path = bend + 3 * corners[2] * t**2 * (1 - t) + corners[3] * t**3
        if rng.random() < 0.5:
            path = path[[0, -1]]
        fixed = np.round(path * 16).astype(np.int32).reshape(-1, 1, 2)
        cv2.polylines(canvas, [fixed], False, _colour(rng).tolist(), width, cv2.LINE_AA, 4)
    return np.clip(canvas, 0, 1)


def page(rng: np.random.Generator, side: int) -> np.ndarray:
    """side×side×3 float32: writing on a shaded ground."""
    ground = _shaded(rng, side, _colour(rng))
    ink = _shaded(rng, side, 1.0 - ground.mean((0, 1)) + rng.normal(0, 0.1, 3))
    letters = cv2.GaussianBlur(shapes.text(rng, Extent(side, side)), (0, 0), float(rng.uniform(0.4, 0.9)))
    return np.clip(ground + (ink - ground) * letters[..., None], 0, 1)


def gravel(rng: np.random.Generator, side: int) -> np.ndarray:
    """side×side×3 float32: fine grain of strong contrast over a shaded ground, as of sand, plaster and film."""
    grain = rng.standard_normal((side, side, 1), np.float32) + 0.3 * rng.standard_normal((side, side, 3), np.float32)
    sigma = float(rng.uniform(0.3, 0.8))
    grain = np.float32(rng.uniform(0.1, 0.3)) * cv2.GaussianBlur(grain, (0, 0), sigma)
    return np.clip(_shaded(rng, side, _colour(rng)) + grain, 0, 1)


KINDS: dict[str, Callable[[np.random.Generator, int], np.ndarray]] = {
    "leaves": dead_leaves,
    "texture": oriented_texture,
    "lines": shaded_lines,
    "page": page,
    "gravel": gravel,
}
EVERYTHING = {"leaves": 4.0, "texture": 2.5, "lines": 2.5, "page": 1.0, "gravel": 0.5}


def _leaf(rng: np.random.Generator, leaf: np.ndarray, centre: np.ndarray, radius: float) -> None:
    place = np.round(centre * 16).astype(int)
    kind = rng.integers(3)
    if kind == 0:
        cv2.circle(leaf, place.tolist(), round(radius * 16), 1, -1, cv2.LINE_8, 4)
    elif kind == 1:
        axes = np.round(radius * 16 * np.array([1.0, rng.uniform(0.3, 1.0)])).astype(int)
        cv2.ellipse(leaf, place.tolist(), axes.tolist(), float(rng.uniform(0, 180)), 0, 360, 1, -1, cv2.LINE_8, 4)
    else:
        angles = np.sort(rng.uniform(0, 2 * pi, int(rng.integers(3, 7))))
        corners = centre + radius * np.stack([np.cos(angles), np.sin(angles)], 1)
        cv2.fillPoly(leaf, [np.round(corners * 16).astype(np.int32).reshape(-1, 1, 2)], 1, cv2.LINE_8, 4)


def _colour(rng: np.random.Generator) -> np.ndarray:
    """An RGB colour whose channels go together, as they do in photos."""
    return np.clip(rng.uniform(0.05, 0.95) + rng.normal(0, 0.15, 3), 0, 1)


def _shaded(rng: np.random.Generator, side: int, colour: np.ndarray) -> np.ndarray:
    """A colour with a smooth change of light across: bilinear between four corners."""
    corners = (colour + rng.normal(0, 0.12, (2, 2, 1)) + rng.normal(0, 0.03, (2, 2, 3))).astype(np.float32)
    return cv2.resize(corners, (side, side), interpolation=cv2.INTER_CUBIC)


def _grain(rng: np.random.Generator, side: int) -> np.ndarray:
    """side×side float32 of about unit deviation: white noise smeared along a direction, at a random scale."""
    coarse = max(4, round(side / np.exp(rng.uniform(0, 1.6))))
    noise = rng.standard_normal((coarse, coarse), np.float32)
    length = int(rng.integers(1, 12))
    if length > 1:
        angle = rng.uniform(0, pi)
        kernel = np.zeros((2 * length + 1, 2 * length + 1), np.float32)
        reach = length * np.array([np.cos(angle), np.sin(angle)])
        start, end = np.round(length - reach).astype(int), np.round(length + reach).astype(int)
        cv2.line(kernel, start.tolist(), end.tolist(), 1.0, 1)
        noise = cv2.filter2D(noise, -1, kernel / np.linalg.norm(kernel), borderType=cv2.BORDER_REFLECT)
    return cv2.resize(noise, (side, side), interpolation=cv2.INTER_CUBIC)


def _waves(rng: np.random.Generator, side: int) -> np.ndarray:
    """side×side float32: parallel waves, square or round, with a slowly wandering phase."""
    angle, period = rng.uniform(0, pi), np.exp(rng.uniform(np.log(4), np.log(side / 3)))
    y, x = np.mgrid[:side, :side].astype(np.float32)
    wander = cv2.resize(rng.standard_normal((3, 3), np.float32), (side, side), interpolation=cv2.INTER_CUBIC)
    phase = 2 * pi * (x * np.cos(angle) + y * np.sin(angle)) / period + rng.uniform(0, 1.0) * wander
    return (1.4 * np.sign(np.sin(phase)) if rng.random() < 0.4 else 1.4 * np.sin(phase)).astype(np.float32)


def _noise_added(rng: np.random.Generator, picture: np.ndarray) -> np.ndarray:
    return picture + np.float32(rng.uniform(0.005, 0.04)) * rng.standard_normal(picture.shape, np.float32)
