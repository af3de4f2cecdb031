"""Runs small enough to be tested: a narrow net on drawn pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch

from models.training.features import OrientedFeatures
from models.training.loop import RunOptions, Trainer
from models.training.plan import TrainingPlan

SMALL: dict[str, Any] = {
    "width": 8,
    "kernel": 5,
    "size": 64,
    "batch": 2,
    "steps": 3,
    "finetune_steps": 3,
    "warmup": 2,
    "precision": "float32",
}
OPTIONS = RunOptions(log_every=2, sheet_every=4, held_out=2)


def small_plan(**settings: Any) -> TrainingPlan:
    return TrainingPlan(**{**SMALL, **settings})


def trainer(folder: Path, plan: TrainingPlan, options: RunOptions = OPTIONS) -> Trainer:
    return Trainer(plan, options, folder, features=OrientedFeatures(), device=torch.device("cpu"))


def curve(folder: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
