"""Words and their English: one table for all languages, and each language's own function words."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("words.tsv")
"""Columns: kind, en, then one per language (BCP 47). A cell holds synonyms split by commas, each as
"singular" or "singular/plural"; plurals that follow a language's rule are derived, not listed."""


class Kind(StrEnum):
    """What a word does in a phrase; the word order rules look at nothing else."""

    PERSON = "person"
    ANIMAL = "animal"
    BODY = "body"
    GARMENT = "garment"
    NOUN = "noun"
    MATERIAL = "material"
    COLOUR = "colour"
    ADJECTIVE = "adjective"
    COMPARATIVE = "comparative"
    DEGREE = "degree"
    DETERMINER = "determiner"
    NUMBER = "number"
    PRONOUN = "pronoun"
    LOCATION = "location"
    """A whole phrase such as "on the left", which English puts after the noun."""
    PARTICIPLE = "participle"
    """What a Chinese or Hindi description opens with or holds: 戴 (wearing), 拿着 (holding)."""
    RELATION = "relation"
    """A preposition, or in Chinese and Hindi a postposition; the English is a preposition either way."""
    OF = "of"
    """What ties an attribute or an owner to a noun: de, von, 的, का, वाला."""
    CONJUNCTION = "conjunction"
    LITERAL = "literal"
    """Text in quotes, numbers, hex colours: kept as they are."""
    SILENT = "silent"
    """A word English has no use for: measure words, politeness, case markers."""
    UNKNOWN = "unknown"


NOUN_KINDS = frozenset({Kind.PERSON, Kind.ANIMAL, Kind.BODY, Kind.GARMENT, Kind.NOUN, Kind.MATERIAL})
QUALITY_KINDS = frozenset({Kind.COLOUR, Kind.ADJECTIVE, Kind.COMPARATIVE, Kind.DEGREE})


@dataclass(frozen=True)
class Gloss:
    """One word or fixed phrase in English, and what it does in the phrase."""

    english: str
    kind: Kind


Inflect = Callable[[str, Kind], Iterable[tuple[str, bool]]]
"""Folded singular form and kind -> further forms, each with whether it is a plural."""

_PLURALS = {
    "person": "people", "people": "people", "man": "men", "woman": "women", "child": "children", "foot": "feet",
    "tooth": "teeth", "leaf": "leaves", "shelf": "shelves", "knife": "knives", "wolf": "wolves", "sheep": "sheep",
    "passerby": "passersby",
}  # fmt: skip


def pluralise(noun: str) -> str:
    """The plural of an English noun."""
    if noun in _PLURALS:
        return _PLURALS[noun]
    if noun.endswith(("s", "sh", "ch", "x")):
        return noun + "es"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + "s"


def fold(text: str) -> str:
    """Lower case without Latin accents and Devanagari nuktas; the same length whenever the input is composed.

    Typed Spanish, French and Hindi leave these marks out as often as not.
    """
    folded = []
    for character in unicodedata.normalize("NFC", text):
        base = unicodedata.normalize("NFD", character.lower())
        folded.append(base[0] if len(base) > 1 and base[0].isascii() else character.lower()[:1])
    return "".join(folded).replace("’", "'").replace("ँ", "ं")


def key_of(text: str) -> str:
    """The form under which a word is looked up."""
    return fold(text).replace("ß", "ss").replace("œ", "oe").replace("æ", "ae").replace("' ", "'")


@cache
def _rows() -> tuple[dict[str, str], ...]:
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


@cache
def english_words() -> frozenset[str]:
    """The single words of all English glosses in the table, singular and plural."""
    words: set[str] = set()
    for row in _rows():
        for phrase in row["en"].split("/"):
            words.update(part.lower() for word in phrase.split() for part in (word, pluralise(word)))
    return frozenset(words)


class Lexicon:
    """The glosses of one language, looked up by folded form."""

    def __init__(
        self, columns: Sequence[str], function_words: Mapping[Kind, str], inflect: Inflect, umlauts: bool = False
    ) -> None:
        self._glosses: dict[str, Gloss] = {}
        for row in _rows():
            for column in columns:
                self._add_row(row, column, inflect, umlauts)
        for kind, lines in function_words.items():
            for line in filter(str.strip, lines.splitlines()):
                english, _, forms = line.partition("=")
                for form in forms.split(","):
                    self._glosses[key_of(form.strip())] = Gloss(english.strip(), kind)
        self.longest = max(map(len, self._glosses))
        self.most_words = max(form.count(" ") + form.count("'") + 1 for form in self._glosses)

    def _add_row(self, row: dict[str, str], column: str, inflect: Inflect, umlauts: bool) -> None:
        kind = Kind(row["kind"])
        english, _, english_plural = row["en"].partition("/")
        english_plural = english_plural or pluralise(english)
        for synonym in row[column].split(","):
            singular, _, plural = synonym.strip().partition("/")
            if kind not in NOUN_KINDS:
                english_plural = english
            self._add(singular, Gloss(english, kind), umlauts)
            if plural:
                self._add(plural, Gloss(english_plural, kind), umlauts)
            for form, is_plural in inflect(key_of(singular), kind):
                self._add(form, Gloss(english_plural if is_plural else english, kind), umlauts)

    def _add(self, form: str, gloss: Gloss, umlauts: bool) -> None:
        self._glosses.setdefault(key_of(form), gloss)
        if umlauts and any(letter in form for letter in "äöü"):
            spelt = form.lower().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
            self._glosses.setdefault(key_of(spelt), gloss)

    def get(self, form: str) -> Gloss | None:
        """The gloss of a word or phrase in any case and with or without accents."""
        return self._glosses.get(key_of(form))

    def items(self) -> Iterable[tuple[str, Gloss]]:
        """Every folded form with its gloss."""
        return self._glosses.items()
