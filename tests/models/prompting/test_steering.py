"""Concepts go straight into a Stable Diffusion pipeline: the state that CLIP's projection hides is found again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionInpaintPipeline, UNet2DConditionModel
from PIL import Image
from transformers import CLIPModel, CLIPTextModel, CLIPTokenizer

from models.errors import BadInputError
from models.prompting.diffusion.steering import states_of
from models.segmentation.clip_ranker import ClipRanker
from tests.models.segmentation.tiny_clip import tiny_clip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_clip(tmp_path_factory.mktemp("steering") / "clip")


def parts(folder: Path) -> tuple[CLIPTextModel, torch.Tensor, CLIPTokenizer]:
    projection = CLIPModel.from_pretrained(folder).text_projection.weight.detach()
    return CLIPTextModel.from_pretrained(folder).eval(), projection, CLIPTokenizer.from_pretrained(folder)


def test_the_state_of_a_text_is_found_again_from_its_embedding(folder: Path) -> None:
    text_model, projection, tokenizer = parts(folder)
    concept = torch.from_numpy(ClipRanker(folder).embed_texts(["a photo of the dog"]))[0]
    states = states_of(concept, text_model, projection, tokenizer)
    assert states.shape == (1, 77, 32)
    tokens = tokenizer(["a photo of the dog"], return_tensors="pt")
    true = text_model(**tokens).pooler_output[0].detach()
    cosine = torch.nn.functional.cosine_similarity(states[0, 1], true, dim=0)
    assert float(cosine) > 0.999
    assert float(states[0, 5].norm()) == pytest.approx(float(true.norm()), rel=0.1)


def test_a_pipeline_paints_by_it_and_differently_for_another_concept(folder: Path) -> None:
    text_model, projection, tokenizer = parts(folder)
    torch.manual_seed(0)
    blocks = {"block_out_channels": (8, 16), "layers_per_block": 1, "norm_num_groups": 4}
    pipeline = StableDiffusionInpaintPipeline(
        vae=AutoencoderKL(
            in_channels=3, out_channels=3, latent_channels=4, sample_size=32, **blocks,
            down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2,
        ),
        text_encoder=text_model,
        tokenizer=tokenizer,
        unet=UNet2DConditionModel(
            sample_size=8, in_channels=9, out_channels=4, cross_attention_dim=32, attention_head_dim=4, **blocks,
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        ),
        scheduler=DDIMScheduler(clip_sample=False, steps_offset=1),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )  # fmt: skip
    pipeline.set_progress_bar_config(disable=True)
    ranker = ClipRanker(folder)
    mask = Image.fromarray(np.pad(np.full((16, 16), 255, np.uint8), 8))
    painted = []
    for phrase in ("the dog", "a photo of the sky"):
        states = states_of(torch.from_numpy(ranker.embed_texts([phrase]))[0], text_model, projection, tokenizer)
        picture = pipeline(
            prompt_embeds=states,
            negative_prompt_embeds=torch.zeros_like(states),
            image=Image.new("RGB", (32, 32), (90, 120, 150)),
            mask_image=mask,
            width=32,
            height=32,
            num_inference_steps=2,
            generator=torch.Generator().manual_seed(0),
            output_type="np",
        ).images[0]
        painted.append(picture)
    assert painted[0].shape == (32, 32, 3)
    assert np.isfinite(painted[0]).all()
    assert np.abs(painted[0] - painted[1]).max() > 0


def test_concepts_of_another_clip_are_refused(folder: Path) -> None:
    text_model, projection, tokenizer = parts(folder)
    with pytest.raises(BadInputError, match="another CLIP"):
        states_of(torch.zeros(64), text_model, projection, tokenizer)
