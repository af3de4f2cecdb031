"""Is anything still to be read where text was taken out?"""

from __future__ import annotations

import re

import numpy as np

from models.geometry import Extent
from models.mask import Mask, bounds
from models.ocr import TextLine, lines_mask, read_text
from tools.checking.trial import Correction, Examined, Trial
from tools.checking.verdict import Finding, Verdict, share_of_picture

STILL_READ = (0.10, 0.40)  # share of the characters that were read there before
_AROUND = (0.5, 0.1)  # of the place's height and width: it is read with its surroundings, as readers need them
_THERE = 0.6  # of a word's width lies in the place
_MARGIN = 0.15  # of the letters' height: so much around a line is taken on the second try
_ANOTHER_SEED = 1009


def examined(trial: Trial, of: Trial | None = None) -> Examined:
    """Judge taken out text by reading the place again. `of` is the trial it corrects, if any."""
    place = (trial.allowed if of is None else of.allowed) > 0
    before, left = _read(trial.before, place), _read(trial.after, place)
    if not before:
        told = f"changed {share_of_picture(trial.changed)}; I could read nothing there before either: have a look"
        return Examined(Verdict((), told))
    text = " ".join(line.text for line in left)
    share = min(1.0, _letters(left) / max(1, _letters(before)))
    finding = Finding.measured("still read", share, *STILL_READ, f"I still read “{text}” there")
    verdict = Verdict((finding,), f"changed {share_of_picture(trial.changed)}; nothing is to be read there any more")
    if of is not None or finding.badness < 1:
        return Examined(verdict)
    # what is left of a word reads as less than it is, so its whole place is taken
    target = np.maximum(trial.target, lines_mask([*before, *left], place.shape, _MARGIN))
    return Examined(verdict, Correction(target, "some of it could still be read", trial.seed + _ANOTHER_SEED))


def _read(pixels: np.ndarray, place: np.ndarray) -> list[TextLine]:
    """The words in H×W×3 samples that lie in a place (H×W bool), in pixels of the whole picture."""
    box = bounds(place.astype(np.float32))
    around = 8 + round(max(_AROUND[0] * box.height, _AROUND[1] * box.width))
    view = box.padded(around).clipped(Extent.of(pixels))
    part = pixels[view.slices]
    levels = part if part.dtype == np.uint8 else (part >> 8).astype(np.uint8)
    found = read_text(np.ascontiguousarray(levels))
    words = [line.part(word.start, word.end) for line in found for word in line.words]
    words += [line for line in found if not line.words]
    return [word for word in (_shifted(one, view.x0, view.y0) for one in words) if _lies_in(word, place)]


def _shifted(line: TextLine, dx: int, dy: int) -> TextLine:
    return TextLine(line.corners + np.array([dx, dy]), line.text, line.score)


def _lies_in(line: TextLine, place: np.ndarray) -> bool:
    """Letters cover only a part of their word, so the place is taken with what lies between them."""
    own: Mask = lines_mask([line], place.shape, 0.0)
    rows, columns = bounds(own).slices
    here = place[rows, columns]
    if not here.any():
        return False
    across = np.flatnonzero(here.any(axis=0))
    return len(across) > _THERE * here.shape[1]


def _letters(lines: list[TextLine]) -> int:
    return sum(len(re.sub(r"\W+", "", line.text)) for line in lines)
