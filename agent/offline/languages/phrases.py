"""English word order: how glossed words become an English phrase."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from agent.offline.languages.lexicon import NOUN_KINDS, QUALITY_KINDS, Gloss, Kind

_SHORT = frozenset(
    "bright dark light warm cool sharp clear soft big small tall long short wide thin round old young new "
    "blurry shiny red green blue yellow pink black white gray brown simple dirty cloudy sunny snowy".split()
)
_ADJECTIVE_OF = {"wood": "wooden", "wool": "woolen", "gold": "golden"}
_SURFACES = frozenset("table wall floor shelf head face chair sofa desk bed road street".split())
_DETERMINED = re.compile(
    r"(?:the|an?|my|your|his|her|its|their|this|that|these|those|both|all|every|some|it|them|everything|everyone|"
    r"two|three|four|another|[a-z ]+'s)\b|[\ue000-\ue7ff]"
)
_PLACE_ALONE = {"behind": "in the back", "in front of": "in front", "under": "at the bottom", "above": "at the top"}
_LOCATIVE_NOUNS = frozenset({"background", "foreground", "corner", "sky", "street", "middle", "center"})


def comparative(adjective: str) -> str:
    """The comparative of an English adjective: "bright" -> "brighter", "vivid" -> "more vivid"."""
    if adjective not in _SHORT:
        return f"more {adjective}"
    if adjective.endswith("e"):
        return adjective + "r"
    if adjective.endswith("y") and adjective != "gray":
        return adjective[:-1] + "ier"
    if adjective in ("big", "red", "thin"):
        return adjective + adjective[-1] + "er"
    return adjective + "er"


def quality(glosses: Sequence[Gloss], degree_compares: bool = False) -> str:
    """A run of degrees and adjectives: ("a bit", "more", "dark") -> "a bit darker".

    With `degree_compares`, "a bit" alone makes a comparative too (Chinese and Hindi have no other one).
    """
    words: list[str] = []
    more = False
    if degree_compares:  # "bright a-bit" and "a-bit bright" are one
        glosses = sorted(glosses, key=lambda gloss: gloss.kind is not Kind.DEGREE)
    for gloss in glosses:
        if gloss.kind is Kind.DEGREE and gloss.english.endswith("more"):
            more = True
            words += filter(None, [gloss.english.removesuffix("more").strip()])
            continue
        if gloss.kind is Kind.DEGREE:
            words.append(gloss.english)
            more = more or (degree_compares and gloss.english in ("a bit", "much") and len(glosses) > 1)
            continue
        if gloss.kind is Kind.COMPARATIVE:
            words.append(comparative(gloss.english))
        else:
            words.append(comparative(gloss.english) if more else gloss.english)
        more = False
    compared = any(gloss.kind in (Kind.COLOUR, Kind.ADJECTIVE) for gloss in glosses)
    if more and not (degree_compares and compared):
        words.append("more")
    return " ".join(words)


@dataclass
class NounPhrase:
    """A noun with what English puts before it."""

    determiners: list[str] = field(default_factory=list)
    qualities: list[Gloss] = field(default_factory=list)
    nouns: list[Gloss] = field(default_factory=list)

    def english(self) -> str:
        """The phrase in English; an adjective alone after a determiner stands for "the red one"."""
        qualities = self.qualities
        if self.nouns and "a" in self.determiners:  # German "ein kleiner Hund" is no comparison
            qualities = [Gloss(q.english, Kind.ADJECTIVE) if q.kind is Kind.COMPARATIVE else q for q in qualities]
        words = [*self.determiners, quality(qualities), *(noun.english for noun in self.nouns)]
        described = any(q.kind is not Kind.DEGREE for q in self.qualities)
        if not self.nouns and self.determiners and (described or self.determiners[-1].endswith("other")):
            words.append("one")
        return " ".join(filter(None, words))

    def add(self, gloss: Gloss) -> None:
        """Take in one more word."""
        if gloss.kind in (Kind.DETERMINER, Kind.NUMBER):
            self.determiners.append(gloss.english)
        elif gloss.kind in QUALITY_KINDS:
            self.qualities.append(gloss)
        else:
            self.nouns.append(gloss)

    def kind(self) -> Kind | None:
        """The kind of the head noun."""
        return self.nouns[-1].kind if self.nouns else None


def _tie(owner: NounPhrase, attribute: NounPhrase) -> str | None:
    """What "owner of attribute" should be: a preposition, or None when the attribute moved before the noun."""
    bare = not attribute.determiners
    worn = attribute.qualities and all(q.kind is Kind.COLOUR for q in attribute.qualities)
    if owner.kind() is Kind.PERSON and worn and bare and not attribute.nouns:
        return "in"  # "la señora de verde" wears it
    if not attribute.nouns and attribute.qualities:
        owner.qualities.extend(attribute.qualities)
        return None
    if attribute.kind() is Kind.MATERIAL and bare and owner.nouns:
        english = attribute.nouns[-1].english
        owner.qualities += [*attribute.qualities, Gloss(_ADJECTIVE_OF.get(english, english), Kind.ADJECTIVE)]
        return None
    if owner.kind() in (Kind.PERSON, Kind.ANIMAL) and attribute.kind() is Kind.GARMENT:
        return "in"
    if attribute.nouns and attribute.nouns[-1].english in _LOCATIVE_NOUNS and owner.kind() is not Kind.BODY:
        return "in"
    return "of"


def head_first(glosses: Sequence[Gloss]) -> str:
    """Spanish, French, German: the noun, then prepositions with theirs. Adjectives move before the noun."""
    parts: list[NounPhrase | str] = []
    current: NounPhrase | None = None
    for gloss in glosses:
        if gloss.kind is Kind.SILENT:
            continue
        starts = gloss.kind is Kind.DETERMINER and current is not None and (current.nouns or current.qualities)
        if gloss.kind in (Kind.RELATION, Kind.OF, Kind.CONJUNCTION, Kind.LOCATION, Kind.PRONOUN):
            parts.append("\0of" if gloss.kind is Kind.OF else gloss.english)
            current = None
            continue
        if starts and current is not None and current.kind() in NOUN_KINDS and gloss.english == "the":
            parts.append("\0of")  # the German genitive: "die Haare der Frau"
        if current is None or starts:
            current = NounPhrase()
            parts.append(current)
        current.add(gloss)
    resolved = _resolve_of(parts)
    for place, (part, after) in enumerate(pairwise(resolved)):
        if part == "in" and isinstance(after, NounPhrase) and after.nouns and after.nouns[-1].english in _SURFACES:
            resolved[place] = "on"
    return " ".join(filter(None, (_english(part) for part in resolved)))


def _resolve_of(parts: list[NounPhrase | str]) -> list[NounPhrase | str]:
    resolved: list[NounPhrase | str] = []
    for place, part in enumerate(parts):
        if part != "\0of":
            resolved.append(part)
            continue
        before = resolved[-1] if resolved else None
        after = parts[place + 1] if place + 1 < len(parts) else None
        if isinstance(before, NounPhrase) and isinstance(after, NounPhrase):
            preposition = _tie(before, after)
            if preposition is None:
                after.determiners, after.qualities, after.nouns = [], [], []
            else:
                resolved.append(preposition)
        elif after is not None and resolved:
            resolved.append("of" if isinstance(after, NounPhrase) else "")
    return resolved


def _english(part: NounPhrase | str) -> str:
    return part.english() if isinstance(part, NounPhrase) else part


def head_last(glosses: Sequence[Gloss]) -> str:
    """Chinese and Hindi: everything that describes a noun stands before it, closed by 的 or का or a postposition."""
    conjunctions = [place for place, gloss in enumerate(glosses) if gloss.kind is Kind.CONJUNCTION]
    bounds = [-1, *conjunctions, len(glosses)]
    phrases = [_head_last_phrase(glosses[a + 1 : b]) for a, b in pairwise(bounds)]
    return " and ".join(filter(None, phrases))


def _head_last_phrase(glosses: Sequence[Gloss]) -> str:
    if glosses and glosses[-1].kind is Kind.OF:  # "the one on the right", "the red one"
        described = _head_last_phrase(glosses[:-1])
        return (
            f"the {described} one" if glosses[-2:-1] and glosses[-2].kind in QUALITY_KINDS else f"the one {described}"
        )
    modifiers: list[list[Gloss]] = [[]]
    for gloss in glosses:
        if gloss.kind is Kind.OF:
            modifiers.append([])
        elif gloss.kind is Kind.RELATION and not modifiers[-1]:
            modifiers += [[Gloss(_PLACE_ALONE.get(gloss.english, gloss.english), Kind.LOCATION)], []]
        elif gloss.kind is Kind.RELATION:
            modifiers[-1].append(gloss)
            modifiers.append([])
        elif gloss.kind is Kind.LOCATION:
            modifiers += [[gloss], []]
        elif gloss.kind is not Kind.SILENT:
            modifiers[-1].append(gloss)
    groups = [group for group in modifiers if group]
    if not groups:
        return ""
    if groups[-1][-1].kind in (Kind.RELATION, Kind.LOCATION):
        *groups, place = groups
        if len(place) > 1:
            return f"{place[-1].english} {with_article(_with_modifiers(groups, place[:-1]))}"
        if place[-1].kind is Kind.RELATION and groups:
            return f"{place[-1].english} {with_article(_describe(groups))}"
        return f"{_describe(groups)} {place[-1].english}".strip()
    *groups, head = groups
    return _with_modifiers(groups, head)


def _describe(groups: list[list[Gloss]]) -> str:
    return _with_modifiers(groups[:-1], groups[-1]) if groups else ""


def _with_modifiers(groups: list[list[Gloss]], head: list[Gloss]) -> str:
    phrase = NounPhrase()
    for gloss in head:
        phrase.add(gloss)
    owners: list[str] = []
    after: list[str] = []
    for group in reversed(groups):
        last = group[-1]
        if any(gloss.kind is Kind.PARTICIPLE for gloss in group):
            inner = NounPhrase()
            for gloss in group:
                if gloss.kind is not Kind.PARTICIPLE:
                    inner.add(gloss)
            verb = next(gloss.english for gloss in group if gloss.kind is Kind.PARTICIPLE)
            after.append(f"{verb} {inner.english()}".strip())
        elif last.kind is Kind.RELATION:
            inner = NounPhrase()
            for gloss in group[:-1]:
                inner.add(gloss)
            after.append(f"{last.english} {with_article(inner.english())}")
        elif last.kind is Kind.LOCATION:
            after.append(last.english)
        elif all(gloss.kind in QUALITY_KINDS | {Kind.DETERMINER, Kind.NUMBER} for gloss in group):
            for gloss in reversed(group):
                if gloss.kind in QUALITY_KINDS:
                    phrase.qualities.insert(0, gloss)
                else:
                    phrase.determiners.insert(0, gloss.english)
        else:
            inner = NounPhrase()
            for gloss in group:
                inner.add(gloss)
            if last.kind is Kind.MATERIAL:
                phrase.qualities += [Gloss(_ADJECTIVE_OF.get(last.english, last.english), Kind.ADJECTIVE)]
            elif last.kind in (Kind.PERSON, Kind.ANIMAL):
                owner = with_article(inner.english())
                owners.insert(0, owner + ("'" if owner.endswith("s") else "'s"))
            elif last.kind is Kind.PRONOUN:
                owners.insert(0, inner.english())
            else:
                after.append(f"of {with_article(inner.english())}")
    if not phrase.nouns and not phrase.qualities and phrase.determiners and after:
        return " ".join(["the one", *after])
    if not owners and not phrase.determiners and after and phrase.nouns:
        owners = ["the"]
    return " ".join(filter(None, [*owners, phrase.english(), *after]))


def with_article(english: str) -> str:
    """A noun phrase with "the" unless it has a determiner, a possessive or needs none."""
    return english if _DETERMINED.match(english) else f"the {english}"


def split_predicate(glosses: Sequence[Gloss]) -> tuple[list[Gloss], list[Gloss]]:
    """What is said about a thing: the thing, and the qualities after its noun ("la foto | más clara").

    Head-last languages put attributes before the noun, head-first ones make no difference between "the red
    shirt" and "the shirt red"; after a verb of making, the second is meant.
    """
    cut = len(glosses)
    while cut > 0 and (
        glosses[cut - 1].kind in QUALITY_KINDS | {Kind.SILENT}
        or (glosses[cut - 1].kind is Kind.RELATION and cut < len(glosses) and glosses[cut - 1].english in ("in", "to"))
        or (glosses[cut - 1].kind is Kind.UNKNOWN and cut > 1 and glosses[cut - 2].kind is Kind.DEGREE)
    ):
        cut -= 1
    compared = [
        place
        for place in range(cut, len(glosses))
        if glosses[place].kind is Kind.COMPARATIVE or (glosses[place].kind is Kind.DEGREE and place + 1 < len(glosses))
    ]
    if compared and cut > 0:  # "el coche rojo | más grande"
        cut = compared[0]
    thing, said = list(glosses[:cut]), [gloss for gloss in glosses[cut:] if gloss.kind is not Kind.SILENT]
    if not any(gloss.kind in NOUN_KINDS | {Kind.UNKNOWN, Kind.PRONOUN, Kind.LITERAL} for gloss in thing):
        if any(gloss.kind is Kind.DETERMINER for gloss in thing):
            for place, gloss in enumerate(said[:-1]):
                if gloss.kind is not Kind.DEGREE:
                    return thing + said[: place + 1], [g for g in said[place + 1 :] if g.kind is not Kind.RELATION]
        return [], [*thing, *said]
    return thing, [gloss for gloss in said if gloss.kind is not Kind.RELATION]
