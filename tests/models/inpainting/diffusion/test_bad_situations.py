"""Everything that can be wrong with a model, a machine or a wish: one sentence each, and the picture as it was."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import psutil
import pytest
import skimage.data
import torch
from safetensors.torch import load_file, save_file

from models.errors import BadInputError, CancelledError, PentimentoError, UnavailableError
from models.inpainting.commission import Commission
from models.inpainting.diffusion import PRESETS, Diffusion, Means
from models.progress import SILENT, Progress
from models.weights.store import Store

Tiny = Callable[[str], Path]
WEIGHTS = "diffusion_pytorch_model.safetensors"


@pytest.fixture
def photo() -> np.ndarray:
    return skimage.data.coffee()[130:194, 200:296]


@pytest.fixture
def hole(photo: np.ndarray) -> np.ndarray:
    mask = np.zeros(photo.shape[:2], np.float32)
    mask[20:45, 30:70] = 1
    return mask


def tuned(file: Path, **changes: Callable[[torch.Tensor], torch.Tensor]) -> None:
    """Rewrite some of a file's tensors; their names with __ for the dots."""
    tensors = load_file(file)
    for name, change in changes.items():
        tensors[name.replace("__", ".")] = change(tensors[name.replace("__", ".")])
    save_file(tensors, file, {"format": "pt"})


# ---- what is wrong with a model's folder ----


def _emptied(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


def _partial(folder: Path) -> None:
    shutil.rmtree(folder / "unet")


def _not_downloaded(folder: Path) -> None:
    (folder / "vae" / WEIGHTS).unlink()


def _cut_off(folder: Path) -> None:
    file = folder / "unet" / WEIGHTS
    file.write_bytes(file.read_bytes()[:20_000])


def _corrupt(folder: Path) -> None:
    (folder / "unet" / WEIGHTS).write_bytes(b"<html>Access denied</html>" * 20)


def _pickled(folder: Path) -> None:
    (folder / "unet" / WEIGHTS).unlink()
    (folder / "unet" / "diffusion_pytorch_model.bin").write_bytes(b"\x80\x04.")


def _packed(folder: Path) -> None:
    file = folder / "unet" / WEIGHTS
    save_file({name: (value * 9).to(torch.int8) for name, value in load_file(file).items()}, file)


def _misfit(folder: Path) -> None:
    config = folder / "unet" / "config.json"
    config.write_text(config.read_text().replace('"cross_attention_dim": 32', '"cross_attention_dim": 48'))


def _index_broken(folder: Path) -> None:
    (folder / "model_index.json").write_text("{")


def _index_of_something_else(folder: Path) -> None:
    (folder / "model_index.json").write_text(json.dumps({"_class_name": "CLIPModel"}))


def _no_words(folder: Path) -> None:
    for file in (folder / "tokenizer").iterdir():
        file.unlink()


def _endless_numbers(folder: Path) -> None:
    tuned(folder / "unet" / WEIGHTS, conv_out__bias=lambda bias: bias * float("nan"))


def _black(folder: Path) -> None:
    tuned(
        folder / "vae" / WEIGHTS,
        decoder__conv_out__weight=lambda weight: weight * 0,
        decoder__conv_out__bias=lambda bias: bias * 0 - 2,
    )


def _filtered(folder: Path) -> None:
    """With the model's real safety filter, whose thresholds are so low that it refuses everything."""
    from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
    from transformers import CLIPConfig, CLIPImageProcessor

    side = {"num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32, "hidden_size": 16}
    config = CLIPConfig(vision_config={**side, "image_size": 32, "patch_size": 8}, text_config=side, projection_dim=8)
    checker = StableDiffusionSafetyChecker(config)
    torch.nn.init.constant_(checker.concept_embeds_weights, -2.0)
    checker.save_pretrained(folder / "safety_checker")
    CLIPImageProcessor(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}).save_pretrained(
        folder / "feature_extractor"
    )
    index = folder / "model_index.json"
    told = json.loads(index.read_text())
    told["safety_checker"] = ["stable_diffusion", "StableDiffusionSafetyChecker"]
    told["feature_extractor"] = ["transformers", "CLIPImageProcessor"]
    told["requires_safety_checker"] = True
    index.write_text(json.dumps(told))


FOLDERS: list[tuple[Callable[[Path], None], type[PentimentoError], str]] = [
    (shutil.rmtree, BadInputError, "no diffusion model"),
    (_emptied, UnavailableError, "no model_index.json"),
    (_partial, UnavailableError, "not whole: unet is missing"),
    (_not_downloaded, UnavailableError, "vae has no weights"),
    (_cut_off, UnavailableError, "only partly there"),
    (_corrupt, UnavailableError, "damaged"),
    (_pickled, UnavailableError, "pickle"),
    (_packed, UnavailableError, "packed for another program"),
    (_misfit, UnavailableError, "cannot be read"),
    (_index_broken, UnavailableError, "is damaged"),
    (_index_of_something_else, BadInputError, "does not say which pipeline"),
    (_no_words, UnavailableError, "not whole: tokenizer"),
    (_endless_numbers, UnavailableError, "no colours"),
    (_black, UnavailableError, "safety filter"),
    (_filtered, UnavailableError, "safety filter refused"),
]


def one_sentence(told: str, words: str) -> None:
    assert words in told
    assert "\n" not in told
    assert told.endswith(".")
    assert "Traceback" not in told
    assert len(told) < 400


@pytest.mark.parametrize(("spoil", "kind", "words"), FOLDERS, ids=[case[0].__name__.strip("_") for case in FOLDERS])
def test_a_model_that_is_no_good(
    tiny: Tiny,
    tmp_path: Path,
    photo: np.ndarray,
    hole: np.ndarray,
    spoil: Callable[[Path], None],
    kind: type[PentimentoError],
    words: str,
) -> None:
    folder = shutil.copytree(tiny("sd"), tmp_path / "model")
    spoil(folder)
    before = photo.copy()
    engine = Diffusion(str(folder), Commission(steps=1), store=Store(tmp_path / "store", cache=tmp_path / "cache"))
    with pytest.raises(kind) as caught:
        engine.fill(photo, hole, seed=0, progress=SILENT, prompt="a teapot")
    one_sentence(str(caught.value), words)
    assert np.array_equal(photo, before)


# ---- what is wrong with the machine or the wish ----


@dataclass(frozen=True)
class Wrong:
    """What is asked of a good model; `free` bytes of memory."""

    words: str
    kind: type[PentimentoError] = BadInputError
    model: str = ""
    device: str | None = None
    means: Means | None = None
    hole: Callable[[np.ndarray], np.ndarray] = lambda hole: hole
    photo: Callable[[np.ndarray], np.ndarray] = lambda photo: photo
    free: int | None = None
    offline: bool = False
    stopped: bool = False


WISHES = {
    "an empty mask": Wrong("empty", hole=lambda hole: hole * 0),
    "a mask of another size": Wrong("size", hole=lambda hole: hole[:-3]),
    "a thread": Wrong("too narrow", photo=lambda p: np.tile(p[:1], (1, 500, 1)), hole=lambda h: np.tile(h[30:31], 500)),
    "an unknown name": Wrong("fast, balanced, best, fill, qwen", model="magic"),
    "not downloaded": Wrong("pentimento models download sd15-inpainting", UnavailableError, model="fast"),
    "not downloaded and offline": Wrong("sd15-inpainting", UnavailableError, model="fast", offline=True),
    "access not granted": Wrong("its publisher grants access", UnavailableError, model="fill"),
    "no such device": Wrong("cannot compute on “xpu”", UnavailableError, device="xpu"),
    "no memory": Wrong("needs about", UnavailableError, free=1_000_000),
    "no such LoRA": Wrong("no LoRA", UnavailableError, means=Means(adapter=Path("absent.safetensors"))),
    "stopped": Wrong("Stopped", CancelledError, stopped=True),
}


@pytest.mark.parametrize("name", list(WISHES))
def test_a_wish_that_cannot_be_met(
    tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, photo: np.ndarray, hole: np.ndarray, name: str
) -> None:
    wrong = WISHES[name]
    if wrong.free is not None:
        monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=wrong.free))
    if wrong.offline:
        monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    engine = Diffusion(
        wrong.model or str(tiny("sd")),
        Commission(steps=1),
        means=wrong.means,
        device=wrong.device,
        store=Store(tmp_path / "store", cache=tmp_path / "cache"),
    )
    image, before = wrong.photo(photo), wrong.photo(photo).copy()
    with pytest.raises(wrong.kind) as caught:
        engine.fill(image, wrong.hole(hole), seed=0, progress=Progress(is_cancelled=lambda: wrong.stopped), prompt="a")
    one_sentence(str(caught.value), wrong.words)
    assert np.array_equal(image, before)


# ---- what looks wrong and is not ----


def test_a_prompt_of_2000_words_is_cut_and_that_is_said(tiny: Tiny, photo: np.ndarray, hole: np.ndarray) -> None:
    words = [f"word{number}" for number in range(2000)]
    for name in ("sd", "flux-fill"):
        engine = Diffusion(str(tiny(name)), Commission(steps=1))
        filled = engine.fill(photo, hole, seed=0, progress=SILENT, prompt=" ".join(words))
        assert np.array_equal(filled[hole == 0], photo[hole == 0])
        (notice,) = engine.notices
        one_sentence(notice, "read only the first")
        engine.fill(photo, hole, seed=0, progress=SILENT, prompt="a teapot")
        assert engine.notices == ()


def test_a_mask_of_everything_and_of_one_pixel(tiny: Tiny, photo: np.ndarray, hole: np.ndarray) -> None:
    engine = Diffusion(str(tiny("sd")), Commission(steps=1))
    everything = engine.fill(photo, hole * 0 + 1, seed=0, progress=SILENT, prompt="a")
    assert (everything != photo).any(axis=2).mean() > 0.9
    one = hole * 0
    one[7, 9] = 0.01
    made = engine.fill(photo, one, seed=0, progress=SILENT, prompt="a")
    assert np.argwhere((made != photo).any(axis=2)).tolist() in ([], [[7, 9]])


def test_every_preset_that_is_not_here_says_what_to_do(tmp_path: Path, photo: np.ndarray, hole: np.ndarray) -> None:
    for name in PRESETS:
        engine = Diffusion(name, store=Store(tmp_path, cache=tmp_path / "cache"))
        with pytest.raises(UnavailableError) as caught:
            engine.fill(photo, hole, seed=0, progress=SILENT)
        one_sentence(str(caught.value), "download")
