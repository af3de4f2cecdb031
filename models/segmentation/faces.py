"""Faces by a local binary pattern cascade, and skin by colour. No weights needed.

The cascade comes with scikit-image (Zhang 2007, "Face detection based on multi-block LBP representation").
It sees upright frontal faces; what it does not see is not there for us.
"""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from skimage import data
from skimage.feature import Cascade

from models.geometry import Bounds, Extent
from models.segmentation.background import grab_cut, tidied
from models.segmentation.boundaries import to_lab
from models.segmentation.colour_terms import chromaticity
from models.segmentation.saliency import Scene

# Skin of every shade lies along one line of the shading-free chromaticity plane: warm, more so when darker.
_SKIN_CENTRE = np.array([0.20, 0.25])
_SKIN_SPREAD = np.array([0.10, 0.14])
# A face's middle is at least this warm in (a, b) / (L + 16), whatever the light.
_LEAST_WARMTH = np.array([0.04, 0.0])
# Overlapping windows of the cascade that make a face when one is asked for, and when nobody spoke of people. Of about
# 100 photos where 4 windows agreed, 7 kept 25 of 34 with people and 19 of 66 without; 6 itself was not counted.
_AGREEING, _AGREEING_UNASKED = 4, 6
_LARGE_FACE = 0.3  # of the picture's shorter side: a portrait, for which fewer windows do if there is skin
_LEAST_SKIN = 0.12  # mean probability over the face


@cache
def _cascade() -> Cascade:
    return Cascade(data.lbp_frontal_face_cascade_filename())


def find_faces(rgb: np.ndarray, agreeing: int = _AGREEING) -> list[Bounds]:
    """Upright frontal faces of an H×W×3 uint8 picture (about 400 px serves best), largest first.

    A face counts when at least `agreeing` windows of the cascade overlap on it; more of them err less often.
    """
    extent = Extent.of(rgb)
    shorter = min(extent)
    if shorter < 60:
        return []
    found = _cascade().detect_multi_scale(
        img=rgb,
        scale_factor=1.15,
        step_ratio=1.2,
        min_size=(max(24, shorter // 12),) * 2,
        max_size=(int(0.8 * shorter),) * 2,
        min_neighbor_number=agreeing,
    )
    boxes = [Bounds(f["c"], f["r"], f["c"] + f["width"], f["r"] + f["height"]).clipped(extent) for f in found]
    boxes = [box for box in boxes if _has_skin(rgb, box)]
    return sorted(boxes, key=lambda box: -box.area)


def people_unasked(rgb: np.ndarray) -> list[Bounds]:
    """As `find_faces`, when nothing says that there are people: only portraits and what is surely a face."""
    portraits = [
        face
        for face in find_faces(rgb)
        if face.width >= _LARGE_FACE * min(Extent.of(rgb))
        and skin_probability(to_lab(rgb[face.padded(-face.width // 7).slices])).mean() >= _LEAST_SKIN
    ]
    surer = [
        face
        for face in find_faces(rgb, _AGREEING_UNASKED)
        if not any(face.intersection(other).area for other in portraits)
    ]
    return sorted([*portraits, *surer], key=lambda face: -face.area)


def _has_skin(rgb: np.ndarray, box: Bounds) -> bool:
    """Whether the middle of a detection looks like skin, or the picture has no colour to tell by."""
    middle = rgb[box.padded(-box.width // 5).slices]
    if np.ptp(middle.astype(np.int16), axis=-1).mean() < 6:
        return True
    warmth = np.median(chromaticity(to_lab(middle)).reshape(-1, 2), axis=0)
    return bool((warmth > _LEAST_WARMTH).all())


def skin_probability(lab: np.ndarray) -> np.ndarray:
    """How well a colour fits skin, of whatever shade: H×W float32 in [0, 1]."""
    away = (chromaticity(lab) - _SKIN_CENTRE) / _SKIN_SPREAD
    warm = lab[..., 1] > 2.0
    return np.where(warm, np.exp(-0.5 * (away**2).sum(axis=-1)), 0.0).astype(np.float32)


def face_mask(scene: Scene, face: Bounds) -> np.ndarray:
    """The face inside a detection of the scene's reduced picture: h×w bool."""
    labels = np.full(scene.saliency.shape, cv2.GC_BGD, np.uint8)
    centre = face.center
    axes = int(0.44 * face.width), int(0.62 * face.height)
    middle = (centre.x, centre.y + int(0.02 * face.height))
    for scale, value in ((1.12, cv2.GC_PR_BGD), (0.98, cv2.GC_PR_FGD), (0.82, cv2.GC_FGD)):
        cv2.ellipse(labels, middle, (int(axes[0] * scale), int(axes[1] * scale)), 0, 0, 360, value, -1)
    return tidied(_cut_nearby(scene.rgb, labels, face))


def _cut_nearby(rgb: np.ndarray, labels: np.ndarray, box: Bounds) -> np.ndarray:
    """GrabCut on the surroundings of a box only, so that far colours do not speak."""
    window = box.padded(box.width // 2).clipped(Extent.of(rgb)).slices
    result = np.zeros(labels.shape, bool)
    result[window] = grab_cut(rgb[window], np.ascontiguousarray(labels[window]), 3)
    return result
