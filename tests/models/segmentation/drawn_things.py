"""Pictures of overlapping things with known masks: what a small FastSAM learns from, and is tried on."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from models.geometry import Extent

SQUARE = Extent(192, 192)


@dataclass(frozen=True)
class DrawnPicture:
    """`rgb` H×W×3 uint8; `masks` N×H×W bool, what is seen of each thing; parts are things too and lie in wholes."""

    rgb: np.ndarray
    masks: np.ndarray


def drawn_picture(
    rng: np.random.Generator, extent: Extent = SQUARE, things: int = 6, sizes: tuple[float, float] = (12, 42)
) -> DrawnPicture:
    """Shapes over one another on a textured ground; `sizes` are the smallest and largest radius in pixels."""
    picture = _ground(rng, extent)
    masks: list[np.ndarray] = []
    for _ in range(things):
        radius = float(np.exp(rng.uniform(*np.log(sizes))))
        centre = rng.uniform((0, 0), tuple(extent))
        shape = _shape(rng, extent, centre, radius)
        masks = [mask & ~shape for mask in masks]
        picture[shape] = _surface(rng, extent)[shape]
        masks.append(shape)
        if radius > 1.8 * sizes[0] and rng.random() < 0.35:
            part = _shape(rng, extent, centre, 0.45 * radius) & shape
            picture[part] = _surface(rng, extent)[part]
            masks.append(part)
    soft = cv2.GaussianBlur(picture, (0, 0), 0.6) + rng.normal(0, 2.5, picture.shape)
    rgb = np.clip(soft, 0, 255).astype(np.uint8)
    seen = [mask for mask in masks if np.count_nonzero(mask) > 1.5 * sizes[0] ** 2]
    return DrawnPicture(rgb, np.array(seen, bool).reshape(-1, extent.height, extent.width))


def _shape(rng: np.random.Generator, extent: Extent, centre: np.ndarray, radius: float) -> np.ndarray:
    """An ellipse, a polygon or a star, H×W bool."""
    canvas = np.zeros((extent.height, extent.width), np.uint8)
    kind, turn = rng.integers(3), rng.uniform(0, 360)
    if kind == 0:
        axes = (round(radius), round(radius * rng.uniform(0.55, 1.0)))
        cv2.ellipse(canvas, (round(centre[0]), round(centre[1])), axes, turn, 0, 360, 1, -1)
        return canvas > 0
    corners = int(rng.integers(3, 7)) if kind == 1 else 10
    angles = np.radians(turn) + np.arange(corners) * 2 * np.pi / corners
    reach = np.full(corners, radius) if kind == 1 else radius * np.where(np.arange(corners) % 2, 0.55, 1.0)
    stretch = np.array([1.0, rng.uniform(0.7, 1.0)])
    points = centre + np.stack([np.cos(angles), np.sin(angles)], axis=1) * reach[:, None] * stretch
    cv2.fillPoly(canvas, [points.round().astype(np.int32)], 1)
    return canvas > 0


def _ground(rng: np.random.Generator, extent: Extent) -> np.ndarray:
    """Muted, with coarse and fine texture."""
    ground = np.full((extent.height, extent.width, 3), rng.uniform(60, 190, 3))
    for cells, strength in ((4, 22.0), (16, 10.0), (64, 8.0)):
        coarse = rng.normal(0, strength, (cells, cells, 1)).astype(np.float32)
        ground += cv2.resize(coarse, tuple(extent), interpolation=cv2.INTER_CUBIC)[..., None]
    return ground


def _surface(rng: np.random.Generator, extent: Extent) -> np.ndarray:
    """A saturated colour, shaded from one side to the other, sometimes striped."""
    colour = np.array(cv2.cvtColor(np.uint8([[[rng.integers(180), 200, rng.integers(90, 256)]]]), cv2.COLOR_HSV2RGB))
    ys, xs = np.mgrid[: extent.height, : extent.width]
    angle, size = rng.uniform(0, 2 * np.pi), max(extent)
    along = (np.cos(angle) * xs + np.sin(angle) * ys) / size
    shade = 1.0 + 0.5 * (along - along.mean())
    if rng.random() < 0.3:
        shade *= 1.0 + 0.12 * np.sign(np.sin(along * size / 2.5))
    return colour.astype(float) * shade[..., None]
