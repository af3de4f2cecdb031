"""When an edit cannot go on without the person: one question, and what they may answer with."""

from __future__ import annotations

from dataclasses import dataclass

from models.errors import PentimentoError
from models.segmentation.protocol import Candidate


@dataclass(frozen=True)
class Question:
    """One sentence, and the places it is about, best guess first (they are numbered from 1 on the picture).

    `consent`: it asks for leave to send a part of the picture away; yes or no is the answer.
    """

    text: str
    candidates: tuple[Candidate, ...] = ()
    consent: bool = False


class NeedsAnswerError(PentimentoError):
    """An edit stopped before it began: the person must say or click something first."""

    def __init__(self, question: Question) -> None:
        super().__init__(question.text)
        self.question = question
