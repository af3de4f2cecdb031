"""Training a concept diffusion: a loop that stops and goes on exactly, and that says how good it is."""

from __future__ import annotations

import io
import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from models.errors import BadInputError, CancelledError
from models.progress import SILENT, Progress
from models.prompting.diffusion import checkpoint
from models.prompting.diffusion.checkpoint import Trained, weights_identity
from models.prompting.diffusion.conditions import SeesPatches
from models.prompting.diffusion.network import ConceptNetwork, NetworkShape
from models.prompting.diffusion.process import draw_concepts, training_loss, votes
from models.prompting.diffusion.rows import Examples, Rows, look_at_all
from models.training import files
from models.training.average import MovingAverage

_MOST_LOOKED_AT = 256  # held-out places
_DRAWN, _DRAWING_STEPS = 8, 10  # concepts for each of them, in so many steps
_AMONG = 5
_SAVE_EVERY = 300.0  # seconds
_RUN, _ROWS = "run", "rows"


@dataclass(frozen=True)
class ConceptPlan:
    """What decides how a training goes; two runs of one plan on one set give the same weights on one machine.

    `looks` is how often every place is looked at, each time marked differently; `template` how phrases are put to
    CLIP. The defaults are for some hundred thousand places; a prior of 6 layers of 512 has about 20 million numbers.
    """

    heads: int = 8
    head: int = 64
    layers: int = 6
    steps: int = 100_000
    batch: int = 256
    learning_rate: float = 2e-4
    warmup: int = 500
    decay: float = 0.01
    ema: float = 0.999
    clip: float = 1.0
    looks: int = 2
    template: str = "a photo of {}"
    seed: int = 0

    def __post_init__(self) -> None:
        if self.steps < 1 or self.batch < 1 or self.looks < 1 or self.learning_rate <= 0 or self.clip <= 0:
            raise BadInputError("A training needs at least one step, one place a batch, one look, and a rate above 0.")
        if not 0 <= self.ema < 1 or "{}" not in self.template:
            raise BadInputError("ema lies within 0 and below 1, and a template has {} where the phrase goes.")

    def rate(self, step: int) -> float:
        """The learning rate at this step (from 0): a rise, then half a cosine down to a twentieth."""
        share = min(1.0, step / self.steps)
        return (
            self.learning_rate
            * min(1.0, (step + 1) / max(1, self.warmup))
            * (0.525 + 0.475 * math.cos(math.pi * share))
        )


@dataclass(frozen=True)
class Standing:
    """How a run ended. `hits` is the share of held-out places whose phrase is among the five drawn most often, `common`
    the share for which it is among the five most common phrases anyway; None when no picture was held out."""

    step: int
    finished: bool
    file: Path
    hits: float | None
    common: float | None


def train_concepts(
    examples: Examples,
    clip: SeesPatches,
    target: Path,
    plan: ConceptPlan,
    *,
    resume: bool = False,
    minutes: float | None = None,
    device: torch.device | str = "cpu",
    progress: Progress = SILENT,
    say: Callable[[str], None] = lambda line: None,
) -> Standing:
    """Train and write `target` (safetensors), and beside it a folder with what resuming needs.

    A resumed run keeps its plan but for `steps`. Raises BadInputError when `target` exists and is not resumed, or was
    trained differently; CancelledError, after saving, when progress says so.
    """
    if target.suffix != ".safetensors":
        raise BadInputError("Weights are written as safetensors; end the name in .safetensors.")
    beside = target.with_suffix(".training")
    if (target.exists() or (beside / _RUN).exists()) and not resume:
        raise BadInputError(f"{target} exists already; go on with --resume, or choose another name.")
    target.parent.mkdir(parents=True, exist_ok=True)
    rows = look_at_all(examples, clip, beside / _ROWS, looks=plan.looks, seed=plan.seed, progress=progress.part(0, 0.3))
    if rows.unreadable:
        say(f"{rows.unreadable // plan.looks} of {len(examples)} regions could not be used.")
    if len(rows.training) == 0:
        raise BadInputError("Too few regions could be read to train on.")
    say(f"{len(rows.training)} places, {len(rows.phrases)} phrases, {len(rows.held_out)} places held out.")
    run = _Run(plan, rows, clip, torch.device(device))
    if resume and (beside / _RUN).is_dir():
        run.load(beside / _RUN)
        say(f"Going on after {run.step} steps.")
    begun = saved = time.monotonic()
    cancelled = False
    while run.step < plan.steps:
        cancelled = progress.is_cancelled()
        now = time.monotonic()
        if cancelled or (minutes is not None and now - begun > 60 * minutes):
            break
        loss = run.learn()
        if run.step % 100 == 0 or run.step == plan.steps:
            line = f"step {run.step}/{plan.steps} · loss {loss:.4f}"
            progress.on_report(0.3 + 0.7 * run.step / plan.steps, line)
            say(line)
        if now - saved > _SAVE_EVERY:
            run.save(beside / _RUN, target)
            saved = now
    run.save(beside / _RUN, target)
    if cancelled:
        raise CancelledError(f"Stopped after {run.step} steps; go on with --resume.")
    hits, common = run.standing()
    return Standing(run.step, run.step >= plan.steps, target, hits, common)


class _Run:
    """Network, average, optimiser, and where they are."""

    def __init__(self, plan: ConceptPlan, rows: Rows, clip: SeesPatches, device: torch.device) -> None:
        self.plan, self.rows, self.device, self.step = plan, rows, device, 0
        self._identity = weights_identity(clip.identity())
        texts = clip.embed_texts([plan.template.format(phrase) for phrase in rows.phrases])
        self._texts = torch.from_numpy(texts).to(device)
        shape = NetworkShape(clip.width, rows.patches.shape[1], plan.heads, plan.head, plan.layers)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(plan.seed)
            self.net = ConceptNetwork(shape).to(device)
        self._training = rows.training
        phrase_of = torch.from_numpy(np.asarray(rows.phrase[self._training], np.int64)).to(device)
        self.net.standardise_by(self._texts[phrase_of])
        self.average = MovingAverage(self.net, plan.ema)
        learned = [one for one in self.net.parameters() if one.requires_grad]
        self._optimiser = torch.optim.AdamW(learned, lr=plan.learning_rate, weight_decay=plan.decay)

    def learn(self) -> float:
        """One step; its loss."""
        dice = torch.Generator().manual_seed(self.plan.seed * 1_000_003 + self.step)
        picked = torch.randint(len(self._training), (self.plan.batch,), generator=dice).numpy()
        numbers = self._training[picked]
        for group in self._optimiser.param_groups:
            group["lr"] = self.plan.rate(self.step)
        self.net.train()
        texts = self._texts[torch.from_numpy(np.asarray(self.rows.phrase[numbers], np.int64)).to(self.device)]
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.device.type == "cuda"):
            loss = training_loss(self.net, texts, self.rows.sights(numbers).to(self.device), dice)
        value = float(loss.detach())
        if not math.isfinite(value):
            raise BadInputError("The loss is no longer a number; resume with a smaller learning rate.")
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), self.plan.clip)
        self._optimiser.step()
        self.average.update(self.net, self.step)
        self.step += 1
        return value

    def save(self, folder: Path, target: Path) -> None:
        """What resuming needs, and the file that is used."""
        with files.new_folder(folder) as scratch:
            files.write_weights(self.net.state_dict(), scratch / "net.safetensors", told={})
            files.write_weights(self.average.net.state_dict(), scratch / "average.safetensors", told={})
            buffer = io.BytesIO()
            torch.save(self._optimiser.state_dict(), buffer)
            files.write_whole(buffer.getvalue(), scratch / "optimiser.pt")
            told: dict[str, Any] = {"step": self.step, "plan": asdict(self.plan), "clip": self._identity}
            (scratch / "run.json").write_text(json.dumps(told), encoding="utf-8")
        checkpoint.write(self.trained(), target)

    def load(self, folder: Path) -> None:
        """Go on where `save` was; raises BadInputError when that run was another one."""
        try:
            told = json.loads((folder / "run.json").read_text(encoding="utf-8"))
            was, clip, step = ConceptPlan(**told["plan"]), told["clip"], int(told["step"])
            data = io.BytesIO((folder / "optimiser.pt").read_bytes())
            optimiser = torch.load(data, map_location=self.device, weights_only=True)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BadInputError(f"{folder} is no training run, or is damaged.") from error
        if replace(was, steps=self.plan.steps) != self.plan or clip != self._identity:
            raise BadInputError("That run had other settings or another CLIP; resume with the same, or start anew.")
        self.net.load_state_dict(files.read_weights(folder / "net.safetensors"))
        self.average.net.load_state_dict(files.read_weights(folder / "average.safetensors"))
        self._optimiser.load_state_dict(optimiser)
        self.step = step

    def trained(self) -> Trained:
        """The averaged network as it is used."""
        net = self.average.net
        if not isinstance(net, ConceptNetwork):
            raise TypeError("the average is of another network")
        return Trained(net, self._identity, self.rows.phrases, self.plan.template, self.step, self.plan.seed)

    def standing(self) -> tuple[float | None, float | None]:
        """How often the true phrase is among the five drawn most, and among the five most common, held out."""
        held = self.rows.held_out
        if len(held) == 0:
            return None, None
        some = held[np.linspace(0, len(held) - 1, min(len(held), _MOST_LOOKED_AT)).astype(int)]
        net = self.trained().network
        drawn = draw_concepts(net, self.rows.sights(some), each=_DRAWN, seed=self.plan.seed, steps=_DRAWING_STEPS)
        shares = votes(drawn, net.standardised(self._texts)).cpu()
        best = shares.topk(min(_AMONG, shares.shape[1]), dim=1).indices.numpy()
        truth = np.asarray(self.rows.phrase[some])
        return float((best == truth[:, None]).any(axis=1).mean()), float((truth < _AMONG).mean())
