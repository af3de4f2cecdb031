"""What is laid beside a tiny model: a ControlNet, and an IP-Adapter in the layout of h94/IP-Adapter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import diffusers
import torch
from safetensors.torch import save_file
from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

from models.inpainting.diffusion.families import family

_PIPELINES = {"sd": "StableDiffusionInpaintPipeline", "sdxl": "StableDiffusionXLInpaintPipeline"}
_PROJECTION = 24


def _loaded(model: Path, name: str) -> Any:
    return getattr(diffusers, _PIPELINES[name]).from_pretrained(model, local_files_only=True, use_safetensors=True)


def control_for(model: Path, name: str, folder: Path) -> Path:
    """A ControlNet of the tiny model's shape, whose last layers are not nought as in an untrained one."""
    torch.manual_seed(7)
    unet = _loaded(model, name).unet
    unet.register_to_config(in_channels=4)  # a ControlNet sees the latents alone, whatever else the network sees
    made = diffusers.ControlNetModel.from_unet(  # pyright: ignore[reportPrivateImportUsage]
        unet, load_weights_from_unet=False, conditioning_embedding_out_channels=(8, 16, 16, 16)
    )
    for layer in [*made.controlnet_down_blocks, made.controlnet_mid_block]:
        torch.nn.init.normal_(layer.weight, std=0.5)
    torch.nn.init.normal_(made.controlnet_cond_embedding.conv_out.weight, std=0.5)
    made.save_pretrained(folder)
    return folder


def ip_adapter_for(model: Path, name: str, folder: Path) -> Path:
    """An IP-Adapter of the tiny model's shape, with an image encoder."""
    torch.manual_seed(8)
    adapter = family(_PIPELINES[name]).reference_adapter
    assert adapter is not None
    unet = _loaded(model, name).unet
    across, tokens = unet.config.cross_attention_dim, 4
    tensors = {
        "image_proj.proj.weight": torch.randn(across * tokens, _PROJECTION) * 0.2,
        "image_proj.proj.bias": torch.zeros(across * tokens),
        "image_proj.norm.weight": torch.ones(across),
        "image_proj.norm.bias": torch.zeros(across),
    }
    attentions = [key for key in unet.attn_processors if key.endswith("attn2.processor")]
    for number, key in enumerate(attentions):
        keys = unet.get_submodule(key.removesuffix(".processor")).to_k.weight
        for one in ("to_k_ip", "to_v_ip"):
            tensors[f"ip_adapter.{2 * number + 1}.{one}.weight"] = torch.randn_like(keys) * 0.3
    place = folder / adapter.folder
    place.mkdir(parents=True)
    save_file(tensors, place / adapter.weights)
    encoder = CLIPVisionModelWithProjection(
        CLIPVisionConfig(
            hidden_size=16,
            intermediate_size=32,
            num_hidden_layers=1,
            num_attention_heads=2,
            image_size=32,
            patch_size=8,
            projection_dim=_PROJECTION,
        )
    )
    encoder.save_pretrained(place / "image_encoder")
    return folder
