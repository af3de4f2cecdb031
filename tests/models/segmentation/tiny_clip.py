"""A CLIP of the real architecture and file layout, small enough to be made in a test."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import torch
from tokenizers.pre_tokenizers import ByteLevel
from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel, CLIPProcessor, CLIPTokenizer

WORDS = ("a", "photo", "of", "the", "dog", "cat", "sky")


def tiny_tokenizer(folder: Path, words: Sequence[str] = WORDS) -> CLIPTokenizer:
    """Byte-level BPE in which each of the given words is one token, and every other text falls into bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    letters = sorted(ByteLevel.alphabet())
    vocabulary = letters + [letter + "</w>" for letter in letters]
    merges: list[tuple[str, str]] = []
    for word in words:
        pieces = [*word[:-1], word[-1] + "</w>"]
        while len(pieces) > 1:
            pair = pieces[0], pieces[1]
            if pair not in merges:
                merges.append(pair)
            pieces = [pieces[0] + pieces[1], *pieces[2:]]
            if pieces[0] not in vocabulary:
                vocabulary.append(pieces[0])
    numbered = {token: at for at, token in enumerate([*vocabulary, "<|startoftext|>", "<|endoftext|>"])}
    (folder / "vocab.json").write_text(json.dumps(numbered), encoding="utf-8")
    lines = ["#version: 0.2", *(" ".join(pair) for pair in merges)]
    (folder / "merges.txt").write_text("\n".join(lines), encoding="utf-8")
    made = CLIPTokenizer(vocab=str(folder / "vocab.json"), merges=str(folder / "merges.txt"), model_max_length=77)
    made.save_pretrained(folder)
    return made


def tiny_clip(folder: Path, *, dim: int = 32, side: int = 32, patch: int = 8, words: Sequence[str] = WORDS) -> Path:
    """Random weights from a fixed seed, saved as transformers saves; returns the folder."""
    torch.manual_seed(0)
    tokenizer = tiny_tokenizer(folder, words)
    layers = {"hidden_size": dim, "intermediate_size": 2 * dim, "num_hidden_layers": 2, "num_attention_heads": 4}
    config = CLIPConfig(
        text_config={
            **layers,
            "vocab_size": len(tokenizer),
            "max_position_embeddings": 77,
            "projection_dim": dim,
            "bos_token_id": tokenizer.bos_token_id,
            "eos_token_id": tokenizer.eos_token_id,
            "pad_token_id": tokenizer.pad_token_id,
        },
        vision_config={**layers, "image_size": side, "patch_size": patch, "projection_dim": dim},
        projection_dim=dim,
    )
    CLIPModel(config).eval().save_pretrained(folder)
    images = CLIPImageProcessor(size={"shortest_edge": side}, crop_size={"height": side, "width": side})
    CLIPProcessor(images, tokenizer).save_pretrained(folder)
    return folder
