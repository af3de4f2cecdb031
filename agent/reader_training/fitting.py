"""Fits the reader's network to laid-over requests."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional

from agent.offline.history import Conversation
from agent.offline.reader import features as f
from agent.offline.reader.labels import SOURCES, USUAL
from agent.reader_training.aligning import IGNORED, Laid
from agent.reader_training.augmenting import Varied, Variety
from agent.reader_training.network import ReaderNetwork, batch_of

_SOURCE = {name: place for place, name in enumerate(SOURCES)}
_USUAL = {name: place for place, name in enumerate(USUAL)}


@dataclass(frozen=True)
class Fit:
    """How long and how fast."""

    epochs: int = 24
    batch: int = 48
    rate: float = 3e-3
    seed: int = 0
    copies: int = 2
    variations: int = 10


@dataclass(frozen=True)
class _Ready:
    """A variation with its features and the labels of its steps."""

    varied: Varied
    seen: f.Seen
    labels: list[tuple[int, int, int, int]]


def _ready(varied: Varied, empty: Conversation) -> _Ready:
    seen = f.seen(varied.said, varied.text, varied.context or empty, varied.marks)
    return _Ready(varied, seen, _labels(varied))


def _alike(ready: list[_Ready], size: int, rng: np.random.Generator) -> list[list[_Ready]]:
    """Batches of messages about equally long, in any order."""
    batches: list[list[_Ready]] = []
    for start in range(0, len(ready), 16 * size):
        chunk = sorted(ready[start : start + 16 * size], key=lambda each: len(each.varied.said))
        batches += [chunk[place : place + size] for place in range(0, len(chunk), size)]
    return [batches[place] for place in rng.permutation(len(batches))]


def _labels(laid: Varied) -> list[tuple[int, int, int, int]]:
    """Per step: operation, target's source, value's source, usual value."""
    told = []
    for piece in laid.pieces:
        target = _SOURCE.get(piece.target, IGNORED)
        if piece.value.startswith("="):
            value, known = len(SOURCES), _USUAL.get(f"{piece.op} {piece.value[1:]}", IGNORED)
        else:
            value, known = _SOURCE.get(piece.value, IGNORED), IGNORED
            if piece.usual:
                known = _USUAL.get(f"{piece.op} {piece.usual}", IGNORED)
        told.append((f.OPS.index(piece.op), target, value, known))
    return told


def fit(rows: Sequence[Laid], how: Fit = Fit(), told: Callable[[str], None] = lambda _: None) -> ReaderNetwork:
    """A network fitted to the rows and to variations of them."""
    torch.manual_seed(how.seed)
    rng = np.random.default_rng(how.seed)
    variety = Variety(rows, rng)
    network = ReaderNetwork()
    per_epoch = len(rows) * how.copies
    steps = how.epochs * (per_epoch // how.batch + 1)
    optimiser = torch.optim.AdamW(network.parameters(), lr=how.rate, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, how.rate, total_steps=steps + 2 * how.epochs, pct_start=0.15
    )
    empty = Conversation()
    begin = time.perf_counter()
    made = [[_ready(variety.of(row), empty) for _ in range(how.variations)] for row in rows]
    told(f"{len(rows)} requests, {how.variations} variations of each, {time.perf_counter() - begin:.0f} s")
    for epoch in range(how.epochs):
        network.train()
        order = [place for _ in range(how.copies) for place in rng.permutation(len(rows))]
        varied = [made[place][int(rng.integers(how.variations))] for place in order]
        total = 0.0
        for chosen in _alike(varied, how.batch, rng):
            loss = _loss(network, chosen, rng)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 2.0)
            optimiser.step()
            schedule.step()
            total += loss.item()
        told(f"epoch {epoch + 1}: loss {total / (len(varied) / how.batch):.3f}, {time.perf_counter() - begin:.0f} s")
    network.eval()
    return network


def _loss(network: ReaderNetwork, ready: Sequence[_Ready], rng: np.random.Generator) -> torch.Tensor:
    chosen = [each.varied for each in ready]
    batch = batch_of([each.seen for each in ready], 0.1, rng)
    states = network.states(batch)
    count, longest = batch.words.shape
    roles = torch.full((count, longest), IGNORED)
    bounds = torch.full((count, longest), -1.0)
    for row, each in enumerate(chosen):
        roles[row, : len(each.roles)] = torch.tensor(each.roles)
        bounds[row, 1 : len(each.bounds)] = torch.tensor(each.bounds[1:], dtype=torch.float32)
    dropped = network.drop(states)
    role_logits = network.role(dropped)
    role_loss = functional.cross_entropy(role_logits.flatten(0, 1), roles.flatten(), ignore_index=IGNORED)
    bound_logits = network.bound(dropped).squeeze(2)
    known = bounds >= 0
    bound_loss = functional.binary_cross_entropy_with_logits(bound_logits[known], bounds[known])
    whole = torch.cat([_mean(states, batch.mask), _top(states, batch.mask)], 1)
    back = torch.tensor([float(each.taken_back) for each in chosen])
    back_loss = functional.binary_cross_entropy_with_logits(network.back(network.drop(whole)).squeeze(1), back)
    spans = [(row, piece.begin, piece.end) for row, each in enumerate(chosen) for piece in each.pieces]
    given = functional.one_hot(roles.clamp(min=0), 5).float()
    top = states.masked_fill(~batch.mask.unsqueeze(2), -1.0)
    of_steps = network.drop(network.of_steps(top, given, spans))
    told = torch.tensor([label for each in ready for label in each.labels])
    loss = role_loss + 1.5 * bound_loss + 0.3 * back_loss
    for column, head, weight in (
        (0, network.op, 1.5),
        (1, network.target, 0.5),
        (2, network.value, 0.5),
        (3, network.usual, 0.5),
    ):
        if bool((told[:, column] != IGNORED).any()):
            loss = loss + weight * functional.cross_entropy(head(of_steps), told[:, column], ignore_index=IGNORED)
    return loss


def _mean(states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    return (states * mask.unsqueeze(2)).sum(1) / mask.sum(1, keepdim=True)


def _top(states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    return states.masked_fill(~mask.unsqueeze(2), -1.0).max(1).values
