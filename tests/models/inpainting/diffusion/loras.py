"""LoRAs in the format that training scripts write, with random numbers that are not nought."""

from __future__ import annotations

from pathlib import Path

import diffusers
import torch
from peft import LoraConfig
from peft.utils import get_peft_model_state_dict

_PIPELINES = {"sd": "StableDiffusionInpaintPipeline", "sdxl": "StableDiffusionXLInpaintPipeline"}


def lora_for(model: Path, name: str, folder: Path, scale: float = 0.5) -> Path:
    """Write one for the tiny model of that short name; its file."""
    pipeline = getattr(diffusers, _PIPELINES[name])
    loaded = pipeline.from_pretrained(model, local_files_only=True, use_safetensors=True)
    loaded.unet.add_adapter(LoraConfig(r=4, lora_alpha=4, target_modules=["to_q", "to_k", "to_v", "to_out.0"]))
    torch.manual_seed(5)
    layers = {key: torch.randn_like(value) * scale for key, value in get_peft_model_state_dict(loaded.unet).items()}
    pipeline.save_lora_weights(folder, unet_lora_layers=layers, safe_serialization=True)
    return folder / "pytorch_lora_weights.safetensors"
