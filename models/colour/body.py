"""What colour a thing has under its light: its body colour, and which pixels are that body.

A surface of one colour spreads over a plane in colour space: shading moves its pixels towards black, gloss
towards the light's own colour (Shafer 1985, the dichromatic reflection model). The body colour is the point
of that plane where most of the surface lies; a pixel belongs to the body as far as shading and gloss explain
its colour.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.errors import BadInputError

_BINS = 96
_NEAR = 0.07  # OKLab lightness; what counts as "at the reference"
_HIGH_PEAK = 0.6  # of the highest
_BLOWN = 0.975
_MOST_TORN = 0.12
_GREY = 0.035  # OKLab chroma under which a body has no hue to go by


@dataclass(frozen=True)
class BodyColour:
    """A surface's diffuse colour in OKLab, and the lightness of its brightest pixels.

    `tolerance` scales how far from the dichromatic plane a pixel may lie and still belong; infinite when the
    region has no single colour.
    """

    lightness: float
    a: float
    b: float
    top: float
    tolerance: float = 1.0

    @property
    def chroma(self) -> float:
        """OKLab chroma of the body."""
        return float(np.hypot(self.a, self.b))

    @property
    def has_hue(self) -> bool:
        """Whether it is coloured enough for its hue to tell it from other things."""
        return self.chroma > _GREY

    def along(self, lab: np.ndarray) -> np.ndarray:
        """Chroma of each colour in the body's hue direction, as a share of what its lightness explains.

        1 where a pixel is the body in more or less light, 0 where it is grey. Only for a body with a hue.
        """
        along = (lab[..., 1] * self.a + lab[..., 2] * self.b) / self.chroma**2
        return along / np.clip(lab[..., 0] / self.lightness, 0.25, 1.3)

    def membership(self, lab: np.ndarray) -> np.ndarray:
        """How far each colour is explained as this body shaded or glossy: 1 entirely, 0 not at all."""
        if not np.isfinite(self.tolerance):
            return np.ones(lab.shape[:-1], np.float32)
        share = np.clip(lab[..., 0] / self.lightness, 0, 1.15)
        off_a, off_b = lab[..., 1] - self.a * share, lab[..., 2] - self.b * share
        if self.has_hue:
            unit_a, unit_b = self.a / self.chroma, self.b / self.chroma
            along = off_a * unit_a + off_b * unit_b
            across = np.abs(off_a * unit_b - off_b * unit_a)
            # gloss and fading lead towards grey, no further: beyond grey is another colour
            opposite = np.maximum(-(lab[..., 1] * unit_a + lab[..., 2] * unit_b), 0)
            bright = np.clip((lab[..., 0] / self.lightness - 0.85) / 0.25, 0, 1)
            paler = np.maximum(-along, 0) * (1.0 - 0.85 * bright)
            distance = np.sqrt(across**2 + (paler + 0.35 * np.maximum(along, 0)) ** 2) + opposite
        else:
            distance = np.hypot(off_a, off_b)
        # all colours meet in black: the darker, the less of a difference makes another thing
        reach = (0.045 + 0.35 * self.chroma) * self.tolerance * np.clip(share + 0.15, 0.45, 1)
        return np.clip(1.7 - distance / reach, 0, 1).astype(np.float32)


def find_body(lab: np.ndarray) -> BodyColour:
    """The body colour of a region's N×3 OKLab pixels. Raises BadInputError when there are none."""
    if len(lab) == 0:
        raise BadInputError("The mask is empty; nothing is selected.")
    lightness, chroma = lab[:, 0], np.hypot(lab[:, 1], lab[:, 2])
    # trim, tyres and windows are grey; what a thing is called by is usually its coloured part
    weight = 0.5 + np.minimum(chroma / 0.12, 1.0)
    weight *= np.where(lightness > _BLOWN, 0.1, 1.0)  # the white of an overexposed patch is no colour
    reference = _lit_mode(lightness, weight)
    near = np.abs(lightness - reference) < _NEAR
    a, b = _modal_hue(lab[near], weight[near])
    top = max(float(np.percentile(lightness, 99.7)), reference + 0.05)
    for tolerance in (1.0, 1.6, 2.4):
        body = BodyColour(max(reference, 0.04), a, b, top, tolerance)
        share = body.membership(lab)
        torn = float(((share > 0.15) & (share < 0.85)).mean())  # a limit through the surface leaves patches
        if float(share.mean()) > 0.45 and torn < _MOST_TORN:
            return body
    return BodyColour(max(reference, 0.04), a, b, top, np.inf)


def _lit_mode(values: np.ndarray, weight: np.ndarray) -> float:
    """The lightest high peak of the smoothed histogram: of a thing half in the sun, the half in the sun."""
    counts, edges = np.histogram(values, _BINS, (0.0, 1.0), weights=weight)
    kernel = np.exp(-((np.arange(-9, 10) / 4.5) ** 2))
    smooth = np.convolve(np.pad(counts, 9, mode="edge"), kernel, "valid")
    padded = np.pad(smooth, 1)
    peak = (smooth >= padded[:-2]) & (smooth > padded[2:]) & (smooth >= _HIGH_PEAK * smooth.max())
    at = int(np.flatnonzero(peak)[-1]) if peak.any() else int(smooth.argmax())
    close = np.abs(values - (edges[at] + edges[at + 1]) / 2) < 0.03
    return float(np.average(values[close], weights=weight[close])) if close.any() else float(edges[at])


def _modal_hue(lab: np.ndarray, weight: np.ndarray) -> tuple[float, float]:
    """The a and b that most pixels share: a weighted median, refined once around itself."""
    if len(lab) == 0:
        return 0.0, 0.0
    a, b = (_weighted_median(lab[:, axis], weight) for axis in (1, 2))
    close = np.hypot(lab[:, 1] - a, lab[:, 2] - b) < 0.06
    if close.sum() > 20:
        a, b = float(np.median(lab[close, 1])), float(np.median(lab[close, 2]))
    return a, b


def _weighted_median(values: np.ndarray, weight: np.ndarray) -> float:
    order = np.argsort(values)
    cumulative = np.cumsum(weight[order])
    return float(values[order][np.searchsorted(cumulative, cumulative[-1] / 2)])
