"""A thing lifted out of a reference picture, with its own colours up to its edge and what is known of its light."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from models.colour.oklab import to_unit
from models.cutout import estimate_foreground
from models.errors import BadInputError
from models.geometry import Bounds, Extent
from models.harmonise.light import Light, light_of_thing, read_light
from models.mask import Mask
from models.mask import bounds as bounds_of

_FAINT, _FIRM = 0.06, 0.94  # of the matte; beyond them its tails are noise of the estimate
_CUT_SHARE = 0.12  # of a side's length that must lie on the frame for the thing to be cut off there
_SMALLEST = 4  # pixels, either way
_SURROUNDED = 0.2  # share of the reference that must be around the thing to tell its light


@dataclass(frozen=True)
class Cutout:
    """A thing without its surroundings, trimmed to its own bounds.

    `rgb` is h×w×3 float32 sRGB in [0, 1], the thing's colours also where it is transparent; `alpha` h×w float32 in
    [0, 1]. `light` is the light it was seen in. `cut_off` names the sides ("left", "right", "top", "bottom") at which
    the frame of its picture cuts through it: there it has no edge that could be shown.
    """

    rgb: np.ndarray
    alpha: Mask
    light: Light
    cut_off: frozenset[str] = frozenset()

    @property
    def extent(self) -> Extent:
        """Its size in the reference, in pixels."""
        return Extent.of(self.alpha)

    def scaled(self, extent: Extent) -> Cutout:
        """Resampled to another size, its edge colours not mixed with anything."""
        if extent == self.extent:
            return self
        shrinks = extent.width < self.extent.width or extent.height < self.extent.height
        method = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
        rgb = cv2.resize(self.rgb, tuple(extent), interpolation=method)
        alpha = cv2.resize(self.alpha, tuple(extent), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
        return replace(self, rgb=np.clip(rgb, 0.0, 1.0), alpha=np.clip(alpha, 0.0, 1.0))


def cut_out(rgb: np.ndarray, matte: Mask, *, known_surroundings: bool = True) -> Cutout:
    """Lift the thing under a soft matte out of its picture.

    `rgb` is H×W×3 uint8 or uint16, sRGB-like; `matte` H×W float32 in [0, 1]. `known_surroundings` False: what is
    outside the matte is no picture (it was transparent), so it tells nothing of the light and colours no edge.
    Raises BadInputError when the matte holds nothing.
    """
    alpha = np.clip((matte - _FAINT) / (_FIRM - _FAINT), 0.0, 1.0).astype(np.float32)
    box = bounds_of(alpha, 0.02)
    if box.width < _SMALLEST or box.height < _SMALLEST:
        raise BadInputError("There is nothing to take from that picture; select or name what I should take.")
    window = box.padded(16).clipped(Extent.of(matte))
    inner = box.shifted(-window.x0, -window.y0)
    colours = _own_colours(rgb[window.slices], alpha[window.slices], known_surroundings)[inner.slices]
    outside = alpha < 0.02
    if known_surroundings and outside.mean() > _SURROUNDED:
        light = read_light(rgb, None)
    else:
        light = light_of_thing(colours, alpha[box.slices])
    return Cutout(colours, np.ascontiguousarray(alpha[box.slices]), light, _cut_off(alpha, box))


def _own_colours(rgb: np.ndarray, alpha: Mask, known_surroundings: bool) -> np.ndarray:
    """The thing's colours, spread outwards over where it is transparent: h×w×3 float32."""
    colours = to_unit(estimate_foreground(rgb, alpha) if known_surroundings else rgb)
    solid = (alpha > 0.6).astype(np.float32)
    if not solid.any():
        return colours
    # beyond the edge there is no evidence at all: the nearest solid colours, averaged ever wider
    spread, weight = colours * solid[..., None], solid
    filled = np.zeros_like(colours)
    done = np.zeros(solid.shape, np.float32)
    for radius in (2, 5, 12, 30, 80, 200):
        size = (2 * radius + 1, 2 * radius + 1)
        near = cv2.blur(weight, size)
        mean = cv2.blur(spread, size) / np.maximum(near, 1e-6)[..., None]
        new = (near > 0.02) & (done == 0)
        filled[new] = mean[new]
        done[new] = 1.0
        if done.all():
            break
    trusted = np.clip((alpha - 0.1) / 0.4, 0.0, 1.0)[..., None]
    return (colours * trusted + filled * (1.0 - trusted)).astype(np.float32)


def _cut_off(alpha: Mask, box: Bounds) -> frozenset[str]:
    """The sides of the frame that the thing runs out of."""
    height, width = alpha.shape
    firm = alpha > 0.5
    share = {
        "left": firm[:, 0].sum() / max(box.height, 1) if box.x0 == 0 else 0.0,
        "right": firm[:, -1].sum() / max(box.height, 1) if box.x1 == width else 0.0,
        "top": firm[0].sum() / max(box.width, 1) if box.y0 == 0 else 0.0,
        "bottom": firm[-1].sum() / max(box.width, 1) if box.y1 == height else 0.0,
    }
    return frozenset(side for side, on_frame in share.items() if on_frame >= _CUT_SHARE)
