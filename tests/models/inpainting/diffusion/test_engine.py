"""The engine on tiny models of the real architectures, saved and loaded in the real layout."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import skimage.data
import torch

from models.errors import BadInputError, CancelledError, PentimentoError, UnavailableError
from models.inpainting.choose import engine_named
from models.inpainting.commission import Commission, Intent
from models.inpainting.diffusion import Diffusion, Means
from models.inpainting.diffusion.kept import KEPT
from models.progress import SILENT, Progress
from models.weights.store import Store
from tests.models.inpainting.diffusion.loras import lora_for

Tiny = Callable[[str], Path]


@pytest.fixture
def photo() -> np.ndarray:
    """Smaller than elsewhere: what is painted is up to sixteen times as large."""
    return skimage.data.coffee()[130:210, 200:320]


@pytest.fixture
def hole(photo: np.ndarray) -> np.ndarray:
    mask = np.zeros(photo.shape[:2], np.float32)
    mask[30:55, 45:75] = 1
    return mask


ARCHITECTURES = ["sd", "sdxl", "flux-fill", "kontext", "klein"]


def fill(
    engine: Diffusion,
    photo: np.ndarray,
    hole: np.ndarray,
    *,
    seed: int = 1,
    progress: Progress = SILENT,
    prompt: str | None = "a teapot",
) -> np.ndarray:
    return engine.fill(photo, hole, seed=seed, progress=progress, prompt=prompt)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_a_hole_is_painted_and_nothing_else(tiny: Tiny, photo: np.ndarray, hole: np.ndarray, name: str) -> None:
    engine = Diffusion(str(tiny(name)), Commission(steps=2))
    told: list[tuple[float, str]] = []
    first = fill(engine, photo, hole, progress=Progress(lambda share, label: told.append((share, label))))
    assert first.shape == photo.shape
    assert first.dtype == photo.dtype
    assert np.array_equal(first[hole == 0], photo[hole == 0])
    assert (first != photo)[hole > 0].mean() > 0.5
    assert np.array_equal(first, fill(engine, photo, hole)), "the same seed"
    assert not np.array_equal(first, fill(engine, photo, hole, seed=2)), "another seed"
    shares, labels = [share for share, _ in told], [label for _, label in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert [label for label in labels if "step" in label] == ["painting, step 1 of 2", "painting, step 2 of 2"]
    assert any("loading" in label and "fits" in label for label in labels)


@pytest.mark.slow
def test_qwen_paints_at_its_own_size_and_the_picture_keeps_its(tiny: Tiny, photo: np.ndarray, hole: np.ndarray) -> None:
    """Its pipeline insists on a megapixel, whatever it is given."""
    seen: list[np.ndarray] = []
    labels: list[str] = []
    engine = Diffusion(str(tiny("qwen")), Commission(steps=1))
    watching = Progress(lambda share, label: labels.append(label), on_preview=seen.append)
    filled = fill(engine, photo, hole, progress=watching)
    assert filled.shape == photo.shape
    assert np.array_equal(filled[hole == 0], photo[hole == 0])
    assert (filled != photo)[hole > 0].mean() > 0.5
    assert "painting, step 1 of 1" in labels
    assert len(seen) == 1


def test_sixteen_bits_stay_sixteen(tiny: Tiny, photo: np.ndarray, hole: np.ndarray) -> None:
    deep = photo.astype(np.uint16) * 257
    filled = fill(Diffusion(str(tiny("sd")), Commission(steps=1)), deep, hole)
    assert filled.dtype == np.uint16
    assert np.array_equal(filled[hole == 0], deep[hole == 0])
    assert len(np.unique(filled[hole > 0] % 257)) > 10


@pytest.mark.parametrize("intent", list(Intent))
def test_every_intent(tiny: Tiny, photo: np.ndarray, hole: np.ndarray, intent: Intent) -> None:
    filled = fill(Diffusion(str(tiny("sd")), Commission(steps=1, intent=intent)), photo, hole)
    assert np.array_equal(filled[hole == 0], photo[hole == 0])


def test_any_hole(tiny: Tiny, photo: np.ndarray) -> None:
    engine = Diffusion(str(tiny("sd")), Commission(steps=1))
    everything, one = np.ones(photo.shape[:2], np.float32), np.zeros(photo.shape[:2], np.float32)
    one[3, 4] = 0.2
    assert fill(engine, photo, everything).shape == photo.shape
    assert np.count_nonzero((fill(engine, photo, one) != photo).any(axis=2)) <= 1
    assert fill(engine, photo, one, prompt="teapot " * 2000).shape == photo.shape
    margin = np.zeros(photo.shape[:2], np.float32)
    margin[:, 100:] = 1
    assert np.array_equal(fill(engine, photo, margin, prompt=None)[:, :100], photo[:, :100])
    with pytest.raises(BadInputError, match="empty"):
        fill(engine, photo, one * 0)


def test_steps_are_steps_whatever_the_strength(tiny: Tiny, photo: np.ndarray, hole: np.ndarray) -> None:
    for name, strength in (("sd", 0.5), ("sdxl", None), ("klein", 0.6)):
        told: list[str] = []
        engine = Diffusion(str(tiny(name)), Commission(steps=3, strength=strength))
        fill(engine, photo, hole, progress=Progress(lambda share, label, told=told: told.append(label)))
        assert sum("step" in label for label in told) == 3, name


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_stopped_within_one_step_and_usable_after(tiny: Tiny, photo: np.ndarray, hole: np.ndarray, name: str) -> None:
    engine, labels = Diffusion(str(tiny(name)), Commission(steps=50)), []
    stopping = Progress(lambda share, label: labels.append(label), lambda: "painting, step 2 of 50" in labels)
    before = photo.copy()
    with pytest.raises(CancelledError):
        fill(engine, photo, hole, progress=stopping)
    assert "painting, step 3 of 50" not in labels
    assert np.array_equal(photo, before)
    quick = Diffusion(str(tiny(name)), Commission(steps=1))
    assert fill(quick, photo, hole).shape == photo.shape


def test_a_second_edit_does_not_load_again(tiny: Tiny, tmp_path: Path, photo: np.ndarray, hole: np.ndarray) -> None:
    labels: list[str] = []
    progress = Progress(lambda share, label: labels.append(label))
    for name in "abc":
        shutil.copytree(tiny("sd"), tmp_path / name)
    for name in ["a", "a", "b", "a", "c", "b"]:
        fill(Diffusion(str(tmp_path / name), Commission(steps=1)), photo, hole, progress=progress)
        assert len(KEPT) <= 2
    # b was used longest ago when c came
    assert [label.split()[1] for label in labels if label.startswith("loading")] == ["a", "b", "c", "b"]


def test_two_at_a_time_take_turns_and_waiting_can_be_stopped(tiny: Tiny, photo: np.ndarray, hole: np.ndarray) -> None:
    engine = Diffusion(str(tiny("sd")), Commission(steps=2))
    expected = fill(engine, photo, hole)
    results: list[np.ndarray] = []
    threads = [threading.Thread(target=lambda: results.append(fill(engine, photo, hole))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 3
    assert all(np.array_equal(one, expected) for one in results)
    labels: list[str] = []
    waiting = Progress(lambda share, label: labels.append(label), lambda: any("waiting" in label for label in labels))
    with KEPT.alone(SILENT), pytest.raises(CancelledError):
        fill(engine, photo, hole, progress=waiting)


# ---- adapters ----


@pytest.mark.parametrize("name", ["sd", "sdxl"])
def test_a_lora_changes_the_painting(
    tiny: Tiny, tmp_path: Path, photo: np.ndarray, hole: np.ndarray, name: str
) -> None:
    adapter = lora_for(tiny(name), name, tmp_path)
    plain = fill(Diffusion(str(tiny(name)), Commission(steps=2)), photo, hole)
    changed = fill(Diffusion(str(tiny(name)), Commission(steps=2), means=Means(adapter)), photo, hole)
    assert not np.array_equal(plain, changed)
    assert np.array_equal(changed[hole == 0], photo[hole == 0])
    assert np.array_equal(plain, fill(Diffusion(str(tiny(name)), Commission(steps=2)), photo, hole)), (
        "the plain one stays plain"
    )


def test_a_lora_of_another_model_is_refused(tiny: Tiny, tmp_path: Path, photo: np.ndarray, hole: np.ndarray) -> None:
    adapter = lora_for(tiny("sdxl"), "sdxl", tmp_path)
    with pytest.raises(BadInputError, match="does not fit"):
        fill(Diffusion(str(tiny("sd")), Commission(steps=1), means=Means(adapter)), photo, hole)
    with pytest.raises(UnavailableError, match="no LoRA"):
        fill(Diffusion(str(tiny("sd")), Commission(steps=1), means=Means(tmp_path / "absent.safetensors")), photo, hole)
    (tmp_path / "broken.safetensors").write_bytes(b"nothing")
    with pytest.raises(BadInputError, match="does not fit"):
        fill(Diffusion(str(tiny("sd")), Commission(steps=1), means=Means(tmp_path / "broken.safetensors")), photo, hole)


# ---- what goes wrong ----


def test_names_that_are_none(photo: np.ndarray, hole: np.ndarray, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="fast, balanced, best, fill, qwen"):
        fill(Diffusion("magic", store=Store(tmp_path)), photo, hole)
    with pytest.raises(BadInputError, match="no diffusion model"):
        engine_named("diffusion:/nowhere/at/all").fill(photo, hole, seed=0, progress=SILENT)
    with pytest.raises(BadInputError, match="diffusion:fast"):
        engine_named("magic")


@pytest.mark.parametrize("preset", ["fast", "balanced", "best", "fill", "qwen"])
def test_a_preset_that_is_not_here_says_how_to_get_it(
    preset: str, photo: np.ndarray, hole: np.ndarray, tmp_path: Path
) -> None:
    engine = Diffusion(preset, store=Store(tmp_path, cache=tmp_path / "cache"))
    assert not engine.is_available
    with pytest.raises(UnavailableError) as caught:
        fill(engine, photo, hole)
    assert "download" in str(caught.value)


def test_a_folder_whose_weights_do_not_fit_its_config(
    tiny: Tiny, tmp_path: Path, photo: np.ndarray, hole: np.ndarray
) -> None:
    folder = shutil.copytree(tiny("sd"), tmp_path / "model")
    config = folder / "unet" / "config.json"
    config.write_text(config.read_text().replace('"cross_attention_dim": 32', '"cross_attention_dim": 48'))
    with pytest.raises(UnavailableError, match="cannot be read"):
        fill(Diffusion(str(folder), Commission(steps=1)), photo, hole)


def test_a_pipeline_that_fills_no_holes(tiny: Tiny, tmp_path: Path, photo: np.ndarray, hole: np.ndarray) -> None:
    folder = shutil.copytree(tiny("sd"), tmp_path / "model")
    index = folder / "model_index.json"
    index.write_text(index.read_text().replace("StableDiffusionInpaintPipeline", "StableDiffusionUpscalePipeline"))
    with pytest.raises(PentimentoError, match=r"cannot (be read|fill a hole)"):
        fill(Diffusion(str(folder), Commission(steps=1)), photo, hole)


def test_a_device_that_is_not_there(tiny: Tiny, photo: np.ndarray, hole: np.ndarray) -> None:
    with pytest.raises(UnavailableError, match="cannot compute on “xpu”"):
        fill(Diffusion(str(tiny("sd")), Commission(steps=1), device="xpu"), photo, hole)


def test_numbers_that_are_no_colours(tiny: Tiny, tmp_path: Path, photo: np.ndarray, hole: np.ndarray) -> None:
    from safetensors.torch import load_file, save_file

    folder = shutil.copytree(tiny("sd"), tmp_path / "model")
    for part in ("unet", "vae"):
        weights = folder / part / "diffusion_pytorch_model.safetensors"
        kept = weights.read_bytes()
        broken = load_file(weights)
        name = "conv_out.bias" if part == "unet" else "decoder.conv_out.bias"
        save_file({**broken, name: broken[name] * float("nan")}, weights, {"format": "pt"})
        KEPT.drop()
        with pytest.raises(UnavailableError, match="no colours"):
            fill(Diffusion(str(folder), Commission(steps=2)), photo, hole)
        weights.write_bytes(kept)


def test_out_of_memory_is_tried_smaller_and_then_said(tiny: Tiny, photo: np.ndarray, hole: np.ndarray) -> None:
    """The real pipeline on a device whose memory ends at a size: torch's own error, raised where torch raises it."""
    from diffusers import UNet2DConditionModel

    sizes: list[int] = []
    limit = 0
    forward = UNet2DConditionModel.forward

    def short_of_memory(self: UNet2DConditionModel, sample: torch.Tensor, *args: object, **more: object) -> object:
        pixels = sample.shape[-1] * sample.shape[-2] * 64
        sizes.append(pixels)
        if pixels > limit:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return forward(self, sample, *args, **more)

    engine = Diffusion(str(tiny("sd")), Commission(steps=1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(UNet2DConditionModel, "forward", short_of_memory)
        limit = 100_000
        assert fill(engine, photo, hole).shape == photo.shape
        assert max(sizes) > limit
        assert sizes[-1] <= limit
        limit = 1
        with pytest.raises(UnavailableError, match="too little free memory"):
            fill(engine, photo, hole)
    assert fill(engine, photo, hole).shape == photo.shape
