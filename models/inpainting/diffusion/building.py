"""Read a pipeline's weights: a folder, a single file, and the networks laid beside it."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from models.errors import BadInputError, UnavailableError
from models.inpainting.diffusion.families import Family
from models.inpainting.diffusion.folder import Folder
from models.inpainting.diffusion.means import Quantised

_PACKAGES = {Quantised.NF4: "bitsandbytes", Quantised.INT8: "torchao"}


def read(cls: Any, folder: Folder, precision: Any, control: Path | None, quantised: Quantised | None) -> Any:
    """A pipeline of that class with the model's weights, on the CPU. Raises what diffusers raises where they differ."""
    more: dict[str, Any] = dict.fromkeys(folder.without)
    if folder.without:
        more["requires_safety_checker"] = False
    if control is not None:
        more["controlnet"] = _control(control, precision)
    pipe = _pipeline(cls, folder, precision, quantised, more)
    if control is not None and pipe.unet.config.cross_attention_dim != pipe.controlnet.config.cross_attention_dim:
        raise ValueError("the ControlNet was made for another model")
    return pipe


def _pipeline(cls: Any, folder: Folder, precision: Any, quantised: Quantised | None, more: dict[str, Any]) -> Any:
    if folder.file is not None:
        if quantised is not None:
            raise BadInputError("A model in a single file cannot be quantised; give it as a diffusers folder.")
        return _from_file(cls, folder, precision, more)
    if quantised is not None:
        more["quantization_config"] = _quantisation(folder.family, quantised, precision)
    return cls.from_pretrained(
        folder.path,
        dtype=precision,
        use_safetensors=True,
        variant=folder.variant,
        local_files_only=True,
        **more,
    )


def _control(folder: Path, precision: Any) -> Any:
    from diffusers.models.controlnets.controlnet import ControlNetModel

    if json.loads((folder / "config.json").read_text()).get("_class_name") != "ControlNetModel":
        raise ValueError("that is another network")
    return ControlNetModel.from_pretrained(
        folder, dtype=precision, use_safetensors=True, variant=_variant(folder), local_files_only=True
    )


def require_quantiser(quantised: Quantised) -> None:
    """Raises UnavailableError when the package for it is not installed."""
    package = _PACKAGES[quantised]
    if find_spec(package) is None:
        raise UnavailableError(f"Quantised to {quantised.value} needs the package {package}: `pip install {package}`.")


def _from_file(cls: Any, folder: Folder, precision: Any, more: dict[str, Any]) -> Any:
    from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel

    settings = {"config": str(folder.path), "local_files_only": True, "dtype": precision}
    # An inpainting file and an ordinary one differ in the channels of one layer; the settings may be of either.
    network = UNet2DConditionModel.from_single_file(
        str(folder.file), subfolder="unet", in_channels=folder.channels, **settings
    )
    nothing = dict.fromkeys(("feature_extractor", "image_encoder"))
    return cls.from_single_file(str(folder.file), unet=network, **settings, **nothing, **more)


def _quantisation(family: Family, quantised: Quantised, precision: Any) -> Any:
    require_quantiser(quantised)
    from diffusers.quantizers.pipe_quant_config import PipelineQuantizationConfig

    ways: dict[Quantised, tuple[str, dict[str, Any]]] = {
        Quantised.NF4: (
            "bitsandbytes_4bit",
            {"load_in_4bit": True, "bnb_4bit_quant_type": "nf4", "bnb_4bit_compute_dtype": precision},
        ),
        Quantised.INT8: ("torchao", {"quant_type": "int8wo"}),
    }
    backend, options = ways[quantised]
    return PipelineQuantizationConfig(
        quant_backend=backend, quant_kwargs=options, components_to_quantize=[family.backbone]
    )


def _variant(folder: Path) -> str | None:
    """ "fp16" where only such weights are there."""
    plain = (folder / "diffusion_pytorch_model.safetensors").is_file()
    return None if plain else "fp16"
