"""From a folder of safetensors, config and preprocessing to a model that is ready to run. Never from the network."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from models.errors import BadInputError, UnavailableError


@dataclass(frozen=True)
class Architecture:
    """A family of checkpoints: its name for people, and the transformers classes that read it.

    `preprocessing` is a processor (pictures and words) or an image processor. `model_types` are the `model_type`s of
    config.json that the class can read: the published SAM 2 and SAM 3 folders are those of the video models, of which
    the picture models are parts.
    """

    title: str
    model: str
    preprocessing: str
    model_types: tuple[str, ...]


class Loaded(NamedTuple):
    """A model in evaluation mode on its device, in float32, and what prepares its input."""

    model: Any
    preprocessing: Any
    device: Any


def load(folder: Path, architecture: Architecture, device: str) -> Loaded:
    """Read a folder in the layout that `save_pretrained` writes and the Hugging Face hub keeps.

    Raises UnavailableError when files are missing or damaged or the device is not there, BadInputError when another
    kind of model is in the folder.
    """
    import torch
    import transformers
    from safetensors import SafetensorError

    folder = Path(folder)
    _inspect(folder, architecture)
    damaged = f"The {architecture.title} model in {folder} cannot be read; remove it and download it again."
    read = getattr(transformers, architecture.model)
    prepare = getattr(transformers, architecture.preprocessing)
    with _quiet():
        try:
            model, told = read.from_pretrained(
                folder,
                local_files_only=True,
                use_safetensors=True,
                dtype=torch.float32,
                output_loading_info=True,
            )
            preprocessing = prepare.from_pretrained(folder, local_files_only=True)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, SafetensorError) as error:
            raise UnavailableError(damaged) from error
    if told["missing_keys"] or told["mismatched_keys"]:  # transformers would go on with random numbers in their place
        raise UnavailableError(damaged)
    return Loaded(*_placed(model.eval().requires_grad_(False), preprocessing, device))


@contextmanager
def inference(device: Any) -> Iterator[None]:
    """No gradients; a device that runs out of memory becomes UnavailableError."""
    import torch

    try:
        with torch.inference_mode():
            yield
    except torch.OutOfMemoryError as error:
        raise UnavailableError(
            f"There is too little free memory on “{device}” for this model; close what else uses it or choose the CPU."
        ) from error


@contextmanager
def encoding(device: Any) -> Iterator[None]:
    """Like `inference`, for large image encoders: in bfloat16 where that is fast, as SAM 2's authors run theirs."""
    import torch

    half = device.type == "cuda" and torch.cuda.is_bf16_supported()
    with inference(device), torch.autocast(device.type, dtype=torch.bfloat16, enabled=half):
        yield


def _inspect(folder: Path, architecture: Architecture) -> None:
    """Raise what reading the folder's names and its config can already tell."""
    title = architecture.title
    config = folder / "config.json"
    if not config.is_file():
        raise UnavailableError(f"There is no {title} model in {folder}; download it on the Models page.")
    if not any(folder.glob("*.safetensors")):
        raise UnavailableError(f"The {title} model in {folder} has no safetensors file; download it again.")
    try:
        stated = json.loads(config.read_text(encoding="utf-8"))
        kind = stated["model_type"]
    except (ValueError, KeyError, TypeError) as error:
        raise UnavailableError(
            f"The {title} model in {folder} has a damaged config.json; remove it and download it again."
        ) from error
    if kind not in architecture.model_types:
        raise BadInputError(f"{folder} holds a model of the kind “{kind}”, not {title}; choose another folder.")


def _placed(model: Any, preprocessing: Any, device: str) -> tuple[Any, Any, Any]:
    import torch

    try:
        wanted = torch.device(device)
        with inference(device):
            return model.to(wanted), preprocessing, wanted
    except (RuntimeError, AssertionError) as error:  # torch's way to say that it was built without this device
        raise UnavailableError(f"This machine cannot compute on “{device}”; choose the CPU.") from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Without transformers' progress bars and loading reports, which belong to no terminal of ours."""
    from logging import CRITICAL

    from transformers.utils import logging

    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity(CRITICAL)
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()
