"""The languages there are, each read from its module when first needed."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from agent.offline.languages.engine import Grammar

_MODULES = {
    "es": "spanish",
    "de": "german",
    "fr": "french",
    "zh": "chinese",
    "hi": "hindi",
    "hi-Latn": "hindi",
}
LANGUAGES = tuple(_MODULES)
"""BCP 47 codes of the languages that can be translated; `hi-Latn` is romanised Hindi."""
LATIN = ("es", "de", "fr", "hi-Latn")
"""Those that share English's script, so that only their words tell them apart."""


@cache
def grammar(lang: str) -> Grammar:
    """The grammar of one of LANGUAGES."""
    return import_module(f"agent.offline.languages.{_MODULES[lang]}").GRAMMAR
