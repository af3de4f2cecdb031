"""The network of the concept diffusion: diffusers' PriorTransformer (Ramesh et al. 2022) with tokens of the place."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import torch
from diffusers.models.transformers.prior_transformer import PriorTransformer
from torch import nn

from models.errors import BadInputError
from models.prompting.diffusion.conditions import BOX, CELL, CELLS, Sights

_FREQUENCIES = 4  # of the sines and cosines that a box's numbers become
_LEAST_SPREAD = 1e-4  # a dimension that never changes in training says nothing, and must not divide by zero


@dataclass(frozen=True)
class NetworkShape:
    """How large it is. `width` is CLIP's, `patches` how many it is shown; inside there are heads × head channels."""

    width: int
    patches: int
    heads: int = 8
    head: int = 64
    layers: int = 6

    def __post_init__(self) -> None:
        if min(self.width, self.patches, self.heads, self.head, self.layers) < 1 or self.heads * self.head % 2:
            raise BadInputError("A network needs at least one head, channel, layer and patch, and an even width.")

    @property
    def tokens(self) -> int:
        """Condition tokens: patches, cells of the outline, the box."""
        return self.patches + CELLS**2 + 1

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


class ConceptNetwork(nn.Module):
    """Predicts the clean text embedding, standardised, from a noisy one and what is known of the place.

    `prior.clip_mean` and `prior.clip_std` are those of the training phrases' embeddings; see `standardised`.
    """

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__()
        self.shape = shape
        self.prior = PriorTransformer(
            num_attention_heads=shape.heads,
            attention_head_dim=shape.head,
            num_layers=shape.layers,
            embedding_dim=shape.width,
            num_embeddings=shape.tokens,
            additional_embeddings=4,
        )
        self.prior.clip_mean.requires_grad_(False)
        self.prior.clip_std.requires_grad_(False).fill_(1.0)
        nn.init.normal_(self.prior.positional_embedding, std=0.02)
        if self.prior.prd_embedding is not None:
            nn.init.normal_(self.prior.prd_embedding, std=0.02)
        self.outline = nn.Linear(CELL**2, shape.width)
        self.box = nn.Linear(BOX * (1 + 2 * _FREQUENCIES), shape.width)
        # what stands for a condition that is withheld, for classifier-free guidance
        self.no_whole = nn.Parameter(0.02 * torch.randn(shape.width))
        self.no_patches = nn.Parameter(0.02 * torch.randn(shape.width))
        self.no_place = nn.Parameter(0.02 * torch.randn(shape.width))

    def forward(
        self,
        noisy: torch.Tensor,
        step: torch.Tensor,
        sights: Sights,
        shown: torch.Tensor | None = None,
        placed: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """The clean embeddings, n×D standardised, of noisy ones at `step` (n int64, 0 the cleanest).

        `shown` and `placed`, n bool, tell where the picture and where outline and box may be used (None: everywhere).
        """
        scale = math.sqrt(self.shape.width)  # unit vectors have small numbers; layers like numbers about 1
        place = torch.cat([self.outline(sights.outline), self.box(_waves(sights.box))[:, None]], dim=1)
        whole, patches = scale * sights.whole, scale * sights.patches
        if shown is not None:
            whole = torch.where(shown[:, None], whole, self.no_whole)
            patches = torch.where(shown[:, None, None], patches, self.no_patches)
        if placed is not None:
            place = torch.where(placed[:, None, None], place, self.no_place)
        tokens = torch.cat([patches, place], dim=1)
        return self.prior(noisy, step, proj_embedding=whole, encoder_hidden_states=tokens).predicted_image_embedding

    @torch.no_grad()
    def standardise_by(self, embeddings: torch.Tensor) -> None:
        """Take mean and spread from n×D embeddings, each as often as it is trained on."""
        self.prior.clip_mean.copy_(embeddings.mean(dim=0, keepdim=True))
        self.prior.clip_std.copy_(embeddings.std(dim=0, keepdim=True, unbiased=False).clamp(min=_LEAST_SPREAD))

    def standardised(self, embeddings: torch.Tensor) -> torch.Tensor:
        """CLIP's n×D unit vectors as the diffusion sees them: mean 0 and spread 1 in every dimension."""
        return (embeddings - self.prior.clip_mean) / self.prior.clip_std

    def restored(self, standardised: torch.Tensor) -> torch.Tensor:
        """Back to CLIP's unit vectors."""
        return nn.functional.normalize(self.prior.post_process_latents(standardised), dim=-1)


def _waves(values: torch.Tensor) -> torch.Tensor:
    """n×BOX to the values themselves and their sines and cosines at several frequencies."""
    angles = torch.cat([values * (math.pi * 2**power) for power in range(_FREQUENCIES)], dim=-1)
    return torch.cat([values, angles.sin(), angles.cos()], dim=-1)
