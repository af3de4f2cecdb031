"""Weights load whole or not at all, and the sentence names what is wrong."""

import os
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from models.errors import BadInputError
from models.inpainting.rfr.checkpoint import load_checkpoint, save_checkpoint
from models.inpainting.rfr.network import RFRNet
from tests.models.inpainting.rfr.nets import picture, seasoned, strokes


def _same(first: RFRNet, second: RFRNet) -> bool:
    known = strokes(1, 32, 32)
    with torch.inference_mode():
        return torch.equal(first(picture(1, 32, 32), known), second(picture(1, 32, 32), known))


@pytest.mark.parametrize("kernel", [5, 7])
@pytest.mark.parametrize("prefix", ["", "module."])
def test_a_published_checkpoint_loads(kernel: int, prefix: str, tmp_path: Path) -> None:
    net = seasoned(8, kernel)
    optimiser = torch.optim.Adam(net.parameters())
    weights = {prefix + name: value for name, value in net.state_dict().items()}
    path = tmp_path / "g_350000.pth"
    torch.save({"generator": weights, "optimizer_G": optimiser.state_dict(), "n_iter": 350_000}, path)
    loaded = load_checkpoint(path)
    assert (loaded.net.width, loaded.net.kernel, loaded.step) == (8, kernel, 350_000)
    assert not loaded.net.training
    assert _same(loaded.net, net)


def test_a_bare_state_dict_loads(tmp_path: Path) -> None:
    torch.save(seasoned().state_dict(), tmp_path / "net.pth")
    assert _same(load_checkpoint(tmp_path / "net.pth").net, seasoned())


def test_our_files_load(tmp_path: Path) -> None:
    net = seasoned(16, 5)
    save_checkpoint(net, tmp_path / "net.safetensors", step=1200, widest=40)
    loaded = load_checkpoint(tmp_path / "net.safetensors")
    assert _same(loaded.net, net)
    assert (loaded.step, loaded.widest) == (1200, 40)
    save_checkpoint(net, tmp_path / "half.safetensors", step=7, half=True)
    assert load_checkpoint(tmp_path / "half.safetensors").widest is None
    half = load_checkpoint(tmp_path / "half.safetensors").net
    assert (tmp_path / "half.safetensors").stat().st_size < 0.6 * (tmp_path / "net.safetensors").stat().st_size
    assert half.out.weight.dtype == torch.float32
    assert torch.equal(half.out.weight, net.out.weight.half().float())


def _written(tmp_path: Path, weights: dict[str, torch.Tensor], told: dict[str, str] | None = None) -> Path:
    save_file({name: value.contiguous() for name, value in weights.items()}, tmp_path / "net.safetensors", told)
    return tmp_path / "net.safetensors"


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    weights = seasoned().state_dict()
    del weights["tail2.bn3.running_var"]
    with pytest.raises(BadInputError, match=r"1 entries are missing: tail2\.bn3\.running_var\."):
        load_checkpoint(_written(tmp_path, weights))


def test_what_does_not_belong_is_named(tmp_path: Path) -> None:
    weights = seasoned().state_dict() | {"head.weight": torch.zeros(3)}
    with pytest.raises(BadInputError, match=r"something else: head\.weight"):
        load_checkpoint(_written(tmp_path, weights))


def test_a_shape_that_does_not_fit_is_named(tmp_path: Path) -> None:
    weights = seasoned().state_dict() | {"out.weight": torch.zeros(3, 9, 3, 3)}
    with pytest.raises(BadInputError, match=r"out\.weight is 3×9×3×3 and should be 3×8×3×3"):
        load_checkpoint(_written(tmp_path, weights))


def test_metadata_must_tell_the_truth(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="says width 64 but holds a network of 8"):
        load_checkpoint(_written(tmp_path, seasoned().state_dict(), {"width": "64"}))


def test_weights_that_diverged_are_refused(tmp_path: Path) -> None:
    weights = seasoned().state_dict()
    weights["bn2.weight"] = torch.full_like(weights["bn2.weight"], torch.nan)
    with pytest.raises(BadInputError, match=r"no numbers, in bn2\.weight"):
        load_checkpoint(_written(tmp_path, weights))


@pytest.mark.parametrize("name", ["net.pth", "net.safetensors"])
@pytest.mark.parametrize("content", [b"", b"not weights at all", b"PK\x03\x04 broken"])
def test_other_files_are_refused(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadInputError, match="damaged"):
        load_checkpoint(tmp_path / name)


@pytest.mark.parametrize("content", [{"n_iter": 3}, {"generator": 3}, [torch.zeros(2)], {"weight": torch.zeros(2)}])
def test_other_checkpoints_are_refused(content: object, tmp_path: Path) -> None:
    torch.save(content, tmp_path / "net.pth")
    with pytest.raises(BadInputError, match="RFR-Net"):
        load_checkpoint(tmp_path / "net.pth")


def test_a_checkpoint_cannot_run_code(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.mkdir, (str(tmp_path / "sprung"),)

    torch.save({"generator": Trap()}, tmp_path / "net.pth")
    with pytest.raises(BadInputError, match="plain weights"):
        load_checkpoint(tmp_path / "net.pth")
    assert not (tmp_path / "sprung").exists()


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="There is no file"):
        load_checkpoint(tmp_path / "none.pth")
