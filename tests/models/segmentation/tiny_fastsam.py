"""FastSAM's graph and file format in miniature, for tests that go through the real loading and predicting code."""

from __future__ import annotations

import copy
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import torch
from torch.nn.functional import avg_pool2d
from torchvision.ops import masks_to_boxes

from models.geometry import Extent
from models.segmentation.fastsam import ultralytics
from tests.models.segmentation.drawn_things import drawn_picture

_LESSONS = 160


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


def trained_fastsam(path: Path, steps: int = 300, batch: int = 8, side: int = 192, width: float = 0.125) -> Path:
    """A small FastSAM that has learned drawn things, with ultralytics' own model and loss; the same one every time.

    At `side` as the input size it finds most of them; it knows nothing else.
    """
    rng = np.random.default_rng(7)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(7)
        model = fastsam_graph(width, 0.33).train()
        model.args = SimpleNamespace(box=7.5, cls=0.5, dfl=1.5, overlap_mask=False)
        decayed = [p for p in model.parameters() if p.ndim > 1]
        others = [p for p in model.parameters() if p.ndim <= 1]
        groups = [{"params": decayed, "weight_decay": 5e-4}, {"params": others, "weight_decay": 0.0}]
        optimizer = torch.optim.AdamW(groups, lr=1e-3)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 6e-3, total_steps=steps, pct_start=0.15)
        lessons = [_lesson(rng, side) for _ in range(_LESSONS)]
        for _ in range(steps):
            picked = rng.integers((_LESSONS, 8), size=(batch, 2))
            losses, _ = model.loss(_batch([lessons[at].turned(int(turn)) for at, turn in picked]))
            optimizer.zero_grad()
            losses.sum().backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 10.0)
            optimizer.step()
            schedule.step()
        model.criterion = None
    model.args = {"task": "segment", "imgsz": side}
    return save_checkpoint(model.eval(), path)


class _Lesson(NamedTuple):
    """A drawn picture: 3×S×S in [0, 1] and what is in it, N×S×S bool."""

    image: torch.Tensor
    masks: torch.Tensor

    def turned(self, turn: int) -> _Lesson:
        """One of the eight ways a square picture can be laid down."""
        image, masks = torch.rot90(self.image, turn % 4, (1, 2)), torch.rot90(self.masks, turn % 4, (1, 2))
        return _Lesson(image.flip(2), masks.flip(2)) if turn >= 4 else _Lesson(image, masks)


def _lesson(rng: np.random.Generator, side: int) -> _Lesson:
    drawn = drawn_picture(rng, Extent(side, side), things=int(rng.integers(3, 8)))
    image = torch.from_numpy(drawn.rgb).permute(2, 0, 1).float() / 255.0
    return _Lesson(image, torch.from_numpy(drawn.masks))


def _batch(lessons: list[_Lesson]) -> dict[str, torch.Tensor]:
    """What ultralytics' loss expects; masks at a quarter of the size, as the prototypes."""
    masks = torch.cat([lesson.masks for lesson in lessons]).float()
    boxes = masks_to_boxes(masks)
    boxes[:, 2:] += 1.0
    corners = boxes / masks.shape[-1]
    numbers = torch.cat([torch.full((len(lesson.masks),), float(at)) for at, lesson in enumerate(lessons)])
    return {
        "img": torch.stack([lesson.image for lesson in lessons]),
        "cls": torch.zeros(len(numbers), 1),
        "batch_idx": numbers,
        "bboxes": torch.cat([(corners[:, :2] + corners[:, 2:]) / 2, corners[:, 2:] - corners[:, :2]], dim=1),
        "masks": (avg_pool2d(masks[:, None], 4)[:, 0] >= 0.5).float(),
    }


def settled(model: Any, rgb: np.ndarray) -> Any:
    """An untrained net whose batch norms know one picture (sides multiples of 32), so that signals reach its end."""
    norms = [module for module in model.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    for norm in norms:
        norm.momentum = 1.0
    with torch.no_grad():
        model.train()(torch.from_numpy(rgb).permute(2, 0, 1)[None].float() / 255.0)
    for norm in norms:
        norm.momentum = 0.03
    return model.eval()
