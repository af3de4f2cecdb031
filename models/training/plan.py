"""What a training run is: everything that decides its curve, and nothing about the machine it runs on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

from models.errors import BadInputError
from models.inpainting.continuations import CONTINUATIONS
from models.inpainting.rfr.mask_plan import RECURRENCES
from models.inpainting.rfr.network import KERNELS
from models.training.masks import mixture
from models.training.pictures import procedural
from models.training.prefills import SIDE

_STRIDE = 16  # pixels; sizes the network takes are multiples of it


@dataclass(frozen=True)
class LossWeights:
    """The paper's weights; `style` and `perceptual` are meant for VGG16 features (see `features`).

    `relative`, which is not of the paper, weighs the hole's error as a share of what the given picture's was: so thin
    holes and even ground count as much as wide holes in texture, where most is chance.
    """

    valid: float = 1.0
    hole: float = 6.0
    perceptual: float = 0.05
    style: float = 120.0
    tv: float = 0.1
    relative: float = 0.0

    @classmethod
    def parse(cls, text: str) -> Self:
        """From "hole=6,style=0"; what is not named keeps its value. Raises BadInputError for anything else."""
        return cls(**{**asdict(cls()), **_weights(text, {entry.name for entry in fields(cls)})})


def parse_shares(text: str) -> dict[str, float]:
    """From "thin=3,text=1"; what is not named is not drawn. Raises BadInputError when a weight is no number."""
    return _weights(text, None)


@dataclass(frozen=True)
class TrainingPlan:
    """A run's curve depends on this, the pictures, and the number of processes; on nothing else.

    First `steps` with live batch norms, then `finetune_steps` with frozen ones (the paper's two phases, Adam, 2e-4
    and 5e-5). `decay` "cosine" lets each phase's rate fall to a twentieth, "constant" keeps it as published.
    `start` "smooth" begins as a smooth filling (see `initial`), with `steps` 0; it is for short runs.
    `prefill` names a weight-free engine whose filling the network learns to improve ("": it fills from nothing);
    crops then come from `prefill_windows` windows, each filled once. `recurrences` is the published network's six
    where holes are to be filled from the rim inwards; prefilled ones need fewer.
    `size` is the crop's side in pixels, `batch` the crops per process and step. Crops are always mirrored and turned;
    `colour` also changes their light and colour. `procedural` is the share of drawn pictures among the crops,
    `drawings` and `holes` are the shares of their kinds.
    """

    width: int = 64
    kernel: int = 7
    recurrences: int = RECURRENCES
    prefill: str = ""
    prefill_windows: int = 4000
    size: int = 256
    batch: int = 6
    steps: int = 400_000
    finetune_steps: int = 200_000
    learning_rate: float = 2e-4
    finetune_rate: float = 5e-5
    warmup: int = 500
    start: str = "random"
    decay: str = "constant"
    ema: float = 0.999
    clip: float = 1.0
    procedural: float = 0.15
    drawings: Mapping[str, float] = field(default_factory=lambda: dict(procedural.EVERYTHING))
    colour: bool = True
    precision: str = "auto"
    seed: int = 0
    loss: LossWeights = field(default_factory=LossWeights)
    holes: Mapping[str, float] = field(default_factory=lambda: dict(mixture.EVERYTHING))

    def __post_init__(self) -> None:
        if self.width < 8 or self.width % 8 or self.kernel not in KERNELS:
            raise BadInputError(f"The width must be a multiple of 8 and the kernel one of {KERNELS}.")
        if self.recurrences < 1 or self.prefill_windows < 1:
            raise BadInputError("A network needs at least one recurrence, and prefilling at least one window.")
        if self.prefill not in ("", *CONTINUATIONS):
            raise BadInputError(f"A prefill is one of {', '.join(CONTINUATIONS)}, not {self.prefill}.")
        if self.prefill and self.size > SIDE:
            raise BadInputError(f"Crops of prefilled windows are at most {SIDE} pixels, not {self.size}.")
        if self.size < 64 or self.size % _STRIDE:
            raise BadInputError(f"The crop size must be a multiple of {_STRIDE}, at least 64, not {self.size}.")
        if self.batch < 1 or self.steps < 0 or self.finetune_steps < 0 or self.total < 1:
            raise BadInputError("A run needs at least one step and one picture a batch.")
        if self.start not in ("random", "smooth"):
            raise BadInputError(f"A run's start is random or smooth, not {self.start}.")
        if self.start == "smooth" and self.steps:
            raise BadInputError("A smooth start needs frozen batch norms from the first step on: give 0 steps.")
        if self.decay not in ("constant", "cosine"):
            raise BadInputError(f"The rate's decay is constant or cosine, not {self.decay}.")
        if self.precision not in ("auto", "float32", "bfloat16"):
            raise BadInputError(f"The precision is auto, float32 or bfloat16, not {self.precision}.")
        if not 0 <= self.procedural <= 1 or not 0 <= self.ema < 1 or self.clip <= 0:
            raise BadInputError("procedural must be within 0 and 1, ema within 0 and below 1, clip above 0.")

    @property
    def total(self) -> int:
        """Steps of both phases."""
        return self.steps + self.finetune_steps

    def is_finetuning(self, step: int) -> bool:
        """Whether batch norms are frozen at this step (counted from 0)."""
        return step >= self.steps

    def rate(self, step: int) -> float:
        """The learning rate at this step (counted from 0)."""
        if self.is_finetuning(step):
            base, done, length = self.finetune_rate, step - self.steps, self.finetune_steps
        else:
            base, done, length = self.learning_rate, step, self.steps
        share = min(1.0, done / max(1, length))
        decayed = 0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * share)) if self.decay == "cosine" else 1.0
        return base * decayed * min(1.0, (step + 1) / max(1, self.warmup))

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {**asdict(self), "holes": dict(self.holes), "drawings": dict(self.drawings)}

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Self:
        """What `as_dict` gave; keys of other versions are ignored."""
        known = {entry.name for entry in fields(cls)}
        values = {name: value for name, value in told.items() if name in known}
        if "loss" in values:
            values["loss"] = LossWeights(**values["loss"])
        return cls(**values)


def _weights(text: str, names: set[str] | None) -> dict[str, float]:
    weights = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, number = part.partition("=")
        try:
            weights[name.strip()] = float(number)
        except ValueError as error:
            raise BadInputError(f"{part!r} is no weight; write it as name=number.") from error
        if names is not None and name.strip() not in names:
            raise BadInputError(f"There is no weight named {name.strip()}; choose from {', '.join(sorted(names))}.")
    return weights
