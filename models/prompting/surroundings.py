"""What lies around a place, without weights: sky, water, grass, ground, leaves, or something indoors. Rough.

Every kind of surroundings is scored per pixel by colour, evenness and height in the picture, on a copy of 160 pixels.
Unlike `models.segmentation.stuff`, which finds a thing whose name is known to be meant, this compares the kinds.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from models.geometry import Extent
from models.mask import Mask, bounds
from models.prompting.phrases import PLACES
from models.prompting.window import without
from models.segmentation.boundaries import to_lab
from models.segmentation.saliency import reduced

_WORKING = 160  # pixels of the longer side
_OUTDOORS = ("sky", "water", "grass", "sand", "snow", "leaves")
_RING = 0.35  # of the place's larger side: how far around it counts
_FOOT = 0.65  # how much what is under the place counts beside all that is around it
_HORIZON = 0.42  # where the horizon is when nothing tells: people point cameras a little down
_LEAST = 1e-3
_LINE = 7.0  # CIELAB distance between what is above and below a horizon
_MOST_OF_IT = 0.6  # of the width
_SKY_ABOVE = 0.4  # how much like sky what lies above a horizon looks, at the least


@dataclass(frozen=True)
class Surroundings:
    """Where a place is.

    `places` gives each of PLACES a probability; they sum to 1. `horizon` is the height of the horizon in the picture,
    0 at the top and 1 at the bottom. `outdoors` is a probability.
    """

    places: dict[str, float]
    horizon: float
    outdoors: float

    @property
    def likeliest(self) -> str:
        """The likeliest place."""
        return max(self.places, key=lambda place: self.places[place])


def surroundings_of(rgb: np.ndarray, mask: Mask) -> Surroundings:
    """Look around a place: `rgb` H×W×3 uint8 sRGB, `mask` H×W float32, ≥ 0.5 = the place. Some 10 ms."""
    small = reduced(rgb, _WORKING)
    extent = Extent.of(small)
    hidden = cv2.resize((mask >= 0.5).astype(np.float32), tuple(extent), interpolation=cv2.INTER_AREA) > 0.0
    if hidden.all():  # nothing is left to look at
        return Surroundings(dict.fromkeys(PLACES, 1 / len(PLACES)), _HORIZON, 0.5)
    small = without(small, hidden)
    line = _level_line(to_lab(small), ~hidden)
    kinds = _kinds(small, ~hidden, line)
    seen = {kind: float(scores[~hidden].mean()) for kind, scores in kinds.items()}
    seen["blue sky"] = float((kinds["sky"] * _blue(to_lab(small)))[~hidden].mean())
    outdoors = _outdoors(seen)
    horizon = _horizon(kinds["sky"], ~hidden, line)
    around, under = _rings(hidden)
    near = {kind: float(scores[around].mean()) if around.any() else seen[kind] for kind, scores in kinds.items()}
    foot = {kind: float(scores[under].mean()) if under.any() else near[kind] for kind, scores in kinds.items()}
    # a foot on something unknown says nothing of the ground; what is around does
    foot = {kind: share + foot["other"] * near[kind] * (kind != "other") for kind, share in foot.items()}
    foot["other"] = 1.0 - sum(share for kind, share in foot.items() if kind != "other")
    mixed = {kind: _FOOT * foot[kind] + (1 - _FOOT) * near[kind] for kind in kinds}
    if not under.any():  # the foot is below the picture: what stands there stands on what is beside it
        mixed = near
    lowest = bounds(hidden.astype(np.float32)).y1 / extent.height
    return Surroundings(_places(mixed, outdoors, lowest, horizon), horizon, outdoors)


def _kinds(rgb: np.ndarray, seen: np.ndarray, line: int | None) -> dict[str, np.ndarray]:
    """For each kind an h×w float32 in [0, 1]; they and `other` sum to 1 in every pixel."""
    lab = cv2.GaussianBlur(to_lab(rgb), (0, 0), 1.0)
    light, a, b = lab[..., 0], lab[..., 1], lab[..., 2]
    chroma = np.hypot(a, b)
    rough, streaks = _texture(rgb)
    y = np.linspace(0, 1, len(rgb), dtype=np.float32)[:, None] * np.ones_like(light)
    low = _step(y, 0.25, 0.55)
    blue, green, grey = _blue(lab), _step(-a, 2, 9) * _step(b, 4, 14), 1 - _step(chroma, 7, 16)
    pale = _step(light, 62, 80) * (1 - _step(chroma, 6, 14)) * (1 - _step(b, 2, 7))
    dusk = _step(light, 45, 65) * _step(b, 20, 35) * _step(a, 3, 12) * _even(rough, 5) * 0.4
    airy = np.maximum(np.maximum(blue * _step(light, 10, 25), 0.7 * pale) * (0.25 + 0.75 * _even(rough, 5)), dusk)
    sky = airy * _open_above(airy, seen) * np.clip(1.5 - 1.3 * y, 0, 1)
    if line is not None:  # water mirrors the sky's colour, but not across its line
        sky[line:] *= 0.1
    bluish = np.maximum(blue, 0.8 * _step(-a, 1, 6) * (1 - _step(b, 2, 6)))
    water = low * np.clip(bluish + 0.4 * grey * _step(streaks, 0.1, 0.5), 0, 1) * _even(rough, 16)
    grass = green * np.maximum(low, 0.35) * _even(rough, 18)
    beige = _step(b, 6, 14) * (1 - _step(b, 34, 50)) * _step(light, 45, 62) * (1 - green)
    sand = 0.7 * low * beige * _even(rough, 9)
    snow = low * _step(light, 72, 84) * (1 - _step(chroma, 8, 16)) * _even(rough, 14)
    water *= 1 - 0.8 * snow  # in the shade it is bluish, too
    stony = grey * (1 - 0.7 * bluish) * _step(light, 18, 32) * (1 - _step(light, 72, 84))
    path = 0.5 * low * stony * _even(rough, 12)
    ground = {"water": water, "grass": grass, "path": path, "sand": sand, "snow": snow, "leaves": green - grass}
    kinds = {"sky": sky} | {kind: (1 - sky) * scores for kind, scores in ground.items()}
    total = sum(kinds.values())
    crowd = np.maximum(total, 1.0)
    kinds = {kind: (scores / crowd).astype(np.float32) for kind, scores in kinds.items()}
    kinds["other"] = np.clip(1.0 - np.minimum(total, 1.0), 0.0, 1.0).astype(np.float32)
    return kinds


def _blue(lab: np.ndarray) -> np.ndarray:
    """How blue, h×w float32 in [0, 1]."""
    return _step(-lab[..., 2], 3, 12)


def _even(rough: np.ndarray, contrast: float) -> np.ndarray:
    """Falls from 1 to 1/e where the local contrast reaches `contrast`, in 8-bit levels."""
    return np.exp(-((rough / contrast) ** 2))


def _texture(rgb: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Local contrast in 8-bit levels, and how much more it changes downwards than across ([-1, 1]): h×w float32."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    across = np.abs(cv2.Sobel(grey, cv2.CV_32F, 1, 0, ksize=3)) / 4
    down = np.abs(cv2.Sobel(grey, cv2.CV_32F, 0, 1, ksize=3)) / 4
    across, down = cv2.GaussianBlur(across, (0, 0), 3.0), cv2.GaussianBlur(down, (0, 0), 3.0)
    return across + down, (down - across) / (down + across + 1.0)


def _level_line(lab: np.ndarray, seen: np.ndarray) -> int | None:
    """The row at which the colour changes over most of the picture's width, as at sea; None when there is none."""
    deep = max(2, len(lab) // 40)
    sums = np.cumsum(np.pad(lab, ((1, 0), (0, 0), (0, 0))), axis=0)
    if len(lab) < 6 * deep:
        return None
    means = (sums[deep:] - sums[:-deep]) / deep
    change = np.linalg.norm(means[deep:] - means[:-deep], axis=-1)  # row r: between the rows before r + deep and after
    known = seen[deep : deep + len(change)]
    share = ((change > _LINE) & known).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    share[known.mean(axis=1) < 0.3] = 0.0
    share[: len(lab) // 10] = 0.0  # a frame's or a roof's edge rather
    best = int(np.argmax(share * change.mean(axis=1)))
    return best + deep if share[best] > _MOST_OF_IT else None


def _open_above(airy: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """How much of what lies above each pixel, up to the top of the picture, looks like sky: h×w float32 in [0, 1]."""
    weight = seen.astype(np.float32)
    sums, counts = np.cumsum(airy * weight, axis=0), np.cumsum(weight, axis=0)
    share = np.where(counts > 0, sums / np.maximum(counts, 1), 0.8)
    return np.clip(1.4 * cv2.GaussianBlur(share.astype(np.float32), (0, 0), 2.0), 0, 1)


def _horizon(sky: np.ndarray, seen: np.ndarray, line: int | None) -> float:
    """The level line under the sky; else where the sky ends, drawn towards the usual.

    Hills and houses hide the horizon, which lies below their tops.
    """
    if line is not None and sky[:line][seen[:line]].mean() > _SKY_ABOVE:
        return line / len(sky)
    rows = np.array([row[ok].mean() if ok.any() else 0.0 for row, ok in zip(sky, seen, strict=True)])
    if rows.max() < 0.3:
        return _HORIZON
    ends = float(np.flatnonzero(rows > 0.3)[-1] + 1) / len(rows)
    return float(np.clip(0.6 * min(ends, 0.75) + 0.4 * _HORIZON, 0.1, 0.7))


def _outdoors(seen: dict[str, float]) -> float:
    """From what the whole picture shows; grey, white and beige are found in every room."""
    telling = {"blue sky": 6.0, "sky": 1.0, "grass": 5.0, "leaves": 4.0, "water": 3.0, "sand": 0.5, "snow": 0.5}
    evidence = sum(weight * seen[kind] for kind, weight in telling.items())
    return float(1 / (1 + np.exp(-(8 * evidence - 2.5) / 1.6)))


def _rings(hidden: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What lies around the place, and what lies under it: h×w bool each."""
    box = bounds(hidden.astype(np.float32))
    reach = max(3, round(_RING * max(box.width, box.height)))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    around = cv2.dilate(hidden.astype(np.uint8), kernel).astype(bool) & ~hidden
    deep = max(2, min(reach, round(0.25 * box.height)))
    under = np.zeros_like(hidden)
    under[box.y1 : box.y1 + deep, box.x0 : box.x1] = True
    return around, under & ~hidden


def _places(near: dict[str, float], outdoors: float, foot: float, horizon: float) -> dict[str, float]:
    """Probabilities of PLACES from the kinds near the place; what looks like nothing is shared out by where it is."""
    indoors = 1 - outdoors
    places = dict.fromkeys(PLACES, _LEAST)
    for kind in _OUTDOORS:
        places[kind] += near[kind] * (0.08 + 0.92 * outdoors)
    places["path"] += near["path"] * outdoors
    lost = sum(near[kind] * (1 - outdoors) * 0.92 for kind in _OUTDOORS) + near["path"] * indoors
    rest = near["other"] + lost
    low = float(np.clip((foot - horizon) / 0.25, 0, 1))  # whether the foot can be on the ground at all
    places["path"] += rest * outdoors * 0.5 * low
    places["grass"] += rest * outdoors * 0.2 * low
    places["leaves"] += rest * outdoors * 0.08
    places["sky"] += rest * outdoors * 0.22 * (1 - low)
    places["facade"] += rest * outdoors * (0.15 + 0.4 * (1 - low))
    places["wall"] += rest * indoors * (0.15 + 0.6 * (1 - low))
    places["floor"] += rest * indoors * 0.45 * low
    places["table"] += rest * indoors * (0.15 + 0.2 * low)
    total = sum(places.values())
    return {place: value / total for place, value in places.items()}


def _step(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """0 up to `low`, 1 from `high` on, straight between."""
    return np.clip((values - low) / (high - low), 0.0, 1.0)
