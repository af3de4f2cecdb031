"""The diptych's geometry with a weight-free engine, and learned tokens on a tiny model of the real architecture."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.errors import UnavailableError
from models.harmonise.diptych import InContext, diptych
from models.harmonise.prompt_tokens import TOKEN, Pair, TokenPainter, TokenPlan, train_tokens, two_views
from models.inpainting.patchmatch import PatchMatch
from models.mask import Mask
from models.progress import SILENT, Progress
from tests.models.harmonise.drawn import eight, floor_and_wall


class _CopiesLeft:
    """An engine that fills the right half with what stands at the same place in the left: a perfect copier."""

    name = "copier"

    def fill(
        self,
        image: np.ndarray,
        hole: Mask,
        *,
        seed: int,
        progress: Progress,
        sources: Mask | None = None,
        prompt: str | None = None,
    ) -> np.ndarray:
        del seed, progress, sources, prompt
        side = image.shape[0]
        assert image.shape == (side, 2 * side, 3)
        assert not hole[:, :side].any()
        result = image.copy()
        shifted = np.concatenate([image[:, :side], image[:, :side]], axis=1)
        result[hole > 0] = shifted[hole > 0]
        return result


def _hole() -> Mask:
    hole = np.zeros((300, 400), np.float32)
    hole[120:180, 220:300] = 1
    return hole


def test_reference_left_scene_right_hole_right_only() -> None:
    scene = eight(floor_and_wall())
    reference = np.zeros((100, 50, 3), np.uint8)
    reference[:] = (200, 40, 40)
    laid = diptych(scene, _hole(), reference, side=128)
    assert laid.image.shape == (128, 256, 3)
    assert not laid.hole[:, :128].any()
    assert laid.hole[:, 128:].any()
    assert (laid.image[64, 64] == (200, 40, 40)).all()
    assert (laid.image[64, 5] == 255).all()  # proportions kept, on white
    assert laid.window.width > 80
    # what is drawn into the right half comes back to its place
    painted = laid.image.copy()
    painted[laid.hole > 0] = (0, 255, 0)
    back = laid.right(painted)
    inside = (back == (0, 255, 0)).all(axis=-1)
    rows, columns = np.nonzero(inside)
    assert abs(rows.min() + laid.window.y0 - 120) <= 2
    assert abs(columns.max() + laid.window.x0 - 299) <= 2


@pytest.mark.parametrize("factor", [1, 257])
def test_only_the_hole_changes_and_shows_the_reference(factor: int) -> None:
    scene = eight(floor_and_wall()).astype(np.uint8 if factor == 1 else np.uint16) * factor
    reference = np.zeros((90, 90, 3), np.uint8)
    reference[:] = (10, 200, 90)
    hole = _hole()
    filled = InContext(_CopiesLeft(), reference, side=128).fill(scene, hole, seed=0, progress=SILENT)
    assert filled.dtype == scene.dtype
    assert (filled[hole == 0] == scene[hole == 0]).all()
    assert np.abs(filled[150, 260].astype(int) - np.array([10, 200, 90]) * factor).max() <= 2 * factor


def test_any_engine_can_be_shown_a_reference() -> None:
    scene = eight(floor_and_wall())
    filled = InContext(PatchMatch(), scene[150:250, 100:200], side=128).fill(scene, _hole(), seed=1, progress=SILENT)
    assert (filled[_hole() == 0] == scene[_hole() == 0]).all()


def _pair(rng: np.random.Generator, side: int) -> Pair:
    """A flat colour left, the same right: what the hole holds is only told by the left half."""
    colour = rng.integers(40, 216, 3)
    plain = np.broadcast_to(colour, (side, side, 3)).astype(np.uint8)
    hole = np.zeros((side, side), np.float32)
    hole[side // 4 : -side // 4, side // 4 : -side // 4] = 1
    return Pair(plain, plain, hole)


@pytest.mark.slow
def test_tokens_are_learned_kept_and_change_the_painting(tmp_path: Path) -> None:
    """On a tiny Stable Diffusion of random weights: the loss falls, everything but the tokens stays, seeds repeat."""
    from safetensors.numpy import load_file

    from tests.models.inpainting.diffusion.tiny_pipelines import tiny_sd

    folder = tmp_path / "tiny"
    tiny_sd(folder)
    before = {path: path.read_bytes() for path in folder.rglob("*.safetensors")}
    plan = TokenPlan(tokens=4, steps=24, rate=0.3, decay=0.0, side=32, seed=1)
    losses = train_tokens(folder, _pair, tmp_path / "learned.safetensors", plan)
    # the same pairs, noise and times without learning: compared with that, chance is the same on both sides
    still = train_tokens(folder, _pair, tmp_path / "begun.safetensors", replace(plan, rate=0.0))
    assert losses[0] == still[0]
    assert np.mean(losses[12:]) < np.mean(still[12:])
    assert train_tokens(folder, _pair, tmp_path / "again.safetensors", replace(plan, steps=4)) == losses[:4]
    learned, begun = (load_file(tmp_path / f"{name}.safetensors")[TOKEN] for name in ("learned", "begun"))
    assert learned.shape == begun.shape == (4, 32)
    assert np.abs(begun - begun[0]).max() < 1e-6  # all begin at the sentence's mean
    assert np.abs(learned - begun).max() > 0.1
    assert all(path.read_bytes() == held for path, held in before.items())

    scene, hole = eight(floor_and_wall()), _hole()
    reference = scene[:100, :100]

    def painted(tokens: str) -> np.ndarray:
        engine = TokenPainter(folder, tmp_path / f"{tokens}.safetensors", steps=2)
        return InContext(engine, reference, side=64).fill(scene, hole, seed=3, progress=SILENT)

    once = painted("learned")
    assert (once == painted("learned")).all()
    assert (once != painted("begun")).any()
    assert (once[hole == 0] == scene[hole == 0]).all()


def test_missing_model_and_missing_tokens_say_so(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="no Stable Diffusion inpainting model"):
        train_tokens(tmp_path, _pair, tmp_path / "tokens.safetensors", TokenPlan(steps=1))


def test_two_views_show_the_same_thing_otherwise() -> None:
    photo = eight(floor_and_wall())
    pair = two_views(np.random.default_rng(0), photo, 64, np.ones((64, 64), np.float32))
    assert pair.left.shape == pair.right.shape == (64, 64, 3)
    assert (pair.left != pair.right).any()
    same = two_views(np.random.default_rng(0), photo, 64, np.ones((64, 64), np.float32))
    assert (same.right == pair.right).all()
