"""Requests in Spanish, German, French, Chinese and Hindi: which language it is, and a small rule translation."""

from __future__ import annotations

from agent.offline.languages.detection import detect
from agent.offline.languages.engine import translate
from agent.offline.languages.registry import LANGUAGES, grammar

__all__ = ["LANGUAGES", "detect", "to_english"]


def to_english(text: str, lang: str) -> str | None:
    """An English request for a request in another language.

    `lang` is one of the codes that `detect` gives; English comes back unchanged. Nouns that no table knows stay
    as they are. None when the language is unknown or too little of the text was understood.
    """
    if lang == "en":
        return text
    return translate(text, grammar(lang)) if lang in LANGUAGES else None
