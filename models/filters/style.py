"""Named looks that need no weights: drawings, paintings and old film from local filters."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from rapidfuzz import process

from models.colour.naming import fold
from models.colour.oklab import from_unit, linear_to_oklab, oklab_to_srgb, to_unit
from models.colour.strips import linear_light
from models.colour.tone import Adjustment, apply_adjustments
from models.errors import BadInputError
from models.progress import SILENT, Progress

_Style = Callable[[np.ndarray, int], np.ndarray]


def _lightness(image: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(linear_to_oklab(linear_light(image))[..., 0])


def _stroke(image: np.ndarray) -> float:
    """The size of a brush or pencil stroke for a picture of this size, in pixels."""
    return max(1.0, max(image.shape[:2]) / 600)


def _noise(shape: tuple[int, ...], seed: int, sigma: float) -> np.ndarray:
    """Smooth noise of standard deviation 1."""
    noise = np.random.default_rng(seed).standard_normal(shape, np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), sigma)
    return smooth / max(float(smooth.std()), 1e-6)


def _toned(image: np.ndarray, *steps: tuple[str, float], seed: int = 0) -> np.ndarray:
    return apply_adjustments(image, [Adjustment(*step) for step in steps], seed=seed)


def _grey(values: np.ndarray, dtype: np.dtype) -> np.ndarray:
    return from_unit(np.repeat(np.clip(values, 0, 1)[..., None], 3, axis=-1).astype(np.float32), dtype)


def _flattened(image: np.ndarray, rounds: int) -> np.ndarray:
    """Float32 sRGB in [0, 1] with surfaces smoothed and edges kept (domain transform, Gastal & Oliveira 2011)."""
    unit = to_unit(image)
    for _ in range(rounds):
        unit = cv2.ximgproc.dtFilter(unit, unit, 14 * _stroke(image), 0.22, mode=cv2.ximgproc.DTF_RF)
    return np.clip(unit, 0, 1)


def _pencil(image: np.ndarray, seed: int) -> np.ndarray:
    """Graphite: dodge-blend lines, with hatching in the darks and a paper tooth."""
    stroke = _stroke(image)
    lightness = _lightness(image)
    soft = cv2.GaussianBlur(lightness, (0, 0), 3.5 * stroke)
    line = np.clip(lightness / np.maximum(soft, 0.02), 0, 1) ** 2.6
    hatch = _noise(lightness.shape, seed, 0.7)
    slanted = cv2.filter2D(hatch, -1, np.eye(int(9 * stroke) | 1, dtype=np.float32)[::-1] / (int(9 * stroke) | 1))
    shade = np.clip(0.75 - cv2.GaussianBlur(lightness, (0, 0), stroke), 0, 1)
    tooth = 0.015 * _noise(lightness.shape, seed + 1, 0.8)
    return _grey(0.97 * line - shade * (0.35 + 0.55 * slanted) + tooth * 1.0, image.dtype)


def _edges(image: np.ndarray, fineness: float) -> np.ndarray:
    """Ink lines in [0, 1], 1 = ink: extended difference of Gaussians (Winnemöller et al. 2012)."""
    lightness = _lightness(image)
    sigma = fineness * _stroke(image)
    narrow, wide = (cv2.GaussianBlur(lightness, (0, 0), s) for s in (sigma, 1.6 * sigma))
    difference = (1 + 18) * narrow - 18 * wide
    return np.clip(-np.tanh(9 * (difference - 0.32)), 0, 1)


def _cartoon(image: np.ndarray, seed: int) -> np.ndarray:
    flat = from_unit(_flattened(image, 2), image.dtype)
    lab = linear_to_oklab(linear_light(flat))
    levels = 7.0
    scaled = lab[..., 0] * levels
    step = np.floor(scaled)
    lab[..., 0] = (step + 0.5 * (1 + np.tanh(5 * (scaled - step - 0.5)))) / levels
    lab[..., 1:] *= 1.3
    ink = _edges(image, 0.9)[..., None]
    return from_unit(oklab_to_srgb(lab) * (1 - 0.9 * ink), image.dtype)


def _oil(image: np.ndarray, seed: int) -> np.ndarray:
    """Strokes along the edges: noise dragged along the structure gives the brush, Kuwahara-like smoothing the paint."""
    stroke = _stroke(image)
    paint = _kuwahara(to_unit(image), max(2, round(3.2 * stroke)))
    lightness = cv2.GaussianBlur(paint.mean(axis=-1), (0, 0), 2 * stroke)
    relief = _along_structure(_noise(lightness.shape, seed, 0.8 * stroke), lightness, round(9 * stroke))
    lit = relief - cv2.GaussianBlur(relief, (0, 0), 1.5 * stroke)
    return _toned(from_unit(np.clip(paint * (1 + 0.09 * lit[..., None]), 0, 1), image.dtype), ("saturation", 22))


def _kuwahara(unit: np.ndarray, radius: int) -> np.ndarray:
    """Each pixel takes the mean of the calmest of eight windows around it, softly chosen."""
    size = (radius + 1, radius + 1)
    grey = unit.mean(axis=-1)
    total = np.zeros(unit.shape[:2], np.float32)
    result = np.zeros_like(unit)
    mean = cv2.blur(unit, size)
    spread = np.maximum(cv2.blur(grey * grey, size) - cv2.blur(grey, size) ** 2, 0)
    for turn in range(8):
        dx, dy = (round(radius * 0.75 * f(turn * np.pi / 4)) for f in (np.cos, np.sin))
        move = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
        moved_spread = cv2.warpAffine(spread, move, spread.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
        moved_mean = cv2.warpAffine(mean, move, spread.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
        weight = 1 / (1e-4 + moved_spread) ** 2
        total += weight
        result += weight[..., None] * moved_mean
    return result / total[..., None]


def _along_structure(noise: np.ndarray, lightness: np.ndarray, length: int) -> np.ndarray:
    """Line integral convolution (Cabral & Leedom 1993) of noise along the picture's contours."""
    gx, gy = cv2.Sobel(lightness, cv2.CV_32F, 1, 0), cv2.Sobel(lightness, cv2.CV_32F, 0, 1)
    size = max(3.0, length / 2)
    xx, xy, yy = (cv2.GaussianBlur(p, (0, 0), size) for p in (gx * gx, gx * gy, gy * gy))
    angle = 0.5 * np.arctan2(2 * xy, xx - yy) + np.pi / 2
    dx, dy = np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)
    y0, x0 = np.mgrid[0 : noise.shape[0], 0 : noise.shape[1]].astype(np.float32)
    total = noise.copy()
    for sign in (1, -1):
        for step in range(1, length // 2 + 1):
            total += cv2.remap(
                noise, x0 + sign * step * dx, y0 + sign * step * dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
            )
    return total / max(float(total.std()), 1e-6)


def _watercolour(image: np.ndarray, seed: int) -> np.ndarray:
    """Flat washes, pigment gathered at their edges, paper grain showing through."""
    stroke = _stroke(image)
    wash = _kuwahara(_flattened(image, 3), max(2, round(2.5 * stroke)))
    lightness = wash.mean(axis=-1)
    gradient = np.hypot(
        cv2.Sobel(cv2.GaussianBlur(lightness, (0, 0), stroke), cv2.CV_32F, 1, 0),
        cv2.Sobel(cv2.GaussianBlur(lightness, (0, 0), stroke), cv2.CV_32F, 0, 1),
    )
    density = 1 + 0.9 * np.clip(gradient, 0, 0.4) + 0.10 * _noise(lightness.shape, seed, 14 * stroke)
    density += 0.05 * _noise(lightness.shape, seed + 1, 0.9 * stroke)
    pigment = np.power(np.clip(0.14 + 0.86 * wash, 0, 1), np.clip(density, 0.4, 2)[..., None])
    return _toned(from_unit(pigment, image.dtype), ("saturation", 25), ("brightness", 12))


def _vintage(image: np.ndarray, seed: int) -> np.ndarray:
    steps = (("fade", 45), ("warmth", 32), ("green_cast", 8), ("contrast", 12), ("vignette", 32), ("grain", 22))
    return _toned(image, *steps, seed=seed)


def _sepia(image: np.ndarray, seed: int) -> np.ndarray:
    return _toned(image, ("sepia", 100), ("fade", 12), ("vignette", 18))


def _noir(image: np.ndarray, seed: int) -> np.ndarray:
    steps = (("black_and_white", 100), ("clarity", 35), ("contrast", 55), ("brightness", -8), ("vignette", 45))
    return _toned(image, *steps, ("grain", 18), seed=seed)


def _pop_art(image: np.ndarray, seed: int) -> np.ndarray:
    """Five flat tones, each in its own loud colour."""
    flat = from_unit(_flattened(image, 2), image.dtype)
    colours = np.array(
        [[0.10, 0.04, 0.22], [0.78, 0.07, 0.36], [0.98, 0.42, 0.12], [1.0, 0.82, 0.16], [0.98, 0.97, 0.88]], np.float32
    )
    lightness = _lightness(flat)
    edges = np.quantile(lightness, (0.18, 0.4, 0.62, 0.84))
    return from_unit(colours[np.digitize(lightness, edges)], image.dtype)


def _posterise(image: np.ndarray, seed: int) -> np.ndarray:
    """Five lightnesses and stronger colour; hues stay, which steps in R, G and B apart would not leave."""
    lab = linear_to_oklab(linear_light(from_unit(_flattened(image, 2), image.dtype)))
    levels = 5
    lightness = (np.floor(np.clip(lab[..., 0], 0, 0.999) * levels) + 0.5) / levels
    lab[..., 1:] *= (1.25 * np.clip(lightness / np.maximum(lab[..., 0], 0.1), 0.7, 1.3))[..., None]
    lab[..., 0] = np.clip((lightness - 0.5) * 1.15 + 0.5, 0, 1)
    return from_unit(oklab_to_srgb(lab), image.dtype)


def _emboss(image: np.ndarray, seed: int) -> np.ndarray:
    lightness = cv2.GaussianBlur(_lightness(image), (0, 0), 0.8 * _stroke(image))
    kernel = np.array([[-2, -1, 0], [-1, 0, 1], [0, 1, 2]], np.float32)
    return _grey(0.5 + 0.9 * cv2.filter2D(lightness, -1, kernel), image.dtype)


_STYLES: dict[str, tuple[_Style, str]] = {
    "pencil sketch": (_pencil, "pencil,sketch,drawing,pencil drawing,charcoal drawing,line drawing,hand drawn,draw"),
    "cartoon": (_cartoon, "comic,comic book,cartoonish,anime,cel shaded,toon,animated,illustration"),
    "oil painting": (_oil, "oil,painting,painted,oil paint,van gogh,impressionist,monet,canvas,acrylic"),
    "watercolour": (_watercolour, "watercolor,water colour,water color,aquarelle,watercolour painting"),
    "vintage film": (_vintage, "vintage,retro,old film,analog,analogue,polaroid,film,70s,1970s,kodak,nostalgic,lomo"),
    "sepia": (_sepia, "old photo,antique,victorian,daguerreotype,old fashioned"),
    "noir": (_noir, "film noir,dark black and white,1940s,gritty"),
    "pop art": (_pop_art, "warhol,andy warhol,popart,lichtenstein"),
    "posterise": (_posterise, "posterize,poster,posterised,posterized,flat colours,flat colors"),
    "emboss": (_emboss, "embossed,relief,engraved,bas relief"),
}
STYLES: tuple[str, ...] = tuple(_STYLES)
_NAMES = {name: style for style, (_, others) in _STYLES.items() for name in (style, *others.split(","))}
_FILLERS = frozenset("a an the in style look filter effect like into make it as of photo picture to turn this".split())


def find_style(text: str) -> str | None:
    """Which look of STYLES the words name ("turn it into a watercolor"), or None. Takes small misspellings."""
    words = " ".join(word for word in fold(text).replace("-", " ").split() if word not in _FILLERS)
    if words in _NAMES:
        return _NAMES[words]
    inside = [name for name in _NAMES if f" {name} " in f" {words} "]
    if inside:
        return _NAMES[max(inside, key=len)]
    near = process.extractOne(words, list(_NAMES), score_cutoff=88)
    return _NAMES[near[0]] if near else None


def apply_style(image: np.ndarray, name: str, *, seed: int = 0, progress: Progress = SILENT) -> np.ndarray:
    """The image in a look of STYLES. image: H×W×3 uint8 or uint16; same shape and dtype come back.

    Raises BadInputError for another name.
    """
    if name not in _STYLES:
        raise BadInputError(f"There is no style '{name}'; there are {', '.join(STYLES)}.")
    progress.report(0.0, name)
    result = _STYLES[name][0](image, seed)
    progress.report(1.0, name)
    return result
