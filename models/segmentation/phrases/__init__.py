"""Noun phrases to masks without weights: parse, resolve against the picture, or ask back."""

from models.segmentation.phrases.grounder import PhraseGrounder
from models.segmentation.phrases.parse import Phrase, parse

__all__ = ["Phrase", "PhraseGrounder", "parse"]
