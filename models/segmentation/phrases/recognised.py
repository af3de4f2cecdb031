"""Phrases whose noun a learned model recognises. What the model saw is chosen from as coloured parts are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import cv2
import numpy as np

from models.segmentation.colour_terms import called
from models.segmentation.phrases.answer import Answer, counted, is_it
from models.segmentation.phrases.choose import Choice, choose
from models.segmentation.phrases.components import Part, part_of, tone_map
from models.segmentation.phrases.parse import Phrase
from models.segmentation.phrases.recogniser import Recogniser, Sighting, with_article
from models.segmentation.phrases.relations import related
from models.segmentation.saliency import Scene

# A thing is what the noun names when that is at least as probable as not.
LIKELY = 0.5
# Less probable things down to this are offered when somebody has to be asked.
OFFERED = 0.1
# A choice among several by its whole description must be this clear.
_TELLING = 0.8
# A thing is called by a colour when that fits at least this well,
CALLED = 0.30
# and at least this share as well as the thing of that noun that it fits best.
_CALLED_BEST = 0.65
_MOST_OFFERED = 6


class Recognition(NamedTuple):
    """The answer, and whether anything was recognised at all (which of it is meant may still be the question)."""

    answer: Answer
    seen: bool


def recognise(phrase: Phrase, recogniser: Recogniser, scene: Scene, resolve: Callable[[Phrase], Answer]) -> Recognition:
    """Find what the noun names and choose among it by colour, relation, place, order, size and number.

    `resolve` answers the phrase of the other thing in a relation.
    """
    sightings = recogniser.find(phrase)
    likely = [sighting for sighting in sightings if sighting.evidence >= LIKELY]
    name = phrase.compound
    if not likely:
        offered = [sighting for sighting in sightings if sighting.evidence >= OFFERED]
        hint = is_it(len(offered)) if offered else "click it, or brush over it"
        what = f"any {_plural(name)}" if phrase.plural else with_article(name)
        return Recognition(_asked(_parts(offered, scene), f"I don't see {what} here; {hint}."), False)
    parts = _parts(likely, scene)
    fitting = _of_colour(parts, phrase, scene)
    if not fitting:
        colour = " or ".join(phrase.colours) or ("dark" if phrase.tone < 0 else "light")
        return Recognition(_asked(parts, f"{_i_see(parts, name)}, but not clearly {colour}; which one?"), True)
    if phrase.relation is not None:
        other = resolve(phrase.relation.other)
        if other.chosen:
            anchor = part_of(other.union, scene, 1.0)
            near = related(fitting, phrase.relation.how, anchor)
            if not near:
                how = f"{phrase.relation.how} {phrase.relation.other.named}"
                return Recognition(_asked(fitting, f"{_i_see(fitting, name)}, but not {how}; which one?"), True)
            return Recognition(_chosen(near, choose(near, phrase), phrase), True)
    choice = choose(fitting, phrase)
    untold = phrase.relation is not None or (bool(phrase.modifiers) and not choice.indices)
    if untold and not phrase.plural and not phrase.decides:
        choice = _told_apart(fitting, phrase, recogniser)
    return Recognition(_chosen(fitting, choice, phrase), True)


def _parts(sightings: list[Sighting], scene: Scene) -> list[Part]:
    """Measured at the scene's size, heaviest first."""
    parts = []
    for sighting in sightings:
        small = _reduced(sighting.mask, scene.saliency.shape)
        part = part_of(small, scene, sighting.evidence)
        parts.append(replace(part, sighting=sighting))
    return sorted(parts, key=lambda part: -part.weight)


def _reduced(mask: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """A mask at the scene's size, never empty however small the thing is."""
    small = cv2.resize(mask.astype(np.float32), (shape[1], shape[0]), interpolation=cv2.INTER_AREA) >= 0.5
    if not small.any():
        rows, columns = np.nonzero(mask)
        y = int(rows.mean() / mask.shape[0] * shape[0])
        x = int(columns.mean() / mask.shape[1] * shape[1])
        small[y, x] = True
    return small


def _of_colour(parts: list[Part], phrase: Phrase, scene: Scene) -> list[Part]:
    """The parts of a colour and tone that the phrase names; all when it names none."""
    if phrase.colours:
        fits = [max(called(scene.lab[part.mask], colour) for colour in phrase.colours) for part in parts]
        least = max(CALLED, _CALLED_BEST * max(fits))
        parts = [part for part, fit in zip(parts, fits, strict=True) if fit >= least]
    if phrase.tone and len(parts) > 1:
        tones = tone_map(scene, phrase.tone)
        fits = [float(tones[part.mask].mean()) for part in parts]
        parts = [part for part, fit in zip(parts, fits, strict=True) if fit >= _CALLED_BEST * max(fits)]
    return parts


def _told_apart(parts: list[Part], phrase: Phrase, recogniser: Recogniser) -> Choice:
    """By the whole description, where geometry has nothing to go by ("the man with a beard")."""
    shares = recogniser.compare(phrase.text, [part.sighting for part in parts if part.sighting is not None])
    if shares is None or len(parts) < 2 or shares.max() < _TELLING:
        return Choice((), 0.0)
    return Choice((int(shares.argmax()),), float(shares.max()))


def _chosen(parts: list[Part], choice: Choice, phrase: Phrase) -> Answer:
    """The parts chosen, or the question which one; scores are the probability times how clear the choice was."""
    name = phrase.compound
    if not choice.indices or choice.clearness < LIKELY:
        if phrase.count is not None and len(parts) < phrase.count:
            return _asked(parts, f"{_i_see(parts, name)}; which do you mean?")
        which = "is it this one?" if len(parts) == 1 else "which one?"
        return _asked(parts, f"{_i_see(parts, name)}; {which}")
    order = [*choice.indices, *(index for index in range(len(parts)) if index not in choice.indices)]
    why = _why(phrase, len(parts))
    shares = [choice.clearness if index in choice.indices else 1 - choice.clearness / 2 for index in order]
    listed = _asked([parts[index] for index in order], "", most=len(order))
    return replace(
        listed,
        scores=tuple(score * share for score, share in zip(listed.scores, shares, strict=True)),
        reasons=tuple(
            reason + (why if index in choice.indices else "")
            for index, reason in zip(order, listed.reasons, strict=True)
        ),
        chosen=tuple(range(len(choice.indices))),
        question=None,
    )


def _asked(parts: list[Part], question: str, most: int = _MOST_OFFERED) -> Answer:
    offered = [(part, part.sighting) for part in parts[:most] if part.sighting is not None]
    return Answer(
        tuple(part.mask for part, _ in offered),
        tuple(part.evidence for part, _ in offered),
        tuple(sighting.reason for _, sighting in offered),
        (),
        question,
        renders=tuple(sighting.render for _, sighting in offered),
    )


def _i_see(parts: list[Part], name: str) -> str:
    return f"I see {with_article(name)}" if len(parts) == 1 else f"I see {counted(len(parts))} {_plural(name)}"


def _plural(name: str) -> str:
    head, _, last = name.rpartition(" ")
    irregular = {"person": "people", "man": "men", "woman": "women", "child": "children", "foot": "feet"}
    if last in irregular:
        last = irregular[last]
    elif last.endswith(("s", "x", "ch", "sh", "z")):
        last = f"{last}es"
    elif last.endswith("y") and last[-2:-1] not in "aeiou":
        last = f"{last[:-1]}ies"
    else:
        last = f"{last}s"
    return f"{head} {last}".strip()


def _why(phrase: Phrase, count: int) -> str:
    """What decided among several, in words."""
    if count < 2 or phrase.plural:
        return ""
    told = []
    if phrase.size:
        told.append("large" if phrase.size > 0 else "small")
    if phrase.ordinal:
        number = "last" if phrase.ordinal < 0 else f"number {phrase.ordinal}"
        told.append(f"{number} from the {_direction(phrase.ordinal_from)}")
    told += [f"the {_direction(side)} one" if side != (0, 0) else "in the middle" for side in phrase.sides]
    return f"; {', '.join(told)} of {counted(count)}" if told else ""


def _direction(side: tuple[int, int]) -> str:
    return {(-1, 0): "left", (1, 0): "right", (0, -1): "top", (0, 1): "bottom"}.get(side, "middle")
