"""Find scratches and dust on a scanned print: thin lines and small specks that do not belong to the picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from models.filters.judging import load_judge
from models.filters.specks import find_specks, lightness_of
from models.mask import Mask, grow
from models.progress import SILENT, Progress

SHIPPED = Path(__file__).parent / "scratches.npz"
_WIDTHS = (2, 4)  # half-widths of lines in pixels at the working size
_DIRECTIONS = 16
_LINE_LENGTH = 31
_WORKING_SIDE = 1600
_FOLLOWED = 0.25  # of the threshold: how faintly a line that was found may go on
_LONGEST_GAP = 6  # pixels
_REACH = 1.5  # times a line's own length that it is followed at either end
_THRESHOLD = 0.09  # of lightness that a line's surest pixels rise
_DUST, _LINES = (3.4, 0.060), (5.6, 0.064)
"""How likely damage has to be, as log odds: at no sensitivity, and how much less for every step of it."""
_MOST = 0.08  # of the picture; more than that is texture, not damage


def find_scratches(image: np.ndarray, sensitivity: float = 50.0, *, progress: Progress = SILENT) -> Mask:
    """A conservative mask (H×W float32, 0 or 1) of thin bright or dark lines and of dust.

    image: H×W×3 uint8 or uint16; sensitivity 0 to 100. Top-hats of two widths pick what is thinner than they are,
    oriented line filters add up what is straight and long, and what they find is followed on along its own curve. A
    small network, learned from scratches drawn over photos, tells scratches from hair, rims and wires by how each
    lies on its ground; dust is judged spot by spot (`specks`).
    """
    lightness = lightness_of(image)
    height, width = lightness.shape
    scale = min(1.0, _WORKING_SIDE / max(height, width))
    small = cv2.resize(lightness, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else lightness
    picture = cv2.resize(image, small.shape[::-1], interpolation=cv2.INTER_AREA) if scale < 1 else image
    picture = picture if picture.dtype == np.uint8 else (picture // 257).astype(np.uint8)
    found = np.zeros(small.shape, np.float32)
    least_dust, least_line = (_likelihood(first - less * sensitivity) for first, less in (_DUST, _LINES))
    judge = load_judge(SHIPPED)
    for turn, sign in enumerate((1, -1)):
        progress.report(turn / 2, "looking for scratches")
        signed = small if sign > 0 else 1 - small
        for line in lines_of(signed):
            if judge.likelihood(line.told[None])[0] >= least_line:
                found = np.maximum(found, line.mask)
        found = np.maximum(found, find_specks(signed, picture, least_dust))
    if found.mean() > _MOST:
        return np.zeros((height, width), np.float32)
    found = grow(found, 1)
    if scale < 1:
        found = (cv2.resize(found, (width, height), interpolation=cv2.INTER_LINEAR) > 0.3).astype(np.float32)
    progress.report(1.0, "looking for scratches")
    return found


def _likelihood(log_odds: float) -> float:
    return float(1 / (1 + np.exp(-log_odds)))


def _top_hat(lightness: np.ndarray, half_width: int) -> np.ndarray:
    """How much each pixel rises above everything that is wider than the window."""
    size = 2 * (half_width + 1) + 1
    return cv2.morphologyEx(lightness, cv2.MORPH_TOPHAT, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))


def _line_kernels() -> list[np.ndarray]:
    kernels = []
    middle = _LINE_LENGTH // 2
    for step in range(_DIRECTIONS):
        angle = np.pi * step / _DIRECTIONS
        kernel = np.zeros((_LINE_LENGTH, _LINE_LENGTH), np.float32)
        dx, dy = np.cos(angle) * middle, np.sin(angle) * middle
        start, end = (round(middle - dx), round(middle - dy)), (round(middle + dx), round(middle + dy))
        cv2.line(kernel, start, end, 1.0)
        kernels.append(kernel / kernel.sum())
    return kernels


@dataclass(frozen=True)
class Line:
    """What may be a scratch."""

    mask: np.ndarray
    """H×W float32, 0 or 1: its pixels, and those on which it goes on."""
    told: np.ndarray
    """F float32: what a judge is told."""


def lines_of(lightness: np.ndarray) -> Iterator[Line]:
    """Long thin ridges of H×W float32 in [0, 1]: high along one direction, against the mean over all directions."""
    for half_width in _WIDTHS:
        ridge = _top_hat(lightness, half_width)
        along = np.stack([cv2.filter2D(ridge, -1, kernel) for kernel in _line_kernels()])
        best, mean = along.max(axis=0), along.mean(axis=0)
        texture = cv2.blur(ridge, (61, 61))
        straight = best - 1.5 * mean - 1.2 * texture
        sure = (straight > 0.4 * _THRESHOLD) & (ridge > _THRESHOLD)
        maybe = (straight > 0.2 * _THRESHOLD) & (ridge > 0.5 * _THRESHOLD)
        direction = along.argmax(axis=0)
        for step in range(_DIRECTIONS):  # one direction at a time, so that lines that cross are not one thing
            turned = (direction - step + _DIRECTIONS // 2) % _DIRECTIONS - _DIRECTIONS // 2
            yield from _hysteresis(
                lightness, _Ridges(ridge, straight, texture), sure, maybe & (np.abs(turned) <= 1), half_width
            )


@dataclass(frozen=True)
class _Ridges:
    """H×W float32 each: height, how much more along one direction than along all, and the mean height around."""

    height: np.ndarray
    straight: np.ndarray
    texture: np.ndarray


def _hysteresis(
    lightness: np.ndarray, ridges: _Ridges, sure: np.ndarray, maybe: np.ndarray, half_width: int
) -> Iterator[Line]:
    """The connected parts of `maybe` that hold something sure, are long, thin, straight or evenly bent; each followed
    along its own curve as far as it can be seen."""
    widest = 2 * half_width + 1.5
    _, found, stats, _ = cv2.connectedComponentsWithStats(maybe.astype(np.uint8), connectivity=8)
    labels = np.asarray(found, np.int32)
    extent = np.hypot(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    certain = np.bincount(labels[sure], minlength=len(stats))
    area = np.maximum(stats[:, cv2.CC_STAT_AREA], 1)
    for label in np.flatnonzero((extent > 0.8 * _LINE_LENGTH) & (certain > 0.15 * area) & (area < widest * extent)):
        if label == 0:
            continue
        x, y, w, h = (int(v) for v in stats[label, :4])
        part = labels[y : y + h, x : x + w] == label
        curve = _Curve.through(np.argwhere(part)[:, ::-1] + (x, y))
        if curve.bend >= 0.012 * extent[label] + 1.2:
            continue
        t = np.arange(curve.first, curve.last + 1)
        rise, difference = curve.relief(lightness, t, half_width + 2.5)
        level = _sampled(lightness, curve.at(t))
        box = (slice(y, y + h), slice(x, x + w))
        result = np.zeros(maybe.shape, np.float32)
        result[box] = part
        width = max(1, round(float(area[label] / (curve.last - curve.first + 1))))
        longer = 0
        for end in curve.continued(lightness, half_width + 2.5, _FOLLOWED * _THRESHOLD):
            cv2.polylines(result, [np.rint(end).astype(np.int32)], False, 1, width)
            longer += len(end)
        told = [
            half_width, np.log(extent[label]), area[label] / extent[label], certain[label] / area[label],
            curve.bend / extent[label], curve.bend, rise.mean(), rise.std(), np.median(rise), np.percentile(rise, 15),
            difference.mean(), np.median(difference), np.mean(rise > 2 * difference), np.mean(rise > 0.5 * difference),
            np.mean(rise > 0.05), level.mean(), level.std(), level.max(), longer / extent[label],
            *(plane[box][part].mean() for plane in (ridges.height, ridges.straight, ridges.texture)),
            np.abs(np.diff(rise)).mean(), (curve.last - curve.first + 1) / extent[label],
        ]  # fmt: skip
        yield Line(result, np.array(told, np.float32))


@dataclass(frozen=True)
class _Curve:
    """A parabola along a line's own axis: x, y = origin + t·axis + bow(t)·normal, t in pixels."""

    origin: np.ndarray
    axis: np.ndarray
    normal: np.ndarray
    bow: np.ndarray
    first: float
    last: float
    bend: float
    """Root mean square distance in pixels of the points from it."""

    @classmethod
    def through(cls, points: np.ndarray) -> _Curve:
        """The best one through N×2 points (x, y)."""
        origin = points.mean(axis=0)
        _, _, axes = np.linalg.svd(points - origin, full_matrices=False)
        along, across = (points - origin) @ axes[0], (points - origin) @ axes[1]
        bow = np.polynomial.Polynomial.fit(along, across, 2).convert().coef
        bow = np.pad(bow, (0, 3 - len(bow)))
        bend = float((across - np.polynomial.polynomial.polyval(along, bow)).std())
        return cls(origin, axes[0], axes[1], bow, float(along.min()), float(along.max()), bend)

    def at(self, t: np.ndarray, aside: float = 0.0) -> np.ndarray:
        """N×2 points (x, y), `aside` pixels beside the curve."""
        across = np.polynomial.polynomial.polyval(t, self.bow) + aside
        return self.origin + t[:, None] * self.axis + across[:, None] * self.normal

    def relief(self, lightness: np.ndarray, t: np.ndarray, reach: float) -> tuple[np.ndarray, np.ndarray]:
        """How far the line rises above its higher side, and how much its sides differ, `reach` pixels away."""
        line = np.max([_sampled(lightness, self.at(t, aside)) for aside in (-1.0, 0.0, 1.0)], axis=0)
        sides = [_sampled(lightness, self.at(t, aside)) for aside in (-reach, reach)]
        return line - np.maximum(*sides), np.abs(sides[0] - sides[1])

    def continued(self, lightness: np.ndarray, reach: float, least: float) -> list[np.ndarray]:
        """Beyond either end, N×2 points (x, y) as far as the line rises by `least` without a longer gap."""
        ends = []
        height, width = lightness.shape
        steps = np.arange(1, min(_REACH * (self.last - self.first), np.hypot(height, width)))
        for t in (self.last + steps, self.first - steps):
            points = self.at(t)
            inside = np.all((points >= 0) & (points < (width, height)), axis=1)
            seen = np.flatnonzero(self.relief(lightness, t, reach)[0] > least)
            seen = seen[seen < (len(inside) if inside.all() else int(np.argmin(inside)))]
            gaps = np.flatnonzero(np.diff(seen, prepend=-1) > _LONGEST_GAP)
            kept = seen[: gaps[0]] if gaps.size else seen
            if kept.size > 2:
                ends.append(points[: kept[-1] + 1])
        return ends


def _sampled(plane: np.ndarray, points: np.ndarray) -> np.ndarray:
    """The plane between its pixels, at N×2 points (x, y); beyond its borders as at them."""
    x, y = (np.ascontiguousarray(points[:, None, axis], np.float32) for axis in (0, 1))
    return cv2.remap(plane, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[:, 0]
