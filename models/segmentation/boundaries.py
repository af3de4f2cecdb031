"""Where one thing ends and another begins: oriented boundary strength from brightness, colour and texture.

At every pixel and orientation a square is cut in two halves; the χ² distance of the halves' histograms of
lightness, of both colour axes and of textons says how different the two sides are (Martin, Fowlkes, Malik,
"Learning to detect natural image boundaries using local brightness, color, and texture cues", PAMI 2004).
Unlike a gradient this ignores the inside of a texture and sees the border between two textures of one mean.
The histograms slide in constant time per pixel (Perreault,
Hébert, "Median filtering in constant time", 2007).
"""

from __future__ import annotations

import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import cv2
import numba
import numpy as np
from scipy.cluster.vq import kmeans2

from models.geometry import Extent

ORIENTATIONS = 8
"""How many edge directions are measured over 180 degrees."""

TEXTONS = 24
"""How many typical filter responses of a picture are told apart, at most."""

WORKING_LONGEST = 480
"""The longer side, in pixels, at which the strength is measured; radii below are meant at this size."""


class _Cue(NamedTuple):
    """One channel of evidence: its quantised picture, its bins, its half width in pixels and its weight."""

    labels: np.ndarray
    bins: int
    radius: int
    weight: float
    ordered: bool


def to_lab(rgb: np.ndarray) -> np.ndarray:
    """H×W×3 uint8 sRGB to H×W×3 float32 CIELAB: L in [0, 100], a and b about [-100, 100]."""
    return np.asarray(cv2.cvtColor(rgb.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB))


def boundary_strength(rgb: np.ndarray, longest: int = WORKING_LONGEST) -> np.ndarray:
    """How strongly a boundary passes through every pixel, whatever its direction.

    `rgb` is H×W×3 uint8 sRGB. Measured on a copy whose longer side is at most `longest` and brought back.
    Returns H×W float32, 0 inside even areas, about 0.1 to 0.2 on faint and above 0.4 on plain boundaries.
    """
    extent = Extent.of(rgb)
    small = extent.fit_within(longest)
    if small != extent:
        rgb = cv2.resize(rgb, tuple(small), interpolation=cv2.INTER_AREA)
    strength = oriented_strength(rgb).max(axis=0)
    return cv2.resize(strength, tuple(extent), interpolation=cv2.INTER_LINEAR)


def oriented_strength(rgb: np.ndarray) -> np.ndarray:
    """Boundary strength by direction, measured at the picture's own size (meant for about 480 px).

    `rgb` is H×W×3 uint8 sRGB. Returns ORIENTATIONS×H×W float32; slice k holds boundaries whose normal points
    k·180/ORIENTATIONS degrees clockwise from the x axis (y runs down).
    """
    return strength_and_textons(rgb)[0]


def strength_and_textons(rgb: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """`oriented_strength`, and H×W uint8 which of the picture's own textons (at most TEXTONS) each pixel shows."""
    lab = to_lab(rgb)
    cues = _cues(lab)
    angles = np.arange(ORIENTATIONS) * np.pi / ORIENTATIONS
    with ThreadPoolExecutor(max(1, min(4, cv2.getNumThreads()))) as pool:
        planes = list(pool.map(lambda angle: _strength_along(cues, float(angle)), angles))
    strength = np.stack(planes)
    strength += _SHARP_WEIGHT * _sharp_gradient(lab, angles)
    return strength / _WEIGHT_SUM, cues[_TEXTURE].labels


_LIGHTNESS_WEIGHT, _COLOUR_WEIGHT, _TEXTURE_WEIGHT, _SHARP_WEIGHT = 0.4, 0.6, 1.5, 0.5
_WEIGHT_SUM = _LIGHTNESS_WEIGHT + 2 * _COLOUR_WEIGHT + _TEXTURE_WEIGHT + _SHARP_WEIGHT
_VALUE_BINS = 20
_TEXTURE = 1  # its place among the cues
_SAME_TEXTON = 0.1  # distance of compressed responses, about 0.3 of L


def _cues(lab: np.ndarray) -> list[_Cue]:
    lightness = cv2.GaussianBlur(lab[..., 0], (0, 0), 0.7)
    cues = [
        _Cue(_quantised(lightness, 0.0, 100.0, _VALUE_BINS), _VALUE_BINS, 6, _LIGHTNESS_WEIGHT, True),
        _Cue(_textons(lab[..., 0]), TEXTONS, 14, _TEXTURE_WEIGHT, False),
    ]
    for channel in (1, 2):
        smooth = cv2.GaussianBlur(lab[..., channel], (0, 0), 1.0)
        low, high = np.percentile(smooth, [0.5, 99.5])
        span, middle = max(high - low, 25.0), (high + low) / 2  # no bins spent on the noise of a grey picture
        labels = _quantised(smooth, middle - span / 2, middle + span / 2, _VALUE_BINS)
        weight = _COLOUR_WEIGHT * min(1.0, span / 60.0 + 0.3)
        cues.append(_Cue(labels, _VALUE_BINS, 10, weight, True))
    return cues


def _quantised(values: np.ndarray, low: float, high: float, bins: int) -> np.ndarray:
    return np.clip((values - low) * (bins / (high - low)), 0, bins - 1).astype(np.uint8)


def _strength_along(cues: list[_Cue], angle: float) -> np.ndarray:
    """The weighted sum of the cues' half-square distances for boundaries with their normal along `angle`."""
    height, width = cues[0].labels.shape
    cosine, sine = np.cos(angle), np.sin(angle)
    turned_width = int(np.ceil(abs(width * cosine) + abs(height * sine)))
    turned_height = int(np.ceil(abs(width * sine) + abs(height * cosine)))
    turn = np.array([[cosine, sine, 0.0], [-sine, cosine, 0.0]])
    turn[:, 2] = [(turned_width - 1) / 2, (turned_height - 1) / 2]
    turn[:, 2] -= turn[:, :2] @ np.array([(width - 1) / 2, (height - 1) / 2])
    total = np.zeros((turned_height, turned_width), np.float32)
    for cue in cues:
        pad = cue.radius
        shifted = turn.copy()
        shifted[:, 2] += pad
        turned = cv2.warpAffine(
            cue.labels,
            shifted,
            (turned_width + 2 * pad, turned_height + 2 * pad),
            flags=cv2.INTER_NEAREST,
            borderMode=cv2.BORDER_REFLECT_101,
        )
        total += cue.weight * _half_square_distance(np.asarray(turned), cue.bins, cue.radius, cue.ordered)
    return np.asarray(
        cv2.warpAffine(
            total,
            turn,
            (width, height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
    )


@numba.njit(cache=True, fastmath=True, nogil=True)
def _half_square_distance(labels: np.ndarray, bins: int, radius: int, ordered: bool) -> np.ndarray:
    """χ² in [0, 1] between the histograms left and right of every pixel.

    `labels` is (H+2r)×(W+2r) uint8, already padded. Ordered labels are spread onto neighbouring bins, so a
    value that sits on a bin's border makes no false boundary. Returns H×W float32.
    """
    height, width = labels.shape[0] - 2 * radius, labels.shape[1] - 2 * radius
    columns = np.zeros((labels.shape[1], bins), np.float32)
    boxes = np.zeros((labels.shape[1] - radius + 1, bins), np.float32)
    out = np.empty((height, width), np.float32)
    norm = np.float32(0.5 / (radius * (2 * radius + 1)))
    centre, side = np.float32(0.5 if ordered else 1.0), np.float32(0.25 if ordered else 0.0)
    for row in range(-2 * radius, height):
        for x in range(labels.shape[1]):
            value = labels[row + 2 * radius, x]
            columns[x, value] += centre
            columns[x, max(value - 1, 0)] += side
            columns[x, min(value + 1, bins - 1)] += side
            if row > 0:
                value = labels[row - 1, x]
                columns[x, value] -= centre
                columns[x, max(value - 1, 0)] -= side
                columns[x, min(value + 1, bins - 1)] -= side
        if row < 0:
            continue
        for k in range(bins):
            boxes[0, k] = 0
        for x in range(radius):
            for k in range(bins):
                boxes[0, k] += columns[x, k]
        for x in range(1, boxes.shape[0]):
            for k in range(bins):
                boxes[x, k] = boxes[x - 1, k] + columns[x + radius - 1, k] - columns[x - 1, k]
        for x in range(width):
            distance = np.float32(0.0)
            for k in range(bins):
                left, right = boxes[x, k], boxes[x + radius + 1, k]
                distance += (left - right) * (left - right) / (left + right + np.float32(1e-3))
            out[row, x] = distance * norm
    return out


def _sharp_gradient(lab: np.ndarray, angles: np.ndarray) -> np.ndarray:
    """The colour gradient along every angle, saturating at a plain edge: tells where exactly it lies."""
    smooth = cv2.GaussianBlur(lab, (0, 0), 1.2)
    along_x = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=3) / 8.0
    along_y = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=3) / 8.0
    weights = np.array([1.0, 1.5, 1.5], np.float32)
    xx, yy, xy = (along_x**2) @ weights, (along_y**2) @ weights, (along_x * along_y) @ weights
    out = np.empty((len(angles), *lab.shape[:2]), np.float32)
    for index, angle in enumerate(angles):
        cosine, sine = float(np.cos(angle)), float(np.sin(angle))
        squared = cosine * cosine * xx + sine * sine * yy + 2.0 * cosine * sine * xy
        out[index] = np.minimum(np.sqrt(np.maximum(squared, 0.0)) / 12.0, 1.0)
    return out


def _textons(lightness: np.ndarray) -> np.ndarray:
    """H×W uint8: which of the picture's own typical filter responses each pixel shows.

    Responses of oriented edge and bar filters and a centre-surround at two scales, compressed in contrast
    (Malik, Belongie, Leung, Shi, "Contour and texture analysis for image segmentation", IJCV 2001).
    """
    responses = np.stack([cv2.filter2D(lightness, cv2.CV_32F, k) for k in _filter_bank()], axis=-1)
    flat = responses.reshape(-1, responses.shape[-1])
    norm = np.linalg.norm(flat, axis=1, keepdims=True)
    flat = flat * (np.log1p(norm / 3.0) / np.maximum(norm, 1e-6))
    rng = np.random.default_rng(0)
    sample = flat[rng.choice(len(flat), min(len(flat), 4000), replace=False)]
    centres = _distinct(_cluster_centres(sample, rng))
    distance = (centres**2).sum(axis=1)[None] - 2.0 * (flat @ centres.T)
    return distance.argmin(axis=1).reshape(lightness.shape).astype(np.uint8)


def _cluster_centres(sample: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    if len(sample) <= TEXTONS or np.ptp(sample, axis=0).max() < _SAME_TEXTON:
        return sample[:1]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # an empty cluster keeps its start, which is fine
        return kmeans2(sample, TEXTONS, iter=10, minit="++", rng=rng)[0].astype(np.float32)


def _distinct(centres: np.ndarray) -> np.ndarray:
    """The centres that differ visibly: otherwise rounding noise would look like texture."""
    kept: list[np.ndarray] = []
    for centre in centres:
        if all(np.linalg.norm(centre - other) > _SAME_TEXTON for other in kept):
            kept.append(centre)
    return np.stack(kept)


def _filter_bank() -> list[np.ndarray]:
    """Edge and bar filters in six directions and a centre-surround, at two scales; each sums to 0."""
    bank: list[np.ndarray] = []
    for scale in (1.0, 2.0):
        reach = int(4 * scale)
        y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float64)
        for angle in np.arange(6) * np.pi / 6:
            along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
            envelope = np.exp(-(along**2) / (2 * scale**2) - across**2 / (2 * (2.5 * scale) ** 2))
            for kernel in (-along * envelope, (along**2 / scale**2 - 1.0) * envelope):
                kernel = kernel - kernel.mean()
                bank.append((kernel / np.abs(kernel).sum()).astype(np.float32))
        squared = x**2 + y**2
        inner = np.exp(-squared / (2 * scale**2))
        outer = np.exp(-squared / (2 * (1.6 * scale) ** 2))
        bank.append((2.0 * (inner / inner.sum() - outer / outer.sum())).astype(np.float32))
    return bank
