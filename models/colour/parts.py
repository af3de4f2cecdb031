"""Which darker parts of a grey, white or black-and-white thing are of another material, and which are its shade.

A thing without a hue cannot be told from its tyres, windows, soles and straps by colour. But shade comes on gradually,
and another material begins at a line: of the step in lightness from the part to the body around it, most lies within a
few pixels.
"""

from __future__ import annotations

import cv2
import numpy as np

from models.colour.body import BodyColour
from models.colour.oklab import linear_to_oklab
from models.colour.strips import linear_light

_LONGEST = 640  # pixels; the parts are looked for in a copy no larger
_DARK = (0.36, 0.46, 0.56, 0.66)  # of the body's lightness: from there down it may be something else
_LIGHT_ENOUGH = 0.3  # OKLab lightness of a body that leaves room below
_OFF_HUE = 0.35  # tolerance; grey that is not quite the body's grey counts where it is darker too
_DARKER = 0.85
_SMALLEST = 0.002  # of the thing
_NEAR, _FAR = 3, 9  # pixels
_SHARP = 0.58  # of the difference within _FAR pixels lies within _NEAR; on an even slope it is a third
_SHARP_ALONE = 0.5
_LEAST_STEP = 0.06  # OKLab lightness; less is no line
_FRAGMENT = 0.04  # of the thing; a piece that other parts cut off from it
_BRIDGE = 9  # pixels
_NEIGHBOUR = 16  # pixels
_ALIGNED = 4  # pixels
_MOST = 0.75  # of the thing: more is the thing itself


def other_parts(crop: np.ndarray, mask: np.ndarray, body: BodyColour) -> np.ndarray | None:
    """H×W float32, 1 = another material than the body, 0 = the body; None when nothing is found.

    `crop` is H×W×3 uint8 or uint16, sRGB, `mask` H×W in [0, 1]. The border is as coarse as the copy that was looked
    at: `aligned` brings it to the picture's.
    """
    if body.has_hue or body.lightness < _LIGHT_ENOUGH:
        return None
    height, width = mask.shape
    shrunk = min(1.0, _LONGEST / max(height, width))
    size = max(1, round(width * shrunk)), max(1, round(height * shrunk))
    small = linear_to_oklab(linear_light(cv2.resize(crop, size, interpolation=cv2.INTER_AREA)))
    inside = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.5
    if not inside.any():
        return None
    lightness = cv2.medianBlur(np.ascontiguousarray(small[..., 0]), 5)
    strict = BodyColour(body.lightness, body.a, body.b, body.top, _OFF_HUE)
    calm = np.dstack([lightness, *(cv2.medianBlur(np.ascontiguousarray(small[..., axis]), 5) for axis in (1, 2))])
    off = (strict.membership(calm) < 0.1) & (lightness < _DARKER * body.lightness)
    area, sharpness = int(inside.sum()), _sharpness(lightness)
    found = np.zeros(inside.shape, bool)
    for limit in _DARK:
        dark = inside & ((lightness < limit * body.lightness) | (off & (limit == _DARK[-1])))
        found |= _behind_lines(dark, found, inside, sharpness, _SMALLEST * area)
    if not found.any() or found.sum() > _MOST * area:
        return None
    found |= _cut_off(inside & ~found, found, _FRAGMENT * area)
    # the mask's soft edge belongs to what lies inside of it
    found |= _grown(found, _NEIGHBOUR) & ~inside
    return cv2.resize(found.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)


def aligned(parts: np.ndarray, lightness: np.ndarray) -> np.ndarray:
    """What `other_parts` gave (rows of it), its border moved to that of the H×W lightness."""
    return np.clip(cv2.ximgproc.guidedFilter(lightness, parts, _ALIGNED, 5e-4), 0, 1)


def _cut_off(rest: np.ndarray, found: np.ndarray, most: float) -> np.ndarray:
    """Pieces of the rest up to `most` pixels beside what was found: what other parts enclose, hubs in tyres, or leave
    over at the mask's edge, is no body either. All H×W bool; a bridge thinner than _BRIDGE joins nothing."""
    bridge = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_BRIDGE, _BRIDGE))
    firm = cv2.morphologyEx(rest.astype(np.uint8), cv2.MORPH_OPEN, bridge)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(firm)
    large = stats[:, cv2.CC_STAT_AREA] > most
    large[0] = False
    _, pieces = cv2.connectedComponents((rest & ~_grown(large[np.asarray(labels, np.intp)], _BRIDGE)).astype(np.uint8))
    beside = np.unique(pieces[_grown(found, 2)])
    return np.isin(pieces, beside[beside > 0])


def _grown(what: np.ndarray, radius: int) -> np.ndarray:
    around = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    return cv2.dilate(what.astype(np.uint8), around).astype(bool)


def _behind_lines(
    dark: np.ndarray, found: np.ndarray, inside: np.ndarray, sharpness: np.ndarray, least: float
) -> np.ndarray:
    """The connected parts of `dark` (H×W bool, as all here) of `least` pixels that begin at a line.

    What they hold besides what was `found` already must begin at one too: a sole does not vouch for the shade above it.
    """
    opened = cv2.morphologyEx(dark.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(opened)
    rest = inside & (opened == 0)
    begins = np.zeros(count, bool)
    for number in range(1, count):
        part = labels == number
        if stats[number, cv2.CC_STAT_AREA] >= least:
            line = _grown(part, 1) & rest
            fresh = _grown(part & ~found, 2) & line
            begins[number] = _median(sharpness[line]) > _SHARP and _median(sharpness[fresh]) > _SHARP_ALONE
    return begins[np.asarray(labels, np.intp)]


def _median(values: np.ndarray) -> float:
    return float(np.median(values)) if values.size else 0.0


def _sharpness(lightness: np.ndarray) -> np.ndarray:
    """H×W in [0, 1]: how much of the difference within _FAR pixels lies within _NEAR; low on gradual shading."""

    def spread(radius: int) -> np.ndarray:
        around = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
        return cv2.dilate(lightness, around) - cv2.erode(lightness, around)

    return spread(_NEAR) / np.maximum(spread(_FAR), _LEAST_STEP)
