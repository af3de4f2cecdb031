"""Masks, start, colours and rim around a model: no model needed."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from models.inpainting.diffusion.blending import blended, noise_level
from models.inpainting.diffusion.families import FAMILIES, Prompting, family_of, unknown_family
from models.inpainting.diffusion.intent import Intent, intent_of, words_for
from models.inpainting.diffusion.masks import composite_mask, denoise_mask
from models.inpainting.diffusion.matching import colour_match
from models.inpainting.diffusion.prefill import prefill
from models.inpainting.diffusion.presets import PRESETS
from models.progress import SILENT
from models.weights.catalogue import Commercial


def disc(side: int, radius: float) -> np.ndarray:
    y, x = np.mgrid[0:side, 0:side] - side / 2
    return (np.hypot(x, y) <= radius).astype(np.float32)


# ---- masks ----


@pytest.mark.parametrize("radius", [1, 6, 40, 80])
def test_the_model_may_paint_a_little_beyond_the_hole_and_none_of_that_is_put_back(radius: float) -> None:
    hole = disc(200, radius)
    painted, kept = denoise_mask(hole), composite_mask(hole)
    assert set(np.unique(painted)) <= {0.0, 1.0}
    assert (painted >= hole).all()
    assert painted.sum() > hole.sum()
    assert (kept[hole == 0] == 0).all()
    assert kept.max() == 1.0
    assert painted.dtype == kept.dtype == np.float32


def test_the_fading_is_monotone_and_bounded() -> None:
    kept = composite_mask(disc(300, 120))[150]
    half = kept[:151]
    assert (np.diff(half) >= 0).all()
    assert 15 <= np.count_nonzero((half > 0) & (half < 1)) <= 26
    narrow = composite_mask(disc(300, 120), 4.0)[150, :151]
    assert np.count_nonzero((narrow > 0) & (narrow < 1)) <= 5


def test_the_edge_of_the_picture_is_no_rim() -> None:
    hole = np.zeros((100, 100), np.float32)
    hole[:, 60:] = 1
    assert (composite_mask(hole)[:, -1] == 1).all()
    assert (composite_mask(np.ones((9, 9), np.float32)) == 1).all()


def test_a_hole_of_one_pixel_is_put_back_whole() -> None:
    hole = np.zeros((50, 50), np.float32)
    hole[20, 30] = 1
    assert np.array_equal(composite_mask(hole), hole)
    assert not denoise_mask(np.zeros((5, 5), np.float32)).any()


# ---- intent and words ----


def test_the_intent_is_told_by_hole_and_words() -> None:
    hole = np.zeros((50, 60), bool)
    hole[10:20, 10:20] = True
    assert intent_of(hole, None) is Intent.REMOVE
    assert intent_of(hole, "  ") is Intent.REMOVE
    assert intent_of(hole, "a teapot") is Intent.INSERT
    hole[:, -9:] = True
    assert intent_of(hole, "a teapot") is Intent.EXTEND


@pytest.mark.parametrize("intent", list(Intent))
@pytest.mark.parametrize("prompting", list(Prompting))
def test_words_are_never_empty_and_hold_the_wish(intent: Intent, prompting: Prompting) -> None:
    assert words_for(intent, None, prompting).strip()
    assert "red teapot" in words_for(intent, " red\n teapot. ", prompting)
    assert len(words_for(intent, "teapot " * 2000, prompting)) < 1100


# ---- the start ----


@pytest.mark.parametrize("intent", list(Intent))
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_start_changes_the_hole_alone(photo: np.ndarray, hole: np.ndarray, intent: Intent, dtype: type) -> None:
    image = photo.astype(dtype) * (257 if dtype is np.uint16 else 1)
    start = prefill(image, hole, intent, seed=0, progress=SILENT)
    assert start.dtype == image.dtype
    assert np.array_equal(start[hole == 0], image[hole == 0])
    assert np.array_equal(start[hole > 0], image[hole > 0]) == (intent is Intent.REWORK)


def test_removing_leaves_no_trace_and_replacing_a_blurred_one(photo: np.ndarray, hole: np.ndarray) -> None:
    marked = photo.copy()
    marked[hole > 0] = (255, 0, 255)
    inside = hole > 0
    for intent in (Intent.REMOVE, Intent.EXTEND, Intent.INSERT):
        start = prefill(marked, hole, intent, seed=0, progress=SILENT)[inside].astype(int)
        assert not ((start[:, 0] > 200) & (start[:, 1] < 50) & (start[:, 2] > 200)).any(), intent
    blurred = prefill(marked, hole, Intent.REPLACE, seed=0, progress=SILENT)[inside].astype(float)
    assert blurred[:, 2].mean() > photo[~inside][:, 2].mean() + 20


def test_neutral_is_one_colour_of_the_surroundings(photo: np.ndarray, hole: np.ndarray) -> None:
    inside = prefill(photo, hole, Intent.INSERT, seed=0, progress=SILENT)[hole > 0]
    assert len(np.unique(inside, axis=0)) == 1
    near = photo[45:125, 75:165].reshape(-1, 3)
    assert (np.abs(inside[0].astype(float) - near.mean(axis=0)) < 40).all()


def test_a_hole_of_everything_starts_from_what_is_there(photo: np.ndarray) -> None:
    everything = np.ones(photo.shape[:2], np.float32)
    assert np.array_equal(prefill(photo, everything, Intent.INSERT, seed=0, progress=SILENT), photo)


# ---- colours ----


def test_a_shift_of_colours_is_taken_back(photo: np.ndarray, hole: np.ndarray) -> None:
    picture = photo.astype(np.float32) / 255
    shifted = np.clip(picture * np.float32([0.9, 1.0, 1.1]) + np.float32([0.04, -0.03, 0.02]), 0, 1)
    matched = colour_match(shifted, picture, hole == 0)
    before, after = np.abs(shifted - picture).mean(), np.abs(matched - picture).mean()
    assert after < 0.1 * before


def test_what_the_model_changed_outside_does_not_pull_the_colours(photo: np.ndarray, hole: np.ndarray) -> None:
    picture = photo.astype(np.float32) / 255
    painted = picture.copy()
    painted[20:50, 80:140] = (1.0, 0.0, 0.0)  # painted over beside the hole
    matched = colour_match(painted, picture, hole == 0)
    assert np.abs(matched - painted)[hole > 0].mean() < 0.01


def test_without_surroundings_nothing_is_matched(photo: np.ndarray) -> None:
    painted = photo.astype(np.float32) / 255
    assert colour_match(painted, painted * 0, np.zeros(photo.shape[:2], bool)) is painted
    assert np.array_equal(colour_match(painted, painted, np.ones(photo.shape[:2], bool)).round(4), painted.round(4))


# ---- the rim ----


@pytest.mark.parametrize("intent", list(Intent))
def test_the_painting_fades_in_and_nothing_else_moves(hole: np.ndarray, intent: Intent) -> None:
    under = np.full((*hole.shape, 3), 0.25, np.float32)
    painted = np.full((*hole.shape, 3), 0.75, np.float32)
    mixed = blended(under, painted, hole, intent, 1.0, 0)
    assert np.array_equal(mixed[hole == 0], under[hole == 0])
    assert mixed[85, 120, 0] == pytest.approx(0.75, abs=0.01)
    jumps = np.abs(np.diff(mixed[85, :, 0]))
    assert jumps.max() < (0.25 if intent is Intent.REPLACE else 0.12)


def test_an_enlarged_painting_gets_the_grain_of_the_picture(hole: np.ndarray) -> None:
    rng = np.random.default_rng(3)
    under = np.clip(0.5 + rng.normal(0, 0.04, (*hole.shape, 3)), 0, 1).astype(np.float32)
    smooth = np.full((*hole.shape, 3), 0.5, np.float32)
    mixed = blended(under, smooth, hole, Intent.REMOVE, 0.5, 0)
    core = composite_mask(hole) == 1
    assert mixed[core].std() > 0.5 * under[hole == 0].std()
    assert mixed[core].mean() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("level", [0.0, 0.01, 0.04])
def test_a_new_thing_gets_the_cameras_noise(hole: np.ndarray, level: float) -> None:
    rng = np.random.default_rng(3)
    under = (0.5 + rng.normal(0, level, (*hole.shape, 3))).astype(np.float32)
    assert noise_level(under, hole == 0) == pytest.approx(level, rel=0.25)
    mixed = blended(under, np.full((*hole.shape, 3), 0.5, np.float32), hole, Intent.INSERT, 0.5, 0)
    assert mixed[composite_mask(hole) == 1].std() == pytest.approx(level, rel=0.25)


def test_texture_is_no_noise(photo: np.ndarray, hole: np.ndarray) -> None:
    """Wood and steel must not be strewn over what is new."""
    assert noise_level(photo.astype(np.float32) / 255, hole == 0) < 0.006


def test_a_margin_is_continued_without_a_seam(photo: np.ndarray) -> None:
    margin = np.zeros(photo.shape[:2], np.float32)
    margin[:, 120:] = 1
    start = prefill(photo, margin, Intent.EXTEND, seed=0, progress=SILENT).astype(float)
    jumps = np.abs(np.diff(start[:, 124:], axis=0)).max(), np.abs(np.diff(start[:, 124:], axis=1)).max()
    assert max(jumps) < 25
    assert np.abs(start[:, 124] - cv2.blur(photo, (9, 9))[:, 112]).mean() < 25


# ---- the tables ----


def test_every_preset_can_be_told() -> None:
    assert list(PRESETS) == ["fast", "balanced", "best", "fill", "qwen"]
    for preset in PRESETS.values():
        assert preset.better.endswith(".")
        assert preset.licence.commercial is Commercial.YES or preset.licence.note
        assert preset.steps > 0
        assert all("/" in hub for hub in preset.hubs)
    assert PRESETS["fill"].licence.commercial is Commercial.NO
    assert PRESETS["fill"].licence.gated
    assert PRESETS["best"].licence.name == "Apache-2.0"
    memories = [preset.memory_mb for preset in PRESETS.values()]
    assert memories == sorted(memories)


def test_every_family_is_a_pipeline_that_fills() -> None:
    import inspect

    import diffusers

    for family in FAMILIES:
        call = inspect.signature(getattr(diffusers, family.pipeline).__call__).parameters
        assert {"image", "mask_image", "strength", "callback_on_step_end", family.guidance} <= set(call), family
        assert ("negative_prompt" in call) or not family.negative, family
        assert family.pipeline in family.reads
        assert family_of(family.pipeline) is family
    assert family_of("ShapEPipeline") is None
    assert unknown_family("KandinskyV22Pipeline").pipeline == "AutoPipelineForInpainting"
