"""Variations of laid-over requests: other things and colours in the same places, wishes joined, slips of the pen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from agent.offline import spelling
from agent.offline.history import Conversation
from agent.offline.reader.features import MARKS, WHOLE
from agent.offline.reader.tokens import Token, tokens
from agent.reader_training.aligning import Laid, Piece

_T = TypeVar("_T")

_COLOURS = (
    "red blue green yellow black white grey pink purple orange brown teal navy beige cream gold silver maroon mint "
    "turquoise lavender olive burgundy crimson charcoal ivory tan mustard coral magenta emerald khaki lilac peach "
    "rust sage indigo champagne copper bronze ruby scarlet aqua sand plum #1F3A93 #ff6600 #222"
).split()
_SHADES = ("dark", "light", "pale", "deep", "bright", "matte", "glossy", "pastel", "neon", "dusty", "hot", "soft")
_BEFORE = (
    "please", "pls", "can you", "could you please", "hey", "hi,", "hey there,", "ok so", "ok,", "hmm", "now", "also",
    "quick one:", "could someone", "would you mind", "i'd like you to", "i need you to", "can u", "just", "um",
    "sorry,", "one thing:", "and", "so", "alright,", "if possible,", "can we", "lets", "maybe", "next,", "then",
)  # fmt: skip
_AFTER = (
    "please", "pls", "thanks", "thx", "thank you!", "if you can", "when you get a sec", "for me", "ty", "cheers",
    "please and thanks", "asap", "lol", "if possible", "if that's ok", "!", "?", ".", "...", "for my profile",
)  # fmt: skip
_JOINTS = (
    " and ", ", ", ". ", ", and ", " then ", ", then ", "; ", " + ", " & ", " / ", "\n", ". also ", " and also ",
    ", plus ", ". and ", " while you're at it ", ", also ", " but also ", ". oh and ", " n ", "! ", " - ", ". then ",
)  # fmt: skip
_NOUNS = (Path(spelling.__file__).parent / "common_nouns.txt").read_text(encoding="utf-8").split()
_KINDS = (
    "old big small left right second first other tall wooden plastic broken leather front rear upper little white "
    "black red blue yellow green empty dirty metal glass striped round parked ugly bright shiny tiny huge middle"
).split()
_AT = ("on", "behind", "next to", "in", "near", "with", "under", "above", "of", "by", "in front of", "beside", "from")


@dataclass
class Varied:
    """A variation with its labels, as `Laid` has them."""

    said: list[Token]
    text: str
    pieces: list[Piece]
    roles: list[int]
    bounds: list[int]
    taken_back: int
    context: Conversation | None
    marks: np.ndarray


class _Words:
    """Words with their labels, which can be cut and joined."""

    def __init__(self, row: Laid) -> None:
        self.words = [token.text for token in row.said]
        ends = [0, *(token.end for token in row.said[:-1])]
        self.glue = [row.text[end : token.begin] for end, token in zip(ends, row.said, strict=True)]
        self.roles = list(row.roles)
        self.pieces = [replace(piece) for piece in row.pieces]
        nothing = np.zeros((len(row.said), MARKS), np.float32)
        self.marks = list(nothing if row.marks is None else row.marks)

    def put(self, begin: int, end: int, words: list[str], role: int) -> None:
        """Other words in place of those from begin to end, which have one part in one step."""
        grown = len(words) - (end - begin)
        first = self.glue[begin]
        self.words[begin:end] = words
        self.glue[begin:end] = [first, *(_space(word) for word in words[1:])]
        self.marks[begin:end] = [self.marks[begin]] * len(words)
        self.roles[begin:end] = [role, *[role + 1] * (len(words) - 1)] if role else [0] * len(words)
        for piece in self.pieces:
            piece.begin += grown if piece.begin >= end and (begin != end or piece.begin > begin) else 0
            piece.end += grown if piece.end >= end else 0
            for key in ("target_span", "value_span"):
                span = getattr(piece, key)
                if span and span[0] >= end:
                    setattr(piece, key, (span[0] + grown, span[1] + grown))
                elif span and span[0] == begin and span[1] == end and role:
                    setattr(piece, key, (begin, begin + len(words)))

    def join(self, other: _Words, joint: str) -> None:
        """The words of another message behind these."""
        marks = [token.text for token in tokens(joint)] if joint.strip() else []
        while self.words and self.words[-1] in (".", "!", "?") and len(self.words) > 2:
            for each in (self.words, self.glue, self.roles, self.marks):
                each.pop()
        self.pieces[-1].end = len(self.words)
        shift = len(self.words) + len(marks)
        spaces = [_space(mark) if place or joint.startswith(" ") else "" for place, mark in enumerate(marks)]
        own = [" " if joint.strip() else "\n", *other.glue[1:]]
        self.words += marks + other.words
        self.glue += spaces + own
        self.roles += [0] * len(marks) + other.roles
        whole = np.maximum(self.marks[0], other.marks[0])  # both plans' operations, said of all words
        both = [*self.marks, *[np.zeros(MARKS, np.float32)] * len(marks), *other.marks]
        asked = min(self.marks[0][0], other.marks[0][0])
        self.marks = []
        for each in both:
            mark = each.copy()
            mark[WHOLE:] = whole[WHOLE:]
            mark[0] = asked
            self.marks.append(mark * asked)
        for number, piece in enumerate(other.pieces):
            piece.begin += shift if number else shift - len(marks)
            piece.end += shift
            for key in ("target_span", "value_span"):
                if span := getattr(piece, key):
                    setattr(piece, key, (span[0] + shift, span[1] + shift))
            self.pieces.append(piece)

    def varied(self, row: Laid) -> Varied:
        """As a message."""
        said: list[Token] = []
        text = ""
        for word, space in zip(self.words, self.glue, strict=True):
            text += space
            said.append(Token(word, len(text), len(text) + len(word)))
            text += word
        bounds = [0] * len(said)
        for piece in self.pieces:
            bounds[piece.begin] = 1
        return Varied(said, text, self.pieces, self.roles, bounds, row.taken_back, row.context, np.stack(self.marks))


def _space(word: str) -> str:
    return "" if word in (",", ".", "!", "?", ";", ":", "\n") else " "


class Variety:
    """Makes variations. Things are taken from the other rows' targets and from a list; values of the same
    operation change places."""

    def __init__(self, rows: Sequence[Laid], rng: np.random.Generator) -> None:
        self.rng = rng
        self.values: dict[str, list[list[str]]] = defaultdict(list)
        self.targets: list[list[str]] = []
        self.single: list[Laid] = []
        for row in rows:
            for piece in row.pieces:
                if piece.target_span and piece.op in _OF_THINGS:
                    phrase = [token.text for token in row.said[slice(*piece.target_span)]]
                    if len(phrase) <= 5:
                        self.targets.append(phrase)
                if piece.value_span and len(row.said[slice(*piece.value_span)]) <= 5:
                    self.values[piece.op].append([token.text for token in row.said[slice(*piece.value_span)]])
            if len(row.pieces) == 1 and _plain(row) and row.pieces[0].op not in _ALONE and len(row.said) <= 16:
                self.single.append(row)

    def _chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def _pick(self, options: Sequence[_T]) -> _T:
        return options[int(self.rng.integers(len(options)))]

    def _thing(self) -> list[str]:
        """A thing that may well be in no row: it is the place in the message that tells what it is for."""
        words = [self._pick(_KINDS)] if self._chance(0.3) else []
        words += [self._pick(_NOUNS) + "'s"] if self._chance(0.1) else []
        words += [self._pick(_NOUNS)] if self._chance(0.25) else []
        words.append(self._pick(_NOUNS))
        if self._chance(0.25):
            words += [*self._pick(_AT).split(), self._pick(("the", "the", "his", "her", "my", "a")), self._pick(_NOUNS)]
        return words

    def of(self, row: Laid) -> Varied:
        """A variation of the row (now and then the row as it is)."""
        made = self._swapped(row)
        joinable = _plain(row) and self.single and not any(piece.op in _ALONE for piece in row.pieces)
        if joinable and len(row.said) <= 22 and self._chance(0.3):
            for _ in range(1 + self._chance(0.3)):
                made.join(self._swapped(self._pick(self.single)), self._pick(_JOINTS))
        if self._chance(0.15):
            extra = [token.text for token in tokens(self._pick(_BEFORE))]
            first = made.words[0]
            made.words[0] = first if len(first) > 1 and first[1:] != first[1:].lower() else first.lower()
            made.glue[0] = " "
            for piece in made.pieces:
                _shift(piece, len(extra))
            made.pieces[0].begin = 0
            made.words = extra + made.words
            made.glue = ["", *(_space(word) for word in extra[1:]), *made.glue]
            made.roles = [0] * len(extra) + made.roles
            made.marks = [_bare(made.marks[0])] * len(extra) + made.marks
        if self._chance(0.12):
            extra = [token.text for token in tokens(self._pick(_AFTER))]
            made.words += extra
            made.glue += [_space(word) for word in extra]
            made.roles += [0] * len(extra)
            made.marks += [_bare(made.marks[-1])] * len(extra)
            made.pieces[-1].end = len(made.words)
        if self._chance(0.2):
            self._slip(made)
        varied = made.varied(row)
        if self._chance(0.3):
            varied.marks = np.zeros_like(varied.marks)
        return varied

    def _swapped(self, row: Laid) -> _Words:
        made = _Words(row)
        for piece in made.pieces:
            if piece.target_span and piece.op in _OF_THINGS and self._chance(0.55):
                begin, end = piece.target_span
                made.put(begin, end, self._thing() if self._chance(0.6) else self._pick(self.targets), 1)
            if piece.value_span and self._chance(0.4):
                begin, end = piece.value_span
                options = self.values[piece.op]
                if piece.op == "recolor" and end - begin <= 2 and self._chance(0.6):
                    shade = [self._pick(_SHADES)] if self._chance(0.3) else []
                    made.put(begin, end, [*shade, self._pick(_COLOURS)], 3)
                elif piece.op in ("insert", "replace", "background_replace", "style", "recolor"):
                    new = self._thing() if piece.op in ("insert", "replace") and self._chance(0.5) else None
                    made.put(begin, end, new or self._pick(options), 3)
        return made

    def _slip(self, made: _Words) -> None:
        for place, word in enumerate(made.words):
            if len(word) < 4 or not word.isalpha() or not self._chance(0.12):
                continue
            at = int(self.rng.integers(1, len(word) - 1))
            kind = int(self.rng.integers(3))
            if kind == 0:
                word = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
            elif kind == 1:
                word = word[:at] + word[at + 1 :]
            else:
                word = word[:at] + word[at] + word[at:]
            made.words[place] = word


_OF_THINGS = ("remove", "recolor", "replace", "blur", "move", "resize_object")
_ALONE = ("clarify", "other", "undo", "redo", "compare")


def _shift(piece: Piece, by: int) -> None:
    piece.begin += by
    piece.end += by
    for key in ("target_span", "value_span"):
        if span := getattr(piece, key):
            setattr(piece, key, (span[0] + by, span[1] + by))


def _bare(mark: np.ndarray) -> np.ndarray:
    mark = mark.copy()
    mark[1:WHOLE] = 0
    return mark


def _plain(row: Laid) -> bool:
    return row.context is None or not (row.context.last or row.context.open_edit)
