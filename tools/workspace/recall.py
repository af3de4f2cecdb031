"""Which earlier edit a few words mean: "the tree" in "go back to before the tree"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from tools.workspace.tree import Version

_EMPTY_WORDS = frozenset(
    "a an the my your this that it its i you we to of in on at for from with and or was were did do done made "
    "make edit change before after when back go undo last thing stuff version".split()
)
_ALIKE = 80.0
_ENOUGH = 0.5


def _strings(value: Any) -> Iterator[str]:
    """Every text inside a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _strings(inner)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _alike(word: str, other: str) -> bool:
    """Whether the two are one word in another form, or with a slip of the finger: "bleu", "carr", "removing"."""
    if fuzz.ratio(word, other) >= _ALIKE:
        return True
    return min(len(word), len(other)) >= 4 and word[0] == other[0] and OSA.distance(word, other) <= 1


def _mentioned(word: str, words: Sequence[str]) -> bool:
    """Whether a word, or one much like it, stands among the words."""
    if any(_alike(word, other) for other in words):
        return True
    # a part of a word counts when it is long, or of a script that puts no spaces between words
    if (len(word) >= 4 or not word.isascii()) and any(word in other for other in words):
        return True
    return len(word) >= 6 and word in "".join(words)  # "palmtree" for "palm tree"


def likeness(words: str, version: Version) -> float:
    """The share, 0 to 1, of the words that the version's edit, message or name mentions, spelling aside."""
    asked = [word for word in _words(words) if word not in _EMPTY_WORDS] or _words(words)
    if not asked:
        return 0.0
    inside = _words(" ".join([version.name or "", version.message, *_strings(version.edit)]))
    return sum(_mentioned(word, inside) for word in asked) / len(asked)


def latest_mention(words: str, path: Sequence[Version]) -> Version | None:
    """The version whose edit mentions most of the words, at least half of them; the latest of several."""
    best, best_likeness = None, _ENOUGH
    for version in reversed(path):
        found = likeness(words, version)
        if found > best_likeness or (best is None and found >= _ENOUGH):
            best, best_likeness = version, found
    return best
