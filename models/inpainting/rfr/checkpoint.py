"""RFR-Net weights on disk: our safetensors, and the published checkpoints.

Ours hold the state_dict (float16 or float32) with `width`, `kernel`, `step` and perhaps `recurrences`, `prefill` and
`widest` as metadata. The published ones are PyTorch files of a dict with `generator` (the state_dict), `optimizer_G`
and `n_iter`; weights saved from a DataParallel carry a `module.` prefix. Either a file gives every entry of the
network, or it is refused: the published loader went on with random weights.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from pickle import UnpicklingError
from typing import NamedTuple

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from models.errors import BadInputError
from models.inpainting.continuations import CONTINUATIONS
from models.inpainting.rfr.mask_plan import RECURRENCES
from models.inpainting.rfr.network import KERNELS, RFRNet

_PREFIX = "module."
_NAMED = 3  # entries that a sentence lists


class Checkpoint(NamedTuple):
    """A network in evaluation mode, float32, on the CPU, and what its file tells of it."""

    net: RFRNet
    step: int | None = None
    """How many steps it was trained."""
    prefill: str | None = None
    """Which of `CONTINUATIONS` holes must be filled with before the network sees them; None: it fills them itself."""
    widest: int | None = None
    """Pixels across the widest hole that it fills well at full size; wider ones are solved in a reduced picture."""


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a published checkpoint, a bare state_dict, or our safetensors (by the name's ending).

    Raises BadInputError with one sentence that names what is wrong with the file.
    """
    if not path.is_file():
        raise BadInputError(f"There is no file {path}; give the path of RFR-Net weights.")
    weights, told = _read_safetensors(path) if path.suffix == ".safetensors" else _read_pytorch(path)
    weights = {name.removeprefix(_PREFIX): value for name, value in weights.items()}
    prefill = _prefill(told, path)
    net = _empty_network(weights, path, _number(told, "recurrences") or RECURRENCES, prefill is not None)
    _compare(weights, net.state_dict(), path)
    for name in ("width", "kernel"):
        if name in told and str(told[name]) != str(getattr(net, name)):
            raise BadInputError(f"{path.name} says {name} {told[name]} but holds a network of {getattr(net, name)}.")
    broken = [name for name, value in weights.items() if not torch.isfinite(value).all()]
    if broken:
        raise BadInputError(f"{path.name} holds values that are no numbers, in {_listed(broken)}.")
    single = {name: value.float() if value.is_floating_point() else value for name, value in weights.items()}
    net.load_state_dict(single, strict=True, assign=True)
    return Checkpoint(net.float().eval(), _number(told, "step"), prefill, _number(told, "widest"))


def save_checkpoint(
    net: RFRNet,
    path: Path,
    *,
    step: int,
    prefill: str | None = None,
    widest: int | None = None,
    half: bool = False,
) -> None:
    """Write our safetensors; with `half`, floating-point weights as float16. See `Checkpoint`."""
    weights = {}
    for name, value in net.state_dict().items():
        stored = value.detach().cpu().contiguous()
        weights[name] = stored.half() if half and stored.is_floating_point() else stored
    told = {
        "width": net.width,
        "kernel": net.kernel,
        "recurrences": net.recurrences,
        "prefill": prefill,
        "step": step,
        "widest": widest,
    }
    save_file(weights, path, {name: str(value) for name, value in told.items() if value is not None})


def _read_safetensors(path: Path) -> tuple[dict[str, torch.Tensor], Mapping[str, object]]:
    try:
        with safe_open(path, "pt", device="cpu") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}  # noqa: SIM118
    except (SafetensorError, OSError, json.JSONDecodeError) as error:
        raise BadInputError(
            f"{path.name} is no safetensors file, or is damaged; download or export it again."
        ) from error


def _read_pytorch(path: Path) -> tuple[dict[str, torch.Tensor], Mapping[str, object]]:
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except (UnpicklingError, RuntimeError, EOFError, ValueError, KeyError, OSError) as error:
        raise BadInputError(
            f"{path.name} is no PyTorch checkpoint of plain weights, or is damaged; give an RFR-Net checkpoint."
        ) from error
    if not isinstance(content, dict):
        raise BadInputError(f"{path.name} holds a {type(content).__name__}, not an RFR-Net checkpoint.")
    weights = content.get("generator", content)
    if not isinstance(weights, dict) or not all(isinstance(value, torch.Tensor) for value in weights.values()):
        raise BadInputError(f"{path.name} holds no `generator`; it is not an RFR-Net checkpoint.")
    iterations = content.get("n_iter")
    return weights, {"step": iterations} if isinstance(iterations, int) else {}


def _prefill(told: Mapping[str, object], path: Path) -> str | None:
    name = told.get("prefill")
    if name is None:
        return None
    if name not in CONTINUATIONS:
        raise BadInputError(f"{path.name} wants holes filled by {name}, which is not here; update the app.")
    return str(name)


def _empty_network(weights: Mapping[str, torch.Tensor], path: Path, recurrences: int, prefilled: bool) -> RFRNet:
    """A network of the width and kernel that the second convolution shows, without values."""
    shape = weights["Pconv2.weight"].shape if "Pconv2.weight" in weights else ()
    if len(shape) != 4:
        raise BadInputError(f"{path.name} does not hold an RFR-Net: Pconv2.weight is missing.")
    if shape[0] < 8 or shape[0] % 8 or shape[-1] not in KERNELS:
        raise BadInputError(
            f"{path.name} does not hold an RFR-Net: Pconv2.weight is {_sized(shape)}, which is neither network."
        )
    with torch.device("meta"):
        return RFRNet(int(shape[0]), int(shape[-1]), recurrences=recurrences, prefilled=prefilled)


def _compare(weights: Mapping[str, torch.Tensor], wanted: Mapping[str, torch.Tensor], path: Path) -> None:
    missing = [name for name in wanted if name not in weights]
    if missing:
        raise BadInputError(f"{path.name} is no whole RFR-Net; {len(missing)} entries are missing: {_listed(missing)}.")
    unknown = [name for name in weights if name not in wanted]
    if unknown:
        raise BadInputError(f"{path.name} is no RFR-Net; it has entries of something else: {_listed(unknown)}.")
    for name, value in wanted.items():
        if weights[name].shape != value.shape:
            raise BadInputError(
                f"{path.name} does not fit an RFR-Net: {name} is {_sized(weights[name].shape)} "
                f"and should be {_sized(value.shape)}."
            )


def _number(told: Mapping[str, object], name: str) -> int | None:
    value = str(told.get(name, ""))
    return int(value) if value.isdigit() and int(value) > 0 else None


def _listed(names: list[str]) -> str:
    return ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")


def _sized(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) or "a single number"
