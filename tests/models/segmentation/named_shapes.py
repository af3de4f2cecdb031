"""Pictures of shapes that have names and colours, with every mask known: what words can be tried on."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from models.geometry import Bounds, Extent
from models.segmentation.proposals import Proposal, Proposals

SHAPES = ("circle", "square", "triangle", "star")
COLOURS = {"red": (205, 40, 40), "green": (50, 160, 60), "blue": (45, 75, 200), "yellow": (235, 205, 50)}

_PICTURE = Extent(320, 200)


@dataclass(frozen=True)
class Named:
    """One shape: its name and colour, its centre (x, y) and radius in pixels."""

    shape: str
    colour: str
    x: int
    y: int
    radius: int


def outline(extent: Extent, thing: Named, turn: float = 0.0) -> np.ndarray:
    """H×W bool."""
    canvas = np.zeros((extent.height, extent.width), np.uint8)
    if thing.shape == "circle":
        cv2.circle(canvas, (thing.x, thing.y), thing.radius, 1, -1)
        return canvas > 0
    corners = {"square": 4, "triangle": 3, "star": 10}[thing.shape]
    start = {"square": np.pi / 4, "triangle": -np.pi / 2, "star": -np.pi / 2}[thing.shape]
    angles = start + turn + np.arange(corners) * 2 * np.pi / corners
    reach = thing.radius * (np.where(np.arange(corners) % 2, 0.45, 1.0) if thing.shape == "star" else np.ones(corners))
    points = np.stack([thing.x + reach * np.cos(angles), thing.y + reach * np.sin(angles)], axis=1)
    cv2.fillPoly(canvas, [points.round().astype(np.int32)], 1)
    return canvas > 0


def shapes_picture(
    things: list[Named], extent: Extent = _PICTURE, seed: int = 0, turned: float = 0.0
) -> tuple[np.ndarray, Proposals]:
    """H×W×3 uint8 on a textured grey ground, and its proposals: one for each thing, in order, then the ground."""
    rng = np.random.default_rng(seed)
    ground = rng.uniform(110, 190)
    picture = np.full((extent.height, extent.width, 3), ground) + rng.normal(0, 3, 3)
    picture += cv2.resize(rng.normal(0, 9, (12, 12, 1)).astype(np.float32), tuple(extent))[..., None]
    taken = np.zeros((extent.height, extent.width), bool)
    masks = []
    for thing in things:
        mask = outline(extent, thing, rng.uniform(-turned, turned))
        picture[mask] = np.array(COLOURS[thing.colour]) * rng.uniform(0.8, 1.1) + rng.normal(0, 6, 3)
        masks.append(mask)
        taken |= mask
    masks.append(~taken)
    rgb = np.clip(cv2.GaussianBlur(picture, (0, 0), 0.6) + rng.normal(0, 3, picture.shape), 0, 255).astype(np.uint8)
    return rgb, Proposals(extent, extent, tuple(proposal(mask) for mask in masks))


def proposal(mask: np.ndarray, score: float = 0.9) -> Proposal:
    """A non-empty H×W bool mask as a proposal."""
    x, y, width, height = cv2.boundingRect(mask.astype(np.uint8))
    box = Bounds(x, y, x + width, y + height)
    return Proposal(box, mask[box.slices].copy(), score)
