"""Folders looked at without loading them, wrong and partial ones too, and how a model is laid out in memory."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from models.errors import BadInputError, PentimentoError, UnavailableError
from models.inpainting.diffusion.folder import INDEX, inspect, parameters
from models.inpainting.diffusion.memory import Placement, choose_layout, layouts, thriftier

MB = 1_000_000


@pytest.fixture
def copied(tiny: Callable[[str], Path], tmp_path: Path) -> Path:
    return shutil.copytree(tiny("sd"), tmp_path / "model")


def refusal(folder: Path, kind: type[PentimentoError] = UnavailableError) -> str:
    with pytest.raises(kind) as caught:
        inspect(folder)
    told = str(caught.value)
    assert "\n" not in told
    assert told.endswith(".")
    return told


def test_a_whole_folder_is_known(copied: Path) -> None:
    folder = inspect(copied)
    assert folder.family.pipeline == "StableDiffusionInpaintPipeline"
    assert set(folder.networks) == {"vae", "text_encoder", "unet"}
    assert folder.networks["unet"] == parameters(copied / "unet" / "diffusion_pytorch_model.safetensors")
    assert folder.variant is None


def test_half_precision_files_are_preferred(copied: Path) -> None:
    for file in copied.rglob("*.safetensors"):
        shutil.copy(file, file.with_name(file.name.replace(".safetensors", ".fp16.safetensors")))
    whole = inspect(copied)
    assert whole.variant == "fp16"
    assert whole.networks["unet"] == parameters(copied / "unet" / "diffusion_pytorch_model.safetensors")


def test_nothing_there(tmp_path: Path) -> None:
    assert "no diffusion model" in refusal(tmp_path / "absent")
    assert INDEX in refusal(tmp_path)


@pytest.mark.parametrize("text", ["{", "[]", "", '{"_class_name": 7}', '{"_class_name": "CLIPModel"}'])
def test_a_broken_index(copied: Path, text: str) -> None:
    (copied / INDEX).write_text(text)
    kind = BadInputError if "_class_name" in text else UnavailableError
    assert INDEX in refusal(copied, kind)


@pytest.mark.parametrize("part", ["unet", "tokenizer", "scheduler", "vae"])
def test_a_component_is_missing(copied: Path, part: str) -> None:
    shutil.rmtree(copied / part)
    assert part in refusal(copied)


def test_weights_are_missing_cut_off_or_pickled(copied: Path) -> None:
    weights = copied / "unet" / "diffusion_pytorch_model.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes(whole[: len(whole) // 2])
    assert "partly there" in refusal(copied)
    weights.write_bytes(b"no tensors at all")
    assert "damaged" in refusal(copied)
    weights.unlink()
    assert "no weights" in refusal(copied)
    (copied / "unet" / "diffusion_pytorch_model.bin").write_bytes(b"\x80\x04.")
    assert "pickle" in refusal(copied)


def test_a_config_or_a_shard_is_missing(copied: Path) -> None:
    listing = copied / "unet" / "diffusion_pytorch_model.safetensors.index.json"
    listing.write_text(json.dumps({"weight_map": {"a": "diffusion_pytorch_model-00002-of-00002.safetensors"}}))
    assert "00002" in refusal(copied)
    listing.write_text("[]")
    assert "damaged" in refusal(copied)
    listing.unlink()
    (copied / "vae" / "config.json").unlink()
    assert "config.json" in refusal(copied)


def test_a_filter_that_was_not_downloaded_is_left_out(copied: Path) -> None:
    index = json.loads((copied / INDEX).read_text())
    index["safety_checker"] = ["stable_diffusion", "StableDiffusionSafetyChecker"]
    (copied / INDEX).write_text(json.dumps(index))
    assert inspect(copied).without == ("safety_checker",)


def test_numbers_are_counted_from_the_header(tmp_path: Path) -> None:
    save_file(
        {"a": torch.zeros(3, 5), "b": torch.zeros(7, dtype=torch.float16)}, tmp_path / "x.safetensors", {"k": "v"}
    )
    assert parameters(tmp_path / "x.safetensors") == 22


# ---- memory ----


def test_layouts_go_from_fast_to_thrifty() -> None:
    ways = layouts({"unet": 2600 * MB, "text": 800 * MB, "vae": 80 * MB}, 1024 * 1024, 2, can_offload=True)
    needed = [way.bytes_needed for way in ways]
    assert needed == sorted(needed, reverse=True)
    assert ways[0].placement is Placement.WHOLE
    assert ways[-1].placement is Placement.BY_LAYER
    assert not any(way.placement is not Placement.WHOLE for way in layouts({"a": MB}, 10, 4, can_offload=False))


@pytest.mark.parametrize(
    ("free_gb", "placement", "tiled"),
    [
        (24, Placement.WHOLE, False),
        (9.5, Placement.WHOLE, True),
        (8, Placement.BY_MODEL, True),
        (4, Placement.BY_LAYER, True),
    ],
)
def test_the_fastest_that_fits_is_chosen_and_said(free_gb: float, placement: Placement, tiled: bool) -> None:
    ways = layouts({"unet": 2600 * MB, "text": 800 * MB, "vae": 80 * MB}, 1024 * 1024, 2, can_offload=True)
    layout = choose_layout(ways, round(free_gb * 1000 * MB), "the model")
    assert (layout.placement, layout.tiled) == (placement, tiled)
    assert layout.sentence.endswith(").")
    assert ("tiles" in layout.sentence) == tiled


def test_too_little_memory_is_said_with_amounts() -> None:
    ways = layouts({"unet": 2600 * MB}, 1024 * 1024, 2, can_offload=False)
    with pytest.raises(UnavailableError, match=r"Big needs about 6\.\d GB.*2\.0 GB are free"):
        choose_layout(ways, 2000 * MB, "Big")


def test_after_running_out_the_next_smaller_one_is_tried() -> None:
    ways = layouts({"unet": 2600 * MB, "text": 800 * MB}, 1024 * 1024, 2, can_offload=True)
    tried = [ways[0]]
    while (way := thriftier(ways, tried[-1])) is not None:
        tried.append(way)
    assert tried == ways
