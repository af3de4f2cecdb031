"""A picture as a few hundred even patches, their colours, places and neighbours: what saliency reasons on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np


class Links(NamedTuple):
    """Neighbouring patches: E×2 indices (first < second) and E boundary strengths between them."""

    pairs: np.ndarray
    strength: np.ndarray


@dataclass(frozen=True)
class Superpixels:
    """K patches of an H×W picture.

    `labels` H×W int32 in [0, K); `lab` K×3 mean CIELAB; `place` K×2 mean (y, x) in [0, 1]; `area` K shares of
    the picture that sum to 1; `border` K share of the picture's border that lies in each patch.
    """

    labels: np.ndarray
    lab: np.ndarray
    place: np.ndarray
    area: np.ndarray
    border: np.ndarray
    links: Links

    @property
    def count(self) -> int:
        """How many patches there are."""
        return len(self.area)

    def mean_of(self, values: np.ndarray) -> np.ndarray:
        """The mean of an H×W map over each patch: K float64."""
        total = np.bincount(self.labels.ravel(), values.ravel(), self.count)
        return total / (self.area * self.labels.size)

    def paint(self, values: np.ndarray) -> np.ndarray:
        """A value per patch back to an H×W float32 map."""
        return values.astype(np.float32)[self.labels]


def split(lab: np.ndarray, boundary: np.ndarray, count: int = 350) -> Superpixels:
    """SLIC patches (Achanta 2012) of an H×W×3 CIELAB picture; `boundary` is its H×W boundary strength."""
    height, width = lab.shape[:2]
    size = max(4, round(np.sqrt(height * width / count)))
    smooth = cv2.GaussianBlur(lab, (0, 0), 0.8)
    slic = cv2.ximgproc.createSuperpixelSLIC(smooth, cv2.ximgproc.SLIC, size, 12.0)
    slic.iterate(6)
    slic.enforceLabelConnectivity(30)
    _, labels = np.unique(slic.getLabels(), return_inverse=True)
    labels = labels.reshape(height, width).astype(np.int32)
    flat = labels.ravel()
    pixels = np.bincount(flat).astype(np.float64)
    k = len(pixels)
    yy, xx = np.mgrid[:height, :width]
    place = [np.bincount(flat, grid.ravel() / span, k) / pixels for grid, span in ((yy, height), (xx, width))]
    means = [np.bincount(flat, lab[..., channel].ravel(), k) / pixels for channel in range(3)]
    rim = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    return Superpixels(
        labels,
        np.stack(means, -1),
        np.stack(place, -1),
        pixels / flat.size,
        np.bincount(rim, minlength=k) / rim.size,
        _links(labels, boundary, k),
    )


def _links(labels: np.ndarray, boundary: np.ndarray, count: int) -> Links:
    codes, strengths = [], []
    for first, second in (
        ((slice(None), slice(None, -1)), (slice(None), slice(1, None))),
        ((slice(None, -1), slice(None)), (slice(1, None), slice(None))),
    ):
        a, b = labels[first], labels[second]
        apart = a != b
        low, high = np.minimum(a[apart], b[apart]), np.maximum(a[apart], b[apart])
        codes.append(low.astype(np.int64) * count + high)
        strengths.append(np.maximum(boundary[first][apart], boundary[second][apart]))
    code, inverse = np.unique(np.concatenate(codes), return_inverse=True)
    mean = np.bincount(inverse, np.concatenate(strengths)) / np.bincount(inverse)
    return Links(np.stack([code // count, code % count], -1).astype(np.intp), mean)
