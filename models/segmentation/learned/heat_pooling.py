"""How well a heat map fits each proposal, so that proposals can be ranked by it."""

from __future__ import annotations

import cv2
import numpy as np

from models.errors import BadInputError
from models.geometry import Extent
from models.segmentation.proposals import Proposals


def pooled_heat(heat: np.ndarray, proposals: Proposals, ring: float = 0.15) -> np.ndarray:
    """The mean heat inside each mask minus that on a ring around it: float32 in [-1, 1], texts × proposals.

    `heat` is texts × H × W float32 in [0, 1] over the picture that the proposals are of. The ring is `ring` times the
    square root of the mask's area wide, at least two pixels of the working picture. The whole of a hot thing scores
    above its parts, whose surroundings are hot too, and above what merely contains it, whose inside is colder. A mask
    without surroundings (all of the picture) is compared with nothing: 0 is subtracted.
    Raises BadInputError when the heat map is of another picture.
    """
    if heat.ndim != 3 or (heat.shape[2], heat.shape[1]) not in (proposals.extent, proposals.working):
        raise BadInputError("The heat map and the proposals are of different pictures; find both again.")
    working = proposals.working
    pooled = np.zeros((heat.shape[0], len(proposals)), np.float32)
    maps = [_at(one, working) for one in heat]
    for index, proposal in enumerate(proposals):
        reach = max(2, round(ring * proposal.area**0.5))
        around = proposal.box.padded(reach).clipped(working)
        inside = np.zeros((around.height, around.width), np.uint8)
        inside[proposal.box.shifted(-around.x0, -around.y0).slices] = proposal.inside
        near = _within(inside, reach) & (inside == 0)
        for row, one in enumerate(maps):
            local = one[around.slices]
            outer = float(local[near].mean()) if near.any() else 0.0
            pooled[row, index] = float(local[inside > 0].mean()) - outer if proposal.area else 0.0
    return pooled


def _at(heat: np.ndarray, working: Extent) -> np.ndarray:
    return heat if Extent.of(heat) == working else cv2.resize(heat, tuple(working), interpolation=cv2.INTER_AREA)


def _within(inside: np.ndarray, reach: int) -> np.ndarray:
    """Which pixels are at most `reach` pixels from the mask."""
    return np.asarray(cv2.distanceTransform(1 - inside, cv2.DIST_L2, 5)) <= reach
