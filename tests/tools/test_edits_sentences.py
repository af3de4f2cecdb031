"""How edits say what they did."""

from __future__ import annotations

import pytest

from tools.edits.catalogue import request_for


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("a bit darker #1F3A93", "Recoloured the car: a bit darker than #1F3A93."),
        ("#1F3A93", "Recoloured the car: #1F3A93."),
        ("darker navy", "Recoloured the car: darker navy."),
    ],
)
def test_a_shade_of_a_code_reads_as_one(value: str, told: str) -> None:
    assert request_for("recolor", {"value": value}).sentence("car") == told
