"""Presets through the store: the catalogue's entries, a folder that the person points at, and the adapter beside it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import load_file, save_file

from models.errors import BadInputError, UnavailableError
from models.inpainting.choose import all_engines
from models.inpainting.diffusion import PRESETS, Diffusion
from models.inpainting.diffusion.source import find_source
from models.progress import SILENT, Progress
from models.weights.catalogue import Purpose, WeightFile, catalogue
from models.weights.store import Store
from tests.models.inpainting.diffusion.loras import lora_for


def test_what_the_catalogue_has_of_a_preset_says_the_same() -> None:
    known = catalogue()
    for preset in PRESETS.values():
        if preset.model in known:
            model = known[preset.model]
            assert model.purpose is Purpose.DIFFUSION
            assert model.source.hub in preset.hubs
            assert model.licence == preset.licence
            assert model.memory_mb == preset.memory_mb
            assert any(file.path == "model_index.json" for file in model.files)
        if preset.adapter and preset.adapter.model in known:
            assert known[preset.adapter.model].purpose is Purpose.ADAPTER
            assert known[preset.adapter.model].source.hub == preset.adapter.hub
    assert {"sd15-inpainting", "flux2-klein-4b", "lcm-lora-sd15", "lcm-lora-sdxl"} <= set(known)
    assert {f"diffusion:{name}" for name in PRESETS} <= set(all_engines())


def test_fast_runs_from_folders_that_were_pointed_at(
    tiny: Callable[[str], Path], tmp_path: Path, photo: np.ndarray, hole: np.ndarray
) -> None:
    store = Store(tmp_path / "store", cache=tmp_path / "cache")
    engine = Diffusion("fast", store=store)
    assert not engine.is_available
    model = shutil.copytree(tiny("sd"), tmp_path / "sd")
    store.use_folder("sd15-inpainting", model)
    assert not engine.is_available
    with pytest.raises(UnavailableError, match="lcm-lora-sd15"):
        engine.fill(photo, hole, seed=0, progress=SILENT)
    adapter = lora_for(tiny("sd"), "sd", tmp_path / "lora")
    store.use_folder("lcm-lora-sd15", adapter.parent)
    assert engine.is_available
    labels: list[str] = []
    filled = engine.fill(photo, hole, seed=0, progress=Progress(lambda share, label: labels.append(label)), prompt="a")
    assert np.array_equal(filled[hole == 0], photo[hole == 0])
    assert labels.count("painting, step 6 of 6") == 1
    source = find_source("fast", store)
    assert source.scheduler == "LCMScheduler"
    assert engine.terms == ""
    assert "Non-Commercial" in Diffusion("fill", store=store).terms

    weights = model / "unet" / "diffusion_pytorch_model.safetensors"
    save_file({name: value * 1.1 for name, value in load_file(weights).items()}, weights, {"format": "pt"})
    with pytest.raises(UnavailableError, match="changed since"):
        engine.fill(photo, hole, seed=0, progress=SILENT)


def test_best_runs_from_the_stores_own_folder(
    tiny: Callable[[str], Path], tmp_path: Path, photo: np.ndarray, hole: np.ndarray
) -> None:
    folder = shutil.copytree(tiny("klein"), tmp_path / "store" / "flux2-klein-4b")
    files = [file for file in folder.rglob("*") if file.is_file()]
    entry = replace(
        catalogue()["flux2-klein-4b"],
        files=tuple(WeightFile(file.relative_to(folder).as_posix(), file.stat().st_size) for file in files),
    )
    engine = Diffusion("best", store=Store(tmp_path / "store", {entry.id: entry}, cache=tmp_path / "cache"))
    assert engine.is_available
    filled = engine.fill(photo, hole, seed=0, progress=SILENT, prompt="a teapot")
    assert np.array_equal(filled[hole == 0], photo[hole == 0])


def test_a_folder_of_something_else_is_not_taken(tiny: Callable[[str], Path], tmp_path: Path) -> None:
    store = Store(tmp_path / "store", cache=tmp_path / "cache")
    with pytest.raises(BadInputError, match=r"model_index\.json"):
        store.use_folder("sd15-inpainting", shutil.copytree(tiny("sd") / "unet", tmp_path / "one" / "unet").parent)
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInputError, match="weights file"):
        store.use_folder("sd15-inpainting", tmp_path / "empty")
