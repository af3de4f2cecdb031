"""Find scratches and dust on a scanned print: thin lines and small specks that do not belong to the picture."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from models.colour.strips import linear_light
from models.mask import Mask, grow
from models.progress import SILENT, Progress

_WIDTHS = (2, 4)  # half-widths of lines in pixels at the working size
_DIRECTIONS = 16
_LINE_LENGTH = 31
_WORKING_SIDE = 1600
_FOLLOWED = 0.25  # of the threshold: how faintly a line that was found may go on
_LONGEST_GAP = 6  # pixels
_REACH = 1.5  # times a line's own length that it is followed at either end
_MOST = 0.08  # of the picture; more than that is texture, not damage


def find_scratches(image: np.ndarray, sensitivity: float = 50.0, *, progress: Progress = SILENT) -> Mask:
    """A conservative mask (H×W float32, 0 or 1) of thin bright or dark lines and of dust.

    image: H×W×3 uint8 or uint16; sensitivity 0 to 100. Top-hats of two widths pick what is thinner than they
    are, oriented line filters add up what is straight and long, hysteresis follows a certain scratch through
    its faint parts and on along its own curve. Compared with its surroundings' own texture, so grass and hair stay, and
    its two sides with each other, so the rims of things do.
    """
    lightness = np.cbrt(linear_light(image) @ np.array([0.2126, 0.7152, 0.0722], np.float32))
    height, width = lightness.shape
    scale = min(1.0, _WORKING_SIDE / max(height, width))
    small = cv2.resize(lightness, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else lightness
    found = np.zeros(small.shape, np.float32)
    # a scratch must stand out more the less is asked for, and more than the texture it lies on
    threshold = 0.20 - 0.0015 * sensitivity
    doubt = _Doubt(4.0 - 0.04 * sensitivity, 0.9 - 0.004 * sensitivity)
    for turn, sign in enumerate((1, -1)):
        progress.report(turn / 2, "looking for scratches")
        signed = small if sign > 0 else 1 - small
        found = np.maximum(found, _lines(signed, threshold, doubt))
        found = np.maximum(found, _specks(signed, threshold))
    if found.mean() > _MOST:
        return np.zeros((height, width), np.float32)
    found = grow(found, 1)
    if scale < 1:
        found = (cv2.resize(found, (width, height), interpolation=cv2.INTER_LINEAR) > 0.3).astype(np.float32)
    progress.report(1.0, "looking for scratches")
    return found


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


def _lines(lightness: np.ndarray, threshold: float, doubt: _Doubt) -> np.ndarray:
    """Long thin ridges, by their mean height along the best direction against the mean over all directions."""
    result = np.zeros(lightness.shape, np.uint8)
    for half_width in _WIDTHS:
        ridge = _top_hat(lightness, half_width)
        along = np.stack([cv2.filter2D(ridge, -1, kernel) for kernel in _line_kernels()])
        best, mean = along.max(axis=0), along.mean(axis=0)
        texture = cv2.blur(ridge, (61, 61))
        straight = best - 1.5 * mean - 1.2 * texture
        sure = (straight > 0.4 * threshold) & (ridge > threshold)
        maybe = (straight > 0.2 * threshold) & (ridge > 0.5 * threshold)
        direction = along.argmax(axis=0)
        for step in range(_DIRECTIONS):  # one direction at a time, so that lines that cross are not one thing
            turned = (direction - step + _DIRECTIONS // 2) % _DIRECTIONS - _DIRECTIONS // 2
            result |= _hysteresis(lightness, sure, maybe & (np.abs(turned) <= 1), half_width, threshold, doubt)
    return result.astype(np.float32)


def _hysteresis(
    lightness: np.ndarray, sure: np.ndarray, maybe: np.ndarray, half_width: int, threshold: float, doubt: _Doubt
) -> np.ndarray:
    """The connected parts of `maybe` that hold much that is sure, are long, thin, straight or evenly bent, and lie
    over ground that goes on behind them; each followed along its own curve as far as it can be seen."""
    widest = 2 * half_width + 1.5
    _, found, stats, _ = cv2.connectedComponentsWithStats(maybe.astype(np.uint8), connectivity=8)
    labels = np.asarray(found, np.int32)
    result = np.zeros(maybe.shape, np.uint8)
    extent = np.hypot(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    certain = np.bincount(labels[sure], minlength=len(stats))
    area = np.maximum(stats[:, cv2.CC_STAT_AREA], 1)
    for label in np.flatnonzero((extent > _LINE_LENGTH) & (certain > 0.3 * area) & (area < widest * extent)):
        if label == 0:
            continue
        x, y, w, h = (int(v) for v in stats[label, :4])
        part = labels[y : y + h, x : x + w] == label
        curve = _Curve.through(np.argwhere(part)[:, ::-1] + (x, y))
        if curve.bend < 0.012 * extent[label] + 1.2 and curve.is_over_ground(lightness, half_width + 2.5, doubt):
            result[y : y + h, x : x + w] |= part.astype(np.uint8)
            width = max(1, round(float(area[label] / (curve.last - curve.first + 1))))
            for end in curve.continued(lightness, half_width + 2.5, _FOLLOWED * threshold):
                cv2.polylines(result, [np.rint(end).astype(np.int32)], False, 1, width)
    return result


@dataclass(frozen=True)
class _Doubt:
    """What makes a line damage: it rises above both sides by `unlike` times their difference, over this share."""

    unlike: float
    mostly: float


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

    def is_over_ground(self, lightness: np.ndarray, reach: float, doubt: _Doubt) -> bool:
        """Whether both its sides look alike: the rim of a thing parts two of them."""
        rise, difference = self.relief(lightness, np.arange(self.first, self.last + 1), reach)
        return bool(np.mean(rise > doubt.unlike * difference) > doubt.mostly)

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


def _specks(lightness: np.ndarray, threshold: float) -> np.ndarray:
    """Small isolated spots that stand out much more than anything around them."""
    spot = _top_hat(lightness, 3)
    around = cv2.blur(spot, (41, 41))
    strong = (spot > 1.8 * threshold) & (spot > 12 * around + 0.02)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(strong.astype(np.uint8), connectivity=8)
    area, width, height = (stats[:, k] for k in (cv2.CC_STAT_AREA, cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT))
    keep = (area >= 3) & (area <= 60) & (area > 0.4 * width * height) & (np.maximum(width, height) <= 10)
    keep[0] = False
    return keep[np.asarray(labels, np.int32)].astype(np.float32)
