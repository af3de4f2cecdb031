"""Learning the words that make a frozen inpainting model copy from the left half of a canvas, and painting with them.

Only the embeddings of a few new prompt tokens are trained (LeftRefill, CVPR 2024: 50 tokens, begun at the mean
embedding of a sentence that describes the canvas, AdamW at 3e-5, weight decay 0.01, guidance 2.5). The file is one that
`load_textual_inversion` of diffusers reads: a safetensors of N×D under the token's name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from models.errors import BadInputError, UnavailableError
from models.inpainting.protocol import ground_of
from models.mask import Mask
from models.progress import SILENT, Progress

TOKEN = "<left-to-right>"
_SENTENCE = (
    "The whole image is split into two parts of the same size; they show the same thing, seen from different "
    "viewpoints and at different times."
)
_GUIDANCE = 2.5
_KEPT = 0.5  # the pixels of a hole are shown to the model as this grey, 0 in [-1, 1]


@dataclass(frozen=True)
class TokenPlan:
    """How tokens are trained. `side` is a half's side in pixels, a multiple of 64 for published models."""

    tokens: int = 50
    steps: int = 6000
    batch: int = 1
    rate: float = 3e-5
    decay: float = 0.01
    side: int = 512
    seed: int = 0


@dataclass(frozen=True)
class Pair:
    """What the model learns from: the same thing twice, s×s×3 uint8 each, and the hole in the second, s×s float32."""

    left: np.ndarray
    right: np.ndarray
    hole: Mask


def train_tokens(
    folder: Path,
    draw: Callable[[np.random.Generator, int], Pair],
    out: Path,
    plan: TokenPlan | None = None,
    *,
    device: str | None = None,
    progress: Progress = SILENT,
) -> list[float]:
    """Train tokens for the Stable Diffusion inpainting folder, write them to `out`, and return the loss of every step.

    `draw` gives one pair of a side for a generator. The same plan gives the same file. Raises UnavailableError when the
    folder holds no such model and CancelledError when progress says so.
    """
    import torch
    from safetensors.torch import save_file

    plan = plan or TokenPlan()
    pipe = _pipeline(folder, device)
    tokens = _added(pipe, plan.tokens)
    embeddings = pipe.text_encoder.get_input_embeddings().weight
    for network in (pipe.vae, pipe.unet, pipe.text_encoder):
        network.requires_grad_(False)
    learned = torch.nn.Parameter(embeddings[tokens].detach().clone())
    others = embeddings.detach().clone()
    optimiser = torch.optim.AdamW([learned], lr=plan.rate, weight_decay=plan.decay)
    noises = _noising(pipe)
    generator = torch.Generator("cpu").manual_seed(plan.seed)
    rng = np.random.default_rng(plan.seed)
    ids = pipe.tokenizer(
        _prompt(plan.tokens), padding="max_length", truncation=True, max_length=pipe.tokenizer.model_max_length,
        return_tensors="pt",
    ).input_ids.to(embeddings.device)  # fmt: skip
    losses = []
    for step in range(plan.steps):
        progress.check()
        inputs = [_latents(pipe, draw(rng, plan.side), generator) for _ in range(plan.batch)]
        clean, masked, hole = (torch.cat(parts) for parts in zip(*inputs, strict=True))
        noise = torch.randn(clean.shape, generator=generator).to(clean.device)
        times = torch.randint(0, noises.config.num_train_timesteps, (len(clean),), generator=generator).to(clean.device)
        noisy = noises.add_noise(clean, noise, times)
        words = torch.func.functional_call(
            pipe.text_encoder, {_embedding_name(pipe): others.index_copy(0, tokens, learned)}, (ids,)
        )[0]
        told = words.expand(len(clean), -1, -1)
        guess = pipe.unet(torch.cat([noisy, hole, masked], dim=1), times, encoder_hidden_states=told).sample
        wanted = noises.get_velocity(clean, noise, times) if noises.config.prediction_type == "v_prediction" else noise
        loss = torch.nn.functional.mse_loss(guess.float(), wanted.float())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
        progress.report((step + 1) / plan.steps, f"step {step + 1} of {plan.steps}, loss {losses[-1]:.4f}")
    out.parent.mkdir(parents=True, exist_ok=True)
    save_file({TOKEN: learned.detach().float().cpu().contiguous()}, str(out))
    return losses


class TokenPainter:
    """Fills diptychs with a Stable Diffusion inpainting folder and learned tokens; for `diptych.InContext`."""

    def __init__(self, folder: Path, tokens: Path, *, steps: int = 50, device: str | None = None) -> None:
        self.name = f"{folder.name} with {tokens.stem}"
        self._folder, self._tokens, self._steps, self._device = folder, tokens, steps, device
        self._pipe: Any = None

    def fill(
        self,
        image: np.ndarray,
        hole: Mask,
        *,
        seed: int,
        progress: Progress,
        sources: Mask | None = None,
        prompt: str | None = None,
    ) -> np.ndarray:
        """As `Inpainter.fill`, at the size that is given (a multiple of 8). `prompt` follows the learned tokens."""
        import torch

        ground_of(image, hole, sources)
        pipe = self._loaded()

        def told(_pipe: Any, step: int, _time: Any, tensors: dict[str, Any]) -> dict[str, Any]:
            progress.report((step + 1) / self._steps, "painting beside the reference")
            return tensors

        painted = pipe(
            prompt=TOKEN if not prompt else f"{TOKEN} {prompt}",
            image=torch.from_numpy(image).permute(2, 0, 1)[None].float() / 127.5 - 1,
            mask_image=torch.from_numpy((hole > 0).astype(np.float32))[None, None],
            height=image.shape[0],
            width=image.shape[1],
            num_inference_steps=self._steps,
            guidance_scale=_GUIDANCE,
            generator=torch.Generator("cpu").manual_seed(seed),
            callback_on_step_end=told,
            output_type="np",
        ).images[0]
        result = image.copy()
        result[hole > 0] = np.clip(np.rint(painted * 255), 0, 255).astype(np.uint8)[hole > 0]
        return result

    def _loaded(self) -> Any:
        if self._pipe is None:
            pipe = _pipeline(self._folder, self._device)
            if not self._tokens.is_file():
                raise UnavailableError(f"There are no learned tokens in {self._tokens}; train them first.")
            pipe.load_textual_inversion(str(self._tokens), token=TOKEN)
            self._pipe = pipe
        return self._pipe


def two_views(rng: np.random.Generator, photo: np.ndarray, side: int, hole: Mask) -> Pair:
    """Two views of one photo (H×W×3 uint8): another crop, another perspective and another light in the second."""
    height, width = photo.shape[:2]
    if min(height, width) < 16:
        raise BadInputError("A picture to learn from needs at least 16 pixels each way.")

    def view(shift: float) -> np.ndarray:
        size = rng.uniform(0.6, 0.9) * min(height, width)
        x, y = rng.uniform(0, width - size), rng.uniform(0, height - size)
        corners = np.array([[x, y], [x + size, y], [x + size, y + size], [x, y + size]], np.float32)
        corners += rng.uniform(-shift, shift, (4, 2)).astype(np.float32) * np.float32(size)
        square = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float32)
        matrix = cv2.getPerspectiveTransform(corners, square)
        return cv2.warpPerspective(photo, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)

    gains = rng.uniform(0.85, 1.15, 3)
    return Pair(view(0.0), np.clip(view(0.08) * gains, 0, 255).astype(np.uint8), hole)


def _pipeline(folder: Path, device: str | None) -> Any:
    import torch
    from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion_inpaint import StableDiffusionInpaintPipeline

    try:
        pipe = StableDiffusionInpaintPipeline.from_pretrained(str(folder), safety_checker=None, local_files_only=True)
    except (OSError, ValueError) as error:
        raise UnavailableError(f"There is no Stable Diffusion inpainting model in {folder}.") from error
    if pipe.unet.config.in_channels != 9:
        raise UnavailableError(f"The model in {folder} does not inpaint; its network needs 9 input channels.")
    pipe.set_progress_bar_config(disable=True)
    return pipe.to(device or ("cuda" if torch.cuda.is_available() else "cpu"))


def _names(count: int) -> list[str]:
    """As diffusers calls the vectors of one token."""
    return [TOKEN, *(f"{TOKEN}_{number}" for number in range(1, count))]


def _prompt(count: int) -> str:
    return " ".join(_names(count))


def _added(pipe: Any, count: int) -> Any:
    """Ids of new tokens, each begun at the mean embedding of the sentence."""
    import torch

    before = pipe.tokenizer(_SENTENCE, add_special_tokens=False).input_ids
    pipe.tokenizer.add_tokens(_names(count))
    ids = pipe.tokenizer.convert_tokens_to_ids(_names(count))
    pipe.text_encoder.resize_token_embeddings(len(pipe.tokenizer))
    weight = pipe.text_encoder.get_input_embeddings().weight
    with torch.no_grad():
        weight[ids] = weight[before].mean(dim=0)
    return torch.tensor(ids, device=weight.device)


def _embedding_name(pipe: Any) -> str:
    """The parameter of the text network that holds the tokens' embeddings."""
    wanted = pipe.text_encoder.get_input_embeddings().weight
    return next(name for name, value in pipe.text_encoder.named_parameters() if value is wanted)


def _noising(pipe: Any) -> Any:
    from diffusers.schedulers.scheduling_ddpm import DDPMScheduler

    return DDPMScheduler.from_config(pipe.scheduler.config)


def _latents(pipe: Any, pair: Pair, generator: Any) -> tuple[Any, Any, Any]:
    """The canvas as latents, the canvas without the hole's pixels as latents, and the hole at their size."""
    import torch

    canvas = np.concatenate([pair.left, pair.right], axis=1).astype(np.float32) / 127.5 - 1
    hole = np.concatenate([np.zeros_like(pair.hole), (pair.hole > 0).astype(np.float32)], axis=1)
    device = pipe.unet.device
    whole = torch.from_numpy(canvas).permute(2, 0, 1)[None].to(device)
    mask = torch.from_numpy(hole)[None, None].to(device)
    with torch.no_grad():
        clean = pipe.vae.encode(whole).latent_dist.sample(generator) * pipe.vae.config.scaling_factor
        known = whole * (mask < _KEPT)
        masked = pipe.vae.encode(known).latent_dist.sample(generator) * pipe.vae.config.scaling_factor
    return clean, masked, torch.nn.functional.interpolate(mask, size=clean.shape[-2:])
