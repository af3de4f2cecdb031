"""A line of text in a picture, and parts of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np


class Word(NamedTuple):
    """One word of a line: `text[start:end]`, lying from `left` to `right`, both in [0, 1] along the line.

    Neighbouring words meet in the gap between them, so that a word's stretch holds all of its ink.
    """

    start: int
    end: int
    left: float
    right: float


@dataclass(frozen=True)
class TextLine:
    """One line of text: its quadrilateral (4×2 float, x and y in pixels, clockwise from the start of the text).

    `score` in [0, 1] is how sure the reading is. `words` are in reading order; empty when they are not known apart.
    `begins` and `ends` tell whether this is where the whole line does, so that a margin may be added there.
    """

    corners: np.ndarray
    text: str
    score: float
    words: tuple[Word, ...] = ()
    begins: bool = True
    ends: bool = True

    @property
    def height(self) -> float:
        """Height of the letters in pixels."""
        return float(np.linalg.norm(self.corners[3] - self.corners[0]))

    def part(self, start: int, end: int) -> TextLine:
        """The words that `text[start:end]` touches, as a line; the whole line where words are not known apart."""
        chosen = [word for word in self.words if word.start < end and word.end > start]
        if not chosen or len(chosen) == len(self.words):
            return self
        first, last = chosen[0], chosen[-1]
        return replace(
            self,
            corners=_stretch(self.corners, first.left, last.right),
            text=self.text[first.start : last.end],
            words=(),
            begins=self.begins and first is self.words[0],
            ends=self.ends and last is self.words[-1],
        )

    def grown(self, margin: float) -> np.ndarray:
        """Corners, 4×2 float, moved out by `margin` times the letters' height; not into a neighbouring word."""
        along = self.corners[1] - self.corners[0]
        length = max(float(np.linalg.norm(along)), 1e-6)
        add = margin * self.height / length
        corners = _stretch(self.corners, -add if self.begins else 0.0, 1.0 + add if self.ends else 1.0)
        return np.stack(
            [
                corners[0] + margin * (corners[0] - corners[3]),
                corners[1] + margin * (corners[1] - corners[2]),
                corners[2] + margin * (corners[2] - corners[1]),
                corners[3] + margin * (corners[3] - corners[0]),
            ]
        )


def _stretch(corners: np.ndarray, left: float, right: float) -> np.ndarray:
    """The quadrilateral from `left` to `right` along its upper and lower side."""
    upper, lower = corners[1] - corners[0], corners[2] - corners[3]
    return np.stack(
        [
            corners[0] + left * upper,
            corners[0] + right * upper,
            corners[3] + right * lower,
            corners[3] + left * lower,
        ]
    )
