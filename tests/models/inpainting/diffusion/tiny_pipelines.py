"""Diffusion models of the real architectures and folder layouts, a few hundred thousand random numbers each."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from diffusers import (
    AutoencoderKL,
    AutoencoderKLFlux2,
    DDIMScheduler,
    EulerDiscreteScheduler,
    FlowMatchEulerDiscreteScheduler,
    Flux2KleinInpaintPipeline,
    Flux2Transformer2DModel,
    FluxFillPipeline,
    FluxTransformer2DModel,
    StableDiffusionInpaintPipeline,
    StableDiffusionXLInpaintPipeline,
    UNet2DConditionModel,
)
from tokenizers import Tokenizer, models, pre_tokenizers
from tokenizers.pre_tokenizers import ByteLevel
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPTokenizer,
    PreTrainedTokenizerFast,
    Qwen3Config,
    Qwen3ForCausalLM,
    T5Config,
    T5EncoderModel,
)

_BETAS = {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012, "steps_offset": 1}
_BLOCKS = (8, 16, 16, 16)


def clip_tokenizer(folder: Path) -> CLIPTokenizer:
    """Every byte, alone and at a word's end; no merges."""
    folder.mkdir(parents=True, exist_ok=True)
    letters = sorted(ByteLevel.alphabet())
    words = [*letters, *(letter + "</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({word: number for number, word in enumerate(words)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    return CLIPTokenizer(vocab=str(folder / "vocab.json"), merges=str(folder / "merges.txt"), model_max_length=77)


def word_tokenizer() -> PreTrainedTokenizerFast:
    vocabulary = {"<pad>": 0, "</s>": 1, "<unk>": 2, "a": 3, "teapot": 4, "Add": 5}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    made = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", eos_token="</s>", unk_token="<unk>", model_max_length=64
    )
    made.chat_template = "{% for message in messages %}{{ message.content }}{% endfor %}"
    return made


def _vae(**options: Any) -> AutoencoderKL:
    return AutoencoderKL(
        in_channels=3,
        out_channels=3,
        latent_channels=4,
        block_out_channels=_BLOCKS,
        norm_num_groups=4,
        layers_per_block=1,
        sample_size=64,
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        **options,
    )


def _text(tokenizer: CLIPTokenizer, cls: Any = CLIPTextModel) -> Any:
    return cls(
        CLIPTextConfig(
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=4,
            vocab_size=len(tokenizer),
            max_position_embeddings=77,
            projection_dim=32,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )


def _unet(**options: Any) -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=8,
        in_channels=9,
        out_channels=4,
        block_out_channels=(16, 32),
        layers_per_block=1,
        norm_num_groups=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        **options,
    )


def tiny_sd(folder: Path) -> None:
    """Stable Diffusion inpainting: nine channels into the network."""
    torch.manual_seed(0)
    tokenizer = clip_tokenizer(folder.parent / "words")
    StableDiffusionInpaintPipeline(
        vae=_vae(),
        text_encoder=_text(tokenizer),
        tokenizer=tokenizer,
        unet=_unet(cross_attention_dim=32, attention_head_dim=4),
        scheduler=DDIMScheduler(**_BETAS, clip_sample=False, set_alpha_to_one=False),
        safety_checker=None,  # pyright: ignore[reportArgumentType]
        feature_extractor=None,  # pyright: ignore[reportArgumentType]
        requires_safety_checker=False,
    ).save_pretrained(folder)


def tiny_sdxl(folder: Path) -> None:
    """Stable Diffusion XL inpainting: two text encoders, time and size embedded."""
    torch.manual_seed(0)
    tokenizer = clip_tokenizer(folder.parent / "words")
    StableDiffusionXLInpaintPipeline(
        vae=_vae(),
        text_encoder=_text(tokenizer),
        text_encoder_2=_text(tokenizer, CLIPTextModelWithProjection),
        tokenizer=tokenizer,
        tokenizer_2=tokenizer,
        unet=_unet(
            cross_attention_dim=64,
            attention_head_dim=(2, 4),
            use_linear_projection=True,
            addition_embed_type="text_time",
            addition_time_embed_dim=8,
            transformer_layers_per_block=(1, 1),
            projection_class_embeddings_input_dim=32 + 6 * 8,
        ),
        scheduler=EulerDiscreteScheduler(**_BETAS),
    ).save_pretrained(folder)


def tiny_flux_fill(folder: Path) -> None:
    """FLUX.1 Fill: a transformer over packed latents, mask and masked picture beside them."""
    torch.manual_seed(0)
    tokenizer, words = clip_tokenizer(folder.parent / "words"), word_tokenizer()
    packed = 4 * 4
    FluxFillPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True),
        vae=_vae(use_quant_conv=False, use_post_quant_conv=False, shift_factor=0.1, scaling_factor=0.36),
        text_encoder=_text(tokenizer),
        tokenizer=tokenizer,
        text_encoder_2=T5EncoderModel(
            T5Config(
                vocab_size=len(words),
                d_model=32,
                d_kv=8,
                d_ff=64,
                num_layers=2,
                num_heads=4,
                is_gated_act=True,
                dense_act_fn="gelu_new",
                feed_forward_proj="gated-gelu",
            )
        ),
        tokenizer_2=words,  # pyright: ignore[reportArgumentType]
        transformer=FluxTransformer2DModel(
            patch_size=1,
            in_channels=2 * packed + 256,
            out_channels=packed,
            num_layers=1,
            num_single_layers=1,
            attention_head_dim=16,
            num_attention_heads=2,
            joint_attention_dim=32,
            pooled_projection_dim=32,
            axes_dims_rope=(4, 4, 8),
            guidance_embeds=True,
        ),
    ).save_pretrained(folder)


def tiny_klein(folder: Path) -> None:
    """FLUX.2 klein: a Qwen3 for the words (its layers 9, 18 and 27 are read), latents normalised by a batch norm."""
    torch.manual_seed(0)
    words = word_tokenizer()
    Flux2KleinInpaintPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True),
        vae=AutoencoderKLFlux2(
            latent_channels=4,
            block_out_channels=_BLOCKS,
            norm_num_groups=4,
            layers_per_block=1,
            sample_size=64,
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
        ),
        text_encoder=Qwen3ForCausalLM(
            Qwen3Config(
                vocab_size=len(words),
                hidden_size=16,
                intermediate_size=32,
                num_hidden_layers=28,
                num_attention_heads=2,
                num_key_value_heads=1,
                head_dim=8,
            )
        ),
        tokenizer=words,  # pyright: ignore[reportArgumentType]
        transformer=Flux2Transformer2DModel(
            patch_size=1,
            in_channels=16,
            num_layers=1,
            num_single_layers=1,
            attention_head_dim=16,
            num_attention_heads=2,
            joint_attention_dim=48,
            timestep_guidance_channels=16,
            axes_dims_rope=(4, 4, 4, 4),
            guidance_embeds=False,
        ),
        is_distilled=True,
    ).save_pretrained(folder)


BUILDERS: dict[str, Callable[[Path], None]] = {
    "sd": tiny_sd,
    "sdxl": tiny_sdxl,
    "flux-fill": tiny_flux_fill,
    "klein": tiny_klein,
}
"""Every architecture by a short name."""
