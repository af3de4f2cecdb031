"""Models in one safetensors file, under the names that the original Stable Diffusion programs gave their tensors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

_RESNET = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "time_emb_proj": "emb_layers.1",
    "conv_shortcut": "skip_connection",
}
_UNET = {
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "add_embedding.linear_1": "label_emb.0.0",
    "add_embedding.linear_2": "label_emb.0.2",
    "conv_in": "input_blocks.0.0",
    "conv_norm_out": "out.0",
    "conv_out": "out.2",
    "mid_block.resnets.0": "middle_block.0",
    "mid_block.attentions.0": "middle_block.1",
    "mid_block.resnets.1": "middle_block.2",
}
_VAE = {
    "mid_block.resnets.0": "mid.block_1",
    "mid_block.resnets.1": "mid.block_2",
    "mid_block.attentions.0": "mid.attn_1",
    "conv_norm_out": "norm_out",
}
_VAE_ATTENTION = {"group_norm": "norm", "to_q": "q", "to_k": "k", "to_v": "v", "to_out.0": "proj_out"}
_OPEN_CLIP = {
    "embeddings.token_embedding.weight": "token_embedding.weight",
    "embeddings.position_embedding.weight": "positional_embedding",
    "final_layer_norm.": "ln_final.",
    "layer_norm1": "ln_1",
    "layer_norm2": "ln_2",
    "mlp.fc1": "mlp.c_fc",
    "mlp.fc2": "mlp.c_proj",
    "self_attn.out_proj": "attn.out_proj",
    "encoder.layers.": "transformer.resblocks.",
}
_LAYERS = 1  # per block, in the tiny models


def single_file(folder: Path, file: Path) -> Path:
    """Write the tiny SD or SDXL model of a diffusers folder as one file."""
    whole = _named(_unet(load_file(folder / "unet" / "diffusion_pytorch_model.safetensors")), "model.diffusion_model.")
    whole |= _named(_vae(load_file(folder / "vae" / "diffusion_pytorch_model.safetensors")), "first_stage_model.")
    words = _clip(load_file(folder / "text_encoder" / "model.safetensors"))
    if (folder / "text_encoder_2").is_dir():
        whole |= _named(words, "conditioner.embedders.0.transformer.")
        second = load_file(folder / "text_encoder_2" / "model.safetensors")
        whole |= _named(_open_clip(second), "conditioner.embedders.1.model.")
    else:
        whole |= _named(words, "cond_stage_model.transformer.")
    save_file({name: value.contiguous() for name, value in whole.items()}, file)
    return file


def _named(tensors: Mapping[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    return {prefix + name: value for name, value in tensors.items()}


def _unet(tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {_unet_name(name, tensors): value for name, value in tensors.items()}


def _unet_name(name: str, tensors: Mapping[str, torch.Tensor]) -> str:
    found = re.match(r"(down|up)_blocks\.(\d+)\.(resnets|attentions|downsamplers|upsamplers)\.(\d+)\.(.*)", name)
    if found is None:
        for ours, theirs in _UNET.items():
            if name.startswith(ours + "."):
                return _replaced(theirs + name[len(ours) :], _RESNET if "resnets" in ours else {})
        raise KeyError(name)
    way, block, kind, number, rest = found[1], int(found[2]), found[3], int(found[4]), found[5]
    per_block = _LAYERS + 1
    if kind == "downsamplers":
        return f"input_blocks.{(block + 1) * per_block}.0.op.{rest.removeprefix('conv.')}"
    if kind == "upsamplers":
        attends = any(one.startswith(f"up_blocks.{block}.attentions.") for one in tensors)
        return f"output_blocks.{block * per_block + _LAYERS}.{2 if attends else 1}.{rest}"
    place = f"input_blocks.{1 + block * per_block + number}" if way == "down" else None
    place = place or f"output_blocks.{block * per_block + number}"
    return f"{place}.0.{_replaced(rest, _RESNET)}" if kind == "resnets" else f"{place}.1.{rest}"


def _vae(tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    blocks = 1 + max(int(name.split(".")[2]) for name in tensors if ".up_blocks." in name)
    made = {}
    for name, value in tensors.items():
        new = _replaced(name, _VAE)
        new = re.sub(r"down_blocks\.(\d+)\.resnets\.(\d+)", r"down.\1.block.\2", new)
        new = re.sub(r"down_blocks\.(\d+)\.downsamplers\.0", r"down.\1.downsample", new)
        new = re.sub(r"up_blocks\.(\d+)\.resnets\.(\d+)", lambda m: f"up.{blocks - 1 - int(m[1])}.block.{m[2]}", new)
        new = re.sub(r"up_blocks\.(\d+)\.upsamplers\.0", lambda m: f"up.{blocks - 1 - int(m[1])}.upsample", new)
        new = new.replace("conv_shortcut", "nin_shortcut")
        if ".attn_1." in new:
            new = _replaced(new, _VAE_ATTENTION)
            value = value[:, :, None, None] if value.ndim == 2 else value  # they were convolutions of one pixel
        made[new] = value
    return made


def _clip(tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {"text_model." + name.removeprefix("text_model."): value for name, value in tensors.items()}


def _open_clip(tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    made: dict[str, torch.Tensor] = {}
    for name, value in tensors.items():
        if name == "text_projection.weight":
            made["text_projection"] = value.T
        elif "_proj." in name and ".self_attn." in name and ".out_proj." not in name:
            continue
        else:
            made[_replaced(name.removeprefix("text_model."), _OPEN_CLIP)] = value
    for name in tensors:
        if ".self_attn.q_proj." in name:
            parts = [tensors[name.replace("q_proj", f"{one}_proj")] for one in "qkv"]
            layer, kind = name.split("layers.")[1].split(".")[0], name.rsplit(".", 1)[1]
            made[f"transformer.resblocks.{layer}.attn.in_proj_{kind}"] = torch.cat(parts)
    return made


def _replaced(name: str, table: Mapping[str, str]) -> str:
    for ours, theirs in table.items():
        name = name.replace(ours, theirs)
    return name
