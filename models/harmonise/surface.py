"""Laying something flat (a logo, a label, a poster) onto a surface: bent as it is, under its light."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from models.colour.oklab import from_unit, oklab_to_srgb, srgb_to_oklab, to_unit
from models.errors import BadInputError
from models.geometry import Bounds, Extent
from models.harmonise.cutting import Cutout
from models.harmonise.grain import blur_of, luma, matched, noise_of, softened_edge
from models.harmonise.light import read_light, relit
from models.harmonise.setting import Placed
from models.harmonise.shading import shaded, shading_of
from models.mask import Mask
from models.mask import bounds as bounds_of

_USUAL_SHARE = 0.62  # of the room on the surface
_QUAD_FITS = 0.9  # IoU of a surface with four corners from which it is a plane seen in perspective
_SEARCHED = 256  # pixels, longer side, that room is looked for in
_STEPS = 12
_INK = 0.97  # how much of the surface a print covers
_MOST_BOW = 0.5


@dataclass(frozen=True)
class Bend:
    """How an upright cylinder bends what is on it: `axis` and `radius` in pixels across, `bow` how far the rim of a
    circle on it sags in its middle, in radii (positive: seen from above).
    """

    axis: float
    radius: float
    bow: float


def lay_on(
    scene: np.ndarray, thing: Cutout, surface: Mask, *, round_surface: bool = False, share: float = _USUAL_SHARE,
    seed: int = 0,
) -> Placed:  # fmt: skip
    """Lay a thing onto the surface under a mask, in the middle of its room.

    `scene` is H×W×3 uint8 or uint16, `surface` H×W float32. A surface with four corners is taken for a plane in
    perspective; `round_surface` bends the thing round a mug or bottle; else it lies upright in the largest room.
    `share` in (0, 1] is its share of that room. Nothing outside the surface changes. Raises BadInputError when the
    surface is too small.
    """
    box = bounds_of(surface, 0.5)
    if min(box.extent) < 8:
        raise BadInputError("That place is too small to put anything on; select a larger one.")
    aspect = thing.extent.width / thing.extent.height
    corners = None if round_surface else corners_of(surface)
    bend = None
    if corners is not None:
        corners = _within(corners, aspect, share)
    else:
        if round_surface:
            bend = bend_of(surface)
        room = room_in(surface, aspect)
        corners = _corners(room, share)
    layer, alpha = _laid(thing, corners, bend, Extent.of(scene))
    alpha = alpha * np.clip(surface, 0.0, 1.0) * np.float32(_INK)
    alpha[alpha < 1e-3] = 0.0
    if not (alpha > 0.05).any():
        raise BadInputError("That place is too small to put anything on; select a larger one.")
    return _printed(scene, thing, layer, alpha, surface, seed)


def corners_of(surface: Mask) -> np.ndarray | None:
    """The four corners of a plane seen in perspective, 4×2 float32 (x, y) from its top left clockwise; None when the
    mask has not four.
    """
    firm = (surface > 0.5).astype(np.uint8)
    outlines, _ = cv2.findContours(firm, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return None
    hull = cv2.convexHull(max(outlines, key=cv2.contourArea))
    around = cv2.arcLength(hull, True)
    for tolerance in np.linspace(0.01, 0.1, 19):
        corners = cv2.approxPolyDP(hull, tolerance * around, True)
        if len(corners) <= 4:
            break
    else:
        return None
    if len(corners) != 4:
        return None
    drawn = np.zeros_like(firm)
    cv2.fillConvexPoly(drawn, corners, (1,))
    both, either = np.count_nonzero(drawn & firm), np.count_nonzero(drawn | firm)
    if both < _QUAD_FITS * either:
        return None
    return _clockwise(corners.reshape(4, 2).astype(np.float32))


def room_in(surface: Mask, aspect: float) -> Bounds:
    """The largest upright rectangle of an aspect (width through height) inside a mask, the middlemost of its size."""
    scale = min(1.0, _SEARCHED / max(surface.shape))
    small = cv2.resize((surface > 0.5).astype(np.float32), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) > 0.6
    padded = np.pad(small, 1).astype(np.float32)
    rows, columns = np.nonzero(small)
    if rows.size == 0:
        raise BadInputError("That place is too small to put anything on; select a larger one.")
    middle = np.array([columns.mean(), rows.mean()])
    low, high = 1.0, float(max(padded.shape))
    best: tuple[float, float, float, float] | None = None
    for _ in range(_STEPS):
        tall = np.sqrt(low * high)
        size = (max(1, round(tall * aspect)), max(1, round(tall)))
        if size[0] >= padded.shape[1] or size[1] >= padded.shape[0]:
            high = tall
            continue
        full = cv2.boxFilter(padded, cv2.CV_32F, size, borderType=cv2.BORDER_CONSTANT)[1:-1, 1:-1] > 0.97
        if not full.any():
            high = tall
            continue
        low = tall
        y, x = np.nonzero(full)
        nearest = int(np.argmin((x - middle[0]) ** 2 + (y - middle[1]) ** 2))
        best = float(x[nearest]) + 0.5, float(y[nearest]) + 0.5, size[0], size[1]
    if best is None:
        raise BadInputError("That place is too small to put anything on; select a larger one.")
    x, y, width, height = (one / scale for one in best)
    return Bounds(round(x - width / 2), round(y - height / 2), round(x + width / 2), round(y + height / 2))


def bend_of(surface: Mask) -> Bend:
    """The cylinder that a mask is the outline of: its axis and radius, and the bow of its lower rim."""
    firm = surface > 0.5
    widths = firm.sum(axis=1)
    rows = np.flatnonzero(widths >= 0.6 * np.percentile(widths[widths > 0], 90))
    lefts = np.array([np.argmax(firm[row]) for row in rows])
    rights = np.array([firm.shape[1] - 1 - np.argmax(firm[row][::-1]) for row in rows])
    axis = float(np.median((lefts + rights) / 2))
    radius = max(float(np.median(rights - lefts)) / 2, 2.0)
    across = np.arange(round(axis - 0.75 * radius), round(axis + 0.75 * radius) + 1)
    across = across[(across >= 0) & (across < firm.shape[1])]
    across = across[firm[:, across].any(axis=0)]
    if len(across) < 5:
        return Bend(axis, radius, 0.0)
    lowest = firm.shape[0] - 1 - np.argmax(firm[::-1, across], axis=0)
    rim = np.sqrt(np.clip(1.0 - ((across - axis) / radius) ** 2, 0.0, 1.0))
    slope = np.polyfit(rim, lowest, 1)[0] / radius
    return Bend(axis, radius, float(np.clip(slope, 0.0, _MOST_BOW)))


def _laid(thing: Cutout, corners: np.ndarray, bend: Bend | None, extent: Extent) -> tuple[np.ndarray, Mask]:
    """The thing's colours and matte where it lies: H×W×3 and H×W, colours only meant where the matte is above 0."""
    sides = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
    size = Extent(max(2, round((sides[0] + sides[2]) / 2)), max(2, round((sides[1] + sides[3]) / 2)))
    if size.width < thing.extent.width or size.height < thing.extent.height:
        # first to about its final size, so that the warp does not skip over detail
        thing = thing.scaled(Extent(min(size.width, thing.extent.width), min(size.height, thing.extent.height)))
    width, height = thing.extent
    square = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), square)
    y, x = np.mgrid[: extent.height, : extent.width].astype(np.float64)
    if bend is not None:
        across = (x - bend.axis) / bend.radius
        seen = np.abs(across) < 0.995
        clipped = np.clip(across, -0.995, 0.995)
        middle = (corners[:, 0].mean() - bend.axis) / bend.radius
        flat = np.arcsin(clipped) - np.arcsin(np.clip(middle, -0.9, 0.9))
        sag = bend.bow * bend.radius * (np.sqrt(1.0 - clipped**2) - np.sqrt(max(1.0 - middle**2, 0.0)))
        x = np.where(seen, corners[:, 0].mean() + flat * bend.radius, -1e6)
        y = y - sag
    points = np.stack([x + 0.5, y + 0.5, np.ones_like(x)], axis=-1) @ matrix.T
    where = (points[..., :2] / points[..., 2:] - 0.5).astype(np.float32)
    layer = cv2.remap(thing.rgb, where, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[call-overload]
    alpha = cv2.remap(thing.alpha, where, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)  # type: ignore[call-overload]
    return layer, np.clip(alpha, 0.0, 1.0).astype(np.float32)


def _printed(scene: np.ndarray, thing: Cutout, layer: np.ndarray, alpha: Mask, surface: Mask, seed: int) -> Placed:
    """The layer over the scene, shaded as the surface is."""
    extent = Extent.of(scene)
    box = bounds_of(alpha, 0.0)
    window = bounds_of(surface, 0.5).padded(2)
    window = Bounds(
        min(window.x0, box.x0), min(window.y0, box.y0), max(window.x1, box.x1), max(window.y1, box.y1)
    ).clipped(extent)
    part = to_unit(scene[window.slices][..., :3])
    local = alpha[window.slices]
    under = np.where(surface[window.slices] > 0.5, 1.0, 0.0).astype(np.float32)
    around = luma(part)
    colours = relit(layer[window.slices], local, thing.light, read_light(scene), 0.6)
    factor, gloss = shading_of(srgb_to_oklab(part), _under(local, under), fine=True)
    colours = oklab_to_srgb(shaded(srgb_to_oklab(colours), factor, gloss)).astype(np.float32)
    blur = blur_of(around)
    # the surface's own noise came with its shading; only what that lacks is added
    colours = matched(
        np.clip(colours, 0, 1),
        local,
        blur,
        0.7 * min(noise_of(around), noise_of(luma(to_unit(scene[..., :3])))),
        seed=seed,
    )
    weight = np.minimum(softened_edge(local, blur), np.clip(surface[window.slices], 0, 1))[..., None]
    weight[weight < 1e-3] = 0.0
    changed = np.zeros(alpha.shape, np.float32)
    touched = weight[..., 0] > 0
    changed[window.slices][touched] = 1.0
    result = scene[..., :3].copy()
    result[window.slices][touched] = from_unit(part * (1.0 - weight) + colours * weight, scene.dtype)[touched]
    whole = np.zeros(alpha.shape, np.float32)
    whole[window.slices] = weight[..., 0]
    return Placed(result, changed, whole, {"shading": round(float(factor[touched].std()), 3)})


def _under(alpha: Mask, surface: Mask) -> Mask:
    """What of the surface lies under the thing: the light there is what counts, not that of the other side."""
    under = np.minimum((alpha > 0.02).astype(np.float32), surface)
    return under if np.count_nonzero(under) > 32 else surface


def _within(corners: np.ndarray, aspect: float, share: float) -> np.ndarray:
    """A rectangle of an aspect in the middle of a plane, in perspective: its corners, 4×2 float32."""
    sides = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
    plane = float((sides[0] + sides[2]) / max(sides[1] + sides[3], 1e-6))
    across = min(1.0, aspect / plane) * share
    down = min(1.0, plane / aspect) * share
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    matrix = cv2.getPerspectiveTransform(square, corners)
    inner = np.array(
        [
            [0.5 - across / 2, 0.5 - down / 2],
            [0.5 + across / 2, 0.5 - down / 2],
            [0.5 + across / 2, 0.5 + down / 2],
            [0.5 - across / 2, 0.5 + down / 2],
        ],
        np.float32,
    )
    return cv2.perspectiveTransform(inner[None], matrix)[0].astype(np.float32)


def _corners(box: Bounds, share: float) -> np.ndarray:
    center_x, center_y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    half_x, half_y = box.width * share / 2, box.height * share / 2
    return np.array(
        [
            [center_x - half_x, center_y - half_y],
            [center_x + half_x, center_y - half_y],
            [center_x + half_x, center_y + half_y],
            [center_x - half_x, center_y + half_y],
        ],
        np.float32,
    )


def _clockwise(corners: np.ndarray) -> np.ndarray:
    """From the top left, as a person would name it, clockwise in the picture."""
    middle = corners.mean(axis=0)
    angle = np.arctan2(corners[:, 1] - middle[1], corners[:, 0] - middle[0])
    ordered = corners[np.argsort(angle)]
    start = int(np.argmin(ordered.sum(axis=1)))
    return np.roll(ordered, -start, axis=0).astype(np.float32)
