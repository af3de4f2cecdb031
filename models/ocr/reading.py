"""Read the text in a picture. RapidOCR, whose ONNX weights come inside its wheel."""

from __future__ import annotations

import threading
from functools import lru_cache
from itertools import pairwise
from typing import Any

import cv2
import numpy as np

from models.ocr.lines import TextLine, Word

_SMALL = 1000  # px, longer side: below it a second, enlarged pass finds text too small for the detector
_LARGE = 2600  # px, longer side: above it text is looked for on a smaller copy
_STRIP = 24  # px: the height at which the gaps between words are looked for
_lock = threading.Lock()  # the engine is not re-entrant


@lru_cache(maxsize=1)
def _engine() -> Any:
    from rapidocr import RapidOCR  # loading it takes a second; most edits never read

    return RapidOCR(params={"Global.log_level": "critical"})


def read_text(rgb: np.ndarray) -> list[TextLine]:
    """All lines of text in H×W×3 uint8, top to bottom. Small pictures are read a second time, enlarged."""
    longest = max(rgb.shape[:2])
    scales = [min(1.0, _LARGE / longest)]
    if longest < _SMALL:
        scales.append(min(3.0, 1.6 * _SMALL / longest))
    lines: list[TextLine] = []
    for scale in scales:
        lines += [line for line in _read_at(rgb, scale) if not any(_overlaps(line, other) for other in lines)]
    return sorted(lines, key=lambda line: float(line.corners[:, 1].min()))


def _read_at(rgb: np.ndarray, scale: float) -> list[TextLine]:
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    scaled = rgb if scale == 1 else cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=method)
    with _lock:
        result = _engine()(np.ascontiguousarray(scaled[..., ::-1]), return_word_box=True)  # it reads BGR
    if result.boxes is None:
        return []
    words = result.word_results or ()
    if len(words) != len(result.txts):
        words = [()] * len(result.txts)
    found = zip(result.boxes, result.txts, result.scores, words, strict=True)
    lines = []
    for box, text, score, parts in found:
        corners = np.asarray(box, np.float64)
        lines.append(TextLine(corners / scale, text, float(score), _words(scaled, corners, text, parts)))
    return lines


def _overlaps(first: TextLine, second: TextLine) -> bool:
    a0, a1 = first.corners.min(axis=0), first.corners.max(axis=0)
    b0, b1 = second.corners.min(axis=0), second.corners.max(axis=0)
    shared = np.clip(np.minimum(a1, b1) - np.maximum(a0, b0), 0, None).prod()
    return shared > 0.4 * min((a1 - a0).prod(), (b1 - b0).prod())


def _words(rgb: np.ndarray, corners: np.ndarray, text: str, parts: Any) -> tuple[Word, ...]:
    """The words of a line, from the reader's boxes for them, which are a third of a letter off: cut at the gaps."""
    start, along = corners[0], corners[1] - corners[0]
    length = float(along @ along)
    places: list[tuple[int, int, float, float]] = []
    cursor = 0
    for part, _, box in parts or ():
        at = text.find(part, cursor)
        if at < 0 or length == 0:
            return ()
        ends = (np.asarray(box, np.float64) - start) @ along / length
        places.append((at, at + len(part), float(ends.min()), float(ends.max())))
        cursor = at + len(part)
    if len(places) < 2:
        return ()
    ink = _ink_along(rgb, corners)
    cuts = [0.0]
    for (*_, right), (_, _, left, _) in pairwise(places):
        cuts.append(_gap(ink, right, left))
    cuts.append(1.0)
    return tuple(Word(place[0], place[1], cuts[i], cuts[i + 1]) for i, place in enumerate(places))


def _ink_along(rgb: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """How much ink stands in each column of the line, laid straight: float, one value a column."""
    height = max(float(np.linalg.norm(corners[3] - corners[0])), 1.0)
    width = max(8, round(_STRIP * float(np.linalg.norm(corners[1] - corners[0])) / height))
    flat = np.array([[0, 0], [width, 0], [width, _STRIP], [0, _STRIP]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), flat)
    strip = cv2.warpPerspective(rgb, matrix, (width, _STRIP), flags=cv2.INTER_AREA).astype(np.float32)
    return np.abs(strip - np.median(strip, axis=(0, 1))).sum(axis=2).max(axis=0)


def _gap(ink: np.ndarray, right: float, left: float) -> float:
    """Where between two words there is least ink, in [0, 1] along the line."""
    low, high = sorted((right, left))
    width = len(ink)
    slack = 0.4 * _STRIP / width  # the reader's boxes are about a third of a letter off
    window = np.arange(int(max(low - slack, 0.0) * width), min(round((high + slack) * width) + 1, width))
    if not len(window):
        return (low + high) / 2
    least = ink[window] <= ink[window].min() + 0.15 * np.ptp(ink)
    middle = window[least] / width
    return float(middle[np.argmin(np.abs(middle - (low + high) / 2))])
