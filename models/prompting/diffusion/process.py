"""The diffusion itself: how embeddings are noised, what the network is trained on, and how concepts are drawn."""

from __future__ import annotations

from functools import cache

import torch
from diffusers.schedulers.scheduling_ddim import DDIMScheduler
from torch.nn import functional

from models.progress import SILENT, Progress
from models.prompting.diffusion.conditions import Sights
from models.prompting.diffusion.network import ConceptNetwork

STEPS = 1000  # of noising
_WITHHELD_BOTH, _WITHHELD_ONE = 0.1, 0.05  # shares of training samples that lack conditions
GUIDANCE = 2.0


def scheduler() -> DDIMScheduler:
    """Cosine noising (Nichol and Dhariwal 2021) with prediction of the clean sample, as unCLIP's prior has it."""
    return DDIMScheduler(
        num_train_timesteps=STEPS,
        beta_schedule="squaredcos_cap_v2",
        prediction_type="sample",
        clip_sample=False,
        timestep_spacing="trailing",
    )


@cache
def _noising() -> DDIMScheduler:
    """One that is never given time steps, so that it may be shared."""
    return scheduler()


def training_loss(
    network: ConceptNetwork, embeddings: torch.Tensor, sights: Sights, dice: torch.Generator
) -> torch.Tensor:
    """Mean squared error of the predicted clean embeddings (Ramesh et al. 2022, eq. 2), in standardised numbers.

    `embeddings` n×D are CLIP's unit vectors of the phrases. A share of the samples is trained without the picture,
    without the place, or without both (Ho and Salimans 2022). `dice` is a generator of the CPU.
    """
    clean = network.standardised(embeddings)
    device, count = clean.device, len(clean)
    step = torch.randint(STEPS, (count,), generator=dice).to(device)
    noise = torch.randn(clean.shape, generator=dice).to(device)
    drawn = torch.rand(count, generator=dice).to(device)
    noisy = _noising().add_noise(clean, noise, step)  # pyright: ignore[reportArgumentType]
    shown = drawn >= _WITHHELD_BOTH + _WITHHELD_ONE
    placed = (drawn >= _WITHHELD_BOTH + 2 * _WITHHELD_ONE) | ((drawn >= _WITHHELD_BOTH) & ~shown)
    predicted = network(noisy, step, sights, shown, placed)
    return functional.mse_loss(predicted.float(), clean)


@torch.inference_mode()
def draw_concepts(
    network: ConceptNetwork,
    sights: Sights,
    *,
    each: int,
    seed: int,
    steps: int = 20,
    guidance: float = GUIDANCE,
    progress: Progress = SILENT,
) -> torch.Tensor:
    """Draw `each` embeddings for every place: n × each × D, standardised (see `ConceptNetwork.restored`).

    DDIM (Song et al. 2021) in `steps` steps with classifier-free guidance; 1 is none. The same seed gives the same.
    """
    device = network.no_whole.device
    sights = sights.to(device).repeated(each)
    count, width = sights.places, network.shape.width
    plan = scheduler()
    plan.set_timesteps(steps, device=device)
    noisy = torch.randn((count, width), generator=torch.Generator().manual_seed(seed)).to(device)
    nothing = torch.zeros(count, dtype=torch.bool, device=device)
    for number, step in enumerate(plan.timesteps):
        progress.report(number / steps, "having ideas")
        at = step.expand(count)
        clean = network(noisy, at, sights)
        if guidance != 1.0:
            alone = network(noisy, at, sights, nothing, nothing)
            clean = alone + guidance * (clean - alone)
        noisy = plan.step(clean, step, noisy).prev_sample  # pyright: ignore[reportArgumentType, reportAttributeAccessIssue]
    return noisy.unflatten(0, (-1, each))


def votes(drawn: torch.Tensor, bank: torch.Tensor, sharpness: float = 20.0) -> torch.Tensor:
    """How much drawn concepts speak for each phrase of a bank: n×each×D and B×D, both standardised, to n×B; rows sum
    to 1. Every drawn concept has one vote, divided among the phrases nearest to it by cosine."""
    cosines = functional.normalize(drawn, dim=-1) @ functional.normalize(bank, dim=-1).T
    return (sharpness * cosines).softmax(dim=-1).mean(dim=1)
