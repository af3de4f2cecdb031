"""The tone of a picture: lighter, warmer, crisper. Small steps that look right, curves that never turn back.

Every adjustment runs from -100 to 100; ±20 is one clear and tasteful step. Lightness curves are monotone and
work on OKLab lightness, so hues stay; what leaves sRGB loses chroma, not hue. Neutral greys stay neutral,
except under warmth, tint and colour casts, whose purpose it is to move them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from models.colour.lexicon import HUES, towards_hue
from models.colour.oklab import (
    from_unit,
    linear_to_oklab,
    oklab_to_linear,
    oklab_to_srgb,
)
from models.colour.strips import SmoothLightness, linear_light, strips
from models.errors import BadInputError
from models.progress import SILENT, Progress

_HALO = 16
_CAST = "_cast"
_COLOURS = ("red", "orange", "yellow", "green", "cyan", "blue", "purple", "magenta", "pink")


@dataclass(frozen=True)
class Adjustment:
    """One thing to change and by how much, -100 to 100. Raises BadInputError for anything else.

    `quantity` is one of QUANTITIES. "red" … "pink" change the strength of that colour where it occurs;
    "red_cast" … move the whole picture towards (negative: away from) it.
    """

    quantity: str
    amount: float

    def __post_init__(self) -> None:
        if self.quantity not in QUANTITIES:
            known = ", ".join(name.replace("_", " ") for name in QUANTITIES if not name.endswith(_CAST))
            raise BadInputError(f"There is no adjustment '{self.quantity}'; there are {known}.")
        if not -100 <= self.amount <= 100:
            raise BadInputError(f"{self.quantity} goes from -100 to 100; {self.amount:g} is outside.")


def apply_adjustments(
    image: np.ndarray, adjustments: Sequence[Adjustment], *, seed: int = 0, progress: Progress = SILENT
) -> np.ndarray:
    """The image with the adjustments made one after the other.

    image: H×W×3 uint8 or uint16, sRGB; the result has the same shape and dtype. `seed` decides the grain.
    """
    steps = [step for adjustment in adjustments if adjustment.amount for step in _spelt_out(adjustment)]
    if not steps:
        return image.copy()
    picture = _Picture.of(image, seed)
    result = np.empty_like(image)
    height = image.shape[0]
    for inner, outer in strips(height, _HALO):
        progress.report(inner.start / height, "adjusting")
        lab = linear_to_oklab(linear_light(image[outer]))
        place = _Place(picture, picture.smooth.rows(outer), outer)
        for step in steps:
            lab = _STEPS[step.quantity](lab, step.amount / 100, place)
        keep = slice(inner.start - outer.start, inner.stop - outer.start)
        result[inner] = from_unit(oklab_to_srgb(np.ascontiguousarray(lab[keep])), image.dtype)
    progress.report(1.0, "adjusting")
    return result


# --- what an adjustment may look at -----------------------------------------------------------------------


@dataclass(frozen=True)
class _Picture:
    """Facts about the whole picture, measured before anything changed."""

    height: int
    width: int
    seed: int
    smooth: SmoothLightness
    middle: float  # median lightness
    low: float  # lightness of the 0.5th percentile
    high: float  # of the 99.5th
    cast: tuple[float, float]  # a and b of what should be neutral

    @classmethod
    def of(cls, image: np.ndarray, seed: int) -> _Picture:
        step = max(1, int(np.sqrt(image.shape[0] * image.shape[1] / 200_000)))
        lab = linear_to_oklab(linear_light(image[::step, ::step]))
        low, middle, high = (float(x) for x in np.percentile(lab[..., 0], (0.5, 50, 99.5)))
        return cls(image.shape[0], image.shape[1], seed, SmoothLightness(image, 0.03), middle, low, high, _cast_of(lab))


@dataclass(frozen=True)
class _Place:
    """Where in the picture a strip lies."""

    picture: _Picture
    smooth: np.ndarray  # smooth lightness of the strip's rows
    rows: slice


def _cast_of(lab: np.ndarray) -> tuple[float, float]:
    """The a and b of nearly grey, not too dark pixels: what white would look like under this light.

    Only as far as they agree: a picture of autumn leaves has no grey to judge by.
    """
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    grey = lab[(chroma < 0.06) & (lab[..., 0] > 0.25) & (lab[..., 0] < 0.97)]
    share = len(grey) / max(1, chroma.size)
    if share < 0.05:
        return 0.0, 0.0
    a, b = float(np.median(grey[:, 1])), float(np.median(grey[:, 2]))
    agreement = float(np.clip((share - 0.05) / 0.2, 0, 1))
    return a * agreement, b * agreement


_Step = Callable[[np.ndarray, float, _Place], np.ndarray]


def _with_lightness(lab: np.ndarray, lightness: np.ndarray) -> np.ndarray:
    result = lab.copy()
    result[..., 0] = np.clip(lightness, 0, 1)
    return result


def _with_chroma(lab: np.ndarray, factor: np.ndarray | float) -> np.ndarray:
    result = lab.copy()
    result[..., 1:] *= np.asarray(factor, lab.dtype)[..., None]
    return result


# --- lightness --------------------------------------------------------------------------------------------


def _brightness(lab: np.ndarray, amount: float, place: _Place) -> np.ndarray:
    """A gamma: black and white stay. Chroma goes some of the way with it, as it does in light."""
    before = np.clip(lab[..., 0], 1e-4, 1)
    after = before ** (2 ** (-1.25 * amount))
    return _with_chroma(_with_lightness(lab, after), np.clip(after / before, 0.5, 1.6) ** 0.5)


def _exposure(lab: np.ndarray, amount: float, place: _Place) -> np.ndarray:
    """More or less light: ±20 is 0.4 stops. Upwards the highlights roll off instead of clipping."""
    gain = float(np.cbrt(2 ** (2 * amount)))
    before = lab[..., 0]
    after = before * gain if gain < 1 else gain * before / (1 + (gain - 1) * before**2)
    return _with_chroma(_with_lightness(lab, np.minimum(after, 1)), np.clip(after / np.maximum(before, 1e-4), 0, 1.6))


def _s_curve(lightness: np.ndarray, pivot: float, amount: float) -> np.ndarray:
    """Steeper (amount > 0) or flatter at the pivot; monotone, black, pivot and white stay put."""
    if amount < 0:
        return lightness + (pivot - lightness) * (-0.6 * amount)
    power = 2**amount
    below = pivot * (np.clip(lightness, 0, pivot) / pivot) ** power
    above = 1 - (1 - pivot) * ((1 - np.clip(lightness, pivot, 1)) / (1 - pivot)) ** power
    return np.where(lightness < pivot, below, above)


def _contrast(lab: np.ndarray, amount: float, place: _Place) -> np.ndarray:
    """An S-curve around the picture's own middle."""
    return _with_lightness(lab, _s_curve(lab[..., 0], float(np.clip(place.picture.middle, 0.4, 0.65)), amount))


def _lift(lab: np.ndarray, place: _Place, wanted: np.ndarray) -> np.ndarray:
    """The smooth lightness moved to `wanted`; detail goes along in proportion, so it keeps its contrast."""
    smooth = np.maximum(place.smooth, 0.02)
    factor = wanted / smooth
    after = wanted + (lab[..., 0] - place.smooth) * np.clip(factor, 0.6, 1.6)
    return _with_chroma(_with_lightness(lab, after), np.clip(factor, 0.6, 1.5) ** 0.5)


def _shadows(lab: np.ndarray, amount: float, place: _Place) -> np.ndarray:
    """Open (or close) what is darker than the middle; black stays black."""
    dark = np.clip(1 - place.smooth / 0.62, 0, 1)
    return _lift(lab, place, place.smooth * (1 + 0.95 * amount * dark**1.5))


def _highlights(lab: np.ndarray, amount: float, place: _Place) -> np.ndarray:
    """Lighten (or hold back) what is lighter than the middle; white moves least upwards."""
    bright = np.clip((place.smooth - 0.5) / 0.5, 0, 1)
    if amount < 0:
        return _lift(lab, place, place.smooth + 0.25 * amount * bright**1.3)
    return _lift(lab, place, place.smooth + 1.2 * amount * (1 - place.smooth) * bright)


def _clarity(lab: np.ndarray, amount: float, place: _Place) -> np.ndarray:
    """Contrast of medium-sized structures, strongest in the mid-tones."""
    middle = 4 * place.smooth * (1 - place.smooth)
    detail = lab[..., 0] - place.smooth
    return _with_lightness(lab, lab[..., 0] + 1.0 * amount * np.clip(middle, 0, 1) * detail)


def _sharpness(lab: np.ndarray, amount: float, place: _Place) -> np.ndarray:
    """Unsharp masking without halos (kept near the neighbourhood's own range); negative softens."""
    lightness = np.ascontiguousarray(lab[..., 0])
    if amount < 0:
        soft = cv2.GaussianBlur(lab, (0, 0), 0.4 + 2.6 * -amount, borderType=cv2.BORDER_REPLICATE)
        return soft.astype(lab.dtype)
    edge = lightness - cv2.GaussianBlur(lightness, (0, 0), 1.2, borderType=cv2.BORDER_REPLICATE)
    edge = np.sign(edge) * np.maximum(np.abs(edge) - 0.003, 0)  # leave noise alone
    around = np.ones((3, 3), np.uint8)
    low, high = cv2.erode(lightness, around) - 0.025, cv2.dilate(lightness, around) + 0.025
    return _with_lightness(lab, np.clip(lightness + 4.0 * amount * edge, low, high))


def _fade(lab: np.ndarray, amount: float, place: _Place) -> np.ndarray:
    """The look of an old print: lifted blacks, held whites, paler colours. Negative deepens."""
    lightness = lab[..., 0] * (1 - 0.32 * amount) + 0.22 * amount
    return _with_chroma(_with_lightness(lab, lightness), 1 - 0.4 * amount)


# --- colour -----------------------------------------------------------------------------------------------


def _saturation(lab: np.ndarray, amount: float, place: _Place) -> np.ndarray:
    return _with_chroma(lab, 1 + amount)


def _vibrance(lab: np.ndarray, amount: float, place: _Place) -> np.ndarray:
    """Saturation for what has little of it; what is vivid already, and skin, is spared."""
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    hue = np.arctan2(lab[..., 2], lab[..., 1])
    skin = np.exp(-(((hue - np.deg2rad(55)) / np.deg2rad(18)) ** 2)) * np.clip(chroma / 0.04, 0, 1)
    weight = np.clip(1 - chroma / 0.28, 0, 1) * (1 - 0.6 * skin)
    return _with_chroma(lab, 1 + 1.3 * amount * weight)


def _daylight_white(mired: float) -> np.ndarray:
    """XYZ (Y = 1) of CIE daylight at a reciprocal temperature. Source: CIE 15, daylight locus."""
    t = 1e6 / mired
    if t <= 7000:
        x = 0.244063 + 99.11 / t + 2.9678e6 / t**2 - 4.6070e9 / t**3
    else:
        x = 0.237040 + 247.48 / t + 1.9018e6 / t**2 - 2.0064e9 / t**3
    y = -3.0 * x * x + 2.870 * x - 0.275
    return np.array([x / y, 1.0, (1 - x - y) / y])


_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_RGB_TO_XYZ = np.array(
    [[0.4123908, 0.3575843, 0.1804808], [0.2126390, 0.7151687, 0.0721923], [0.0193308, 0.1191948, 0.9505322]]
)


def _warmth(lab: np.ndarray, amount: float, place: _Place) -> np.ndarray:
    """Another white balance: Bradford adaptation along the daylight locus, ±20 is 28 mired. Luminance stays."""
    neutral = 1e6 / 6504
    change = _BRADFORD @ _daylight_white(neutral + 140 * amount) / (_BRADFORD @ _daylight_white(neutral))
    adapt = np.linalg.inv(_BRADFORD) @ np.diag(change) @ _BRADFORD
    matrix = np.linalg.inv(_RGB_TO_XYZ) @ adapt @ _RGB_TO_XYZ
    linear = cv2.transform(oklab_to_linear(lab), matrix).astype(np.float32)
    moved = linear_to_oklab(linear)
    moved[..., 0] = lab[..., 0]
    return moved


def _shift(lab: np.ndarray, a: float, b: float) -> np.ndarray:
    """Move a and b everywhere, less where there is no light to tint."""
    room = np.clip(lab[..., 0] / 0.35, 0, 1) * np.clip((1.02 - lab[..., 0]) / 0.12, 0.25, 1)
    result = lab.copy()
    result[..., 1] += a * room
    result[..., 2] += b * room
    return result


def _tint(lab: np.ndarray, amount: float, place: _Place) -> np.ndarray:
    """Towards magenta, or with a negative amount towards green."""
    return _shift(lab, *towards_hue(328, 0.08 * amount))


def _hue(lab: np.ndarray, amount: float, place: _Place) -> np.ndarray:
    """All hues turned; ±100 is half a turn."""
    cos, sin = float(np.cos(np.pi * amount)), float(np.sin(np.pi * amount))
    a, b = lab[..., 1], lab[..., 2]
    return np.stack([lab[..., 0], a * cos - b * sin, a * sin + b * cos], axis=-1).astype(lab.dtype)


def _one_colour(name: str) -> _Step:
    centre = np.deg2rad(HUES[name])

    def step(lab: np.ndarray, amount: float, place: _Place) -> np.ndarray:
        hue = np.arctan2(lab[..., 2], lab[..., 1])
        away = np.abs((hue - centre + np.pi) % (2 * np.pi) - np.pi)
        near = np.clip(1.6 - away / np.deg2rad(28), 0, 1)
        return _with_chroma(lab, 1 + amount * near)

    return step


def _cast(name: str) -> _Step:
    def step(lab: np.ndarray, amount: float, place: _Place) -> np.ndarray:
        return _shift(lab, *towards_hue(HUES[name], 0.09 * amount))

    return step


def _black_and_white(lab: np.ndarray, amount: float, place: _Place) -> np.ndarray:
    return _with_chroma(lab, 1 - abs(amount))


def _sepia(lab: np.ndarray, amount: float, place: _Place) -> np.ndarray:
    """Brown toning: one hue, strongest in the mid-tones, at neither end."""
    strength = abs(amount)
    tone = np.sqrt(np.clip(4 * lab[..., 0] * (1 - lab[..., 0]), 0, 1)) * 0.055
    a, b = towards_hue(72, 1.0)
    result = lab.copy()
    result[..., 1] += strength * (a * tone - lab[..., 1])
    result[..., 2] += strength * (b * tone - lab[..., 2])
    return result


# --- whole looks ------------------------------------------------------------------------------------------


def _auto(lab: np.ndarray, amount: float, place: _Place) -> np.ndarray:
    """White balance, levels and middle set gently from the picture's own statistics."""
    picture, strength = place.picture, abs(amount)
    balanced = _shift(lab, -0.7 * strength * picture.cast[0], -0.7 * strength * picture.cast[1])
    low = min(picture.low, 0.22) * 0.85 * strength
    high = 1 - (1 - max(picture.high, 0.75)) * 0.85 * strength
    stretched = np.clip((balanced[..., 0] - low) / (high - low), 1e-4, 1)
    middle = float(np.clip((picture.middle - low) / (high - low), 0.1, 0.9))
    power = float(np.clip(np.log(0.58) / np.log(middle), 0.75, 1.2))
    after = stretched ** (1 + (power - 1) * 0.7 * strength)
    grown = np.clip(after / np.maximum(balanced[..., 0], 0.02), 0.7, 1.5) ** 0.5
    return _vibrance(_with_chroma(_with_lightness(balanced, after), grown), 0.12 * strength, place)


def _vignette(lab: np.ndarray, amount: float, place: _Place) -> np.ndarray:
    """Darker (negative: lighter) towards the corners, smoothly."""
    picture = place.picture
    y = (np.arange(place.rows.start, place.rows.stop) + 0.5) / picture.height * 2 - 1
    x = (np.arange(picture.width) + 0.5) / picture.width * 2 - 1
    radius = np.clip((x[None] ** 2 + y[:, None] ** 2) / 2, 0, 1)
    fall = radius * radius * (3 - 2 * radius)
    factor = (1 - 0.75 * amount * fall).astype(np.float32)
    return _with_chroma(_with_lightness(lab, lab[..., 0] * factor), np.clip(factor, 0, 1.2))


def _grain(lab: np.ndarray, amount: float, place: _Place) -> np.ndarray:
    """Film grain, most in the mid-tones; a negative amount does nothing.

    Every row has its own seed, so strips do not show.
    """
    picture, rows = place.picture, place.rows
    noise = np.stack(
        [
            np.random.default_rng((picture.seed, row)).standard_normal(picture.width, np.float32)
            for row in range(rows.start, rows.stop)
        ]
    )
    noise = cv2.GaussianBlur(noise, (0, 0), max(0.6, max(picture.height, picture.width) / 4000)) * 1.8
    weight = 0.25 + 3 * lab[..., 0] * (1 - lab[..., 0])
    return _with_lightness(lab, lab[..., 0] + 0.07 * max(amount, 0.0) * weight * noise)


def _spelt_out(adjustment: Adjustment) -> list[Adjustment]:
    """A look that consists of others in its parts; anything else as it is."""
    amount = abs(adjustment.amount)
    recipe = _RECIPES.get(adjustment.quantity)
    if recipe is None:
        return [adjustment]
    return [Adjustment(quantity, share * amount) for quantity, share in recipe]


_RECIPES: dict[str, tuple[tuple[str, float], ...]] = {
    "dramatic": (
        ("highlights", -0.35),
        ("clarity", 0.55),
        ("contrast", 0.40),
        ("saturation", -0.12),
        ("vignette", 0.35),
    ),
    "enhance": (("auto", 1.0), ("clarity", 0.12), ("sharpness", 0.15)),
}

_STEPS: dict[str, _Step] = {
    "brightness": _brightness,
    "exposure": _exposure,
    "contrast": _contrast,
    "shadows": _shadows,
    "highlights": _highlights,
    "clarity": _clarity,
    "sharpness": _sharpness,
    "saturation": _saturation,
    "vibrance": _vibrance,
    "warmth": _warmth,
    "tint": _tint,
    "hue": _hue,
    "black_and_white": _black_and_white,
    "sepia": _sepia,
    "fade": _fade,
    "vignette": _vignette,
    "grain": _grain,
    "auto": _auto,
    **{name: _one_colour(name) for name in _COLOURS},
    **{name + _CAST: _cast(name) for name in _COLOURS},
}

QUANTITIES: tuple[str, ...] = (*_STEPS, *_RECIPES)
