"""What a picture shows of the space in it: where it is free, where the sky is, and how large a metre is where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from models.geometry import Bounds, Extent
from models.segmentation.background import split_subject
from models.segmentation.faces import people_unasked
from models.segmentation.people import people_mask
from models.segmentation.saliency import Scene
from models.segmentation.stuff import find_stuff

_SURE = 0.55  # confidence from which a subject counts
_SURE_STUFF = 0.72  # score from which stuff does: a grey wall scores up to 0.7 as a sky
_LEAST_SKY = 0.06  # share of the picture
_EYE = 1.55  # metres above the ground from which photos are taken
_FACE = 0.16  # metres across: what the cascade frames
_HEAD_TO_FOOT = 1.62  # metres from a standing person's face centre to the ground
_HORIZON = (0.36, 0.68)  # of the height: a sky that ends elsewhere ends at roofs or hills, not at the horizon
_USUAL_HORIZON = 0.44
_BUSY = 24.0  # 8-bit steps of local contrast that count as fully busy


@dataclass(frozen=True)
class Scale:
    """How many pixels a metre has for things that stand on row `y`.

    With a `horizon` (row) it grows with the distance below it, by `per_row` pixels a metre for each row; `constant` is
    for scenes of one depth. With neither it is not known, and usual proportions of pictures have to do. `trust` in
    [0, 1].
    """

    horizon: float | None = None
    per_row: float = 0.0
    trust: float = 0.0
    constant: float | None = None

    def per_metre(self, y: float) -> float | None:
        """Pixels of a metre at the row where a thing stands; None when nothing is known there."""
        if self.horizon is None or y <= self.horizon:
            return self.constant
        return self.per_row * (y - self.horizon)


@dataclass(frozen=True)
class Surroundings:
    """A reduced picture (`extent`, longest side about 360 px) as somebody sees it who looks for a place.

    `busy` h×w float32 in [0, 1] is local detail, `salient` h×w float32 in [0, 1]; `subject`, `sky` and `water` are h×w
    bool, empty where there is none for sure. `faces` are largest first. `full` is the whole picture's extent.
    """

    full: Extent
    extent: Extent
    busy: np.ndarray
    salient: np.ndarray
    subject: np.ndarray
    sky: np.ndarray
    water: np.ndarray
    faces: tuple[Bounds, ...]
    scale: Scale

    @classmethod
    def of(cls, rgb: np.ndarray) -> Surroundings:
        """Look at an H×W×3 uint8 sRGB picture. About a second."""
        scene = Scene.of(np.ascontiguousarray(rgb))
        extent = Extent.of(scene.rgb)
        faces = people_unasked(scene.rgb)
        sky, water = _stuff(scene, "sky", _LEAST_SKY), _stuff(scene, "water", _LEAST_SKY)
        split = split_subject(scene)
        subject = split.mask if split.confidence >= _SURE else np.zeros(split.mask.shape, bool)
        subject = (subject | people_mask(scene, faces)) & ~sky
        if not 0 < subject.mean() < 0.8:
            subject = np.zeros_like(subject)
        scale = _scale(extent, faces, sky)
        return cls(scene.extent, extent, _busy(scene.rgb), scene.saliency, subject, sky, water, tuple(faces), scale)

    def reduced(self, box: Bounds) -> Bounds:
        """Bounds of the whole picture as those of the reduced one."""
        across, down = self.extent.width / self.full.width, self.extent.height / self.full.height
        return Bounds(
            int(box.x0 * across), int(box.y0 * down), int(np.ceil(box.x1 * across)), int(np.ceil(box.y1 * down))
        ).clipped(self.extent)

    def enlarged(self, box: Bounds) -> Bounds:
        """Bounds of the reduced picture as those of the whole one."""
        across, down = self.full.width / self.extent.width, self.full.height / self.extent.height
        corners = round(box.x0 * across), round(box.y0 * down), round(box.x1 * across), round(box.y1 * down)
        return Bounds(*corners).clipped(self.full)


def _stuff(scene: Scene, word: str, least: float) -> np.ndarray:
    found = find_stuff(scene, word)
    sure = found.score >= _SURE_STUFF and found.mask.mean() >= least
    return found.mask if sure else np.zeros(scene.saliency.shape, bool)


def _busy(rgb: np.ndarray) -> np.ndarray:
    """Deviation from the surroundings' mean, and not only fine grain: h×w float32 in [0, 1]."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB).astype(np.float32)
    mean, square = cv2.blur(grey, (9, 9)), cv2.blur(grey * grey, (9, 9))
    deviation = np.sqrt(np.maximum(square - mean * mean, 0.0)).max(axis=2)
    return np.clip(deviation / _BUSY, 0.0, 1.0)


def _scale(extent: Extent, faces: Sequence[Bounds], sky: np.ndarray) -> Scale:
    """From people first (a face is as large everywhere), then from where the sky ends."""
    horizon = _sky_ends(sky)
    if faces:
        metre = faces[0].width / _FACE
        feet = faces[0].center.y + _HEAD_TO_FOOT * metre
        if feet > 1.1 * extent.height:  # a portrait: what is put in stands as near as they do
            return Scale(trust=0.7, constant=metre)
        # who is taken with a camera at eye height has the horizon at the eyes
        eyes = feet - _EYE * metre
        return Scale(eyes, metre / (feet - eyes), 0.8)
    if horizon is None:
        return Scale()
    share = horizon / extent.height
    if _HORIZON[0] <= share <= _HORIZON[1]:
        return Scale(horizon, 1.0 / _EYE, 0.5)
    return Scale(_USUAL_HORIZON * extent.height, 1.0 / _EYE, 0.25)


def _sky_ends(sky: np.ndarray) -> float | None:
    """The row to which the sky comes down where nothing stands before it; None without sky."""
    columns = sky.any(axis=0)
    if not columns.any():
        return None
    lowest = sky.shape[0] - 1 - np.argmax(sky[::-1, columns], axis=0)
    return float(np.percentile(lowest, 80))
