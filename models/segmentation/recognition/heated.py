"""A heat map as a recogniser: pooled over proposals where there are any, else cut into its hot regions."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import cv2
import numpy as np

from models.geometry import Bounds, Extent
from models.mask import Mask
from models.segmentation.learned.heat_pooling import pooled_heat
from models.segmentation.phrases.parse import Phrase
from models.segmentation.phrases.recogniser import Sighting, with_article
from models.segmentation.pool_prompts import at_full_resolution
from models.segmentation.proposals import Proposal, Proposals
from models.segmentation.recognition.wholes import things
from models.segmentation.stages import HeatMapper

# Heat is no probability, and nobody has fitted it to one: it never makes sure enough for what cannot be undone.
_SUREST = 0.75
# Heat above that of the surroundings that is taken for as likely as not.
_HALF = 0.25
_LEAST = 0.05
# What is hotter than this, and than that share of the hottest, belongs to a region.
_HOT, _OF_HOTTEST = 0.3, 0.5
_SMALLEST = 0.0005  # share of the picture
_WORKING = 512


class HeatedRegions:
    """Implements `Recogniser`. Coarse at edges without proposals: a heat map knows where, hardly how far."""

    def __init__(self, mapper: HeatMapper, rgb: np.ndarray, proposals: Proposals) -> None:
        """`rgb` H×W×3 uint8 sRGB; `proposals` may be empty."""
        self.name = mapper.name
        self._mapper = mapper
        self._rgb = rgb
        self._proposals = proposals

    def find(self, phrase: Phrase) -> list[Sighting]:
        """What is hot when the noun is asked for, most likely first."""
        heat = self._mapper.heat(self._rgb, [phrase.compound])[0]
        pool = self._proposals if len(self._proposals) else self._regions(heat)
        likely = _likelihood(pooled_heat(heat[None], pool)[0])
        sightings = []
        for thing in things(pool, likely, _LEAST):
            reason = f"may be {with_article(phrase.compound)} ({thing.probability:.2f})"
            render = partial(at_full_resolution, self._rgb, pool[thing.index], pool.working)
            sightings.append(Sighting(pool.mask(thing.index), thing.probability, reason, render))
        return sightings

    def probability_at(self, mask: np.ndarray, phrase: Phrase) -> float | None:
        """From the heat inside a mask and around it."""
        working = Extent.of(self._rgb).fit_within(_WORKING)
        small = cv2.resize(mask.astype(np.uint8), tuple(working), interpolation=cv2.INTER_NEAREST) > 0
        if not small.any():
            return None
        heat = self._mapper.heat(self._rgb, [phrase.compound])
        one = Proposals(Extent.of(self._rgb), working, (Proposal(working.bounds, small, 1.0),))
        return float(_likelihood(pooled_heat(heat, one)[0])[0])

    def compare(self, text: str, sightings: Sequence[Sighting]) -> np.ndarray | None:
        """By the heat of the whole text inside each."""
        if not sightings:
            return None
        heat = self._mapper.heat(self._rgb, [text])[0]
        inside = [_mean_inside(heat, sighting.mask) for sighting in sightings]
        total = float(np.sum(inside))
        return np.array(inside, np.float32) / np.float32(total) if total > 0 else None

    def _regions(self, heat: Mask) -> Proposals:
        """Connected hot places as proposals at a reduced size."""
        extent = Extent.of(self._rgb)
        working = extent.fit_within(_WORKING)
        small = cv2.resize(heat, tuple(working), interpolation=cv2.INTER_AREA)
        hot = small > max(_HOT, _OF_HOTTEST * float(small.max()))
        _, labels, stats, _ = cv2.connectedComponentsWithStats(hot.astype(np.uint8))
        items = []
        for label, (x, y, width, height, size) in enumerate(np.asarray(stats).tolist()):
            if label > 0 and size >= _SMALLEST * working.pixels:
                box = Bounds(x, y, x + width, y + height)
                inside = labels[box.slices] == label
                items.append(Proposal(box, inside, float(small[box.slices][inside].mean())))
        return Proposals(extent, working, tuple(sorted(items, key=lambda item: -item.score)))


def _likelihood(pooled: np.ndarray) -> np.ndarray:
    """Pooled heat in [-1, 1] as a likelihood in [0, 0.75], 0.5 at a quarter."""
    return np.minimum(np.clip(pooled / (2 * _HALF), 0.0, 1.0), _SUREST).astype(np.float64)


def _mean_inside(heat: Mask, mask: np.ndarray) -> float:
    small = cv2.resize(heat, (mask.shape[1], mask.shape[0]), interpolation=cv2.INTER_AREA)
    return float(small[mask].mean())
