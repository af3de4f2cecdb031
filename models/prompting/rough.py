"""Suggestions without weights: shape and place of what was marked, and the colours and textures around it."""

from __future__ import annotations

import hashlib
import math

import numpy as np

from models.errors import BadInputError
from models.geometry import Extent
from models.mask import Mask, require
from models.prompting.diversity import most_relevant_apart
from models.prompting.phrases import Concept, concepts
from models.prompting.protocol import Suggestion
from models.prompting.shape import PlaceShape, log_fit
from models.prompting.surroundings import Surroundings, surroundings_of
from models.prompting.wording import look_of, reason, worded

_COMMON = 0.35  # how much more a thing counts for each step of being common, in natural logarithms
_UNUSUAL = 0.04  # how well a thing fits where the table does not have it
_LATER = 0.85  # of the weight of the place before: the first is the most typical
_TRUSTED = 1.5  # sharpens what the surroundings say; they are mixtures where one thing is true
_SAME_KIND = 0.6
_SHARPNESS = 4.0  # relevance falls to 0 over so many natural logarithms


class RoughSuggester:
    """Implements `PromptSuggester` from nothing but the table: some 20 ms."""

    name = "rough"
    remark = (
        "These are rough ideas from the shape of the place and the colours around it; with CLIP, which the Models page "
        "offers, they come from what the picture shows."
    )

    def suggest(self, image: np.ndarray, mask: Mask, k: int = 5) -> list[Suggestion]:
        """See `PromptSuggester.suggest`."""
        shape, around = look_at(image, mask, k)
        table = concepts()
        scores, places = prior(table, shape, around)
        return choose(table, scores, places, _kinship(table), shape, k)


def look_at(image: np.ndarray, mask: Mask, k: int) -> tuple[PlaceShape, Surroundings]:
    """The place's shape and surroundings; raises BadInputError as `PromptSuggester.suggest` says."""
    if k < 1:
        raise BadInputError("Ask for at least one suggestion.")
    require(mask, Extent.of(image))
    return PlaceShape.of(mask), surroundings_of(image, mask)


def prior(
    table: tuple[Concept, ...], shape: PlaceShape, around: Surroundings, weight_of_place: float = _TRUSTED
) -> tuple[np.ndarray, list[str]]:
    """log p(thing | shape, surroundings) up to a constant, n float64, and the likeliest place of each thing.

    log Σ_place p(place | surroundings) · p(place | thing) · p(shape | thing, place), plus how common it is.
    `weight_of_place` < 1 trusts the surroundings less, for callers that know them better.
    """
    scores, places = np.empty(len(table)), []
    for at, concept in enumerate(table):
        usual = {place: _LATER**rank for rank, place in enumerate(concept.places)}
        terms = {
            place: weight_of_place * math.log(around.places[place])
            + math.log(usual.get(place, _UNUSUAL))
            + log_fit(shape, concept, place, around.horizon)
            for place in around.places
            if place != "sky" or concept.share is not None
        }
        scores[at] = np.logaddexp.reduce(list(terms.values())) + _COMMON * concept.common
        places.append(max((place for place in terms if place in usual), key=lambda place: terms[place]))
    return scores, places


def choose(
    table: tuple[Concept, ...],
    scores: np.ndarray,
    places: list[str],
    likeness: np.ndarray,
    shape: PlaceShape,
    k: int,
    saw: str = "",
) -> list[Suggestion]:
    """The best different things, worded. `scores` are logarithms; `saw` is what else spoke for them."""
    relevance = np.clip(1 + (scores - scores.max()) / _SHARPNESS, 0, 1)
    shares = np.exp(scores - np.logaddexp.reduce(scores))
    digest = hashlib.blake2b(repr(shape).encode(), digest_size=8).digest()
    chosen = most_relevant_apart(relevance, likeness, k)
    chosen.sort(key=lambda at: -scores[at])
    found = []
    for at in chosen:
        thing, phrase = worded(table[at], places[at], look_of(table[at], digest))
        why = reason(_outline_words(shape), places[at])
        found.append(Suggestion(phrase, thing, float(shares[at]), f"{why}, {saw}" if saw else why))
    return found


def _outline_words(shape: PlaceShape) -> str:
    size = "large" if shape.area > 0.12 else "small" if shape.area < 0.015 else ""
    form = "wide" if shape.aspect > 1.7 else "tall" if shape.aspect < 0.6 else ""
    return " and ".join(word for word in (size, form) if word)


def _kinship(table: tuple[Concept, ...]) -> np.ndarray:
    """n×n: 1 for the same thing, `_SAME_KIND` for things of one kind, more when they share their last word."""
    kinds = np.array([concept.kind for concept in table])
    nouns = np.array([concept.phrase.split()[-1] for concept in table])
    alike = np.where(kinds[:, None] == kinds[None], _SAME_KIND, 0.0)
    alike = np.where(nouns[:, None] == nouns[None], 0.9, alike)
    np.fill_diagonal(alike, 1.0)
    return alike
