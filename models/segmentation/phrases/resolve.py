"""From a parsed phrase and a scene to an answer, or to an honest question. Works at the scene's size."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import cv2
import numpy as np

from models.geometry import Bounds
from models.mask import invert, subtract
from models.segmentation.background import SubjectSplit, measured, otsu, split_subject, tidied
from models.segmentation.colour_terms import ACHROMATIC, called
from models.segmentation.faces import face_mask, find_faces, people_unasked, skin_probability
from models.segmentation.people import people_mask, person_mask, with_people
from models.segmentation.phrases.answer import Answer, answer, counted, is_it, single
from models.segmentation.phrases.choose import Choice, choose
from models.segmentation.phrases.components import (
    Part,
    border_run,
    colour_map,
    joined,
    lobes,
    part_of,
    parts_from_map,
    roundness,
    tone_map,
    whole_object,
    with_shading,
)
from models.segmentation.phrases.parse import Phrase
from models.segmentation.phrases.recognised import CALLED, recognise
from models.segmentation.phrases.recogniser import Recogniser, with_article
from models.segmentation.phrases.relations import related
from models.segmentation.phrases.vocabulary import (
    MANY_COLOURED,
    ROUND_WORDS,
    SIDE_WORDS,
    SURFACE_WORDS,
    TYPICAL_COLOUR,
    Kind,
)
from models.segmentation.saliency import Scene
from models.segmentation.stuff import find_stuff

# Below these scores nothing is chosen: a wrong mask costs more than a question.
CHOOSE_SUBJECT = 0.60  # "the subject", "the background"
CHOOSE_UNNAMED = 0.70  # "the dog": a noun that only uniqueness can answer
CHOOSE_COLOUR = 0.50  # "the red car"
CHOOSE_STUFF = 0.50  # "the sky"
# A thing is called by a colour when that fits it at least CALLED well beside the colour that fits best,
# and at least this share as well as the thing that the colour fits best in this picture.
_CALLED_BEST = 0.65
# The least roundness of a thing whose noun says it is round.
ROUND = 0.5
# A surface that runs along this much of the border is no object.
SURFACE = 0.22
# Even the clearest colour does not prove the noun.
_SUREST_COLOUR = 0.9
# Nouns that a model is asked about, where there is one.
_LEARNED_FIRST = frozenset([Kind.OBJECT, Kind.PART, Kind.GARMENT, Kind.PERSON, Kind.STUFF, Kind.FACE, Kind.SKIN])
# Below this probability a model contradicts what was found without it.
_DOUBTED = 0.2


@dataclass
class Resolver:
    """Answers phrases about one scene; what several phrases need is computed once."""

    scene: Scene
    recogniser: Recogniser | None = None
    _colour_maps: dict[tuple[str, ...], np.ndarray] = field(default_factory=dict)

    @cached_property
    def subject(self) -> SubjectSplit:
        """The subject and how sure it is."""
        split = split_subject(self.scene)
        return with_people(split, self.scene, people_mask(self.scene, people_unasked(self.scene.rgb)))

    @cached_property
    def faces(self) -> list[Bounds]:
        """Faces in the scene's reduced picture."""
        return find_faces(self.scene.rgb)

    def resolve(self, phrase: Phrase) -> Answer:
        """The best honest answer to a phrase."""
        if phrase.excepted is not None:
            return self._all_but(phrase, phrase.excepted)
        if self.recogniser is not None and phrase.noun is not None and phrase.kind in _LEARNED_FIRST:
            return self._recognised(phrase, self.recogniser)
        return self._unaided(phrase)

    def _recognised(self, phrase: Phrase, recogniser: Recogniser) -> Answer:
        """With a model that knows what things look like, and by what can be seen without where that is better.

        Surfaces and faces that are found without it, and skin, stay as they are: proposals cut surfaces to pieces.
        Otherwise the model decides as soon as it recognises anything. Where it does not, an unaided answer stands
        unless the model has judged that very place and finds the noun improbable there: then it is only offered.
        """
        trusted = phrase.kind in (Kind.STUFF, Kind.FACE, Kind.SKIN)
        unaided = self._unaided(phrase) if trusted else None
        if unaided is not None and unaided.chosen:
            return unaided
        wanted = replace(phrase, plural=True) if phrase.kind is Kind.STUFF and not phrase.decides else phrase
        found = recognise(wanted, recogniser, self.scene, self.resolve)
        if found.seen:
            return found.answer
        unaided = unaided or self._unaided(phrase)
        if not unaided.chosen:
            return found.answer
        probability = recogniser.probability_at(unaided.union, phrase)
        if probability is None or probability >= _DOUBTED:
            return unaided
        asked = f"I am not sure that this is {with_article(phrase.compound)}; is it? You can also click it."
        return replace(unaided, chosen=(), question=asked)

    def _unaided(self, phrase: Phrase) -> Answer:
        """The best honest answer without knowing what things look like."""
        match phrase.kind:
            case Kind.EVERYTHING:
                return single(np.ones(self.scene.saliency.shape, bool), 1.0, "the whole picture")
            case Kind.BACKGROUND:
                return self._background()
            case Kind.SUBJECT if not phrase.colours and not phrase.decides:
                return self._subject()
            case Kind.STUFF:
                return self._stuff(phrase)
            case Kind.FACE | Kind.PERSON if self.faces:
                return self._people(phrase)
            case Kind.FACE:
                return Answer(question="I don't see a face here; click it, or brush over it.")
            case Kind.SKIN:
                return self._skin(phrase)
        if phrase.is_region and phrase.sides and not phrase.colours and not phrase.tone:
            return self._half(phrase)
        if phrase.colours or phrase.tone:
            return self._coloured(phrase)
        typical = TYPICAL_COLOUR.get(phrase.compound) or TYPICAL_COLOUR.get(phrase.noun or "")
        if typical:
            return self._coloured(replace(phrase, colours=(typical,)), guessed=True)
        return self._unnamed(phrase)

    def _all_but(self, phrase: Phrase, excepted: Phrase) -> Answer:
        without = self.resolve(excepted)
        if not without.chosen:
            return without
        kept, kept_render = without.union, without.union_render
        score = min(without.scores[i] for i in without.chosen)
        if phrase.kind in (Kind.EVERYTHING, Kind.THING, Kind.BACKGROUND):
            render = (lambda: invert(kept_render())) if kept_render else None
            return single(~kept, score, f"everything but {excepted.named}", render)
        whole = self.resolve(replace(phrase, excepted=None))
        if not whole.chosen:
            return whole
        whole_render = whole.union_render
        render = (lambda: subtract(whole_render(), kept_render())) if whole_render and kept_render else None
        score = min(score, *(whole.scores[i] for i in whole.chosen))
        return single(whole.union & ~kept, score, phrase.text, render)

    def _subject(self) -> Answer:
        split = self.subject
        if not split.mask.any():
            return Answer(question="Nothing stands out here; click what you mean, or brush over it.")
        if split.confidence < CHOOSE_SUBJECT:
            asked = "I am not sure what the subject is; is it this? You can also click it."
            return Answer((split.mask,), (split.confidence,), ("stands out",), (), asked)
        return replace(single(split.mask, split.confidence, "stands out from the background"), soft=True)

    def _background(self) -> Answer:
        subject = self._subject()
        if not subject.chosen:
            asked = "I cannot tell subject and background apart here; click the subject, or brush over it."
            return replace(subject, question=asked)
        return replace(single(~subject.masks[0], subject.scores[0], "everything but the subject"), soft=True)

    def _stuff(self, phrase: Phrase) -> Answer:
        word = phrase.noun or ""
        found = find_stuff(self.scene, word, phrase.colours[0] if phrase.colours else None)
        found = replace(found, mask=self._without_subject(found.mask))
        if not found.mask.any():
            return Answer(question=f"I don't see any {word} here; click it, or brush over it.")
        if found.score < CHOOSE_STUFF:
            return Answer((found.mask,), (found.score,), (f"could be {word}",), (), f"Is this the {word}?")
        return single(found.mask, found.score, f"looks like {word}")

    def _without_subject(self, mask: np.ndarray) -> np.ndarray:
        """A surface without the thing that stands before it, when that is sure and not the surface itself."""
        subject = self.subject.mask
        if self.subject.confidence < CHOOSE_UNNAMED or (mask & subject).sum() > 0.5 * mask.sum():
            return mask
        return mask & ~subject

    def _people(self, phrase: Phrase) -> Answer:
        """A face, or the person below it; place and order choose among several."""
        make = face_mask if phrase.kind is Kind.FACE else person_mask
        parts = [part_of(mask, self.scene, 0.9) for face in self.faces if (mask := make(self.scene, face)).any()]
        parts.sort(key=lambda part: -part.weight)
        choice = choose(parts, phrase)
        kind = "faces" if phrase.kind is Kind.FACE else "people"
        asked = f"I see {counted(len(parts))} {kind}; which one?" if len(parts) > 1 else f"Is this {phrase.named}?"
        return answer(parts, choice, phrase, asked, 0.85, CHOOSE_COLOUR)

    def _skin(self, phrase: Phrase) -> Answer:
        fit = skin_probability(self.scene.lab)
        parts = [part for part in parts_from_map(self.scene, fit) if border_run(part.mask) < SURFACE]
        if phrase.noun != "skin" or not self.faces:
            asked = f"I can't tell where {phrase.named} is without a model; click it, or brush over it."
            return answer(parts, Choice((), 0.0), phrase, asked, 0.4, CHOOSE_COLOUR)
        return answer(parts, choose(parts, replace(phrase, plural=True)), phrase, "", 0.7, CHOOSE_COLOUR)

    def _half(self, phrase: Phrase) -> Answer:
        """ "The left half", "the top": a straight cut through the middle."""
        height, width = self.scene.saliency.shape
        y, x = (np.linspace(-1, 1, side) for side in (height, width))
        mask = np.ones((height, width), bool)
        for dx, dy in phrase.sides:
            mask &= (dx * x[None] + dy * y[:, None] >= 0) if (dx, dy) != (0, 0) else (np.abs(x[None]) < 0.5)
        return single(mask, 0.8, phrase.text)

    def _coloured(self, phrase: Phrase, guessed: bool = False) -> Answer:
        fit = self._fit(phrase)
        bounded = not (phrase.is_region or phrase.noun in SURFACE_WORDS)
        parts = self._rightly_called(parts_from_map(self.scene, fit), phrase)
        if bounded:
            parts = self._without_surfaces(parts)
        elif phrase.noun in SURFACE_WORDS:  # large and at the border is what a surface should be
            parts = [replace(part, mask=self._without_subject(part.mask)) for part in parts]
            parts = [replace(part, weight=part.evidence * part.area**0.5) for part in parts if part.mask.any()]
            parts.sort(key=lambda part: -part.weight)
        name = " or ".join(phrase.colours) or ("dark" if phrase.tone < 0 else "light")
        if phrase.noun in ROUND_WORDS:
            parts = [part for part in parts if roundness(part.mask) > ROUND] or parts
        if not phrase.plural and phrase.kind is not Kind.PART:
            parts = joined(parts, self.scene)
        if not parts:
            if guessed:
                return self._unnamed(replace(phrase, colours=()))
            return Answer(question=f"I don't see anything clearly {name} here. Click what you mean, or brush over it.")
        parts = self._related(parts, phrase)
        choice = choose(parts, phrase)
        if not choice.indices and guessed:
            return self._unnamed(replace(phrase, colours=()))
        surface = bounded and bool(choice.indices) and _is_surface(parts[choice.indices[0]])
        if surface:
            choice = Choice((), 0.0)
        parts = self._completed(parts, choice, phrase, fit)
        asked = f"I see {counted(len(parts))} {name} things; which one is {phrase.named}?"
        if surface or len(parts) == 1:
            asked = f"Is this {phrase.named}? You can also click it."
        return answer(parts, choice, phrase, asked, 0.6 if guessed else _SUREST_COLOUR, CHOOSE_COLOUR)

    def _fit(self, phrase: Phrase) -> np.ndarray:
        if not phrase.colours:
            return tone_map(self.scene, phrase.tone)
        if phrase.colours not in self._colour_maps:
            self._colour_maps[phrase.colours] = colour_map(self.scene, phrase.colours)
        fit = self._colour_maps[phrase.colours]
        return fit * (0.4 + 0.6 * tone_map(self.scene, phrase.tone)) if phrase.tone else fit

    def _rightly_called(self, parts: list[Part], phrase: Phrase) -> list[Part]:
        """Without parts that another colour's name fits much better: an amber truck is no orange cone."""
        if len(phrase.colours) != 1 or phrase.colours[0] in ACHROMATIC or not parts:
            return parts
        fits = [called(self.scene.lab[part.mask], phrase.colours[0]) for part in parts]
        least = max(CALLED, _CALLED_BEST * max(fits))
        return [part for part, value in zip(parts, fits, strict=True) if value >= least]

    def _without_surfaces(self, parts: list[Part]) -> list[Part]:
        """Surfaces that run along the border give way to what of them lies on the subject.

        A red saucer on a reddish table is one patch of red; the subject's outline cuts it out.
        """
        result = []
        for part in parts:
            if border_run(part.mask) < SURFACE:
                result.append(part)
            elif self.subject.confidence >= CHOOSE_SUBJECT:
                inside = tidied(part.mask & self.subject.mask) if (part.mask & self.subject.mask).any() else part.mask
                result += [
                    part_of(piece, self.scene, 0.9 * part.evidence)
                    for piece in _separate(inside)
                    if piece.mean() > 0.004 and border_run(piece) < SURFACE
                ]
        return sorted(result, key=lambda part: -part.weight) or parts

    def _completed(self, parts: list[Part], choice: Choice, phrase: Phrase, fit: np.ndarray) -> list[Part]:
        """Chosen parts with their shading and, where the noun says so, the whole thing they belong to."""
        result = list(parts)
        for index in choice.indices[:8]:
            part = parts[index]
            if phrase.colours:
                part = with_shading(self.scene, part, phrase.colours, fit)
            if phrase.noun in MANY_COLOURED:
                part = self._subject_around(part) or whole_object(self.scene, part)
            result[index] = part
        return result

    def _subject_around(self, part: Part) -> Part | None:
        """The piece of a sure subject that a coloured part belongs to, when it is a good share of it."""
        if self.subject.confidence < CHOOSE_SUBJECT:
            return None
        for piece in _separate(self.subject.mask):
            inside = (piece & part.mask).sum()
            if inside > 0.8 * part.mask.sum() and inside > 0.25 * piece.sum():
                return part_of(piece | part.mask, self.scene, part.evidence)
        return None

    def _related(self, parts: list[Part], phrase: Phrase) -> list[Part]:
        """Only the parts that stand in the phrase's relation, when the other thing is found and any do."""
        if phrase.relation is None or phrase.relation.other.kind in (Kind.PERSON, Kind.FACE):
            return parts
        other = self.resolve(phrase.relation.other)
        if not other.chosen:
            return parts
        anchor = part_of(other.union, self.scene, 1.0)
        return related(parts, phrase.relation.how, anchor) or parts

    def _unnamed(self, phrase: Phrase) -> Answer:
        """A noun whose look we do not know: only what stands out, and only when nothing else does."""
        ask = f"I can't tell which one is {phrase.named} without a model"
        if phrase.kind in (Kind.PART, Kind.GARMENT):
            return Answer(question=f"{ask}; click it, brush over it, or say its colour.")
        parts = self._related(self._standing_out(divided=phrase.decides or phrase.plural), phrase)
        if phrase.noun in ROUND_WORDS:
            parts = [part for part in parts if roundness(part.mask) > ROUND]
        if not parts:
            return Answer(question=f"{ask}; click it, or brush over it.")
        choice = choose(parts, phrase)
        base = self.subject.confidence
        if (phrase.decides or phrase.plural) and choice.indices:
            agreement = self.subject.agreement
            base = min(measured(parts[i].mask, self.scene, agreement).confidence for i in choice.indices)
        if phrase.relation is not None or phrase.noun in SIDE_WORDS:
            base *= 0.8
        asked = f"{ask}; {is_it(len(parts))}."
        return answer(parts, choice, phrase, asked, base, CHOOSE_UNNAMED)

    def _standing_out(self, divided: bool) -> list[Part]:
        """The subject's pieces and other salient things, heaviest first; `divided` at their necks."""
        saliency = self.scene.saliency
        masks = _separate(self.subject.mask)
        if divided:
            masks = [lobe for mask in masks for lobe in lobes(mask)]
        for mask in _separate(tidied(saliency > max(otsu(saliency), 0.3), keep=0.1)):
            if not any((mask & other).sum() > 0.2 * min(mask.sum(), other.sum()) for other in masks):
                masks.append(mask)
        parts = [part_of(mask, self.scene, float(saliency[mask].mean())) for mask in masks]
        parts = [part for part in parts if part.area > 0.002]
        return sorted(parts, key=lambda part: -part.weight)


def _separate(mask: np.ndarray) -> list[np.ndarray]:
    count, labels = cv2.connectedComponents(mask.astype(np.uint8))
    return [labels == label for label in range(1, count)]


def _is_surface(part: Part) -> bool:
    return border_run(part.mask) >= SURFACE or part.area > 0.6
