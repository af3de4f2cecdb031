"""Which text a phrase means: a literal string, or a kind of private text by the shape of the string."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from models.ocr.lines import TextLine

# What a kind of private text looks like; for each, what fits first is taken.
_SHAPES = {
    "phone": re.compile(
        r"(?i:\+|\(|tel|phone|mob|call)\D{0,8}(?:\d[\s().-]*){5,}"
        r"|(?<!\d)(?!\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{4})(?:\d[\s().-]*){8,}"
    ),
    "email": re.compile(r"[\w.+-]+@[\w-]+\.?[\w.]*"),
    "number": re.compile(r"\d{3,}"),
    "date": re.compile(r"\b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b"),
    "plate": re.compile(r"^(?=.*\d)[A-Z0-9][A-Z0-9 .·:-]{2,11}$"),
    "address": re.compile(
        r"(?i:\b(?:street|road|avenue|lane|drive|boulevard|square|strasse|rue|calle|via|str|ave|blvd|p\.?o\.? box)\b)"
        r"|(?i:stra(?:ss|ß)e|gasse|weg)\s*\d|^\s*\d{1,5}[a-z]?,?\s+[A-Z][a-z]{2,}|\b[A-Z]{0,2}[ -]?\d{5}\b,?\s+[A-Z]"
    ),
    "name": re.compile(
        r"\b[A-Z][a-z'’-]+(?:\s+[A-Z]\.?)?\s+(?!No\b)[A-Z][a-z'’-]+\b|(?i:^\s*(?:mr|mrs|ms|dr)\.?\s)|(?i:\bname\b\s*:?\s*\w)"
    ),
    "price": re.compile(r"[$€£¥₹]\s*\d[\d.,]*|\d+[.,]\d\d\b"),
}
# A part of the line is enough where the shape holds all of it; elsewhere the shape only tells what the line is.
# what is called an invoice's or an order's number is no telephone's, however long; a bare "No." may be one's
_REFERENCE = re.compile(r"(?i:\b(?:invoice|order|ref|reference|receipt|item|article)\b\.?\s*(?:no|nr|number)?)\W*$")
_PARTS = frozenset(["phone", "email", "number", "date", "price"])
_CODE = re.compile(r"(?=[\w./-]*\d)[A-Z0-9][\w./-]*\d\w*")
_LEAD = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.: -/"
_PROPER_NAME = re.compile(r"[A-Z][a-z'’-]+(?:\s+[A-Z]\.?)?(?:\s+(?!No\b)[A-Z][a-z'’-]+)+")
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


def matching(lines: Sequence[TextLine], wanted: str) -> list[TextLine]:
    """What a phrase means among the lines: a quoted or literal string, a kind ("phone number", "names"), or all text.

    Of a line that says more, the words that are meant.
    """
    quoted = re.findall(r"[\"“'‘]([^\"”'’]+)[\"”'’]", wanted)
    literal = occurrences(lines, quoted or [wanted])
    if literal or quoted:
        return literal
    words = set(re.findall(r"[a-z-]+", wanted.lower()))
    kinds = [kind for kind, named in _KIND_WORDS.items() if words & set(named.split())]
    if {"phone", "plate"} & set(kinds) and "number" in kinds:
        kinds.remove("number")  # "phone number", "number plate"
    if re.search(r"e-?mail\s+address", wanted.lower()):
        kinds.remove("address")
    if kinds == ["number"] and (labelled := list(_labelled_numbers(lines, words))):
        return labelled
    if kinds:
        return [line.part(*span) for line in lines for span in _united(kinds, line.text)]
    return list(lines)


def _labelled_numbers(lines: Sequence[TextLine], words: set[str]) -> Iterator[TextLine]:
    """The numbers behind what they are called in the picture: "the invoice number", "Invoice no. 2026-0417"."""
    labels = words - set(_KIND_WORDS["number"].split()) - {"the", "a", "an", "all", "any", "my", "his", "her", "their"}
    for line in lines:
        label = next((found for word in labels if (found := re.search(rf"(?i)\b{re.escape(word)}", line.text))), None)
        number = _CODE.search(line.text, label.end()) if label else None
        if number:
            yield line.part(*number.span())


def _united(kinds: Sequence[str], text: str) -> list[tuple[int, int]]:
    """Where any of the kinds stands; what one covers wholly is not given twice."""
    spans = {span for kind in kinds for span in _spans(kind, text)}
    return sorted(
        (start, end) for start, end in spans
        if not any(first <= start and end <= last and (first, last) != (start, end) for first, last in spans)
    )  # fmt: skip


def occurrences(lines: Sequence[TextLine], wanted: Sequence[str]) -> list[TextLine]:
    """Where any of these strings stands, whatever the case, the spaces and the punctuation."""
    return [line.part(*span) for line in lines for text in wanted for span in _occurrences(text, line)]


def looks_like(kind: str, text: str) -> bool:
    """Whether a string has the shape of a kind of private text, such as "phone" or "plate"."""
    return next(_spans(kind, text), None) is not None


def _spans(kind: str, text: str) -> Iterator[tuple[int, int]]:
    """Where in a line the private text of that kind stands."""
    if kind == "name" and looks_like("address", text):
        return  # streets are capitalised like people
    found = list(_SHAPES[kind].finditer(text.strip().upper() if kind == "plate" else text))
    if kind == "phone":
        found = [one for one in found if not _REFERENCE.search(text[: one.start()])]
    if kind == "name" and found:
        found = list(_PROPER_NAME.finditer(text))
        yield from ((one.start(), one.end()) for one in found)
        if found:
            return
        yield 0, len(text)
    elif kind in _PARTS:
        # "Phone: +46 70 …": what leads the number in is not private
        leads = [len(one[0]) - len(one[0].lstrip(_LEAD)) if kind == "phone" else 0 for one in found]
        yield from ((one.start() + lead, one.end()) for one, lead in zip(found, leads, strict=True))
    elif found:
        yield 0, len(text)


def _occurrences(wanted: str, line: TextLine) -> Iterator[tuple[int, int]]:
    """Where in the line's text."""
    needle = re.sub(r"\W+", "", wanted).lower()
    if len(needle) < 2:
        return
    places = [i for i, character in enumerate(line.text) if re.match(r"\w", character)]
    hay = "".join(line.text[i] for i in places).lower()
    at = hay.find(needle)
    while at >= 0 and len(hay) == len(places):
        yield places[at], places[at + len(needle) - 1] + 1
        at = hay.find(needle, at + len(needle))
