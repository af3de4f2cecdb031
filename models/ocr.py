"""Text in pictures: where it stands and what it says. RapidOCR, whose ONNX weights come inside its wheel."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from models.mask import Mask

if TYPE_CHECKING:
    from collections.abc import Sequence

_SMALL = 1000  # px, longer side: below it a second, enlarged pass finds text too small for the detector
_LARGE = 2600  # px, longer side: above it text is looked for on a smaller copy
_lock = threading.Lock()  # the engine is not re-entrant

# What a kind of private text looks like. Names have no shape of their own: see `looks_like`.
_SHAPES = {
    "phone": re.compile(
        r"(?i:\+|\(|tel|phone|mob|call)\D{0,8}(?:\d[\s().-]*){5,}"
        r"|(?<!\d)(?!\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{4})(?:\d[\s().-]*){8,}"
    ),
    "email": re.compile(r"[\w.+-]+@[\w-]+\.?\w*"),
    "number": re.compile(r"\d{3,}"),
    "date": re.compile(r"\b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b"),
    "plate": re.compile(r"^(?=.*\d)[A-Z0-9][A-Z0-9 .·:-]{2,11}$"),
    "address": re.compile(
        r"(?i:\b(?:street|road|avenue|lane|drive|boulevard|square|strasse|rue|calle|via|str|ave|blvd|p\.?o\.? box)\b)"
        r"|(?i:stra(?:ss|ß)e|gasse|weg)\s*\d|^\s*\d{1,5}[a-z]?,?\s+[A-Z][a-z]{2,}|\b[A-Z]{0,2}[ -]?\d{5}\b,?\s+[A-Z]"
    ),
    "name": re.compile(
        r"\b[A-Z][a-z'’-]+(?:\s+[A-Z]\.?)?\s+[A-Z][a-z'’-]+\b|(?i:^\s*(?:mr|mrs|ms|dr)\.?\s)|(?i:\bname\b\s*:?\s*\w)"
    ),
    "price": re.compile(r"[$€£¥₹]\s*\d|\d[.,]\d\d\b"),
}
_KIND_WORDS = {
    "phone": "phone telephone mobile tel",
    "email": "email mail e-mail",
    "date": "date birthday birth dob",
    "plate": "plate plates licence license registration",
    "address": "address addresses street",
    "name": "name names surname customer",
    "price": "price prices tag cost",
    "number": "number numbers id ids account card serial",
}


@dataclass(frozen=True)
class TextLine:
    """One line of text: its quadrilateral (4×2 float, x and y in pixels, clockwise), string and score in [0, 1]."""

    corners: np.ndarray
    text: str
    score: float

    @property
    def height(self) -> float:
        """Height of the letters in pixels."""
        return float(np.linalg.norm(self.corners[3] - self.corners[0]))


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
        result = _engine()(np.ascontiguousarray(scaled[..., ::-1]))  # it reads BGR
    if result.boxes is None:
        return []
    found = zip(result.boxes, result.txts, result.scores, strict=True)
    return [TextLine(np.asarray(box, np.float64) / scale, text, float(score)) for box, text, score in found]


def _overlaps(first: TextLine, second: TextLine) -> bool:
    a0, a1 = first.corners.min(axis=0), first.corners.max(axis=0)
    b0, b1 = second.corners.min(axis=0), second.corners.max(axis=0)
    shared = np.clip(np.minimum(a1, b1) - np.maximum(a0, b0), 0, None).prod()
    return shared > 0.4 * min((a1 - a0).prod(), (b1 - b0).prod())


def lines_mask(lines: Sequence[TextLine], shape: tuple[int, int], margin: float) -> Mask:
    """H×W mask of the lines' quadrilaterals, each grown by `margin` times its letter height."""
    canvas = np.zeros(shape, np.uint8)
    for line in lines:
        grown = max(2, round(margin * line.height))
        quad = np.zeros(shape, np.uint8)
        cv2.fillConvexPoly(quad, np.rint(line.corners).astype(np.int32), 255)
        canvas = np.maximum(canvas, cv2.dilate(quad, np.ones((2 * grown + 1, 2 * grown + 1), np.uint8)))
    return (canvas > 0).astype(np.float32)


def letters_mask(rgb: np.ndarray, lines: Sequence[TextLine]) -> Mask:
    """H×W mask of the letters themselves: what differs from the line's own ground, with their outline.

    Where a line has no clear ground (busy photo behind it), the whole quadrilateral is taken.
    """
    result = np.zeros(rgb.shape[:2], np.float32)
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB).astype(np.float32)
    for line in lines:
        inside = lines_mask([line], rgb.shape[:2], 0.12) > 0
        ring = (lines_mask([line], rgb.shape[:2], 0.5) > 0) & ~inside
        ground = np.median(lab[ring], axis=0) if ring.any() else np.median(lab[inside], axis=0)
        spread = np.median(np.abs(lab[ring] - ground)) if ring.any() else 0.0
        differs = inside & (np.linalg.norm(lab - ground, axis=-1) > max(14.0, 5.0 * spread))
        share = differs.sum() / max(inside.sum(), 1)
        if spread > 8.0 or not 0.03 < share < 0.65:
            differs = inside
        grown = max(1, round(0.08 * line.height))
        result = np.maximum(result, cv2.dilate(differs.astype(np.float32), np.ones((2 * grown + 1, 2 * grown + 1))))
    return result


def matching(lines: Sequence[TextLine], wanted: str) -> list[TextLine]:
    """The lines that a phrase means: a quoted or literal string, a kind ("phone number", "names"), or all text."""
    quoted = re.findall(r"[\"“'‘]([^\"”'’]+)[\"”'’]", wanted)
    literal = [line for line in lines if any(_same(part, line.text) for part in quoted or [wanted])]
    if literal or quoted:
        return literal
    words = set(re.findall(r"[a-z-]+", wanted.lower()))
    kinds = [kind for kind, named in _KIND_WORDS.items() if words & set(named.split())]
    if {"phone", "plate"} & set(kinds) and "number" in kinds:
        kinds.remove("number")  # "phone number", "number plate"
    if kinds:
        return [line for line in lines if any(looks_like(kind, line.text) for kind in kinds)]
    return list(lines)


def looks_like(kind: str, text: str) -> bool:
    """Whether a string has the shape of a kind of private text, such as "phone" or "plate"."""
    shape = text.strip()
    if kind == "plate":
        shape = shape.upper()
    if kind == "name" and looks_like("address", shape):
        return False  # streets are capitalised like people
    return bool(_SHAPES[kind].search(shape))


def _same(wanted: str, text: str) -> bool:
    a, b = (re.sub(r"\W+", "", part).lower() for part in (wanted, text))
    return len(a) >= 2 and a in b
