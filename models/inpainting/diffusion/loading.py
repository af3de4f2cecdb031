"""From a folder or a single file to a pipeline that is ready to paint. Never from the network, never from a pickle."""

from __future__ import annotations

import inspect as signatures
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.errors import BadInputError, UnavailableError
from models.inpainting.diffusion.building import read, require_quantiser
from models.inpainting.diffusion.families import Family
from models.inpainting.diffusion.folder import Folder
from models.inpainting.diffusion.means import Quantised
from models.inpainting.diffusion.memory import Layout, Placement

_LOOKED_AT = 0.6  # how strongly a reference counts beside the words: at 1 an IP-Adapter drowns them
_FAULTS = (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError)


@dataclass(frozen=True)
class Recipe:
    """What makes a pipeline the one it is; two equal recipes are the same pipeline, however it is laid out in memory.

    `origin` is the file that changes when the model does, `changed` when it was written, in nanoseconds. `adapter` is a
    LoRA's safetensors file, `scheduler` a diffusers class, `control` a ControlNet's folder, `references` the folder of
    IP-Adapters, `device` torch's name of one; the rest as in `means.Means`.
    """

    origin: Path
    changed: int
    device: str
    adapter: Path | None = None
    adapter_weight: float = 1.0
    scheduler: str | None = None
    control: Path | None = None
    references: Path | None = None
    quantised: Quantised | None = None
    compiled: bool = False
    attention: str | None = None


def load(folder: Folder, recipe: Recipe, layout: Layout) -> Any:
    """The pipeline, on its device, silent. Raises UnavailableError and BadInputError with one sentence."""
    import diffusers
    import torch

    family = folder.family
    cls = getattr(diffusers, family.held if recipe.control and family.held else family.pipeline, None)
    if cls is None:
        raise UnavailableError(
            f"{family.title} needs a newer diffusers than {diffusers.__version__}; upgrade it, or choose another model."
        )
    if recipe.quantised is not None:
        require_quantiser(recipe.quantised)
    with quiet():
        try:
            pipe = read(cls, folder, precision_for(recipe.device), recipe.control, recipe.quantised)
        except torch.OutOfMemoryError:
            raise
        except _FAULTS as error:
            beside = f", or the ControlNet in {recipe.control} does not fit it" if recipe.control else ""
            raise UnavailableError(
                f"The {family.title} model in {folder.file or folder.path} cannot be read; it is damaged, or made for "
                f"another version of diffusers{beside}: download it again."
            ) from error
    if "mask_image" not in signatures.signature(type(pipe).__call__).parameters:
        raise BadInputError(f"The model in {folder.path} ({type(pipe).__name__}) cannot fill a hole; give another.")
    pipe.set_progress_bar_config(disable=True)
    if recipe.scheduler is not None:
        pipe.scheduler = getattr(diffusers, recipe.scheduler).from_config(pipe.scheduler.config)
    if recipe.adapter is not None:
        put_on(pipe, recipe.adapter, recipe.adapter_weight)
    if recipe.references is not None:
        let_refer(pipe, folder.family, recipe.references)
    hasten(pipe, folder.family, recipe)
    place(pipe, recipe.device, layout)
    return pipe


def precision_for(device: str) -> Any:
    """The torch dtype to compute in: bfloat16 where a GPU has it, else float16; float32 on the CPU."""
    import torch

    if device.startswith("cuda"):
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    return torch.float16 if device == "mps" else torch.float32


def put_on(pipe: Any, adapter: Path, weight: float) -> None:
    """Melt a LoRA into the pipeline's weights, so that it costs nothing at every step.

    Raises UnavailableError when the file is missing or peft is, BadInputError when it does not fit this model.
    """
    from importlib.util import find_spec

    from safetensors import SafetensorError

    if not adapter.is_file() or adapter.suffix != ".safetensors":
        raise UnavailableError(f"There is no LoRA {adapter}; give a safetensors file.")
    if find_spec("peft") is None:
        raise UnavailableError("A LoRA needs the package peft: `pip install peft`.")
    if not hasattr(pipe, "load_lora_weights"):
        raise BadInputError(f"{type(pipe).__name__} takes no LoRA; choose the model without one.")
    with quiet():
        try:
            pipe.load_lora_weights(adapter.parent, weight_name=adapter.name, local_files_only=True)
            if not any(pipe.get_list_adapters().values()):
                raise ValueError("no layer of the model is in the file")
            pipe.fuse_lora(lora_scale=weight)
            pipe.unload_lora_weights()
        except (*_FAULTS, SafetensorError) as error:
            raise BadInputError(f"{adapter.name} does not fit this model; it was made for another one.") from error


def let_refer(pipe: Any, family: Family, folder: Path) -> None:
    """Load the family's IP-Adapter from a folder in the hub's layout. Raises UnavailableError when it does not fit."""
    adapter = family.reference_adapter
    if adapter is None:
        raise BadInputError(f"{family.title} takes no pictures to go by; choose another model.")
    with quiet():
        try:
            pipe.load_ip_adapter(
                folder, subfolder=adapter.folder, weight_name=adapter.weights, local_files_only=True, dtype=pipe.dtype
            )
            pipe.set_ip_adapter_scale(_LOOKED_AT)
        except _FAULTS as error:
            raise UnavailableError(
                f"The IP-Adapter in {folder / adapter.folder} cannot be read, or does not fit {family.title}; "
                f"get {adapter.hub} again."
            ) from error


def hasten(pipe: Any, family: Family, recipe: Recipe) -> None:
    """Attention as asked for, and the network translated. Raises UnavailableError when this machine cannot."""
    network = getattr(pipe, family.backbone, None)
    if recipe.attention is not None and network is not None:
        if recipe.attention.endswith("_hub"):
            raise BadInputError(f"The attention {recipe.attention!r} would fetch a program; choose an installed one.")
        with quiet():
            try:
                network.set_attention_backend(recipe.attention)
            except (ImportError, *_FAULTS) as error:
                raise UnavailableError(
                    f"The attention {recipe.attention!r} is not here or unknown to diffusers; install it, or choose "
                    "“native”."
                ) from error
    if recipe.compiled and network is not None:
        try:
            network.compile_repeated_blocks()
        except ValueError:  # this kind of network does not say which of its blocks repeat
            network.compile()


def place(pipe: Any, device: str, layout: Layout) -> None:
    """Lay the pipeline out in memory. Raises UnavailableError when the device is not there."""
    import torch

    try:
        if layout.tiled:
            pipe.vae.enable_tiling()
        match layout.placement:
            case Placement.WHOLE:
                pipe.to(device)
            case Placement.BY_MODEL:
                pipe.enable_model_cpu_offload(device=device)
            case Placement.BY_LAYER:
                # accelerate's sequential offload fails with current torch on small layers; diffusers' own does not
                pipe.enable_group_offload(
                    onload_device=torch.device(device),
                    offload_device=torch.device("cpu"),
                    offload_type="leaf_level",
                )
    except (RuntimeError, AssertionError) as error:  # torch's ways to say that it was built without this device
        if is_out_of_memory(error):
            raise
        raise UnavailableError(f"This machine cannot compute on “{device}”; choose the CPU.") from error


def is_out_of_memory(error: BaseException) -> bool:
    """Whether torch says that a device's memory, or the main memory, is used up."""
    import torch

    told = str(error)
    return isinstance(error, (torch.OutOfMemoryError, MemoryError)) or "can't allocate memory" in told


@contextmanager
def quiet() -> Iterator[None]:
    """Without progress bars, loading reports and advice on the terminal, which is not theirs."""
    from logging import CRITICAL

    from diffusers.utils import logging as painting
    from transformers.utils import logging as reading

    before = painting.get_verbosity(), reading.get_verbosity(), reading.is_progress_bar_enabled()
    painting.set_verbosity(CRITICAL)
    reading.set_verbosity(CRITICAL)
    painting.disable_progress_bar()
    reading.disable_progress_bar()
    try:
        yield
    finally:
        painting.set_verbosity(before[0])
        reading.set_verbosity(before[1])
        painting.enable_progress_bar()
        if before[2]:
            reading.enable_progress_bar()
