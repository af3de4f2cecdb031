"""Sky, grass, water and other stuff without a shape: by colour, place in the picture and texture."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from models.segmentation.background import grown, outline_strength
from models.segmentation.colour_terms import object_probability, probability
from models.segmentation.saliency import Scene


@dataclass(frozen=True)
class Stuff:
    """How a stuff looks: its colour terms, where it usually lies, how even it is.

    `place` is "top", "bottom" or "any"; `evenness` is the local contrast (8-bit steps) beyond which it is
    unlikely; `typical` the least P(colour) that its seed must reach.
    """

    terms: tuple[str, ...]
    place: str
    evenness: float
    typical: float = 0.35


_SKY = Stuff(("blue", "white", "grey", "teal"), "top", 4.0)
_GRASS = Stuff(("green",), "bottom", 40.0)
_WATER = Stuff(("blue", "teal", "grey", "green"), "low", 14.0)
_SAND = Stuff(("beige", "brown", "yellow"), "bottom", 20.0)
_ROAD = Stuff(("grey", "black"), "bottom", 14.0)
_SNOW = Stuff(("white", "grey"), "bottom", 14.0)
_WALL = Stuff((), "any", 8.0)
_FLOOR = Stuff((), "bottom", 14.0)
_LEAVES = Stuff(("green",), "any", 60.0)

STUFF: dict[str, Stuff] = {
    **dict.fromkeys(("sky", "heavens"), _SKY),
    **dict.fromkeys(("grass", "lawn", "meadow", "field", "pasture"), _GRASS),
    **dict.fromkeys(("water", "sea", "ocean", "lake", "river", "pond", "pool"), _WATER),
    **dict.fromkeys(("sand", "beach", "desert"), _SAND),
    **dict.fromkeys(("road", "street", "asphalt", "pavement", "tarmac"), _ROAD),
    **dict.fromkeys(("snow", "ice"), _SNOW),
    **dict.fromkeys(("wall",), _WALL),
    **dict.fromkeys(("floor", "ground", "carpet"), _FLOOR),
    **dict.fromkeys(("foliage", "vegetation", "bushes", "forest", "trees", "leaves", "greenery"), _LEAVES),
}
# Share of the picture's lowest row that the sky may cover.
_SKY_BELOW = 0.25
# Boundary strength with which a stuff must end somewhere; a cut through an even surface has none.
_ENDS = 0.2
_LEAST = 0.015  # share of the picture below which a patch is chance
_UNSURE = 0.3
_COLOURLESS_SKY = 0.7  # the most to be said for a grey sky: a wall looks the same


@dataclass(frozen=True)
class FoundStuff:
    """The h×w bool mask at the scene's size, empty when there is none, and a score in [0, 1]."""

    mask: np.ndarray
    score: float


def find_stuff(scene: Scene, word: str, colour: str | None = None) -> FoundStuff:
    """Find a stuff by its word (a key of STUFF, else KeyError); a colour term replaces its usual ones."""
    stuff = STUFF[word]
    terms = (colour,) if colour else stuff.terms
    fits = _colour_fit(scene.lab, terms)
    place = _place(scene.rgb.shape[:2], stuff.place)
    even = np.exp(-((_roughness(scene.rgb) / stuff.evenness) ** 2))
    evidence = (0.15 + 0.85 * fits) * place * (0.15 + 0.85 * even)
    seed = _seed(scene, stuff, evidence, fits)
    if seed is None:
        return FoundStuff(np.zeros(place.shape, bool), 0.0)
    likeness = _likeness(scene.lab, seed) * np.clip(1.5 * place, 0, 1)
    if stuff is _SKY:
        likeness *= 0.3 + 0.7 * np.sqrt(even)
    probability_map = cv2.GaussianBlur(np.maximum(likeness, 0.97 * seed).astype(np.float32), (0, 0), 1.0)
    mask = _touching(grown(scene.rgb, probability_map), seed)
    if stuff is _WATER:
        mask &= ~_sky_above(scene)
    if not mask.any():
        return FoundStuff(mask, 0.0)
    if stuff is _SKY and mask[-1].mean() > _SKY_BELOW:
        return FoundStuff(mask, _UNSURE)  # what reaches the picture's foot is a plain backdrop
    if outline_strength(mask, scene.boundary) < _ENDS or mask.mean() < _LEAST:
        return FoundStuff(mask, _UNSURE)
    score = float(np.clip(1.3 * evidence[mask].mean() + 0.25 * min(1.0, mask.mean() / 0.1), 0, 1))
    if stuff is _SKY and object_probability(scene.lab, "blue")[mask].mean() < 0.3:
        score = min(score, _COLOURLESS_SKY)
    return FoundStuff(mask, score)


def _sky_above(scene: Scene) -> np.ndarray:
    """The sky, which still water mirrors and so resembles; h×w bool, empty when it is not sure."""
    sky = find_stuff(scene, "sky")
    return sky.mask if sky.score > 0.6 else np.zeros(sky.mask.shape, bool)


def _colour_fit(lab: np.ndarray, terms: tuple[str, ...]) -> np.ndarray:
    if not terms:
        return np.full(lab.shape[:2], 0.7, np.float32)
    smooth = cv2.GaussianBlur(lab, (0, 0), 1.5)
    if len(terms) == 1:  # one dye under every light: leaves in the shade are still green
        return object_probability(smooth, terms[0]).astype(np.float32)
    total = np.sum([probability(smooth, term) for term in terms], axis=0)
    if "blue" in terms:  # the sky at dusk, and deep water
        total = np.maximum(total, object_probability(smooth, "blue"))
    return np.clip(total, 0, 1).astype(np.float32)


def _place(shape: tuple[int, int], place: str) -> np.ndarray:
    y = np.linspace(0, 1, shape[0], dtype=np.float32)[:, None]
    weight = {
        "top": np.clip(1.35 - 1.3 * y, 0, 1),
        "bottom": np.clip(1.6 * y - 0.1, 0, 1),
        "low": np.clip(1.8 * y - 0.1, 0, 1),
        "any": np.ones_like(y),
    }[place]
    return np.broadcast_to(weight, shape)


def _roughness(rgb: np.ndarray) -> np.ndarray:
    """Local contrast in 8-bit steps: h×w float32."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    detail = np.abs(cv2.Laplacian(cv2.GaussianBlur(grey, (0, 0), 1.0), cv2.CV_32F))
    return cv2.GaussianBlur(detail, (0, 0), 4.0)


def _seed(scene: Scene, stuff: Stuff, evidence: np.ndarray, fits: np.ndarray) -> np.ndarray | None:
    """h×w bool where the evidence is best and the stuff reaches the border it belongs to; None for none."""
    smooth = scene.patches.paint(scene.patches.mean_of(evidence))
    best = float(np.percentile(smooth, 97))
    strong = ((smooth > 0.72 * best) & (best > 0.3)).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(strong)
    rim = np.zeros(strong.shape, bool)
    if stuff.place == "top":
        rim[: max(2, len(rim) // 40)] = True
    elif stuff.place == "bottom":
        rim[-max(2, len(rim) // 40) :] = True
        rim[len(rim) // 2 :, [0, -1]] = True
    else:
        rim[:] = True
    areas = stats[:, cv2.CC_STAT_AREA]
    kept = [i for i in range(1, count) if areas[i] > 0.004 * strong.size and (rim & (labels == i)).any()]
    if not kept:
        return None
    seed = np.isin(labels, kept)
    return seed if fits[seed].mean() >= stuff.typical else None


def _likeness(lab: np.ndarray, seed: np.ndarray) -> np.ndarray:
    """How near each colour is to the seed's (three clusters), lightness counting half."""
    colours = lab[seed].astype(np.float32)
    cv2.setRNGSeed(0)
    clusters = min(3, len(colours))
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 10, 1.0)
    initial = np.zeros((len(colours), 1), np.int32)
    _, _, centres = cv2.kmeans(colours, clusters, initial, criteria, 1, cv2.KMEANS_PP_CENTERS)
    weight = np.array([0.5, 1.0, 1.0], np.float32)
    squared = np.min([((lab - centre) ** 2 @ weight) for centre in centres], axis=0)
    return np.exp(-squared / 14.0**2)


def _touching(mask: np.ndarray, seed: np.ndarray) -> np.ndarray:
    """The parts of the mask that the seed lies in."""
    _, labels = cv2.connectedComponents(mask.astype(np.uint8))
    wanted = np.unique(labels[seed & mask])
    return np.isin(labels, wanted[wanted > 0])
