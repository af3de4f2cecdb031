from __future__ import annotations

import numpy as np
import pytest

from models.errors import BadInputError
from tools.selections.names import LONGEST, clean, meant, rivals, stem_of, unused

NAMES = ["dog", "dog 2", "dog 3", "red ball", "Rex", "glasses", "the sky"]


def _at(x: int, size: int = 10) -> np.ndarray:
    mask = np.zeros((60, 200), np.float32)
    mask[20 : 20 + size, x : x + size] = 1
    return mask


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("dog", ["dog", "dog 2", "dog 3"]),
        ("the dogs", ["dog", "dog 2", "dog 3"]),
        ("my left dog", ["dog", "dog 2", "dog 3"]),
        ("dog 2", ["dog 2"]),
        ("the dog 1", ["dog"]),
        ("dog 9", []),
        ("the red ball", ["red ball"]),
        ("red balls", ["red ball"]),
        ("ball", []),
        ("rex", ["Rex"]),
        ("the glasses", ["glasses"]),
        ("sky", ["the sky"]),
        ("cat", []),
        ("the dog's collar", []),
    ],
)
def test_which_names_a_phrase_may_mean(phrase: str, expected: list[str]) -> None:
    assert [NAMES[index] for index in rivals(phrase, NAMES)] == expected


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("the dogs", [0, 1, 2]),
        ("all dogs", [0, 1, 2]),
        ("the left dog", [1]),
        ("the second dog", [0]),
        ("the dog on the right", [2]),
        ("the biggest dog", [0]),
        ("the dog", []),
    ],
)
def test_several_of_one_name_are_told_apart(phrase: str, expected: list[int]) -> None:
    assert sorted(meant(phrase, [_at(90, 30), _at(10), _at(170)])) == expected


def test_one_alone_is_meant_by_its_name() -> None:
    assert meant("dog", [_at(5)]) == [0]
    assert meant("the third dog", [_at(5)]) == []


def test_names_are_made_fit_to_be_spoken() -> None:
    assert clean("  left\n\tdog ") == "left dog"
    assert clean("@secret") == "secret"
    assert clean("?1") == "1"
    assert clean("собака") == "собака"
    assert len(clean("x" * 500)) == LONGEST
    for name in ("", "   ", "???", "\x00\x01", "drawn", "Drawn"):
        with pytest.raises(BadInputError):
            clean(name)


def test_taken_names_are_numbered() -> None:
    assert unused("dog", ["cat"]) == "dog"
    assert unused("dog", ["Dog"]) == "dog 2"
    assert unused("dog 2", ["dog", "dog 2"]) == "dog 3"
    assert stem_of("dog 12") == ("dog", 12)
    assert stem_of("route 66 sign") == ("route 66 sign", 1)
