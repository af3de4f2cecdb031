"""Diffusion models of the real architectures and folder layouts, a few hundred thousand random numbers each.

Stable Diffusion and klein can be built larger, up to their published sizes: for measuring.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers import (
    AutoencoderKL,
    AutoencoderKLFlux2,
    AutoencoderKLQwenImage,
    DDIMScheduler,
    EulerDiscreteScheduler,
    FlowMatchEulerDiscreteScheduler,
    Flux2KleinInpaintPipeline,
    Flux2Transformer2DModel,
    FluxFillPipeline,
    FluxKontextInpaintPipeline,
    FluxTransformer2DModel,
    QwenImageEditInpaintPipeline,
    QwenImageTransformer2DModel,
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
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen2VLImageProcessor,
    Qwen2VLProcessor,
    Qwen2VLVideoProcessor,
    Qwen3Config,
    Qwen3ForCausalLM,
    T5Config,
    T5EncoderModel,
)

_BETAS = {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012, "steps_offset": 1}
_BLOCKS = (8, 16, 16, 16)
_PACKED = 4 * 4  # four latent pixels of four channels make a token


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


@dataclass(frozen=True)
class SDSize:
    """How large a Stable Diffusion is; `blocks` are the network's channels, `words` the text network's width."""

    vae: tuple[int, ...] = _BLOCKS
    blocks: tuple[int, ...] = (16, 32)
    layers: int = 1
    groups: int = 4
    heads: int = 4
    words: int = 32
    words_layers: int = 2


SD_PUBLISHED = SDSize((128, 256, 512, 512), (320, 640, 1280, 1280), 2, 32, 8, 768, 12)


@dataclass(frozen=True)
class KleinSize:
    """How large a FLUX.2 klein is; `words` is the width of its language model."""

    vae: tuple[int, ...] = _BLOCKS
    vae_layers: int = 1
    latents: int = 4
    groups: int = 4
    layers: int = 1
    single_layers: int = 1
    heads: int = 2
    head: int = 16
    axes: tuple[int, ...] = (4, 4, 4, 4)
    words: int = 16
    words_inner: int = 32
    words_layers: int = 28
    words_heads: tuple[int, int, int] = (2, 1, 8)
    """Heads, heads of keys, width of each."""


KLEIN_PUBLISHED = KleinSize(
    (128, 256, 512, 512), 2, 32, 32, 5, 20, 24, 128, (32, 32, 32, 32), 2560, 9728, 36, (32, 8, 128)
)


def _vae(blocks: tuple[int, ...] = _BLOCKS, layers: int = 1, groups: int = 4, **options: Any) -> AutoencoderKL:
    return AutoencoderKL(
        in_channels=3,
        out_channels=3,
        latent_channels=4,
        block_out_channels=blocks,
        norm_num_groups=groups,
        layers_per_block=layers,
        sample_size=64,
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        **options,
    )


def _text(tokenizer: CLIPTokenizer, cls: Any = CLIPTextModel, width: int = 32, layers: int = 2) -> Any:
    return cls(
        CLIPTextConfig(
            hidden_size=width,
            intermediate_size=2 * width,
            num_hidden_layers=layers,
            num_attention_heads=4,
            vocab_size=len(tokenizer),
            max_position_embeddings=77,
            projection_dim=32,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )


def _unet(
    blocks: tuple[int, ...] = (16, 32), layers: int = 1, groups: int = 4, plain_at: int = 0, **options: Any
) -> UNet2DConditionModel:
    """Every block attends to the words but the one at `plain_at`: the first in the tiny ones, the last as published."""
    attends = [number != plain_at % len(blocks) for number in range(len(blocks))]
    return UNet2DConditionModel(
        sample_size=8,
        in_channels=9,
        out_channels=4,
        block_out_channels=blocks,
        layers_per_block=layers,
        norm_num_groups=groups,
        down_block_types=tuple("CrossAttnDownBlock2D" if one else "DownBlock2D" for one in attends),
        up_block_types=tuple("CrossAttnUpBlock2D" if one else "UpBlock2D" for one in reversed(attends)),
        **options,
    )


def tiny_sd(folder: Path, size: SDSize = SDSize(), dtype: torch.dtype = torch.float32) -> None:
    """Stable Diffusion inpainting: nine channels into the network."""
    torch.manual_seed(0)
    tokenizer = clip_tokenizer(folder.parent / "words")
    published = len(size.blocks) > 2
    StableDiffusionInpaintPipeline(
        vae=_vae(size.vae, size.layers, size.groups).to(dtype),
        text_encoder=_text(tokenizer, width=size.words, layers=size.words_layers).to(dtype),
        tokenizer=tokenizer,
        unet=_unet(
            size.blocks,
            size.layers,
            size.groups,
            plain_at=-1 if published else 0,
            cross_attention_dim=size.words,
            attention_head_dim=size.heads,
        ).to(dtype),
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
        text_encoder_2=_text(tokenizer, CLIPTextModelWithProjection, 48),
        tokenizer=tokenizer,
        tokenizer_2=tokenizer,
        unet=_unet(
            cross_attention_dim=32 + 48,
            attention_head_dim=(2, 4),
            use_linear_projection=True,
            addition_embed_type="text_time",
            addition_time_embed_dim=8,
            transformer_layers_per_block=(1, 1),
            projection_class_embeddings_input_dim=32 + 6 * 8,
        ),
        scheduler=EulerDiscreteScheduler(**_BETAS),
    ).save_pretrained(folder)


def _flux(cls: Any, folder: Path, channels: int) -> None:
    """FLUX.1: a transformer over packed latents, with what is known of the picture beside them."""
    torch.manual_seed(0)
    tokenizer, words = clip_tokenizer(folder.parent / "words"), word_tokenizer()
    cls(
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
            in_channels=channels,
            out_channels=_PACKED,
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


def tiny_flux_fill(folder: Path) -> None:
    """FLUX.1 Fill: mask and masked picture are channels of their own."""
    _flux(FluxFillPipeline, folder, 2 * _PACKED + 256)


def tiny_kontext(folder: Path) -> None:
    """FLUX.1 Kontext: the picture and a reference are further tokens."""
    _flux(FluxKontextInpaintPipeline, folder, _PACKED)


def tiny_klein(folder: Path, size: KleinSize = KleinSize(), dtype: torch.dtype = torch.float32) -> None:
    """FLUX.2 klein: a Qwen3 for the words (its layers 9, 18 and 27 are read), latents normalised by a batch norm."""
    torch.manual_seed(0)
    words = word_tokenizer()
    heads, key_heads, head = size.words_heads
    Flux2KleinInpaintPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True),
        vae=AutoencoderKLFlux2(
            latent_channels=size.latents,
            block_out_channels=size.vae,
            norm_num_groups=size.groups,
            layers_per_block=size.vae_layers,
            sample_size=64,
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
        ).to(dtype),
        text_encoder=Qwen3ForCausalLM(
            Qwen3Config(
                vocab_size=len(words),
                hidden_size=size.words,
                intermediate_size=size.words_inner,
                num_hidden_layers=size.words_layers,
                num_attention_heads=heads,
                num_key_value_heads=key_heads,
                head_dim=head,
            )
        ).to(dtype),
        tokenizer=words,  # pyright: ignore[reportArgumentType]
        transformer=Flux2Transformer2DModel(
            patch_size=1,
            in_channels=4 * size.latents,
            num_layers=size.layers,
            num_single_layers=size.single_layers,
            attention_head_dim=size.head,
            num_attention_heads=size.heads,
            joint_attention_dim=3 * size.words,
            timestep_guidance_channels=256 if size.words > 16 else 16,
            axes_dims_rope=size.axes,
            guidance_embeds=False,
        ).to(dtype),
        is_distilled=True,
    ).save_pretrained(folder)


def tiny_qwen(folder: Path) -> None:
    """Qwen-Image-Edit: a language model that sees the picture, and an autoencoder made for films."""
    torch.manual_seed(0)
    marks = ["<|image_pad|>", "<|video_pad|>", "<|vision_start|>", "<|vision_end|>", "<|im_start|>", "<|im_end|>"]
    words = word_tokenizer()
    words.add_special_tokens({"additional_special_tokens": marks})
    ids = {mark: words.convert_tokens_to_ids(mark) for mark in marks}
    sides: dict[str, Any] = {"hidden_size": 16, "intermediate_size": 16}
    text_encoder = Qwen2_5_VLForConditionalGeneration(
        Qwen2_5_VLConfig(
            text_config={
                **sides,
                "num_hidden_layers": 2,
                "num_attention_heads": 2,
                "num_key_value_heads": 2,
                "rope_parameters": {"mrope_section": [1, 1, 2], "rope_type": "default", "rope_theta": 1e6},
                "vocab_size": len(words),
                "bos_token_id": None,
                "eos_token_id": None,
            },
            vision_config={**sides, "depth": 2, "num_heads": 2, "out_hidden_size": 16},
            image_token_id=ids["<|image_pad|>"],
            video_token_id=ids["<|video_pad|>"],
            vision_start_token_id=ids["<|vision_start|>"],
            vision_end_token_id=ids["<|vision_end|>"],
        )
    )
    eye = Qwen2VLImageProcessor(min_pixels=56 * 56, max_pixels=56 * 56)
    QwenImageEditInpaintPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True),
        vae=AutoencoderKLQwenImage(
            base_dim=4,
            z_dim=4,
            dim_mult=[1, 1, 2, 2],
            num_res_blocks=1,
            temperal_downsample=[False, True, True],
            latents_mean=[0.0] * 4,
            latents_std=[1.0] * 4,
        ),
        text_encoder=text_encoder,
        tokenizer=words,  # pyright: ignore[reportArgumentType]
        processor=Qwen2VLProcessor(eye, words, Qwen2VLVideoProcessor()),
        transformer=QwenImageTransformer2DModel(
            patch_size=2,
            in_channels=_PACKED,
            out_channels=4,
            num_layers=1,
            attention_head_dim=16,
            num_attention_heads=2,
            joint_attention_dim=16,
            guidance_embeds=False,
            axes_dims_rope=(8, 4, 4),
        ),
    ).save_pretrained(folder)


BUILDERS: dict[str, Callable[[Path], None]] = {
    "sd": tiny_sd,
    "sdxl": tiny_sdxl,
    "flux-fill": tiny_flux_fill,
    "kontext": tiny_kontext,
    "klein": tiny_klein,
    "qwen": tiny_qwen,
}
"""Every architecture by a short name."""
