from __future__ import annotations

import pytest

from models.geometry import Extent
from tools.workspace.recall import latest_mention
from tools.workspace.tree import Version


def _version(number: int, message: str, **edit: object) -> Version:
    return Version(
        id=f"{number:08x}",
        parent=f"{number - 1:08x}",
        number=number,
        created="2026-01-01T00:00:00+00:00",
        edit=edit,
        message=message,
        name="the good one" if number == 5 else None,
        report=None,
        extent=Extent(10, 10),
        bit_depth=8,
        has_alpha=False,
    )


_PATH = [
    _version(2, "Removed the palm tree on the left.", op="remove", target={"label": "palm tree"}),
    _version(3, "Made the mug blue.", op="recolor", target={"label": "mug"}, colour="blue"),
    _version(4, "Blurred the background.", op="blur", target={"label": "background"}),
    _version(5, "Made the mug darker.", op="adjust", target={"label": "mug"}),
    _version(6, "把树移除了。", op="remove", target={"label": "树"}),
    _version(7, "Die Straßenlaterne wurde entfernt.", op="remove", target={"label": "Straßenlaterne"}),
]


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("the tree", 2),
        ("you removed the palm tree", 2),
        ("the palmtree", 2),
        ("blurring the background", 4),
        ("the mug", 5),
        ("the blue mug", 3),
        ("the bleu mug", 3),
        ("the good one", 5),
        ("树", 6),
        ("STRASSENLATERNE", 7),
        ("laterne", 7),
        ("the giraffe", None),
        ("", None),
        ("?!", None),
    ],
)
def test_the_latest_edit_that_fits_best(words: str, number: int | None):
    found = latest_mention(words, _PATH)
    assert (found.number if found else None) == number
