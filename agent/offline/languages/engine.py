"""A small rule translation into English requests: clauses, sentence frames, phrases. One engine for all languages.

A grammar is data: function words, frames and a word order. A frame is one line, `pattern => English`. In the
pattern, `<thing>`, `<value>` and `<place>` are noun phrases, `<told>` is a thing with what it should become
("la foto más clara"; `<said>` where no verb says so), `<how>` a quality alone (`<how_before>` where a noun
follows), `<figure>` a number or measure, `{verbs}` one of the grammar's named verb classes and Q a text in
quotes; the rest is a regular expression over folded text. The first frame that fits a whole clause gives its
English.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from agent.offline.languages.lexicon import QUALITY_KINDS, Gloss, Kind, Lexicon, fold
from agent.offline.languages.phrases import head_first, head_last, quality, split_predicate, with_article

QUOTED = re.compile(r"\"[^\"]+\"|“[^”]+”|„[^“”]+[“”]|«\s*[^»]+?\s*»|「[^」]+」|『[^』]+』|‘[^’]+’|(?<!\w)'[^']+'(?!\w)")
_FIGURE = re.compile(
    r"#[0-9a-fA-F]{3,8}\b|\brgb\s*\([^)]*\)|[+\-−]?\d+(?:[.,]\d+)?\s*[:xX×]\s*\d+(?:[.,]\d+)?|"
    r"(?<![A-Za-z])[+\-−]?\d+(?:[.,]\d+)?(?:\s*(?:[%％]|px\b|cm\b))?"
)
_FIRST_QUOTE, _FIRST_FIGURE = 0xE000, 0xE400
_QUOTE_MARK, _FIGURE_MARK = "[\ue000-\ue3ff]", "[\ue400-\ue7ff]"
_TOKEN = re.compile(r"[\ue000-\ue7ff]|[^\W_]+(?:[-'][^\W_]+)*'?")
_INDIC_TOKEN = re.compile(r"[\ue000-\ue7ff]|[\w\u0900-\u097f]+(?:[-'][\w\u0900-\u097f]+)*")
_HAN_TOKEN = re.compile(r"[\ue000-\ue7ff]|[A-Za-z][A-Za-z0-9'-]*|\S")
_PREPOSITION = re.compile(r"(?:in|on|at|under|behind|next to|above|between|to) ")
_PHRASAL = {Kind.DETERMINER, Kind.OF, Kind.LOCATION, Kind.RELATION}
_NAMELESS = QUALITY_KINDS | {Kind.SILENT}
_PUNCTUATION = str.maketrans(
    {"，": ",", "。": ".", "、": "和", "！": "!", "？": "?", "；": ";", "：": ":", "（": "(", "）": ")", "।": "."}
    | {"‘": "'", "’": "'"}
)


@dataclass(frozen=True)
class Frame:
    """A sentence pattern over folded text and its English template."""

    pattern: re.Pattern[str]
    english: str


@dataclass(frozen=True)
class Grammar:
    """All that one language needs."""

    lexicon: Lexicon
    frames: Sequence[Frame]
    breaks: re.Pattern[str]
    """Where clauses may end: punctuation and conjunctions, over folded text."""
    polite: re.Pattern[str]
    """What a request can lose: please, could you, I would like."""
    joins: frozenset[str] = frozenset({","})
    """Breaks that may also tie two things ("the chair and the table"), folded."""
    prepare: Callable[[str], str] = str
    """Undoes contractions and spelling variants before anything is looked up."""
    spaced: bool = True
    modifiers_first: bool = False
    """Whether a noun's descriptions stand before it (Chinese, Hindi), so phrases are read from their end."""
    verbs: re.Pattern[str] | None = None
    """Every form of the verbs of editing, folded."""
    spellings: Sequence[str] = ()
    """Variants that `prepare` brings to one spelling; they tell the language as function words do."""
    guess: Callable[[str, Lexicon], Gloss | None] = field(default=lambda word, lexicon: None)
    """Reads a word that the lexicon lacks (compounds, endings)."""


def read_frames(name: str, verbs: Mapping[str, str]) -> tuple[Frame, ...]:
    """The frames in `<name>.frames.txt`, in the order they are tried; verb classes are regular expressions."""
    text = Path(__file__).with_name(f"{name}.frames.txt").read_text(encoding="utf-8")
    read = []
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        pattern, _, english = line.partition("=>")
        pattern = re.sub(r"\{(\w+)\}", lambda verb: f"(?:{verbs[verb[1]]})", pattern.strip())
        pattern = pattern.replace("<figure>", f"(?P<figure>{_FIGURE_MARK})")
        pattern = re.sub(r"(?<!\?P)<(\w+)>", r"(?P<\1>.+?)", pattern)
        pattern = re.sub(r"\bQ\b", _QUOTE_MARK, pattern)
        read.append(Frame(re.compile(pattern, re.IGNORECASE), english.strip()))
    return tuple(read)


def any_verb(verbs: Mapping[str, str]) -> re.Pattern[str]:
    """One pattern for all verb classes."""
    return re.compile("|".join(f"(?:{verb})" for verb in verbs.values()), re.IGNORECASE)


def translate(text: str, grammar: Grammar) -> str | None:
    """The request in English, or None when too little of it was understood."""
    literals: list[str] = []
    text = _protect(" ".join(text.split()), literals)
    text = grammar.prepare(text.translate(_PUNCTUATION)).strip()
    text = _impolite(text, grammar)
    whole = _frame_of(text, grammar)
    if whole is not None and not whole.has_slots:
        return whole.english
    clauses = _clauses(text, grammar)
    english = [(_translate_clause(clause, grammar), brk) for clause, brk in clauses]
    if not english or any(done is None for done, _ in english):
        return None
    joined = "".join(
        (done or "") + (brk if place < len(english) - 1 else "") for place, (done, brk) in enumerate(english)
    )
    tidy = re.sub(r"\ba (?=[aeio])", "an ", re.sub(r"\s+", " ", joined).strip(" ,"))
    return _restore(tidy, literals) or None


def _protect(text: str, literals: list[str]) -> str:
    def keep(first: int) -> Callable[[re.Match[str]], str]:
        def replace(found: re.Match[str]) -> str:
            literals.append(found[0].strip())
            return chr(first + len(literals) - 1)

        return replace

    return _FIGURE.sub(keep(_FIRST_FIGURE), QUOTED.sub(keep(_FIRST_QUOTE), text))


def _restore(text: str, literals: list[str]) -> str:
    def literal(found: re.Match[str]) -> str:
        place = ord(found[0])
        if place >= _FIRST_FIGURE:
            return literals[place - _FIRST_FIGURE].replace("％", "%")
        return '"' + literals[place - _FIRST_QUOTE].strip("\"'“”„«»「」『』‘’ ") + '"'

    return re.sub(r"[\ue000-\ue7ff]", literal, text)


def _impolite(text: str, grammar: Grammar) -> str:
    """Without politeness, wherever it stands."""
    while found := grammar.polite.search(fold(text)):
        if found.end() == found.start():
            break
        shorter = (
            (text[: found.start()] + " " + text[found.end() :]).strip(" ,!?¿¡.:")
            if grammar.spaced
            else (text[: found.start()] + text[found.end() :])
        )
        if not shorter.strip():
            break
        text = shorter
    return text.strip(" ?¿¡!.")


def _clauses(text: str, grammar: Grammar) -> list[tuple[str, str]]:
    """Clauses, each with what joins it to the next one in English."""
    folded = fold(text)
    pieces: list[tuple[str, str]] = []
    start = 0
    for found in grammar.breaks.finditer(folded):
        pieces.append((text[start : found.start()], text[found.start() : found.end()]))
        start = found.end()
    pieces.append((text[start:], ""))
    clauses: list[tuple[str, str]] = []
    for piece, mark in pieces:
        if clauses:
            before, joint = clauses[-1]
            together = before + joint + piece
            ties = fold(joint).strip() in grammar.joins
            first = _frame_of(before, grammar) if ties else None
            if first and first.has_slots and not _frame_of(piece, grammar) and _frame_of(together, grammar):
                clauses[-1] = (together, mark)
                continue
        if piece.strip():
            clauses.append((piece, mark))
        elif clauses:
            clauses[-1] = (clauses[-1][0], mark)
    return [(clause.strip(), ", " if re.search(r"[,.;!?]", mark) else " and ") for clause, mark in clauses]


@dataclass(frozen=True)
class _Framed:
    english: str
    has_slots: bool


def _frame_of(clause: str, grammar: Grammar) -> _Framed | None:
    clause = clause.strip()
    folded = fold(clause)
    for frame in grammar.frames:
        found = frame.pattern.fullmatch(folded)
        if found is None:
            continue
        filled = {name: _slot(name, clause[slice(*found.span(name))], grammar) for name in found.groupdict()}
        if all(filled.values()):
            english = re.sub(r"\{(\w+)\}", lambda slot, filled=filled: filled[slot[1]] or "", frame.english)
            return _Framed(re.sub(r"\bto (?:on|at|in) (?=the )", "to ", english), bool(filled))
    return None


def _slot(name: str, text: str, grammar: Grammar) -> str | None:
    glosses = gloss(text, grammar)
    if name in ("told", "said"):
        thing, said = split_predicate(glosses)
        if not said or (name == "said" and not thing) or _holds_unread_verb(thing):
            return None
        named = definite(phrase(thing, grammar), grammar) if thing else "it"
        return f"{named} {quality(said, grammar.modifiers_first)}"
    if name.startswith("how"):
        said = [each for each in glosses if each.kind not in (Kind.RELATION, Kind.SILENT)]
        unread = {Kind.UNKNOWN} if any(each.kind is Kind.DEGREE for each in said) else set()
        if not said or any(each.kind not in QUALITY_KINDS | unread for each in said):
            return None
        if name == "how_before":  # before its noun, German "weißer" compares nothing
            said = [Gloss(each.english, Kind.ADJECTIVE) if each.kind is Kind.COMPARATIVE else each for each in said]
        return quality(said, grammar.modifiers_first)
    if name.startswith("figure"):
        return text.strip()
    while name == "value" and grammar.modifiers_first and glosses and glosses[-1].kind is Kind.OF:
        glosses = glosses[:-1]  # "蓝色的" as a value is just "blue"
    english = phrase(glosses, grammar)
    if name == "thing" and grammar.modifiers_first and all(each.kind in _NAMELESS for each in glosses):
        return f"{with_article(english)} one"
    return definite(english, grammar) if name in ("thing", "place") else english


def _holds_unread_verb(glosses: Sequence[Gloss]) -> bool:
    """Whether an unknown word stands where verbs stand: right before an article or a pronoun."""
    return any(
        one.kind is Kind.UNKNOWN and after.kind in (Kind.DETERMINER, Kind.PRONOUN) for one, after in pairwise(glosses)
    )


def definite(english: str, grammar: Grammar) -> str:
    """With an article, which Chinese and Hindi do not have."""
    if not grammar.modifiers_first or not english or _PREPOSITION.match(english):
        return english
    return with_article(english)


def phrase(glosses: Sequence[Gloss], grammar: Grammar) -> str:
    """A noun phrase in English word order."""
    return head_last(glosses) if grammar.modifiers_first else head_first(glosses)


def _translate_clause(clause: str, grammar: Grammar) -> str | None:
    framed = _frame_of(clause, grammar)
    if framed is not None:
        return framed.english
    glosses = gloss(clause, grammar)
    unknown = sum(each.kind is Kind.UNKNOWN for each in glosses)
    if not glosses or unknown * 3 > len(glosses):
        return None
    thing, said = split_predicate(glosses)
    if not thing and any(each.kind in _PHRASAL for each in said):
        return phrase(glosses, grammar)
    if not thing:
        return quality([each for each in said if each.kind is not Kind.SILENT], grammar.modifiers_first)
    if any(each.kind in (Kind.DEGREE, Kind.COMPARATIVE) for each in said):
        return f"make {definite(phrase(thing, grammar), grammar)} {quality(said, grammar.modifiers_first)}"
    return phrase(glosses, grammar)


def gloss(text: str, grammar: Grammar) -> list[Gloss]:
    """The words and fixed phrases of a text, each with its English; the longest known phrase wins."""
    token = _HAN_TOKEN if not grammar.spaced else _INDIC_TOKEN if grammar.modifiers_first else _TOKEN
    words = token.findall(text)
    joiner = " " if grammar.spaced else ""
    longest = grammar.lexicon.most_words if grammar.spaced else grammar.lexicon.longest
    glosses: list[Gloss] = []
    place = 0
    while place < len(words):
        word = words[place]
        if "\ue000" <= word <= "\ue7ff":
            glosses.append(Gloss(word, Kind.LITERAL))
            place += 1
            continue
        for length in range(min(longest, len(words) - place), 0, -1):
            known = grammar.lexicon.get(joiner.join(words[place : place + length]))
            if known is not None:
                glosses.append(known)
                place += length
                break
        else:
            guessed = grammar.guess(word, grammar.lexicon)
            if guessed is None and not grammar.spaced and glosses and glosses[-1].kind is Kind.UNKNOWN:
                glosses[-1] = Gloss(glosses[-1].english + word, Kind.UNKNOWN)
            else:
                glosses.append(guessed or Gloss(word, Kind.UNKNOWN))
            place += 1
    return glosses
