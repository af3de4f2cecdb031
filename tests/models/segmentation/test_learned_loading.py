"""Folders that hold no model, half a model or another model: one sentence each, and never a download."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from models.errors import BadInputError, PentimentoError, UnavailableError
from models.segmentation.learned.clipseg import ClipSeg
from models.segmentation.learned.concepts import Sam3
from models.segmentation.learned.detectors import GroundingDino, Owlv2
from models.segmentation.learned.loading import inference
from models.segmentation.learned.sam import Sam2, Sam3Clicks
from tests.models.segmentation.tiny_clip import tiny_clip
from tests.models.segmentation.tiny_segmenters import (
    tiny_clipseg,
    tiny_grounding_dino,
    tiny_owlv2,
    tiny_sam2,
    tiny_sam3,
)

Loader = Callable[[Path], Any]
MAKERS: dict[str, tuple[Loader, Callable[[Path], Path]]] = {
    "sam2": (Sam2, tiny_sam2),
    "sam3": (Sam3, lambda folder: tiny_sam3(folder, video=True)),
    "sam3-clicks": (Sam3Clicks, lambda folder: tiny_sam3(folder, video=True)),
    "grounding-dino": (GroundingDino, tiny_grounding_dino),
    "owlv2": (Owlv2, tiny_owlv2),
    "clipseg": (ClipSeg, tiny_clipseg),
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {name: make(tmp_path_factory.mktemp(name)) for name, (_, make) in MAKERS.items()}


@pytest.fixture(params=list(MAKERS))
def case(request: pytest.FixtureRequest, folders: dict[str, Path], tmp_path: Path) -> tuple[Loader, Path]:
    """What loads, and a folder of its own to spoil."""
    folder = tmp_path / "model"
    shutil.copytree(folders[request.param], folder)
    return MAKERS[request.param][0], folder


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any attempt to reach another machine fails the test loudly, even where the library would swallow an error."""
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)

    def refused(*_: Any, **__: Any) -> None:
        pytest.fail("tried to use the network")

    monkeypatch.setattr(socket.socket, "connect", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)


def sentence(error: PentimentoError) -> str:
    """Its text, when it is one sentence that says what to do."""
    text = str(error)
    assert text.endswith(".")
    assert "\n" not in text
    assert any(verb in text for verb in ("download", "choose"))
    return text


def test_a_whole_folder_loads_without_the_network(case: tuple[Loader, Path]) -> None:
    loader, folder = case
    model = loader(folder)._model
    assert not model.training
    assert not any(parameter.requires_grad for parameter in model.parameters())
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}


def test_nothing_there(case: tuple[Loader, Path], tmp_path: Path) -> None:
    loader, _ = case
    for place in (tmp_path / "nowhere", Path("facebook/sam2.1-hiera-tiny")):  # a hub's name is not looked up
        with pytest.raises(UnavailableError) as raised:
            loader(place)
        assert "There is no" in sentence(raised.value)


def test_no_safetensors(case: tuple[Loader, Path]) -> None:
    loader, folder = case
    state = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    torch.save(state, folder / "pytorch_model.bin")  # a pickle is not read in its place
    with pytest.raises(UnavailableError) as raised:
        loader(folder)
    assert "safetensors" in sentence(raised.value)


@pytest.mark.parametrize("spoil", ["cut", "no preprocessing", "parameter missing", "parameter of another shape"])
def test_damaged_folders(case: tuple[Loader, Path], spoil: str) -> None:
    loader, folder = case
    weights = folder / "model.safetensors"
    if spoil == "cut":
        weights.write_bytes(weights.read_bytes()[:-1000])
    elif spoil == "no preprocessing":
        for name in ("preprocessor_config.json", "processor_config.json"):
            (folder / name).unlink(missing_ok=True)
    else:
        state = load_file(weights)
        part = "tracker_model.mask_decoder" if loader is Sam3Clicks else ""  # the detector's are not read for clicks
        key = next(key for key in sorted(state) if key.startswith(part) and "layer_norm" in key)
        if spoil == "parameter missing":
            del state[key]
        else:
            state[key] = torch.cat([state[key]] * 2)
        save_file(state, weights, {"format": "pt"})
    with pytest.raises(UnavailableError) as raised:
        loader(folder)
    assert "cannot be read" in sentence(raised.value)


def test_a_damaged_config(case: tuple[Loader, Path]) -> None:
    loader, folder = case
    for text in ("{", "[]", "{}"):
        (folder / "config.json").write_text(text, encoding="utf-8")
        with pytest.raises(UnavailableError) as raised:
            loader(folder)
        assert "config.json" in sentence(raised.value)


def test_another_model(case: tuple[Loader, Path], tmp_path: Path) -> None:
    loader, _ = case
    with pytest.raises(BadInputError) as raised:
        loader(tiny_clip(tmp_path / "clip"))
    assert "“clip”" in sentence(raised.value)


def test_a_config_that_lies_about_its_weights(folders: dict[str, Path], tmp_path: Path) -> None:
    folder = tmp_path / "owl"
    shutil.copytree(folders["owlv2"], folder)
    shutil.copy(folders["clipseg"] / "config.json", folder / "config.json")
    assert json.loads((folder / "config.json").read_text(encoding="utf-8"))["model_type"] == "clipseg"
    with pytest.raises(UnavailableError) as raised:
        ClipSeg(folder)
    assert "cannot be read" in sentence(raised.value)


def test_a_device_that_is_not_there(folders: dict[str, Path]) -> None:
    for device in ("warp drive", "cuda:63"):
        with pytest.raises(UnavailableError) as raised:
            Sam2(folders["sam2"], device)
        assert device in sentence(raised.value)


def test_running_out_of_memory_is_said() -> None:
    with pytest.raises(UnavailableError) as raised, inference(torch.device("cuda")):
        raise torch.OutOfMemoryError("CUDA out of memory")
    assert "memory" in sentence(raised.value)
