"""Things before a plain backdrop, as shops photograph them: a smooth colour surface, and whatever breaks it.

The backdrop is a quadratic surface in CIELAB fitted to the picture's rim; light falls off along it. Starting at the
rim it spreads over what keeps to the surface and over soft shadows, which darken it without changing its
chromaticity and without an edge of their own.
"""

from __future__ import annotations

import cv2
import numpy as np

from models.segmentation.refine import cut_in_band
from models.segmentation.saliency import Scene

_RIM = 0.05  # of the shorter side
_PLAIN = 0.9  # share of the rim that must keep to one surface; a thing may run out of the picture
_LEAST_TOLERANCE = 3.5  # CIELAB
_MOST_SPREAD = 2.0  # of the rim about its surface: more is a texture
_DARKEST_SHADOW = 55.0  # of lightness, below the surface
_SHADOW_SLOPE = 2.6  # lightness per pixel of the reduced picture, as steep as a soft shadow gets
# Detail of a shadow, in lightness: this many times the backdrop's own and as much beyond.
_DETAIL_MORE, _DETAIL_MOST = 2.0, 0.5
_SMALLEST = 0.004  # share of the picture that is a thing
_SPECK = 0.03  # share of the largest thing
_EDGE_OFF = 3.0


def before_backdrop(scene: Scene) -> np.ndarray | None:
    """What stands before a plain backdrop, its cast shadow left out: h×w bool; None when the rim is not plain."""
    rim = _rim(scene.lab.shape[:2])
    surface = _surface(scene.lab, rim)
    away = scene.lab - surface
    distance = np.linalg.norm(away, axis=-1)
    spread = float(np.median(distance[rim]))
    tolerance = max(_LEAST_TOLERANCE, 3.5 * spread)
    if spread > _MOST_SPREAD or (distance[rim] < tolerance).mean() < _PLAIN:
        return None
    plain = _reached(distance < tolerance, rim) | _seen_through(distance, tolerance)
    backdrop = _reached(plain | _shadow(scene.lab, surface, tolerance, rim), rim | plain)
    mask = _things(~backdrop)
    if not _SMALLEST < mask.mean() < 0.9:
        return None
    return cut_in_band(scene.rgb, mask, _EDGE_OFF)


def _rim(shape: tuple[int, ...]) -> np.ndarray:
    band = max(3, round(_RIM * min(shape)))
    rim = np.ones(shape, bool)
    rim[band:-band, band:-band] = False
    return rim


def _surface(lab: np.ndarray, rim: np.ndarray) -> np.ndarray:
    """H×W×3: a quadratic in x and y for every channel, fitted to the rim by reweighted least squares."""
    y, x = np.meshgrid(*(np.linspace(-1, 1, side) for side in lab.shape[:2]), indexing="ij")
    terms = np.stack([np.ones_like(x), x, y, x * x, y * y, x * y], axis=-1)
    seen, values = terms[rim], lab[rim].astype(np.float64)
    weight = np.ones(len(seen))
    fit = np.zeros((terms.shape[-1], 3))
    for _ in range(6):
        scaled = seen * weight[:, None]
        fit = np.linalg.solve(scaled.T @ seen + 1e-6 * len(seen) * np.eye(len(fit)), scaled.T @ values)
        residual = np.linalg.norm(values - seen @ fit, axis=1)
        width = max(2.0 * float(np.median(residual)), 1.0)
        weight = 1.0 / (1.0 + (residual / width) ** 4)
    return (terms @ fit).astype(np.float32)


def _shadow(lab: np.ndarray, surface: np.ndarray, tolerance: float, rim: np.ndarray) -> np.ndarray:
    """Darker than the surface in one chromaticity, changing slowly, and as even as the rim: h×w bool."""
    base = np.maximum(surface[..., :1] + 16.0, 1.0)
    dimmed = np.maximum(lab[..., :1] + 16.0, 1.0) / base
    tint = np.linalg.norm(lab[..., 1:] - surface[..., 1:] * dimmed, axis=-1)
    darker = surface[..., 0] - lab[..., 0]
    smooth = cv2.GaussianBlur(lab[..., 0], (0, 0), 1.2)
    slope = np.hypot(cv2.Sobel(smooth, cv2.CV_32F, 1, 0) / 8.0, cv2.Sobel(smooth, cv2.CV_32F, 0, 1) / 8.0)
    tint = cv2.GaussianBlur(tint, (0, 0), 1.0)
    detail = np.abs(lab[..., 0] - cv2.GaussianBlur(lab[..., 0], (0, 0), 2.0))
    detail = cv2.GaussianBlur(detail, (0, 0), 1.5)
    even = (detail < _DETAIL_MORE * float(np.median(detail[rim])) + _DETAIL_MOST).astype(np.uint8)
    even = cv2.dilate(even, np.ones((9, 9), np.uint8)) > 0  # up to the thing's edge, which is detail itself
    return even & (tint < tolerance) & (darker > -tolerance) & (darker < _DARKEST_SHADOW) & (slope < _SHADOW_SLOPE)


def _seen_through(distance: np.ndarray, tolerance: float) -> np.ndarray:
    """Openings onto the backdrop that the thing encloses: h×w bool."""
    even = cv2.GaussianBlur(distance, (0, 0), 1.0) < 0.8 * tolerance
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    return cv2.morphologyEx(even.astype(np.uint8), cv2.MORPH_OPEN, disc) > 0


def _reached(allowed: np.ndarray, start: np.ndarray) -> np.ndarray:
    """The connected parts of `allowed` that hold some of `start`."""
    _, found = cv2.connectedComponents(allowed.astype(np.uint8), connectivity=4)
    labels = np.asarray(found, np.int32)
    wanted = np.unique(labels[start & allowed])
    return np.isin(labels, wanted[wanted > 0])


def _things(mask: np.ndarray) -> np.ndarray:
    """Without specks, and without pinholes."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    mask = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, disc) > 0
    for value in (True, False):
        _, labels, stats, _ = cv2.connectedComponentsWithStats((mask == value).astype(np.uint8), connectivity=4)
        areas = stats[1:, cv2.CC_STAT_AREA]
        if not len(areas):
            return mask
        least = _SPECK * areas.max() if value else 0.0005 * mask.size
        small = np.concatenate([[False], areas < least])
        mask = np.where(small[labels], not value, mask)
    return mask
