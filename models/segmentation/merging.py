"""Greedy merging of neighbouring regions, the likeliest pair first, by a rule over what the two have in common.

The rule is either a weighted sum (boundary strength, difference of mean colour) or a small network that gives the
probability that the two belong to different things. Learning when to merge, on the partitions that the merging itself
runs through, follows Nunez-Iglesias, Kennedy, Parag, Shi, Chklovskii, "Machine learning of hierarchical clustering to
segment 2D and 3D images", PLoS ONE 2013.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import NamedTuple

import numba
import numpy as np

from models.segmentation.boundaries import TEXTONS

LINK_MEASURES = (
    "boundary",
    "colour_difference",
    "chroma_difference",
    "colour_contrast",
    "texture_contrast",
    "log_smaller",
    "log_larger",
    "border_length",
    "boundary_over_inside",
    "inside",
)
"""What the network sees of two neighbours, in order; see `_measure_link`."""

COLOUR_BINS, TEXTURE_BINS = 24, TEXTONS
"""A leaf's histogram: 8 bins for each axis of CIELAB, then textons."""

MERGING = "merging.json"

_SMALL_SHARE = 0.002
"""Regions below this share of the picture merge more readily: they are specks, not things."""

_COUNT = len(LINK_MEASURES)


class Rule(NamedTuple):
    """What a merge costs: `boundary` × mean strength + `colour` × ΔE/40, plus what the network says.

    `hidden` is len(LINK_MEASURES)×H, `hidden_bias` and `out` H, float64; the network's part is the logistic function
    of out · tanh(measures @ hidden + hidden_bias) + out_bias, in [0, 1]. With H = 0 there is no network.
    """

    boundary: float
    colour: float
    hidden: np.ndarray
    hidden_bias: np.ndarray
    out: np.ndarray
    out_bias: float

    @classmethod
    def weighted(cls, boundary: float, colour: float) -> Rule:
        """A rule without a network."""
        return cls(boundary, colour, np.zeros((_COUNT, 0)), np.zeros(0), np.zeros(0), 0.0)

    @classmethod
    def network(cls, hidden: np.ndarray, hidden_bias: np.ndarray, out: np.ndarray, out_bias: float) -> Rule:
        """A rule that asks the network alone."""
        return cls(0.0, 0.0, hidden, hidden_bias, out, out_bias)


@cache
def learned_rule() -> Rule:
    """The network that comes with the package, see `fit_merging`."""
    values = json.loads(resources.files("models.segmentation").joinpath(MERGING).read_text(encoding="utf-8"))
    hidden, hidden_bias, out = (np.array(values[name], np.float64) for name in ("hidden", "hidden_bias", "out"))
    return Rule.network(hidden, hidden_bias, out, float(values["out_bias"]))


class Leaves(NamedTuple):
    """K leaves and the E pairs of them that touch, all sums rather than means so that they add up on merging.

    `area` K; `colour` K×3 CIELAB; `histogram` K×(COLOUR_BINS + TEXTURE_BINS), without columns where no rule asks for
    it; `inside` K boundary strength; `pairs` E×2; `border` E boundary strength along the common border; `length` E.
    All float64 but `pairs`, which is int32.
    """

    area: np.ndarray
    colour: np.ndarray
    histogram: np.ndarray
    inside: np.ndarray
    pairs: np.ndarray
    border: np.ndarray
    length: np.ndarray


class Merges(NamedTuple):
    """2K-1 nodes, leaves first, then merges in order: `parent` (-1: the root), `level` (the highest cost so far),
    `area` in pixels, and `children` (K-1)×2."""

    parent: np.ndarray
    level: np.ndarray
    area: np.ndarray
    children: np.ndarray


def merged(leaves: Leaves, rule: Rule) -> Merges:
    """Merge until one region is left."""
    parent, level, area, children, _, _ = _run(leaves, rule, np.zeros((len(leaves.area), 0)), 0)
    return Merges(parent, level, area, children)


class Judged(NamedTuple):
    """Links that the merging came across: N×len(LINK_MEASURES) measures, N float64 1 where the two lie in different
    true regions, and N weights."""

    measures: np.ndarray
    apart: np.ndarray
    weight: np.ndarray


def judged_links(leaves: Leaves, rule: Rule, truth: np.ndarray, most: int = 60_000) -> Judged:
    """What `rule` comes across on its way, with what a person says about it.

    `truth` is K×T: how many pixels of each leaf lie in each true region. Large and pure regions weigh most.
    """
    *_, measures, judged = _run(leaves, rule, truth.astype(np.float64), most)
    return Judged(measures, judged[:, 0], judged[:, 1])


def _run(
    leaves: Leaves, rule: Rule, truth: np.ndarray, most: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    histogram = leaves.histogram
    if len(rule.out) and histogram.shape[1] != COLOUR_BINS + TEXTURE_BINS:
        raise ValueError("a network needs the leaves' histograms")
    return _merge(
        leaves.area.copy(),
        leaves.colour.copy(),
        histogram.copy(),
        leaves.inside.copy(),
        leaves.pairs,
        leaves.border.copy(),
        leaves.length.astype(np.float64),
        *rule,
        truth.copy(),
        most,
    )


@numba.njit(cache=True, nogil=True)
def _measure_link(
    a: int,
    b: int,
    border: float,
    length: float,
    whole: float,
    area: np.ndarray,
    colour: np.ndarray,
    histogram: np.ndarray,
    inside: np.ndarray,
    found: np.ndarray,
) -> None:
    """LINK_MEASURES of two neighbours into `found`."""
    lightness = colour[a, 0] / area[a] - colour[b, 0] / area[b]
    green_red = colour[a, 1] / area[a] - colour[b, 1] / area[b]
    blue_yellow = colour[a, 2] / area[a] - colour[b, 2] / area[b]
    chroma = green_red * green_red + blue_yellow * blue_yellow
    smaller, larger = min(area[a], area[b]), max(area[a], area[b])
    found[0] = border / length
    found[1] = min(np.sqrt(lightness * lightness + chroma), 60.0) / 40.0
    found[2] = min(np.sqrt(chroma), 40.0) / 20.0
    found[3] = 0.0
    found[4] = 0.0
    for k in range(histogram.shape[1]):
        x, y = histogram[a, k] / area[a], histogram[b, k] / area[b]
        found[3 if k < COLOUR_BINS else 4] += (x - y) * (x - y) / (x + y + 1e-4)
    found[3] /= 6.0
    found[4] /= 2.0
    found[5] = np.log(smaller / whole) / 3.0
    found[6] = np.log(larger / whole) / 3.0
    found[7] = min(length / np.sqrt(smaller), 4.0) / 2.0
    found[9] = max(inside[a] / area[a], inside[b] / area[b])
    found[8] = found[0] - found[9]


@numba.njit(cache=True, nogil=True)
def _merge(
    area: np.ndarray,
    colour: np.ndarray,
    histogram: np.ndarray,
    inside: np.ndarray,
    pairs: np.ndarray,
    border: np.ndarray,
    length: np.ndarray,
    boundary_weight: float,
    colour_weight: float,
    hidden: np.ndarray,
    hidden_bias: np.ndarray,
    out: np.ndarray,
    out_bias: float,
    truth: np.ndarray,
    most: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The merging itself. Links are pairs of directed ones, 2e and 2e+1, on one chain for each region."""
    count, links = len(area), len(pairs)
    whole = area.sum()
    small = _SMALL_SHARE * whole
    to = np.empty(2 * links, np.int64)
    after = np.full(2 * links, -1, np.int64)
    head, tail = np.full(count, -1, np.int64), np.full(count, -1, np.int64)
    gone = np.zeros(links, np.bool_)
    cost = np.empty(links)
    best, cheapest = np.full(count, -1, np.int64), np.full(count, np.inf)
    link_to = np.full(count, -1, np.int64)
    node = np.arange(count)
    parent = np.full(2 * count - 1, -1, np.int32)
    level = np.zeros(2 * count - 1, np.float32)
    pixels = np.zeros(2 * count - 1, np.int64)
    children = np.zeros((count - 1, 2), np.int64)
    found = np.zeros(_COUNT)
    seen, judged, taken = np.zeros((most, _COUNT)), np.zeros((most, 2)), 0
    for region in range(count):
        pixels[region] = np.int64(area[region])
    for link in range(links):
        a, b = pairs[link, 0], pairs[link, 1]
        for directed, start, end in ((2 * link, a, b), (2 * link + 1, b, a)):
            to[directed] = end
            if head[start] < 0:
                head[start] = directed
            else:
                after[tail[start]] = directed
            tail[start] = directed
    highest = np.float32(0.0)
    a, b = -1, -1
    for step in range(-count, count - 1):
        if step < 0:
            a = step + count  # at first every region's links are weighed
        else:
            a = int(np.argmin(cheapest))
            b = to[best[a]]
            highest = max(highest, np.float32(cheapest[a]))
            new = count + step
            parent[node[a]] = new
            parent[node[b]] = new
            children[step, 0], children[step, 1] = node[a], node[b]
            level[new] = highest
            pixels[new] = pixels[node[a]] + pixels[node[b]]
            node[a] = new
            area[a] += area[b]
            colour[a] += colour[b]
            histogram[a] += histogram[b]
            inside[a] += inside[b]
            truth[a] += truth[b]
            cheapest[b] = np.inf
            here = head[a]
            while here >= 0:
                if not gone[here >> 1]:
                    if to[here] == b:
                        gone[here >> 1] = True
                    else:
                        link_to[to[here]] = here
                here = after[here]
            here = head[b]
            while here >= 0:
                link, other = here >> 1, to[here]
                if not gone[link]:
                    known = link_to[other]
                    if known >= 0:
                        border[known >> 1] += border[link]
                        length[known >> 1] += length[link]
                        gone[link] = True
                    else:
                        to[here ^ 1] = a
                        link_to[other] = here
                here = after[here]
            if head[b] >= 0:
                after[tail[a]] = head[b]
                tail[a] = tail[b]
        cheapest[a] = np.inf
        best[a] = -1
        before, here = -1, head[a]
        while here >= 0:
            link, other, following = here >> 1, to[here], after[here]
            if gone[link]:
                if before < 0:
                    head[a] = following
                else:
                    after[before] = following
                if tail[a] == here:
                    tail[a] = before
                here = following
                continue
            link_to[other] = -1
            if step >= 0 or a < other:
                value = 0.0
                smaller = min(area[a], area[other])
                if len(out) or most:
                    own, shared = float(border[link]), float(length[link])
                    _measure_link(a, int(other), own, shared, whole, area, colour, histogram, inside, found)
                    if taken < most and (step < 0 or smaller > small):
                        seen[taken] = found
                        first, second = np.argmax(truth[a]), np.argmax(truth[other])
                        purity = min(truth[a, first] / area[a], truth[other, second] / area[other])
                        judged[taken, 0] = 1.0 if first != second else 0.0
                        judged[taken, 1] = np.sqrt(max(smaller / whole, 1e-5)) if purity > 0.6 else 0.0
                        taken += 1
                if len(out):
                    total = out_bias
                    for unit in range(len(out)):
                        inner = hidden_bias[unit]
                        for k in range(_COUNT):
                            inner += found[k] * hidden[k, unit]
                        total += out[unit] * np.tanh(inner)
                    value += 1.0 / (1.0 + np.exp(-total))
                if boundary_weight:
                    value += boundary_weight * border[link] / length[link]
                if colour_weight:
                    squared = 0.0
                    for k in range(3):
                        squared += (colour[a, k] / area[a] - colour[other, k] / area[other]) ** 2
                    value += colour_weight * min(np.sqrt(squared), 60.0) / 40.0
                cost[link] = value * min(1.0, smaller / small) ** 0.25
            value = cost[link]
            if value < cheapest[a]:
                cheapest[a], best[a] = value, here
            if step >= 0:
                if value < cheapest[other]:
                    cheapest[other], best[other] = value, here ^ 1
                elif best[other] >= 0 and (gone[best[other] >> 1] or best[other] == here ^ 1):
                    cheapest[other], best[other] = np.inf, -1
                    there = head[other]
                    while there >= 0:
                        if not gone[there >> 1] and cost[there >> 1] < cheapest[other]:
                            cheapest[other], best[other] = cost[there >> 1], there
                        there = after[there]
            before, here = here, following
    return parent, level, pixels, children, seen[:taken], judged[:taken]
