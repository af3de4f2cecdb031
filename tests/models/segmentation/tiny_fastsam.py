"""FastSAM's graph and file format in miniature, for tests that go through the real loading and predicting code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from models.segmentation.fastsam import ultralytics


def fastsam_graph(width: float, depth: float, reg_max: int = 16, most_channels: int = 1024) -> Any:
    """YOLOv8-seg with one class, randomly initialised by the caller's torch seed: what FastSAM is.

    FastSAM-s is width 0.5, depth 0.33, 1024 channels at most; FastSAM-x is 1.25, 1.0, 512 and reg_max 26.
    """
    tasks = ultralytics("nn.tasks")
    config = tasks.yaml_model_load("yolov8n-seg.yaml")
    config.pop("yaml_file", None)
    config.update(nc=1, reg_max=reg_max, scale="n", scales={"n": [depth, width, most_channels]})
    model = tasks.SegmentationModel(config, ch=3, nc=1, verbose=False)
    model.names = {0: "object"}
    return model


def spread_confidences(model: Any, centre: float = 0.0, spread: float = 0.5) -> None:
    """Give an untrained net scores around sigmoid(centre) that depend on content, and masks with some shape."""
    head = model.model[-1]
    with torch.no_grad():
        for branch in head.cv3:
            branch[-1].weight.normal_(0, spread)
            branch[-1].bias.fill_(centre)
        for branch in head.cv4:
            branch[-1].weight.normal_(0, spread)


def save_checkpoint(model: Any, path: Path) -> Path:
    """Write it as ultralytics does: the module itself, half precision, in a dict."""
    import copy

    torch.save(
        {"model": copy.deepcopy(model).half(), "ema": None, "train_args": {"task": "segment", "imgsz": 1024}}, path
    )
    return path


def tiny_fastsam(path: Path, width: float = 0.125, seed: int = 0) -> Path:
    """An untrained FastSAM of about a million parameters: its proposals are noise, but it has some."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = fastsam_graph(width, 0.33)
        spread_confidences(model)
    return save_checkpoint(model, path)
