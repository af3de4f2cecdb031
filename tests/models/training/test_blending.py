"""Learning to weigh continuations: a few drawn windows are enough to gain on each of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.errors import BadInputError
from models.inpainting.blended import METHODS, Blended, load_weigher
from models.progress import SILENT
from models.training.blending import learn, prepare
from tests.ui.test_train_command import run


@pytest.mark.slow
def test_it_learns_whom_to_trust_and_says_what_is_gained(tmp_path: Path) -> None:
    windows = prepare((), tmp_path, 6, holes={"scratches": 1.0})
    told: list[str] = []
    weigher = learn(windows, steps=120, seed=1, say=told.append)
    # too few to hold one back: the gain is on what was learned from
    assert float(told[0].split(": ")[1].split(" dB")[0]) > 0.1
    again = learn(windows, steps=120, seed=1)
    np.testing.assert_array_equal(again.layers[0][0], weigher.layers[0][0])
    weigher.save(tmp_path / "mine.npz")
    assert load_weigher(tmp_path / "mine.npz").layers[2][0].shape[1] == len(METHODS)


def test_the_command_writes_weights_that_fill(tmp_path: Path) -> None:
    target = tmp_path / "mine.npz"
    done = run("blend", target, "--cache", tmp_path / "cache", "--windows", 2, "--steps", 3)
    assert done.exit_code == 0, done.output
    assert "dB on frequency-selective reconstruction" in done.output
    picture = np.random.default_rng(0).integers(0, 256, (48, 48, 3), np.uint8)
    hole = np.zeros((48, 48), np.float32)
    hole[20:23] = 1
    filled = Blended(target).fill(picture, hole, seed=0, progress=SILENT)
    assert not np.array_equal(filled[hole > 0], picture[hole > 0])
    wrong = run("blend", tmp_path / "mine.txt", "--cache", tmp_path / "cache", "--windows", 2)
    assert wrong.exit_code == 2
    assert ".npz" in wrong.output


def test_folders_without_pictures_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError):
        prepare((tmp_path,), tmp_path / "cache", 2)
