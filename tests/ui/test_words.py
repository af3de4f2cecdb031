"""What the page writes: messages, steps, times, samples."""

from __future__ import annotations

from datetime import UTC, datetime

import cv2
import numpy as np
import pytest

from ui.pages.start import ago
from ui.pages.talk import as_html, steps_html
from ui.samples import samples


def test_messages_are_escaped_and_fetch_nothing() -> None:
    shown = as_html('<img src="https://x.example/a.png"> ![a](https://x.example/b.png) **bold** `#1F3A93`')
    assert "<img" not in shown
    assert "&lt;img" in shown
    assert "<strong>bold</strong>" in shown
    assert "<code>#1F3A93</code>" in shown


def test_a_step_says_what_with_which_engine_how_long_and_how_it_was_checked() -> None:
    step = {
        "op": "recolor",
        "selection": "<suit>",
        "engine": "oklab",
        "seconds": 1.26,
        "verdict": "colour reached",
        "mask_area": 900,
        "outside_max_diff": 0,
    }
    shown = steps_html([step])
    assert "<b>recolor</b> &lt;suit&gt; · oklab · 1.3 s · colour reached · rest untouched" in shown
    whole = {"op": "crop", "engine": "crop", "seconds": 0.01, "verdict": "now 40×40 pixels", "outside_max_diff": 0}
    assert "<b>crop</b> now 40×40 pixels</li>" in steps_html([whole])
    assert 'class="failed"' in steps_html([{"op": "remove", "error": "Nothing found."}])


@pytest.mark.parametrize(
    ("then", "words"),
    [
        ("2026-05-04T11:59:30+00:00", "just now"),
        ("2026-05-04T11:20:00+00:00", "40 min ago"),
        ("2026-05-04T11:00:00+00:00", "1 hour ago"),
        ("2026-05-01T12:00:00+00:00", "3 days ago"),
    ],
)
def test_how_long_ago(then: str, words: str) -> None:
    assert ago(then, datetime(2026, 5, 4, 12, tzinfo=UTC)) == words


def test_samples_are_pictures_on_this_machine() -> None:
    found = samples()
    assert {"Astronaut", "Coffee"} <= {sample.title for sample in found}
    for sample in found:
        assert cv2.imdecode(np.frombuffer(sample.read(), np.uint8), cv2.IMREAD_COLOR) is not None
        assert len(sample.ideas) == 3
