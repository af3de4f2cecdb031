"""A message as the readers get it: tidied, quotations kept aside, in English, slips of the pen mended."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.offline import intents, languages, normalise, spelling

_TELLING = 400  # so many characters are enough to tell the language
# Romanised Hindi is taken for such only when one of its little words is there; its nouns look like English.
_HINDI = re.compile(
    r"\b(?:karo|kar|kardo|karna|do|dijiye|ko|ki|ka|ke|hai|hain|mein|me|wala|wale|wali|se|hata|"
    r"hatao|hatado|thoda|thodi|aur|pe|par|banao|bana|lagao|"
    r"laga|ye|yeh|is|us|nahi|kuch|mera|meri|isko|usko|peeche|badlo|badal|yaar|bhai|nikal|nikalo|"
    r"chahiye|bhi|sirf|dal|daal)\b",
    re.I,
)


@dataclass(frozen=True)
class Wording:
    """`text` has a token in place of each of the `quotes`; `commanded` tells that a command in it was left out."""

    text: str
    quotes: list[str]
    commanded: bool
    foreign: bool
    """In a language that cannot be put into English."""

    @property
    def empty(self) -> bool:
        """Whether no word is left."""
        return not re.search(r"\w", self.text)


def detected(text: str) -> str:
    """The language of a message."""
    lang = languages.detect(text[:_TELLING])
    return "en" if lang == "hi-Latn" and not _HINDI.search(text) else lang


def wording(text: str) -> Wording:
    """The wording of a message as it was typed."""
    text, commanded = intents.without_commands(normalise.tidy(text))
    protected, quotes = normalise.protect(text)
    if not re.search(r"\w", protected):
        return Wording(protected, quotes, bool(commanded), False)
    lang = detected(protected)
    if lang != "en" and (english := languages.to_english(protected[:2000], lang)):
        protected = english
    if lang == "en" and intents.is_foreign(protected):
        return Wording(protected, quotes, bool(commanded), True)
    mended = re.sub(r"\bblack (?:and|&|n) white\b", "black-and-white", spelling.mend(protected), flags=re.I)
    return Wording(mended, quotes, bool(commanded), False)
