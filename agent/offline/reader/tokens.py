"""A message as the words the learned reader looks at."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_TOKEN = re.compile(
    r"#[0-9a-f]{3,8}\b|\d+(?:[.,:]\d+)*(?:%|[a-z]{1,2}\b)?|[^\W\d_](?:\w|['&-](?=\w))*|\w+|[^\w\s]|\n", re.IGNORECASE
)
_OWNER = re.compile(r"'s?$")
_LIGHT = frozenset("the a an my our your his her its their this that these those all every some any please".split())
MOST = 70
"""Longer messages are left to the grammar: none of the rows that were learned from is so long."""


@dataclass(frozen=True)
class Token:
    """One word, number or mark of a message, and where it stands."""

    text: str
    begin: int
    end: int

    @property
    def low(self) -> str:
        """In small letters."""
        return self.text.lower()


def tokens(text: str) -> list[Token]:
    """The words, numbers and marks of a text in order."""
    return [Token(match[0], match.start(), match.end()) for match in _TOKEN.finditer(text)]


def stem(word: str) -> str:
    """A word without plural, for comparing."""
    word = _OWNER.sub("", word.lower())
    word = {"grey": "gray", "colour": "color", "men": "man", "women": "woman"}.get(word, word)
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _content(said: Sequence[Token]) -> list[tuple[int, str]]:
    return [(place, stem(token.text)) for place, token in enumerate(said) if token.low not in _LIGHT]


def occurrences(phrase: str, said: Sequence[Token]) -> list[tuple[int, int]]:
    """The stretches [begin, end) of words that say the phrase, articles and plurals aside."""
    wanted = [stem(token.text) for token in tokens(phrase) if token.low not in _LIGHT]
    if not wanted:
        wanted = [token.low for token in tokens(phrase)]
        return [(i, i + 1) for i, token in enumerate(said) if [token.low] == wanted]
    words = _content(said)
    found = []
    for start in range(len(words) - len(wanted) + 1):
        if [word for _, word in words[start : start + len(wanted)]] == wanted:
            found.append((words[start][0], words[start + len(wanted) - 1][0] + 1))
    return found
