"""How edits speak of their targets."""

from __future__ import annotations

import re


def the(label: str | None) -> str:
    """The label with an article where English wants one."""
    if label is None:
        return "the whole picture"
    first = label.split(maxsplit=1)[0].lower() if label.split() else ""
    return label if first in _NO_ARTICLE else f"the {label}"


_NO_ARTICLE = frozenset(
    "the a an this that these those my your his her our their its all both everything everyone it them".split()
)


def a(phrase: str) -> str:
    """A noun phrase with an indefinite article where English wants one: "an old tree", "two mugs", "grass"."""
    words = phrase.split()
    if not words:
        return phrase
    first, last = words[0].lower(), re.split(r"\s(?:of|with|in|on|at)\s", phrase)[0].split()[-1].lower()
    plural = last.endswith("s") and not last.endswith(("ss", "us", "is"))
    if first in _NO_ARTICLE or first in _COUNTED or first.isdigit() or plural or last in _UNCOUNTED:
        return phrase
    return f"{'an' if first[0] in 'aeiou' and not first.startswith(('uni', 'one', 'eu', 'use')) else 'a'} {phrase}"


_COUNTED = frozenset("one two three four five six seven eight nine ten some several many few more another".split())
_UNCOUNTED = frozenset(
    "grass snow rain fog mist smoke fire water sand ice text light sunlight moss ivy fruit furniture people graffiti "
    "hair steam dust food traffic foliage clothing leather brick granite marble wood stone gold silver glass denim "
    "chocolate milk juice tea coffee beer wine children men women sheep lightning".split()
)
