"""Without a model that knows nouns, one thing is not taken for another only because it stands out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.tools.opened import opened, perform
from tools.edits.context import EditContext
from tools.grounding import ground
from tools.questions import NeedsAnswerError


@pytest.fixture
def context(tmp_path: Path) -> EditContext:
    """A red ball on grass, and nothing else that stands out."""
    rows, columns = np.mgrid[:240, :360]
    pixels = np.full((240, 360, 3), (70, 120, 60), np.uint8)
    pixels += np.random.default_rng(1).integers(0, 18, pixels.shape, dtype=np.uint8)
    pixels[np.hypot(columns - 150, rows - 120) < 40] = (200, 30, 30)
    return opened(tmp_path, pixels)


def test_another_noun_for_a_thing_that_has_a_name_is_asked_about(context: EditContext) -> None:
    perform(context, "recolor", target="ball", value="blue")
    before = context.workspace.head.id
    with pytest.raises(NeedsAnswerError, match="I know this as the ball") as asked:
        perform(context, "remove", target="tree")
    assert asked.value.question.candidates, "what it took for the tree is shown"
    assert context.workspace.head.id == before


def test_its_own_name_and_what_names_nothing_are_not_asked_about(context: EditContext) -> None:
    perform(context, "recolor", target="ball", value="blue")
    for words in ("ball", "blue ball", "it", "subject", "the blue thing"):
        found = ground(context, words)
        assert found is not None
        assert found.mask[120, 150] > 0.5
