"""Give a thing another colour and leave it the same thing: its light, folds, weave and gloss stay.

The region's body colour (see `models.colour.body`) is sent exactly to the wanted colour. Lightness follows a
monotone tone curve through that point; fine detail rides on top with its contrast kept in bounds, so white
cloth turned black still shows its weave and black leather turned white does not turn to noise. Chroma follows
lightness below the body colour and fades to white in highlights. Pixels that are not this surface (a logo, a
hand) keep theirs.

Edge pixels are mixtures of the thing and what is behind it. They are not recoloured as they stand, which would
leave a rim of the old colour: the share of the thing in each is estimated from the colours on either side, and
that share of the neighbouring change is added in linear light.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from models.colour.body import BodyColour, find_body
from models.colour.naming import ColourShift, ColourWish
from models.colour.oklab import (
    from_unit,
    into_gamut,
    linear_to_oklab,
    linear_to_srgb,
    oklab_to_linear,
    srgb_to_oklab,
)
from models.colour.parts import aligned, other_parts
from models.colour.strips import SmoothLightness, linear_light, strips
from models.geometry import Extent
from models.mask import Mask, bounds, require
from models.progress import SILENT, Progress

_HALO = 16  # rows of context a strip needs: the reach of everything local below
_SAMPLE = 300_000  # pixels that the statistics look at
_DARKEST, _LIGHTEST = 0.2, 0.96  # room for shadow below black and for gloss above white
_DETAIL = (0.55, 1.35)  # least and most contrast of fine detail, as a factor
_SHEEN_LONGEST = 640  # pixels; of the copy in which broad sheen is told from sparkle
_SHEEN_WIDTH = 10.0  # pixels there
_SHEEN_CLEARS = 0.65  # of the gloss, at most
_EDGE_INSIDE = 4.0  # pixels from the edge inwards that may be mixed
_EDGE_NARROW = 8.0  # a soft edge wider than this is meant soft, and the mask decides
_EDGE_REACH = 8  # radius in which the pure colours on either side are looked for


def recolour(image: np.ndarray, mask: Mask, wish: ColourWish, *, progress: Progress = SILENT) -> np.ndarray:
    """The image with what the mask covers in the wished colour.

    image: H×W×3 uint8 or uint16, sRGB. mask: H×W float32 in [0, 1]. Returns a new array of the same dtype.
    Samples where the mask is 0 are bit-identical, and the mask's soft edge is already worked in: take the
    result as it is wherever mask > 0; blending it by the mask once more would bring the old colour's rim back.

    A relative wish ("darker") moves every colour by the shift and keeps their relations.
    Raises BadInputError when the mask is empty or of another size.
    """
    require(mask, Extent.of(image))
    region = bounds(mask).padded(2 * _HALO).clipped(Extent.of(image))
    rows, columns = region.slices
    crop, crop_mask = image[rows, columns], mask[rows, columns]
    change = _plan(crop, crop_mask, wish)
    base = SmoothLightness(crop) if isinstance(change, _NewColour) else None
    sheen = change.broad_sheen(crop) if isinstance(change, _NewColour) else None
    parts = other_parts(crop, crop_mask, change.body) if isinstance(change, _NewColour) else None
    result = image.copy()
    height = region.height
    for inner, outer in strips(height, _HALO):
        progress.report(inner.start / height, "recolouring")
        strip_mask = crop_mask[outer]
        if not strip_mask.any():
            continue
        linear = linear_light(crop[outer])
        lab = linear_to_oklab(linear)
        changed = change.apply(
            lab, lab[..., 0] if base is None else base.rows(outer), None if sheen is None else sheen[outer]
        )
        delta = np.clip(oklab_to_linear(changed), 0, 1) - linear
        surface = strip_mask * change.membership(lab)
        if parts is not None:
            surface *= 1 - aligned(parts[outer], np.ascontiguousarray(lab[..., 0]))
        linear += _through_mask(linear, delta, strip_mask, surface)
        keep = slice(inner.start - outer.start, inner.stop - outer.start)
        finished = from_unit(linear_to_srgb(linear[keep]), image.dtype)
        touched = strip_mask[keep] > 0
        target = result[region.y0 + inner.start : region.y0 + inner.stop, columns]
        target[touched] = finished[touched]
    progress.report(1.0, "recolouring")
    return result


def body_colour(image: np.ndarray, mask: Mask) -> BodyColour:
    """The diffuse colour of what the mask covers. Raises BadInputError for an empty mask."""
    require(mask, Extent.of(image))
    rows, columns = bounds(mask).slices
    return find_body(_sample(image[rows, columns], mask[rows, columns]))


# --- what to change into ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _NewColour:
    """The way from a body colour to a target colour (OKLab)."""

    body: BodyColour
    lightness: float
    a: float
    b: float
    most_chroma: np.ndarray  # largest chroma inside sRGB at the target's hue, over L = 0..1

    @property
    def chroma(self) -> float:
        return float(np.hypot(self.a, self.b))

    def _highest(self) -> float:
        """The lightness that the region's brightest pixels get."""
        room = self.body.top - self.body.lightness
        sheen = 0.25 * max(self.body.lightness - self.lightness, 0.0)
        highest = min(1.0, self.lightness + min(room + sheen, 1.2 * room))
        # red in the sun is not pink: the surface stays where sRGB still has most of its chroma
        full = np.flatnonzero(self.most_chroma >= 0.8 * self.chroma)
        saturated = full[-1] / (len(self.most_chroma) - 1) if full.size else 1.0
        return min(highest, max(saturated, self.lightness + 0.4 * (highest - self.lightness)))

    def _tone(self, lightness: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The monotone tone curve and its slope. Shading is multiplicative, so below the body it is a power."""
        reference, target = self.body.lightness, self.lightness
        power = float(np.clip((reference / target) ** (0.4 if target > reference else 0.25), 0.6, 1.15))
        ratio = np.maximum(lightness, 0) / reference
        below = target * ratio**power
        below_slope = power * target / reference * np.maximum(ratio, 0.15) ** (power - 1)
        above_slope = (self._highest() - target) / (self.body.top - reference)
        above = target + above_slope * (lightness - reference)
        dark = lightness < reference
        return np.where(dark, below, above), np.where(dark, below_slope, above_slope)

    def _gloss(self, lab: np.ndarray) -> np.ndarray:
        """How far a pixel shows the light's reflection, not the surface: 0 none, 1 entirely."""
        body, lightness = self.body, lab[..., 0]
        above = lightness - body.lightness
        if body.has_hue:  # gloss has washed the body's own chroma out
            lost = np.clip((0.75 - body.along(lab)) / 0.5, 0, 1)
            gloss = lost * np.clip((above - 0.06 * body.lightness) / 0.12, 0, 1)
        else:
            share = np.clip(above / max(body.top - body.lightness, 0.15), 0, 1)
            gloss = share**2 * np.clip((lightness - 0.6) / 0.3, 0, 1)
        return cv2.GaussianBlur(gloss.astype(np.float32), (0, 0), 0.8)

    def broad_sheen(self, crop: np.ndarray) -> np.ndarray | None:
        """Where gloss is no sparkle but lies over a whole stretch, as the sky does on a bonnet: H×W float32, 1 = all.

        Only of a body without a hue, whose gloss and whose brightly lit surface look alike.
        """
        if self.body.has_hue:
            return None
        height, width = crop.shape[:2]
        shrunk = min(1.0, _SHEEN_LONGEST / max(height, width))
        size = max(1, round(width * shrunk)), max(1, round(height * shrunk))
        gloss = self._gloss(linear_to_oklab(linear_light(cv2.resize(crop, size, interpolation=cv2.INTER_AREA))))
        return cv2.resize(cv2.GaussianBlur(gloss, (0, 0), _SHEEN_WIDTH), (width, height))

    def apply(self, lab: np.ndarray, base: np.ndarray, sheen: np.ndarray | None = None) -> np.ndarray:
        """H×W×3 OKLab recoloured, inside sRGB.

        `base` is the lightness without its fine detail, `sheen` what `broad_sheen` gave: there colour shows through.
        """
        curve, slope = self._tone(base)
        lightness = curve + (lab[..., 0] - base) * np.clip(slope, *_DETAIL)
        gloss = self._gloss(lab)
        if sheen is not None:
            gloss *= 1 - _SHEEN_CLEARS * sheen
        # a highlight is lighter than the body, not only greyer
        share = np.clip((lab[..., 0] - self.body.lightness) / (self.body.top - self.body.lightness), 0, 1)
        brightest = self.lightness + (0.99 - self.lightness) * (0.8 + 0.2 * self.lightness)
        lightness += gloss * np.maximum(self.lightness + (brightest - self.lightness) * share - lightness, 0)
        lightness = np.clip(lightness, 0, 1)
        scale = np.clip(lightness / self.lightness, 0, 1.15) * (1 - gloss)
        if self.body.has_hue:  # worn and dusty places stay paler than the rest
            paler = np.clip(self.body.along(lab), 0.4, 1.3)
            scale *= 1 + 0.5 * (paler - 1) * np.clip(lab[..., 0] / self.body.lightness - 0.3, 0, 0.5) * 2
        limit = np.interp(lightness, np.linspace(0, 1, len(self.most_chroma)), self.most_chroma)
        scale = np.minimum(scale, limit / max(self.chroma, 1e-6))
        return np.stack([lightness, scale * self.a, scale * self.b], axis=-1).astype(np.float32)

    def membership(self, lab: np.ndarray) -> np.ndarray:
        """How far each pixel is the surface; edges follow the picture's."""
        share = self.body.membership(lab)
        guide = np.ascontiguousarray(lab[..., 0])
        return np.clip(cv2.ximgproc.guidedFilter(guide, share, 3, 5e-4), 0, 1)


@dataclass(frozen=True)
class _Moved:
    """A shift that keeps the colours' relations; `exponent` bends lightness and leaves black and white."""

    exponent: float
    shift: ColourShift

    def apply(self, lab: np.ndarray, base: np.ndarray, sheen: np.ndarray | None = None) -> np.ndarray:
        """H×W×3 OKLab moved, inside sRGB; gloss moves like the rest."""
        lightness = np.maximum(base, 1e-4) ** self.exponent
        moved = self.shift.apply(lab)
        tint = np.array(self.shift.tint, np.float32)
        # black has no room for a tint: it would turn into coloured fog
        moved[..., 1:] -= tint * (1 - np.clip(lightness / 0.3, 0, 1))[..., None]
        if self.exponent > 1:
            moved[..., 1:] *= (lightness / np.maximum(base, 1e-4))[..., None] ** 0.5
        moved[..., 0] = lightness
        return into_gamut(moved, steps=8)

    def membership(self, lab: np.ndarray) -> np.ndarray:
        """All of it: a shift leaves nothing out."""
        return np.ones(lab.shape[:2], np.float32)


def _plan(crop: np.ndarray, mask: Mask, wish: ColourWish) -> _NewColour | _Moved:
    body = find_body(_sample(crop, mask))
    if wish.is_relative:
        shift = wish.shift or ColourShift()
        middle = float(np.clip(body.lightness, 0.2, 0.85))
        aim = float(np.clip(middle + shift.lightness, 0.05, 0.97))
        flat = ColourShift(0.0, shift.chroma, shift.hue, shift.tint)
        return _Moved(float(np.log(aim) / np.log(middle)), flat)
    target = srgb_to_oklab(np.array(wish.target))
    lightness = float(np.clip(target[0], _DARKEST, _LIGHTEST))
    a, b = float(target[1]), float(target[2])
    return _NewColour(body, lightness, a, b, _most_chroma(float(np.arctan2(b, a))))


@cache
def _most_chroma(hue: float) -> np.ndarray:
    """The largest OKLab chroma inside sRGB at a hue (radians), for 257 lightnesses from 0 to 1."""
    levels = np.linspace(0, 1, 257)
    far = np.stack([levels, np.full(257, 0.4 * np.cos(hue)), np.full(257, 0.4 * np.sin(hue))], axis=-1)
    inside = into_gamut(far, steps=16)
    return np.hypot(inside[:, 1], inside[:, 2])


# --- pictures in pieces -----------------------------------------------------------------------------------


def _sample(crop: np.ndarray, mask: Mask) -> np.ndarray:
    """N×3 OKLab of well-selected pixels, at most about `_SAMPLE` of them, evenly spread."""
    step = max(1, int(np.sqrt(np.count_nonzero(mask) / _SAMPLE)))
    small, small_mask = crop[::step, ::step], mask[::step, ::step]
    inner = cv2.erode(small_mask, np.ones((3, 3), np.uint8))
    for chosen in (inner > 0.95, small_mask > 0.95, small_mask >= 0.5 * small_mask.max(), small_mask > 0):
        if np.count_nonzero(chosen) >= 50:
            break
    if not chosen.any():
        small, chosen = crop, mask > 0
    return linear_to_oklab(linear_light(small[chosen][None]))[0]


# --- edges ------------------------------------------------------------------------------------------------


def _distance(selected: np.ndarray) -> np.ndarray:
    """Pixels to the nearest selected pixel; large when there is none."""
    if not selected.any():
        return np.full(selected.shape, 1e4, np.float32)
    return cv2.distanceTransform((~selected).astype(np.uint8), cv2.DIST_L2, 3)


def _spread(values: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The weighted mean of the values around each pixel, and the weight that went into it."""
    size = (2 * _EDGE_REACH + 1, 2 * _EDGE_REACH + 1)
    total = cv2.GaussianBlur(weight, size, _EDGE_REACH / 2.5)
    mean = cv2.GaussianBlur(values * weight[..., None], size, _EDGE_REACH / 2.5)
    return mean / np.maximum(total, 1e-6)[..., None], total


def _through_mask(linear: np.ndarray, delta: np.ndarray, mask: Mask, surface: Mask) -> np.ndarray:
    """The change to add to linear light: all of `delta` inside, the surface's share of it at an edge.

    `surface` is where, within the mask, the surface lies. Its edge is the mask's, or that of a thing lying on it.
    """
    share = surface[..., None] * delta
    outside = surface <= 0.02
    if not outside.any():
        return share
    to_outside, to_inside = _distance(outside), _distance(surface >= 0.98)
    edge = (mask > 0) & (to_outside + to_inside <= _EDGE_NARROW)
    edge &= ((surface < 0.98) & (to_inside <= _EDGE_NARROW / 2)) | (to_outside <= _EDGE_INSIDE)
    if not edge.any():
        return share
    pure_inside = ((surface >= 0.98) & (to_outside > _EDGE_INSIDE - 0.5)).astype(np.float32)
    pure_outside = (outside & (to_inside > 1.5)).astype(np.float32)
    inside, inside_weight = _spread(linear, pure_inside)
    change, _ = _spread(delta, pure_inside)
    behind, behind_weight = _spread(linear, pure_outside)
    known = edge & (inside_weight > 1e-3) & (behind_weight > 1e-3)
    # what the pixel is mixed of, by projection on the line between the two pure colours: light adds up linearly
    pixel, front, back = (x[known] for x in (linear, inside, behind))
    axis, beyond = front - back, pixel - back
    length = np.maximum((axis * axis).sum(-1), 1e-6)
    along = (beyond * axis).sum(-1) / length
    off = ((beyond - along[:, None] * axis) ** 2).sum(-1)
    # two alike colours tell nothing apart, and what lies off the line is no mixture of them
    trust = np.clip((length - 0.003) / 0.02, 0, 1) * np.clip(2 - off / (0.01 + 0.08 * length), 0, 1)
    alpha = np.clip(along, 0, 1) * np.clip(mask[known] / 0.15, 0, 1)  # the change ends where the mask does
    # where the pixel is the surface for certain, its own change is truer than its neighbours'
    certain = np.clip((alpha - 0.85) / 0.15, 0, 1) * (surface[known] >= 0.98)
    trust = (trust * (1 - certain))[:, None]
    share[known] = trust * alpha[:, None] * change[known] + (1 - trust) * share[known]
    return share
