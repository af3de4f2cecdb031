"""What a commission asks for beyond words: structure held, pictures to go by, drafts, previews, a plan."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import skimage.data

from models.errors import BadInputError, UnavailableError
from models.geometry import Bounds, Extent
from models.inpainting.commission import Commission, Intent, Structure
from models.inpainting.diffusion import Diffusion, Means, Quantised
from models.inpainting.diffusion.folder import inspect
from models.inpainting.diffusion.loading import Recipe, load
from models.inpainting.diffusion.memory import Layout, Placement
from models.inpainting.diffusion.structure import lines
from models.progress import SILENT, Progress
from models.weights.store import Store
from tests.models.inpainting.diffusion.loras import lora_for
from tests.models.inpainting.diffusion.tiny_besides import control_for, ip_adapter_for

Tiny = Callable[[str], Path]


@pytest.fixture
def photo() -> np.ndarray:
    return skimage.data.coffee()[130:194, 200:296]


@pytest.fixture
def hole(photo: np.ndarray) -> np.ndarray:
    mask = np.zeros(photo.shape[:2], np.float32)
    mask[20:45, 30:70] = 1
    return mask


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """With an empty cache, so that nothing of this machine is found."""
    return Store(tmp_path / "store", cache=tmp_path / "cache")


def fill(engine: Diffusion, photo: np.ndarray, hole: np.ndarray, seed: int = 1, prompt: str = "leather") -> np.ndarray:
    filled = engine.fill(photo, hole, seed=seed, progress=SILENT, prompt=prompt)
    assert np.array_equal(filled[hole == 0], photo[hole == 0])
    return filled


# ---- structure ----


@pytest.mark.parametrize("name", ["sd", "sdxl"])
def test_a_control_net_holds_the_lines(
    tiny: Tiny, tmp_path: Path, store: Store, photo: np.ndarray, hole: np.ndarray, name: str
) -> None:
    told = Commission(steps=2, intent=Intent.REWORK, structure=Structure.EDGES)
    means = Means(control=control_for(tiny(name), name, tmp_path / "control"))
    loose = Diffusion(str(tiny(name)), told, store=store)
    without = fill(loose, photo, hole)
    assert "no ControlNet" in loose.notices[0]
    engine = Diffusion(str(tiny(name)), told, means=means, store=store)
    held = fill(engine, photo, hole)
    assert engine.notices == ()
    assert not np.array_equal(held, without)
    other = photo.copy()
    other[hole > 0] = other[hole > 0][::-1]
    changed = Diffusion(str(tiny(name)), replace(told, strength=1.0), means=means, store=store)
    assert not np.array_equal(fill(changed, photo, hole), fill(changed, other, hole)), "the lines are the picture's"
    plain = Diffusion(str(tiny(name)), replace(told, structure=None), means=means, store=store)
    assert np.array_equal(fill(plain, photo, hole).shape, photo.shape)
    assert plain.notices == ()


def test_a_control_net_in_the_cache_is_found(tiny: Tiny, tmp_path: Path, photo: np.ndarray, hole: np.ndarray) -> None:
    made = control_for(tiny("sd"), "sd", tmp_path / "control")
    home = tmp_path / "cache" / "models--lllyasviel--control_v11p_sd15_canny"
    (home / "refs").mkdir(parents=True)
    (home / "refs" / "main").write_text("c0ffee")
    shutil.copytree(made, home / "snapshots" / "c0ffee")
    store = Store(tmp_path / "store", cache=tmp_path / "cache")
    engine = Diffusion(str(tiny("sd")), Commission(steps=1, structure=Structure.DEPTH), store=store)
    fill(engine, photo, hole)
    assert engine.notices == ()


def test_a_folder_that_is_no_control_net(tiny: Tiny, store: Store, photo: np.ndarray, hole: np.ndarray) -> None:
    told = Commission(steps=1, structure=Structure.EDGES)
    with pytest.raises(UnavailableError, match="no ControlNet in"):
        fill(Diffusion(str(tiny("sd")), told, means=Means(control=store.root), store=store), photo, hole)
    for wrong in (tiny("sdxl") / "unet", control_for(tiny("sdxl"), "sdxl", store.root / "of another")):
        with pytest.raises(UnavailableError, match="does not fit"):
            fill(Diffusion(str(tiny("sd")), told, means=Means(control=wrong), store=store), photo, hole)


def test_lines_are_outlines_and_depth_drops_the_drawing() -> None:
    y, x = np.mgrid[0:160, 0:200]
    picture = np.full((160, 200, 3), 0.8, np.float32)
    picture[40:120, 50:150] = 0.25
    picture[40:120, 50:150][(x[40:120, 50:150] // 3 + y[40:120, 50:150] // 3) % 2 == 0] += 0.06  # a fine weave
    edges, depth = lines(picture, Structure.EDGES), lines(picture, Structure.DEPTH)
    for drawn in (edges, depth):
        assert drawn.shape == picture.shape
        assert set(np.unique(drawn)) == {0.0, 1.0}
        assert drawn[38:43, 60:140].max(axis=(0, 2)).mean() > 0.9, "the outline is drawn"
        assert drawn[:30].sum() == 0
    assert depth[50:110, 60:140].sum() == 0
    assert lines(np.full((50, 60, 3), 0.5, np.float32), Structure.EDGES).sum() == 0


# ---- references ----


@pytest.mark.parametrize("name", ["sd", "sdxl"])
def test_a_reference_through_an_adapter(
    tiny: Tiny, tmp_path: Path, store: Store, photo: np.ndarray, hole: np.ndarray, name: str
) -> None:
    means = Means(references=ip_adapter_for(tiny(name), name, tmp_path / "adapters"))
    made = []
    for colours in ([(200, 30, 30)], [(30, 30, 200)], [(200, 30, 30), (30, 200, 30)]):
        pictures = tuple(np.full((40, 50, 3), colour, np.uint8) for colour in colours)
        engine = Diffusion(str(tiny(name)), Commission(steps=1, references=pictures), means=means, store=store)
        made.append(fill(engine, photo, hole))
        assert engine.notices == ()
    assert not np.array_equal(made[0], made[1])
    assert not np.array_equal(made[0], made[2])
    blind = Diffusion(str(tiny(name)), Commission(steps=1, references=(photo,)), store=store)
    fill(blind, photo, hole)
    assert "not looked at" in blind.notices[0]
    with pytest.raises(UnavailableError, match="like that of h94/IP-Adapter"):
        fill(Diffusion(str(tiny(name)), blind._commission, means=Means(references=tmp_path), store=store), photo, hole)


@pytest.mark.parametrize("name", ["klein", "kontext"])
def test_a_reference_beside_the_picture(
    tiny: Tiny, store: Store, photo: np.ndarray, hole: np.ndarray, name: str
) -> None:
    made = []
    for pictures in ((), (photo[::-1].copy(),), (photo[::-1].copy(), photo[:, ::-1].copy())):
        told = Commission(steps=1, references=pictures, structure=Structure.EDGES)
        engine = Diffusion(str(tiny(name)), told, store=store)
        made.append(fill(engine, photo, hole))
        assert engine.notices == (), "a model that edits holds the structure by itself"
    assert not np.array_equal(made[0], made[1])
    assert not np.array_equal(made[1], made[2])


def test_a_model_that_takes_no_reference_says_so(tiny: Tiny, store: Store, photo: np.ndarray, hole: np.ndarray) -> None:
    told = Commission(steps=1, references=(photo,), structure=Structure.EDGES)
    engine = Diffusion(str(tiny("flux-fill")), told, store=store)
    fill(engine, photo, hole)
    assert [notice.endswith(".") for notice in engine.notices] == [True, True]
    assert "takes no lines" in engine.notices[0]
    assert "takes none" in engine.notices[1]


# ---- several at once, and looking on ----


def test_drafts_are_one_for_each_seed_and_quick(tiny: Tiny, photo: np.ndarray, hole: np.ndarray) -> None:
    engine, labels = Diffusion(str(tiny("sd")), Commission(prompt="a teapot", steps=4)), []
    progress = Progress(lambda share, label: labels.append((share, label)))
    made = engine.drafts(photo, hole, [5, 6, 5], progress=progress)
    assert len(made) == 3
    assert np.array_equal(made[0], made[2])
    assert not np.array_equal(made[0], made[1])
    assert all(np.array_equal(one[hole == 0], photo[hole == 0]) for one in made)
    assert sum("step" in label for _, label in labels) == 3 * 2, "half of the steps"
    assert any(label.startswith("draft 2 of 3: painting") for _, label in labels)
    assert [share for share, _ in labels] == sorted(share for share, _ in labels)
    with pytest.raises(BadInputError, match="at least one seed"):
        engine.drafts(photo, hole, [], progress=SILENT)


def test_the_best_draft_is_painted_in_full(tiny: Tiny, photo: np.ndarray, hole: np.ndarray) -> None:
    engine = Diffusion(str(tiny("sd")), Commission(prompt="a teapot", steps=2))
    judged: list[np.ndarray] = []

    def judge(draft: np.ndarray) -> float:
        judged.append(draft)
        return [0.1, 0.9, 0.9][len(judged) - 1]

    made, seed = engine.best_of(photo, hole, [11, 12, 13], judge, steps=1, progress=SILENT)
    assert seed == 12
    assert len(judged) == 3
    assert np.array_equal(made, engine.fill(photo, hole, seed=12, progress=SILENT))
    assert not np.array_equal(made, judged[1])
    judged.clear()
    assert engine.best_of(photo, hole, [11, 12, 13], judge, steps=1, progress=SILENT, enough=0.9)[1] == 12
    assert len(judged) == 2, "good enough"


@pytest.mark.parametrize("name", ["sd", "sdxl", "flux-fill", "kontext", "klein"])
def test_previews_show_the_picture_with_the_hole_in_work(
    tiny: Tiny, photo: np.ndarray, hole: np.ndarray, name: str
) -> None:
    engine, seen = Diffusion(str(tiny(name)), Commission(steps=2)), []
    watched = engine.fill(photo, hole, seed=1, progress=Progress(on_preview=seen.append), prompt="a teapot")
    assert len(seen) == 2
    for preview in seen:
        assert preview.shape == photo.shape
        assert preview.dtype == np.uint8
        assert np.array_equal(preview[hole == 0], photo[hole == 0])
    assert not np.array_equal(seen[0], seen[1])
    assert np.array_equal(watched, fill(engine, photo, hole, prompt="a teapot")), "looking on changes nothing"


def test_latents_of_a_picture_look_like_it(tiny: Tiny, photo: np.ndarray) -> None:
    """The fitted map, on an autoencoder that keeps colours: the mean of 8×8 pixels in three of its four latents."""
    import torch

    from models.inpainting.diffusion.preview import Glass

    class Means8:
        class config:  # noqa: N801 — as diffusers names it
            temperal_downsample = None

        dtype = torch.float32

    class Pipe:
        vae, _execution_device = Means8(), torch.device("cpu")

        def _encode_vae_image(self, pixels: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
            small = torch.nn.functional.avg_pool2d(pixels, 8) * 5.0 + 1.0
            return torch.cat([small.flip(1), torch.randn(small[:, :1].shape, generator=generator)], dim=1)

    picture = photo.astype(np.float32) / 255
    glass = Glass(Pipe(), picture)
    latents = Pipe()._encode_vae_image(
        torch.from_numpy(picture * 2 - 1).permute(2, 0, 1)[None], torch.Generator().manual_seed(1)
    )
    seen = glass.look(latents)
    assert seen is not None
    small = picture.reshape(8, 8, 12, 8, 3).mean(axis=(1, 3))
    assert np.abs(seen / 255 - small).max() < 0.02
    tokens = torch.nn.functional.pixel_unshuffle(latents, 2).flatten(2).transpose(1, 2)
    packed = glass.__class__(Pipe(), picture).look(tokens)
    assert packed is not None
    assert packed.shape == (4, 6, 3)
    assert glass.look(torch.zeros(1, 7, 16)) is None


# ---- means ----


def test_the_plan_is_told_before_anything_is_loaded(tiny: Tiny, store: Store) -> None:
    engine = Diffusion(str(tiny("sd")), Commission(structure=Structure.EDGES), store=store)
    told = engine.plan(Extent(4000, 3000), Bounds(100, 100, 300, 300))
    assert "is loaded first. The whole model fits" in told
    assert "no ControlNet" in told


def test_quantised_needs_its_package(tiny: Tiny, photo: np.ndarray, hole: np.ndarray) -> None:
    from importlib.util import find_spec

    for quantised, package in ((Quantised.NF4, "bitsandbytes"), (Quantised.INT8, "torchao")):
        engine = Diffusion(str(tiny("sd")), Commission(steps=1), means=Means(quantised=quantised))
        if find_spec(package) is None:
            with pytest.raises(UnavailableError, match=f"pip install {package}"):
                fill(engine, photo, hole)
        elif package == "torchao":
            fill(engine, photo, hole)


def test_attention_is_one_that_is_here(tiny: Tiny, photo: np.ndarray, hole: np.ndarray) -> None:
    plain = fill(Diffusion(str(tiny("klein")), Commission(steps=1)), photo, hole)
    exact = Diffusion(str(tiny("klein")), Commission(steps=1), means=Means(attention="_native_math"))
    assert np.abs(fill(exact, photo, hole).astype(int) - plain).max() <= 1
    for name, kind in (("magic", UnavailableError), ("flash", UnavailableError), ("flash_hub", BadInputError)):
        with pytest.raises(kind, match="attention"):
            fill(Diffusion(str(tiny("klein")), Commission(steps=1), means=Means(attention=name)), photo, hole)


@pytest.mark.parametrize(("name", "backbone"), [("sd", "unet"), ("klein", "transformer")])
def test_the_blocks_that_repeat_are_compiled(tiny: Tiny, name: str, backbone: str) -> None:
    """Compiled as they are run first, which takes minutes; here it is only seen that they are going to be."""
    folder = inspect(tiny(name))
    recipe = Recipe(folder.origin, 0, "cpu", compiled=True)
    for wanted, compiled in ((recipe, True), (replace(recipe, compiled=False), False)):
        pipe = load(folder, wanted, Layout(Placement.WHOLE, tiled=False, bytes_needed=0))
        parts = getattr(pipe, backbone).modules()
        assert any(part._compiled_call_impl is not None for part in parts) is compiled


# ---- homes ----


def test_a_preset_is_found_in_the_cache_under_its_second_home(
    tiny: Tiny, tmp_path: Path, store: Store, photo: np.ndarray, hole: np.ndarray
) -> None:
    assert store.cache is not None
    home = store.cache / "models--botp--stable-diffusion-v1-5-inpainting"
    (home / "refs").mkdir(parents=True)
    (home / "refs" / "main").write_text("beef")
    engine = Diffusion("fast", store=store)
    shutil.copytree(tiny("sd"), home / "snapshots" / "beef", ignore=shutil.ignore_patterns("unet"))
    assert not engine.is_available, "it is not whole"
    shutil.copytree(tiny("sd") / "unet", home / "snapshots" / "beef" / "unet")
    assert not engine.is_available, "its LoRA is missing"
    lora = store.cache / "models--latent-consistency--lcm-lora-sdv1-5"
    (lora / "refs").mkdir(parents=True)
    (lora / "refs" / "main").write_text("1cm")
    lora_for(tiny("sd"), "sd", lora / "snapshots" / "1cm")
    assert engine.is_available
    fill(engine, photo, hole)
