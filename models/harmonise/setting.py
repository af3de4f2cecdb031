"""Setting a thing from another picture into this one: sized, lit, grained and with its shadow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from models.colour.oklab import from_unit, srgb_to_oklab, to_unit
from models.errors import BadInputError
from models.geometry import Bounds, Extent
from models.harmonise.cutting import Cutout
from models.harmonise.grain import blur_of, luma, matched, noise_of, softened_edge
from models.harmonise.light import read_light, relit
from models.harmonise.shadow import Side, darkened, grounded, light_side, shadow_of
from models.mask import Mask

_AROUND = 0.75  # of the thing's size: surroundings whose sharpness and noise it gets
_LEAST_AROUND = 48  # pixels
_FULL_CONTRAST = 0.75  # OKLab lightness between a picture's black and white in full light
_VISIBLE = 1e-3  # of a matte


@dataclass(frozen=True)
class Placed:
    """A picture with something set into it.

    `rgb` is H×W×3 of the scene's dtype; `changed` H×W float32, 1 where anything may have changed (the thing and its
    shadow), 0 where every sample is the scene's; `alpha` H×W float32 is the thing's own matte there. `opacity` is the
    picture's alpha afterwards, H×W float32; None: as it was. `measures` are numbers for the report.
    """

    rgb: np.ndarray
    changed: Mask
    alpha: Mask
    measures: dict[str, float] = field(default_factory=dict)
    opacity: Mask | None = None


def set_in(
    scene: np.ndarray,
    thing: Cutout,
    box: Bounds,
    *,
    standing: bool = True,
    support: Mask | None = None,
    before: Mask | None = None,
    others: Sequence[Mask] = (),
    opacity: Mask | None = None,
    match: float = 1.0,
    seed: int = 0,
) -> Placed:
    """Set a thing into a scene so that its bounds fill `box`, which may reach beyond the picture.

    `scene` is H×W×3 uint8 or uint16. `standing`: it stands on something, so it casts a shadow; `support` (H×W mask)
    is what it stands on, where that is known, `before` (H×W mask) what hides part of it. `others` are masks of things
    whose shading tells the side of the light. `opacity` is the scene's alpha, None: opaque. `match` in [0, 1] is how
    far it takes on the scene's light; at 0 also its sharpness and grain stay its own. Raises BadInputError when
    nothing of it would be seen.
    """
    extent = Extent.of(scene)
    shown = box.clipped(extent)
    if shown.width < 1 or shown.height < 1:
        raise BadInputError("That place lies outside the picture; choose another.")
    thing = thing.scaled(box.extent)
    light = read_light(scene)
    near = box.padded(max(_LEAST_AROUND, round(_AROUND * max(box.extent)))).clipped(extent)
    blur, noise = _camera(scene, near) if match > 0 else (None, 0.0)
    colours = relit(thing.rgb, thing.alpha, thing.light, light, match)
    colours = matched(colours, thing.alpha, blur, noise, seed=seed)
    matte = _joined(softened_edge(thing.alpha, blur), thing)

    alpha = np.zeros((extent.height, extent.width), np.float32)
    inner = shown.shifted(-box.x0, -box.y0)
    alpha[shown.slices] = matte[inner.slices]
    hidden = None if before is None else 1.0 - np.clip(before, 0.0, 1.0)
    if hidden is not None:
        alpha *= hidden
    alpha[alpha < _VISIBLE] = 0.0
    side = Side()
    shadow = np.zeros_like(alpha)
    if standing and "bottom" not in thing.cut_off:
        side = light_side(_lightness(scene), others)
        colours = grounded(colours, thing.alpha)
        contrast = (light.white - (light.black or 0.0)) / _FULL_CONTRAST
        shadow = shadow_of(thing.alpha, box, extent, side, support, strength=float(np.clip(contrast, 0.35, 1.0)))
        if hidden is not None:
            shadow *= hidden
    if not (alpha > 0).any():
        raise BadInputError("Nothing of it would be seen there; choose another place.")
    changed = ((alpha > 0) | (shadow > 0)).astype(np.float32)
    # of two layers, one see-through, the upper one's share of the colour is larger than its alpha
    together = alpha + (1.0 - alpha) * (1.0 if opacity is None else opacity)
    weight = np.divide(alpha, together, out=np.zeros_like(alpha), where=together > 0)
    result = _composed(scene, colours[inner.slices], weight, shadow, shown, changed)
    measures = {
        "light_from_the_side": round(side.x * side.confidence, 3),
        "blur": round(blur or 0.0, 2),
        "noise": round(noise, 4),
        "colour_moved": round(_moved(thing.rgb, colours, thing.alpha), 3),
    }
    return Placed(result, changed, alpha, measures, None if opacity is None else together)


def _composed(
    scene: np.ndarray, colours: np.ndarray, share: Mask, shadow: Mask, shown: Bounds, changed: Mask
) -> np.ndarray:
    """The scene, its light taken away by the shadow, and the thing over it; H×W×3 of the scene's dtype."""
    result = scene[..., :3].copy()
    rows, columns = np.nonzero(changed)
    window = Bounds(int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
    part = to_unit(scene[window.slices][..., :3])
    part = np.where(shadow[window.slices][..., None] > 0, darkened(part, shadow[window.slices]), part)
    layer = np.zeros_like(part)
    inside = shown.shifted(-window.x0, -window.y0)  # the thing's visible box, which may reach beyond the window
    cut = inside.clipped(window.extent)
    layer[cut.slices] = colours[cut.shifted(-inside.x0, -inside.y0).slices]
    weight = share[window.slices][..., None]
    mixed = from_unit(part * (1.0 - weight) + layer * weight, scene.dtype)
    touched = changed[window.slices] > 0
    result[window.slices][touched] = mixed[touched]
    return result


def _camera(scene: np.ndarray, near: Bounds) -> tuple[float | None, float]:
    """The blur of the edges near a place, since sharpness falls off with distance, and the noise of the camera.

    Noise is the same everywhere; where the surroundings are all texture, flatter parts elsewhere tell it better.
    """
    whole = luma(to_unit(scene[..., :3]))
    around = np.ascontiguousarray(whole[near.slices])
    blur = blur_of(around)
    return (blur if blur is not None else blur_of(whole)), min(noise_of(around), noise_of(whole))


def _joined(matte: Mask, thing: Cutout) -> Mask:
    """The softened matte, but hard where the frame cut the thing: it ends there at the picture's edge."""
    result = matte.copy()
    band = max(1, round(0.02 * max(matte.shape)))
    for side, part in (
        ("left", np.s_[:, :band]),
        ("right", np.s_[:, -band:]),
        ("top", np.s_[:band]),
        ("bottom", np.s_[-band:]),
    ):
        if side in thing.cut_off:
            result[part] = np.maximum(result[part], thing.alpha[part])
    return result


def _lightness(rgb: np.ndarray) -> np.ndarray:
    return cv2.GaussianBlur(luma(to_unit(rgb[..., :3])), (0, 0), 1.5)


def _moved(before: np.ndarray, after: np.ndarray, alpha: Mask) -> float:
    """The mean OKLab distance by which its colours changed."""
    firm = alpha > 0.5
    if not firm.any():
        return 0.0
    return float(np.linalg.norm(srgb_to_oklab(before[firm]) - srgb_to_oklab(after[firm]), axis=-1).mean())
