"""What the learned reader knows of each word: its letters, the lists it stands in, and the conversation before it."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from agent.offline import lexicon
from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.history import Conversation
from agent.offline.reader.tokens import Token, occurrences
from agent.offline.steps import OPERATIONS, Step

WORDS = 4096
PIECES = 6144
"""Rows of the two tables of vectors: of whole words and of pieces of words (hashed, so any word has some)."""

_LISTS: dict[str, str] = {
    "place": v.PLACE, "weather": v.WEATHER, "style": v.STYLE, "style noun": v.STYLE_NOUN, "grey": v.BLACK_WHITE,
    "clothes": v.CLOTHES, "accessory": v.ACCESSORY, "material": v.MATERIAL, "flaw": v.FLAW, "writing": v.WRITING,
    "private": v.PRIVATE, "face": v.FACE, "quantity": v.QUANTITY, "tone": v.TONE, "size": v.SIZE,
    "quality": v.QUALITY, "blurred": v.BLURRED, "pose": v.POSE, "position": v.POSITION, "gone": v.GONE,
    "image": r"(?:image|picture|photo|photograph|pic|shot|scene|everything|whole thing|overall|frame|canvas)s?",
    "background": r"(?:back ?ground|backdrop|bg|surroundings)s?",
    "determiner": r"(?:the|a|an|this|that|these|those|my|our|his|her|its|their|your|some|any|all|both|every|each|no)",
    "pronoun": r"(?:it|this|that|them|these|those|him|her|he|she|they|one|ones|me|us)",
    "preposition": r"(?:of|in|on|at|with|near|behind|from|to|into|onto|over|under|above|below|next|beside|between|by|"
    r"against|around|for|through|across|along|inside|outside|off|out|up|down|without)",
    "joint": r"(?:and|then|also|plus|but|or|after|next|while|n|&)",
    "negation": r"(?:no|not|don't|dont|doesn't|isn't|never|without|nothing|none|minus|sans|less|too)",
    "polite": r"(?:please|pls|plz|thanks|thank|can|could|would|will|you|i|we|want|need|like|just|maybe|someone|hi|hey)",
    "number": r"(?:\d[\d.,:]*(?:%|px|cm|mm|x)?|half|twice|double|one|two|three|four|first|second|third)",
    "time": r"(?:again|back|before|original|previous|last|earlier|undo|redo|revert|restore|step|instead|more|other|"
    r"same)",
    "is": r"(?:is|are|was|were|be|looks?|seems?|feels?|should|must|needs?|has|have|'s)",
}  # fmt: skip
_DIGIT = re.compile(r"\d")
_LETTERS = re.compile(r"[a-z]{3,}")
_FRAMES = tuple(lexicon.VERBS)
LEXICON = len(_LISTS) + 2 + 2 * len(_FRAMES) + 5
OPS = tuple(sorted(OPERATIONS))
CONTEXT = len(OPS) + 7
WHOLE = 3 + len(OPS)
MARKS = WHOLE + len(OPS)


@dataclass(frozen=True)
class Seen:
    """The features of one message of T words.

    `words` T ids; `pieces` T lists of ids; `listed` TxLEXICON, `context` TxCONTEXT and `marks` TxMARKS of 0 and 1.
    """

    words: np.ndarray
    pieces: list[list[int]]
    listed: np.ndarray
    context: np.ndarray
    marks: np.ndarray


def _hash(text: str, rows: int) -> int:
    return zlib.crc32(text.encode("utf-8")) % rows


@lru_cache(maxsize=8192)
def word_ids(word: str) -> tuple[int, tuple[int, ...]]:
    """The rows of a word (in small letters) in the table of words, and of its pieces in the table of pieces."""
    plain = _DIGIT.sub("0", word)
    marked = f"^{plain}$"
    pieces = {marked[i : i + n] for n in (3, 4, 5) for i in range(len(marked) - n + 1)} or {marked}
    return _hash(plain, WORDS), tuple(_hash(piece, PIECES) for piece in sorted(pieces))


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(rf"(?<![\w'-]){pattern}(?![\w'-])", re.IGNORECASE) for pattern in _LISTS.values())


@cache
def _verb_forms() -> dict[str, tuple[int, ...]]:
    """For each form of each verb of one word or two, the columns of its frames."""
    forms: dict[str, set[int]] = {}
    for place, verbs in enumerate(lexicon.VERBS.values()):
        for verb in verbs:
            if len(verb.split()) > 2:
                continue
            first, _, particle = verb.partition(" ")
            stem = first[:-1] if first.endswith("e") else first
            doubled = stem + stem[-1]
            inflected = {first + "s", stem + "ed", stem + "ing", doubled + "ed", doubled + "ing"}
            for form, column in ((first, 0), *((other, 1) for other in inflected)):
                forms.setdefault(f"{form} {particle}".strip(), set()).add(2 * place + column)
    return {form: tuple(sorted(columns)) for form, columns in forms.items()}


@lru_cache(maxsize=4096)
def _is_colour(word: str) -> bool:
    return len(word) > 2 and p.is_plain_colour(word)


def listed(said: Sequence[Token], text: str) -> np.ndarray:
    """TxLEXICON of 0 and 1: which lists of the grammar each word stands in, alone or as part of a phrase."""
    table = np.zeros((len(said), LEXICON), np.float32)
    for column, pattern in enumerate(_patterns()):
        for match in pattern.finditer(text):
            for place, token in enumerate(said):
                if token.begin >= match.start() and token.end <= match.end():
                    table[place, column] = 1
    base = len(_LISTS)
    forms = _verb_forms()
    for place, token in enumerate(said):
        table[place, base] = _is_colour(token.low)
        table[place, base + 1] = not token.text[0].isalnum()
        columns = forms.get(token.low, ())
        if place + 1 < len(said) and (longer := forms.get(f"{token.low} {said[place + 1].low}")):
            columns = longer
        for column in columns:
            table[place, base + 2 + column] = 1
        shape = base + 2 + 2 * len(_FRAMES)
        table[place, shape] = token.low.startswith("qtxt")
        table[place, shape + 1] = token.text[0].isdigit() or token.text[0] == "#"
        table[place, shape + 2] = place == 0
        table[place, shape + 3] = place == len(said) - 1
        table[place, shape + 4] = len(said) <= 4
    return table


def _stems(phrase: str | None) -> set[str]:
    return {word[:5] for word in _LETTERS.findall((phrase or "").lower())}


def context_of(said: Sequence[Token], past: Conversation) -> np.ndarray:
    """TxCONTEXT of 0 and 1: the last edit's operation, whether a question is open, and words said before."""
    table = np.zeros((len(said), CONTEXT), np.float32)
    last = past.last
    if last and last.op in OPS:
        table[:, OPS.index(last.op)] = 1
    column = len(OPS)
    table[:, column] = last is not None
    table[:, column + 1] = past.open_edit is not None
    table[:, column + 2] = past.just_undone
    table[:, column + 3] = bool(last and last.target)
    before = [_stems(last.target if last else None), _stems(last.value if last else None), _stems(past.last_reply)]
    for place, token in enumerate(said):
        if len(token.text) >= 3:
            for offset, stems in enumerate(before):
                table[place, column + 4 + offset] = token.low[:5] in stems
    return table


def marks_of(said: Sequence[Token], steps: Sequence[Step] | None) -> np.ndarray:
    """TxMARKS of 0 and 1: what the grammar made of the message, as a second opinion; all 0 where it was not asked.

    Which words it took for a target and which for a value, of which operation; and all operations of its plan.
    """
    table = np.zeros((len(said), MARKS), np.float32)
    if steps is None:
        return table
    table[:, 0] = 1
    for step in steps:
        column = OPS.index(step.op)
        table[:, WHOLE + column] = 1
        for place, phrase in ((1, step.target), (2, step.value)):
            for begin, end in occurrences(phrase, said)[:1] if phrase else ():
                table[begin:end, place] = 1
                table[begin:end, 3 + column] = 1
    return table


def seen(said: Sequence[Token], text: str, past: Conversation, marks: np.ndarray | None = None) -> Seen:
    """The features of a message, given its words, the conversation before it, and `marks_of` its words."""
    ids = [word_ids(token.low) for token in said]
    return Seen(
        np.array([word for word, _ in ids], np.int64),
        [list(pieces) for _, pieces in ids],
        listed(said, text),
        context_of(said, past),
        np.zeros((len(said), MARKS), np.float32) if marks is None else marks,
    )
