"""Text taken out or blacked out on rendered documents, read again afterwards by the same OCR."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from skimage import data

from models.errors import BadInputError
from models.ocr import matching, read_text
from tests.tools.opened import opened, perform

LINES = [
    "Invoice 2026-117",
    "Customer: Maria Lindqvist",
    "Phone: +46 70 555 01 23",
    "maria@example.org",
    "14 Harbour Street, Lund",
    "Total: $42.50",
]


def document() -> np.ndarray:
    page = Image.new("RGB", (720, 420), (250, 248, 240))
    drawing = ImageDraw.Draw(page)
    for number, line in enumerate(LINES):
        drawing.text((40, 30 + 60 * number), line, fill=(25, 25, 60), font=ImageFont.load_default(30))
    return np.asarray(page)


def letters(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalnum())


def read(pixels: np.ndarray) -> str:
    return letters(" ".join(line.text for line in read_text(pixels)))


def test_the_document_can_be_read_at_all() -> None:
    assert all(letters(line)[:10] in read(document()) for line in LINES)


@pytest.mark.parametrize(
    ("target", "gone", "kept"),
    [
        ("phone number", ["5550123"], ["lindqvist", "invoice", "4250"]),
        ("email", ["exampleorg"], ["lindqvist", "5550123"]),
        ("address", ["harbour"], ["lindqvist", "invoice"]),
        ("customer's name", ["lindqvist"], ["invoice", "4250", "5550123"]),
        ("'Total: $42.50'", ["4250"], ["lindqvist", "5550123"]),
        ("text", ["invoice", "lindqvist", "5550123", "exampleorg", "harbour", "4250"], []),
    ],
)
def test_what_is_redacted_cannot_be_read_again(tmp_path: Path, target: str, gone: list[str], kept: list[str]) -> None:
    context = opened(tmp_path, document())
    report = perform(context, "redact_text", target=target)
    after = context.workspace.picture().pixels
    text = read(after)
    assert not [word for word in gone if word in text]
    assert all(word in text for word in kept)
    changed = (after != document()).any(axis=-1)
    assert set(np.unique(after[changed])) <= {0}, "covered with one solid colour, nothing left of what was there"
    assert report.outside_max_diff == 0


def test_text_is_taken_out_of_a_photo_and_the_ground_continues(tmp_path: Path) -> None:
    plain = np.ascontiguousarray(data.grass()[:300, :420, None].repeat(3, axis=2))
    page = Image.fromarray(plain)
    ImageDraw.Draw(page).text((60, 120), "SAMPLE 2026", fill=(255, 240, 40), font=ImageFont.load_default(44))
    context = opened(tmp_path, np.asarray(page))
    perform(context, "remove_text")
    after = context.workspace.picture().pixels
    assert "sample" not in read(after)
    yellow = (after[..., 0].astype(int) - after[..., 2] > 60).mean()
    assert yellow < 0.001


def test_a_picture_without_text_says_so(tmp_path: Path) -> None:
    context = opened(tmp_path, np.full((200, 300, 3), 180, np.uint8))
    with pytest.raises(BadInputError, match="read"):
        perform(context, "remove_text")
    assert len(context.workspace.versions()) == 1


def test_a_name_is_not_the_invoice_number() -> None:
    lines = read_text(document())
    assert [letters(line.text) for line in matching(lines, "names")] == ["marialindqvist"]


@pytest.mark.parametrize(
    ("target", "gone", "kept"),
    [
        ("'Lindqvist'", "lindqvist", ["customer", "maria"]),
        ("the names", "marialindqvist", ["customer"]),
        ("the price", "4250", ["total"]),
        ("'Harbour'", "harbour", ["14", "street", "lund"]),
    ],
)
def test_of_a_line_only_the_words_that_are_meant_are_covered(
    tmp_path: Path, target: str, gone: str, kept: list[str]
) -> None:
    context = opened(tmp_path, document())
    perform(context, "redact_text", target=target)
    text = read(context.workspace.picture().pixels)
    assert gone not in text
    assert all(word in text for word in kept)


def test_a_tilted_line_is_covered_where_it_stands(tmp_path: Path) -> None:
    page = np.asarray(
        Image.fromarray(document()).rotate(6, fillcolor=(250, 248, 240), resample=Image.Resampling.BICUBIC)
    )
    context = opened(tmp_path, page)
    perform(context, "redact_text", target="the phone number")
    after = context.workspace.picture().pixels
    assert "55501" not in read(after)
    assert "lindqvist" in read(after)
