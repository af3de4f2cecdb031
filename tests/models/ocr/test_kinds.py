"""What a phrase means among the lines of a document."""

from __future__ import annotations

import re

import numpy as np
import pytest

from models.ocr.kinds import matching
from models.ocr.lines import TextLine, Word

INVOICE = (
    "INVOICE No. 2026-0417",
    "Billed to: Margaret Holloway",
    "14 Cedar Lane, Springfield",
    "Phone: +44 20 7946 0912 e-mail: m.holloway@example.org",
    "Contact No. 020 7946 0913",
    "2 x Desk lamp, black £ 84.00",
    "Signed: Peter Novak, Accounts",
)


def lines(*texts: str) -> list[TextLine]:
    """Lines of letters 12 pixels wide, whose words are known apart."""
    return [_line(text, 40.0 * row) for row, text in enumerate(texts)]


def _line(text: str, top: float) -> TextLine:
    width = 12.0 * len(text)
    corners = np.array([[0, top], [width, top], [width, top + 30], [0, top + 30]])
    words = [
        Word(found.start(), found.end(), max(0.0, (found.start() - 0.5) / len(text)), (found.end() + 0.5) / len(text))
        for found in re.finditer(r"\S+", text)
    ]
    return TextLine(corners, text, 0.99, tuple(words))


@pytest.mark.parametrize(
    ("wanted", "meant"),
    [
        ("the names", ["Margaret Holloway", "Peter Novak,"]),
        ("the e-mail address", ["m.holloway@example.org"]),
        ("email address", ["m.holloway@example.org"]),
        ("the address", ["14 Cedar Lane, Springfield"]),
        ("the email and the address", ["14 Cedar Lane, Springfield", "m.holloway@example.org"]),
        ("the phone numbers", ["+44 20 7946 0912", "020 7946 0913"]),
        ("the invoice number", ["2026-0417"]),
        ("prices", ["£ 84.00"]),
    ],
)
def test_private_text_of_an_invoice(wanted: str, meant: list[str]) -> None:
    assert [line.text for line in matching(lines(*INVOICE), wanted)] == meant


def test_what_two_kinds_cover_is_given_once() -> None:
    found = matching(lines("Call 555 0199 2231"), "phone and account number")
    assert [line.text for line in found] == ["555 0199 2231"]
