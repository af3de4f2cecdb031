"""The losses of RFR-Net's published training (Li et al. 2020), each the mean over all pixels as there.

All pictures are B×3×H×W in [0, 1], `known` is B×1×H×W with 1 = known; everything is computed in float32.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from models.training.features import Features
from models.training.plan import LossWeights
from models.training.samples import Batch

_LEAST_ERROR = 1e-4  # added to the given error: what is within some levels of right need not become perfect


@dataclass(frozen=True)
class Losses:
    """The weighted sum to descend, and each term unweighted, by name."""

    total: torch.Tensor
    terms: dict[str, torch.Tensor]


def composite(predicted: torch.Tensor, truth: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    """What a person would see: the truth where it is known, the prediction in the hole."""
    return predicted * (1 - known) + truth * known


def measure(predicted: torch.Tensor, batch: Batch, weights: LossWeights, features: Features) -> Losses:
    """All terms whose weight is not 0, and the first two always."""
    truth, known, given = batch
    filled = composite(predicted, truth, known)
    difference = (predicted - truth).abs()
    terms = {"valid": (difference * known).mean(), "hole": (difference * (1 - known)).mean()}
    if weights.perceptual or weights.style:
        with torch.no_grad():
            real = features(truth)
        made, seen = features(predicted), features(filled)
        if weights.perceptual:
            terms["perceptual"] = perceptual(real, made) + perceptual(real, seen)
        if weights.style:
            terms["style"] = style(real, made) + style(real, seen)
    if weights.relative:
        terms["relative"] = relative(predicted, truth, known, given)
    if weights.tv:
        terms["tv"] = total_variation(filled * (1 - known))
    total = torch.stack([getattr(weights, name) * term for name, term in terms.items()]).sum()
    return Losses(total, {name: term.detach() for name, term in terms.items()})


def perceptual(real: Sequence[torch.Tensor], made: Sequence[torch.Tensor]) -> torch.Tensor:
    """Mean absolute difference of features, summed over the maps."""
    return torch.stack([(a - b).abs().mean() for a, b in zip(real, made, strict=True)]).sum()


def style(real: Sequence[torch.Tensor], made: Sequence[torch.Tensor]) -> torch.Tensor:
    """Mean absolute difference of the features' Gram matrices over C·h·w, summed over the maps."""
    differences = []
    for a, b in zip(real, made, strict=True):
        _, channels, height, width = a.shape
        differences.append((gram(a) - gram(b)).abs().mean() / (channels * height * width))
    return torch.stack(differences).sum()


def gram(features: torch.Tensor) -> torch.Tensor:
    """B×C×C sums of products over all positions."""
    flat = features.flatten(2)
    return flat @ flat.transpose(1, 2)


def relative(predicted: torch.Tensor, truth: torch.Tensor, known: torch.Tensor, given: torch.Tensor) -> torch.Tensor:
    """Mean over the batch of the hole's squared error as a share of what the given picture's is there."""
    hole = 1 - known
    share = hole.mean((1, 2, 3)).clamp(min=1e-6)
    before, after = (((picture - truth).square() * hole).mean((1, 2, 3)) / share for picture in (given, predicted))
    return (after / (before + _LEAST_ERROR)).mean()


def total_variation(picture: torch.Tensor) -> torch.Tensor:
    """Mean absolute difference to the right neighbour plus that to the lower one."""
    across = (picture[..., :, 1:] - picture[..., :, :-1]).abs().mean()
    return across + (picture[..., 1:, :] - picture[..., :-1, :]).abs().mean()
