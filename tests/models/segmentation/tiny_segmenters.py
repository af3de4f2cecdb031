"""SAM 2, SAM 3, Grounding DINO, OWLv2 and CLIPSeg of the real architectures and file layouts, made in seconds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import (
    BertConfig,
    BertTokenizer,
    CLIPSegConfig,
    CLIPSegForImageSegmentation,
    CLIPSegProcessor,
    GroundingDinoConfig,
    GroundingDinoForObjectDetection,
    GroundingDinoImageProcessor,
    GroundingDinoProcessor,
    Owlv2Config,
    Owlv2ForObjectDetection,
    Owlv2ImageProcessor,
    Owlv2Processor,
    Sam2Config,
    Sam2ImageProcessor,
    Sam2Model,
    Sam2Processor,
    Sam2VideoConfig,
    Sam2VideoModel,
    Sam3Config,
    Sam3ImageProcessor,
    Sam3Model,
    Sam3Processor,
    Sam3VideoConfig,
    Sam3VideoModel,
    SwinConfig,
    ViTImageProcessor,
)

from tests.models.segmentation.tiny_clip import tiny_tokenizer

SIDE = 128
"""Of SAM 2's square input, in pixels."""


def _sam_heads(side: int, patch: int) -> dict[str, Any]:
    return {
        "prompt_encoder_config": {"hidden_size": 32, "image_size": side, "patch_size": patch},
        "mask_decoder_config": {
            "hidden_size": 32,
            "mlp_dim": 64,
            "num_attention_heads": 2,
            "iou_head_hidden_dim": 32,
        },
    }


def _memory(grid: int) -> dict[str, Any]:
    """What the video models have besides."""
    return {
        "memory_attention_hidden_size": 32,
        "memory_attention_feed_forward_hidden_size": 32,
        "memory_attention_num_layers": 1,
        "memory_attention_rope_feat_sizes": [grid, grid],
        "memory_encoder_hidden_size": 32,
        "memory_encoder_output_channels": 8,
        "mask_downsampler_embed_dim": 32,
        "memory_fuser_embed_dim": 32,
        "memory_fuser_intermediate_dim": 32,
    }


def sam2_parts(side: int = SIDE) -> dict[str, Any]:
    """The settings of a small SAM 2."""
    hiera = {
        "model_type": "sam2_hiera_det_model",
        "hidden_size": 16,
        "num_attention_heads": 1,
        "image_size": [side, side],
        "blocks_per_stage": [1, 1, 1, 2],
        "embed_dim_per_stage": [16, 24, 32, 48],
        "num_attention_heads_per_stage": [1, 1, 2, 2],
        "window_size_per_stage": [8, 4, 4, 4],
        "global_attention_blocks": [4],
        "window_positional_embedding_background_size": [4, 4],
    }
    vision = {
        "model_type": "sam2_vision_model",
        "backbone_config": hiera,
        "backbone_channel_list": [48, 32, 24, 16],
        "backbone_feature_sizes": [[side // 4] * 2, [side // 8] * 2, [side // 16] * 2],
        "fpn_hidden_size": 32,
    }
    return {"vision_config": vision, **_sam_heads(side, 16)}


def tiny_sam2(folder: Path, model: Sam2Model | None = None) -> Path:
    """A picture model's folder; random weights from a fixed seed unless a model is given."""
    torch.manual_seed(0)
    (model or Sam2Model(Sam2Config(**sam2_parts()))).eval().save_pretrained(folder)
    Sam2Processor(Sam2ImageProcessor(size={"height": SIDE, "width": SIDE})).save_pretrained(folder)
    return folder


def tiny_sam2_video(folder: Path) -> Path:
    """As published: the folder of the video model, preprocessing in a file of its own."""
    torch.manual_seed(1)
    config = Sam2VideoConfig(**sam2_parts(), **_memory(SIDE // 16), image_size=SIDE)
    Sam2VideoModel(config).eval().save_pretrained(folder)
    Sam2ImageProcessor(size={"height": SIDE, "width": SIDE}).save_pretrained(folder)
    return folder


def tiny_sam3(folder: Path, *, video: bool) -> Path:
    """The detector alone, or as published: the video model with a detector and a tracker that share their eyes."""
    torch.manual_seed(2)
    side, patch = 112, 14
    grid = side // patch
    tokenizer = tiny_tokenizer(folder)
    vision = {
        "model_type": "sam3_vision_model",
        "backbone_config": {
            "model_type": "sam3_vit_model",
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "image_size": side,
            "patch_size": patch,
            "window_size": 4,
            "global_attn_indexes": [1],
            "pretrain_image_size": 56,
        },
        "fpn_hidden_size": 32,
        "backbone_feature_sizes": [[4 * grid] * 2, [2 * grid] * 2, [grid] * 2],
    }
    layers = {"hidden_size": 32, "num_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
    text = {
        "model_type": "clip_text_model",
        "vocab_size": len(tokenizer),
        "hidden_size": 32,
        "intermediate_size": 64,
        "projection_dim": 32,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "max_position_embeddings": 32,
        "hidden_act": "gelu",
    }
    detector = {
        "vision_config": vision,
        "text_config": text,
        "geometry_encoder_config": layers,
        "detr_encoder_config": layers,
        "detr_decoder_config": {**layers, "num_queries": 10},
        "mask_decoder_config": {"hidden_size": 32, "num_attention_heads": 2},
    }
    if video:
        tracker = {"vision_config": vision, **_sam_heads(side, patch), **_memory(grid), "image_size": side}
        config = Sam3VideoConfig(
            detector_config={**detector, "model_type": "sam3"},
            tracker_config={**tracker, "model_type": "sam3_tracker_video"},
        )
        Sam3VideoModel(config).eval().save_pretrained(folder)
        weights = folder / "model.safetensors"  # transformers 5.23 writes the tracker's prefix twice; published: once
        state = {
            key.replace("tracker_model." * 2, "tracker_model."): value for key, value in load_file(weights).items()
        }
        save_file(state, weights, {"format": "pt"})
    else:
        Sam3Model(Sam3Config(**detector)).eval().save_pretrained(folder)
    Sam3Processor(Sam3ImageProcessor(size={"height": side, "width": side}), tokenizer).save_pretrained(folder)
    return folder


def tiny_grounding_dino(folder: Path) -> Path:
    """A Swin and a BERT of two layers, 30 queries."""
    torch.manual_seed(3)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", "a", "the", "mug", "red", "dog"]
    tokenizer = BertTokenizer(tokenizer_object=_word_level(words))
    swin = SwinConfig(
        image_size=64,
        patch_size=4,
        embed_dim=16,
        depths=[1, 1, 1, 1],
        num_heads=[1, 2, 2, 2],
        window_size=4,
        out_features=["stage2", "stage3", "stage4"],
    )
    bert = BertConfig(
        vocab_size=len(words), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64
    )
    config = GroundingDinoConfig(
        backbone_config=swin,
        text_config=bert,
        num_queries=30,
        d_model=32,
        encoder_layers=1,
        decoder_layers=2,
        encoder_ffn_dim=64,
        decoder_ffn_dim=64,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        max_text_len=16,
    )
    model = GroundingDinoForObjectDetection(config).eval()
    model.save_pretrained(folder)
    images = GroundingDinoImageProcessor(size={"shortest_edge": 64, "longest_edge": 128})
    GroundingDinoProcessor(images, tokenizer).save_pretrained(folder)
    return folder


def _word_level(words: Sequence[str]) -> Tokenizer:
    made = Tokenizer(models.WordPiece({word: at for at, word in enumerate(words)}, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return made


def _clip_parts(tokens: int, side: int, patch: int, positions: int, eos: int) -> dict[str, Any]:
    layers = {"hidden_size": 32, "intermediate_size": 64, "num_attention_heads": 4}
    return {
        "text_config": {
            **layers,
            "num_hidden_layers": 2,
            "vocab_size": tokens,
            "max_position_embeddings": positions,
            "bos_token_id": eos - 1,
            "eos_token_id": eos,
            "pad_token_id": eos,
        },
        "vision_config": {**layers, "num_hidden_layers": 3, "image_size": side, "patch_size": patch},
        "projection_dim": 32,
    }


def tiny_owlv2(folder: Path, model: Owlv2ForObjectDetection | None = None) -> Path:
    """96 pixels a side, 8 × 8 patches; random weights from a fixed seed unless a model is given."""
    torch.manual_seed(4)
    tokenizer = tiny_tokenizer(folder, WORDS)
    tokenizer.model_max_length = 16
    (model or Owlv2ForObjectDetection(owlv2_config(len(tokenizer)))).eval().save_pretrained(folder)
    Owlv2Processor(Owlv2ImageProcessor(size={"height": 96, "width": 96}), tokenizer).save_pretrained(folder)
    return folder


def owlv2_config(tokens: int) -> Owlv2Config:
    """For a tokenizer of so many tokens, of which the end of a text is the last."""
    return Owlv2Config(**_clip_parts(tokens, 96, 12, 16, tokens - 1))


def tiny_clipseg(folder: Path, model: CLIPSegForImageSegmentation | None = None) -> Path:
    """64 pixels a side, 8 × 8 patches; random weights from a fixed seed unless a model is given."""
    torch.manual_seed(5)
    tokenizer = tiny_tokenizer(folder, WORDS)
    (model or CLIPSegForImageSegmentation(clipseg_config(len(tokenizer)))).eval().save_pretrained(folder)
    images = ViTImageProcessor(
        size={"height": 64, "width": 64}, image_mean=[0.485, 0.456, 0.406], image_std=[0.229, 0.224, 0.225]
    )
    CLIPSegProcessor(images, tokenizer).save_pretrained(folder)
    return folder


def clipseg_config(tokens: int) -> CLIPSegConfig:
    """For a tokenizer of so many tokens, of which the end of a text is the last."""
    return CLIPSegConfig(
        **_clip_parts(tokens, 64, 8, 77, tokens - 1),
        extract_layers=[0, 1, 2],
        reduce_dim=16,
        decoder_num_attention_heads=2,
        decoder_intermediate_size=32,
    )


WORDS = ("a", "photo", "of", "the", "red", "blue", "mug")
