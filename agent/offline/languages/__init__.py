"""Requests in Spanish, German, French, Chinese and Hindi: which language it is, and a small rule translation."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from agent.offline.languages.detection import detect
from agent.offline.languages.engine import Grammar, translate

__all__ = ["LANGUAGES", "LATIN", "detect", "grammar", "to_english"]

_MODULES = {
    "es": "spanish",
    "de": "german",
    "fr": "french",
    "zh": "chinese",
    "hi": "hindi",
    "hi-Latn": "hindi",
}
LANGUAGES = tuple(_MODULES)
"""The BCP 47 codes that `to_english` translates."""
LATIN = ("es", "de", "fr", "hi-Latn")
"""Those that share English's script, so that only their words tell them apart."""


@cache
def grammar(lang: str) -> Grammar:
    """The grammar of one language, read when first needed."""
    return import_module(f"agent.offline.languages.{_MODULES[lang]}").GRAMMAR


def to_english(text: str, lang: str) -> str | None:
    """An English request for a request in another language.

    `lang` is one of the codes that `detect` gives; English comes back unchanged. Nouns that no table knows stay
    as they are. None when the language is unknown or too little of the text was understood.
    """
    if lang == "en":
        return text
    return translate(text, grammar(lang)) if lang in _MODULES else None
