"""What light a picture was taken in, read from the picture alone, and bringing a thing from one light into another.

Everything happens in OKLab. What may change is bounded, because a picture's statistics mix its light with what is in
it: a red lamp stays red in a blue room.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.colour.oklab import oklab_to_srgb, srgb_to_oklab, to_unit
from models.mask import Mask

_MOST_PIXELS = 250_000  # that statistics are read from
_NEUTRAL = 0.055  # OKLab chroma about which a pixel still speaks of the light rather than of a colour
_ENOUGH_NEUTRAL = 0.15  # share of such pixels from which their mean is believed
_MOST_CAST = 0.045  # OKLab, the largest shift of a and b
_CAST_STRENGTH = 1.0
_GAIN = (0.78, 1.2)  # of the contrast between black and white
_MOST_LIFT = 0.12  # of lightness, at either end
_TONE_STRENGTH = 0.7
_GAMMA = (0.82, 1.45)  # of the middle
_KEY_STRENGTH = 0.6
_HAS_BLACK = 0.22  # OKLab lightness of a thing's darkest parts from which they are no black
_USUAL_WHITE = 0.94
_STUDIO_KEY = 0.62  # OKLab lightness of the middle of a well lit thing
_GREY, _COLOURFUL = 0.012, 0.04  # OKLab chroma of a picture's most colourful pixels: black and white up to the first


@dataclass(frozen=True)
class Light:
    """How a picture is lit and graded, in OKLab.

    `cast` is (a, b) of what should be neutral; `black`, `key` and `white` are the lightness of its deepest shadows,
    its middle and its brightest surfaces, in [0, 1]; `colour` in [0, 1] is 0 for a black-and-white picture.
    `key` None: the picture shows a single thing and its middle says nothing; `black` None: that thing has no black.
    """

    cast: tuple[float, float]
    black: float | None
    key: float | None
    white: float
    colour: float = 1.0


def read_light(rgb: np.ndarray, where: Mask | None = None) -> Light:
    """The light of a picture, H×W×3 uint8, uint16 or float32 in [0, 1]; `where` (H×W, > 0) restricts what is read."""
    lab = _sampled(rgb, where)
    lightness, chroma = lab[:, 0], np.hypot(lab[:, 1], lab[:, 2])
    black, key, white = (float(one) for one in np.percentile(lightness, (1.5, 50, 98)))
    if np.percentile(lightness, 60) > 0.97 * white and white > 0.85:
        # most of it is one bright backdrop, as in a shop: what lies in its middle is no middle
        return Light(_cast(lab), black, None, white, _colour(chroma))
    return Light(_cast(lab), black, key, white, _colour(chroma))


def light_of_thing(rgb: np.ndarray, alpha: Mask) -> Light:
    """What a thing without surroundings tells: its own range. Its cast cannot be told from its colour: none."""
    lightness = _sampled(rgb, (alpha > 0.5).astype(np.float32))[:, 0]
    black, white = (float(one) for one in np.percentile(lightness, (1, 99)))
    return Light((0.0, 0.0), black if black < _HAS_BLACK else None, None, max(white, _USUAL_WHITE))


def relit(rgb: np.ndarray, alpha: Mask, old: Light, new: Light, strength: float = 1.0) -> np.ndarray:
    """A thing's colours brought from one light into another; h×w×3 float32 sRGB in [0, 1], in and out.

    White balance moves by the difference of the casts, black and white points follow, the middle by a power. All are
    bounded, and multiplied by `strength` in [0, 1]. In a black-and-white picture the thing becomes black and white.
    """
    lab = srgb_to_oklab(rgb).astype(np.float32)
    shift = np.array(new.cast, np.float32) - np.array(old.cast, np.float32)
    shift *= _CAST_STRENGTH * strength
    length = float(np.hypot(*shift))
    if length > _MOST_CAST:
        shift *= _MOST_CAST / length
    lightness = _toned(lab[..., 0], alpha, old, new, strength)
    # a cast is light: where there is little of it, it shifts little
    lab[..., 1:] += shift * np.clip(lightness / 0.7, 0.0, 1.0)[..., None]
    lab[..., 1:] *= new.colour + (1.0 - new.colour) * (1.0 - strength)
    if new.colour < 1.0:
        lab[..., 1:] += (1.0 - new.colour) * strength * np.array(new.cast, np.float32)
    lab[..., 0] = lightness
    return np.clip(oklab_to_srgb(lab), 0.0, 1.0).astype(np.float32)


def _toned(lightness: np.ndarray, alpha: Mask, old: Light, new: Light, strength: float) -> np.ndarray:
    amount = _TONE_STRENGTH * strength
    new_black = 0.0 if new.black is None else new.black
    old_black = new_black if old.black is None else old.black
    black = float(np.clip(amount * (new_black - old_black), -_MOST_LIFT, _MOST_LIFT))
    white = float(np.clip(amount * (new.white - old.white), -_MOST_LIFT, _MOST_LIFT))
    span = max(old.white - old_black, 0.1)
    gain = float(np.clip((span + white - black) / span, *_GAIN))
    toned = old_black + black + (lightness - old_black) * gain
    toned = np.clip(toned, 0.0, 1.0)
    before = _STUDIO_KEY if old.key is None else old.key
    after = _STUDIO_KEY if new.key is None else new.key
    if not (alpha > 0.5).any():
        return toned.astype(np.float32)
    gamma = np.log(np.clip(after, 0.08, 0.95)) / np.log(np.clip(before, 0.08, 0.95))
    gamma = float(np.clip(gamma ** (_KEY_STRENGTH * strength), *_GAMMA))
    return np.power(toned, gamma).astype(np.float32)


def _sampled(rgb: np.ndarray, where: Mask | None) -> np.ndarray:
    """N×3 OKLab of evenly taken pixels."""
    step = max(1, int(np.sqrt(rgb.shape[0] * rgb.shape[1] / _MOST_PIXELS)))
    pixels = to_unit(rgb[::step, ::step, :3]).reshape(-1, 3)
    if where is not None:
        chosen = where[::step, ::step].reshape(-1) > 0
        if chosen.any():
            pixels = pixels[chosen]
    return srgb_to_oklab(pixels)


def _cast(lab: np.ndarray) -> tuple[float, float]:
    """(a, b) of what should be neutral: the mean of near-neutral pixels, as far as there are enough of them.

    Colours far from grey are left out, since they are things; two rounds, so that a real cast is not cut at its far
    side.
    """
    centre = np.zeros(2)
    belief = 0.0
    seen = (lab[:, 0] > 0.2) & (lab[:, 0] < 0.985)  # neither noise nor clipped
    if not seen.any():
        return 0.0, 0.0
    ab, lightness = lab[seen, 1:], lab[seen, 0]
    for _ in range(2):
        away = np.linalg.norm(ab - 0.6 * centre, axis=1)
        weight = np.exp(-((away / _NEUTRAL) ** 2)) * lightness
        belief = float(min(1.0, weight.mean() / _ENOUGH_NEUTRAL))
        centre = (ab * weight[:, None]).sum(axis=0) / max(float(weight.sum()), 1e-6)
    return float(belief * centre[0]), float(belief * centre[1])


def _colour(chroma: np.ndarray) -> float:
    most = float(np.percentile(chroma, 97))
    return float(np.clip((most - _GREY) / (_COLOURFUL - _GREY), 0.0, 1.0))
