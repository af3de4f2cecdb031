"""Models in one file: the same painting as from their folder, settings found near or elsewhere, others refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from models.errors import BadInputError, PentimentoError, UnavailableError
from models.inpainting.commission import Commission
from models.inpainting.diffusion import Diffusion
from models.inpainting.diffusion.checkpoint import inspect_file
from models.inpainting.diffusion.families import family
from models.inpainting.diffusion.folder import inspect
from models.progress import SILENT
from tests.models.inpainting.diffusion.single_files import single_file

Tiny = Callable[[str], Path]


@pytest.mark.parametrize("name", ["sd", "sdxl"])
def test_a_file_paints_what_its_folder_paints(tiny: Tiny, tmp_path: Path, name: str) -> None:
    folder = tiny(name)
    file = single_file(folder, tmp_path / "model.safetensors")
    settings = tmp_path / "model"
    shutil.copytree(folder, settings, ignore=shutil.ignore_patterns("*.safetensors"))
    found = inspect_file(file)
    assert found.networks == inspect(folder).networks
    assert (found.family, found.channels, found.path) == (inspect(folder).family, 9, settings)
    rng = np.random.default_rng(0)
    photo, hole = rng.integers(0, 256, (64, 64, 3), np.uint8), np.zeros((64, 64), np.float32)
    hole[20:40, 20:40] = 1
    made = [
        Diffusion(str(path), Commission(steps=1)).fill(photo, hole, seed=3, progress=SILENT, prompt="a teapot")
        for path in (folder, file)
    ]
    assert Diffusion(str(file)).is_available
    assert np.array_equal(made[0][hole == 0], photo[hole == 0])
    assert np.abs(made[0].astype(int) - made[1]).max() <= 1


def test_settings_are_found_where_a_model_of_that_kind_is(tiny: Tiny, tmp_path: Path) -> None:
    file = single_file(tiny("sd"), tmp_path / "model.safetensors")
    with pytest.raises(UnavailableError, match=r"how to read model\.safetensors.*folder model beside it"):
        inspect_file(file, [(family("StableDiffusionXLInpaintPipeline"), tiny("sdxl"))])
    kind = family("StableDiffusionInpaintPipeline")
    assert inspect_file(file, [(kind, tmp_path), (kind, tiny("sd"))]).path == tiny("sd")
    index = tmp_path / "model_index.json"
    index.write_text(json.dumps({"_class_name": "StableDiffusionInpaintPipeline"}))
    with pytest.raises(UnavailableError):  # an index alone says too little
        inspect_file(file)


def test_what_is_no_whole_model_is_named(tiny: Tiny, tmp_path: Path) -> None:
    whole = load_file(single_file(tiny("sd"), tmp_path / "whole.safetensors"))
    entrance = "model.diffusion_model.input_blocks.0.0.weight"
    without_words = {name: value for name, value in whole.items() if not name.startswith("cond_stage")}
    cases: list[tuple[str, dict[str, torch.Tensor], type[PentimentoError], str]] = [
        ("lora", {"unet.down.lora_A.weight": torch.zeros(2, 2)}, BadInputError, "is a LoRA"),
        ("flux", {"double_blocks.0.img_attn.qkv.weight": torch.zeros(2, 2)}, BadInputError, "transformer without"),
        ("other", {"backbone.conv.weight": torch.zeros(2, 2)}, BadInputError, "holds 'backbone'"),
        ("empty", {}, BadInputError, "is empty"),
        ("words", without_words, BadInputError, "give a whole model"),
        ("vae", {k: v for k, v in whole.items() if "first_stage" not in k}, BadInputError, "has no vae"),
        ("depth", {**whole, entrance: torch.zeros(16, 5, 3, 3)}, BadInputError, "5 channels"),
    ]
    for name, tensors, kind, told in cases:
        save_file(tensors, tmp_path / f"{name}.safetensors")
        with pytest.raises(kind, match=told):
            inspect_file(tmp_path / f"{name}.safetensors")
    cut = tmp_path / "cut.safetensors"
    cut.write_bytes((tmp_path / "whole.safetensors").read_bytes()[:9000])
    with pytest.raises(UnavailableError, match="only partly there"):
        inspect_file(cut)
    (tmp_path / "model.ckpt").write_bytes(b"\x80\x04.")
    with pytest.raises(BadInputError, match="no safetensors file"):
        inspect_file(tmp_path / "model.ckpt")
