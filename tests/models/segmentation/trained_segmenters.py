"""The tiny models taught, in seconds, to see coloured things on plain ground: so that answers have right places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import cv2
import numpy as np
import torch
from torch.nn import functional
from transformers import CLIPSegForImageSegmentation, Owlv2ForObjectDetection, Sam2Config, Sam2Model

from tests.models.segmentation.tiny_segmenters import SIDE, clipseg_config, owlv2_config, sam2_parts

COLOURS = {"red": (200, 40, 40), "blue": (40, 60, 200)}
_IMAGENET = torch.tensor([[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]])
_CLIP = torch.tensor([[0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]])


def things(
    height: int, width: int, places: Sequence[tuple[int, int, int]], names: Sequence[str], ground: int = 128
) -> tuple[np.ndarray, np.ndarray]:
    """Discs (x, y, radius) of named colours on grey: H×W×3 uint8, and n×H×W bool, what shows of each."""
    rgb = np.full((height, width, 3), ground, np.uint8)
    labels = np.zeros((height, width), np.uint8)
    for number, ((x, y, radius), name) in enumerate(zip(places, names, strict=True), start=1):
        cv2.circle(rgb, (x, y), radius, COLOURS[name], -1)
        cv2.circle(labels, (x, y), radius, number, -1)
    return rgb, np.stack([labels == number for number in range(1, len(places) + 1)])


def _scenes(side: int, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """A red and a blue disc that do not touch, stretched at random as pictures of another shape would be."""
    numbers = np.random.default_rng(seed)
    while True:
        stretch = numbers.uniform(0.6, 1.7)
        width = round(side * stretch)
        low, high = side // 8, side // 4
        radii = numbers.integers(low, high, 2)
        centres = np.stack([numbers.integers(low, width - low, 2), numbers.integers(low, side - low, 2)], 1)
        if np.hypot(*(centres[0] - centres[1])) < radii.sum() + 2:
            continue
        places = [(int(x), int(y), int(r)) for (x, y), r in zip(centres, radii, strict=True)]
        rgb, masks = things(side, width, places, ("red", "blue"), int(numbers.integers(90, 170)))
        yield rgb, masks


def _squashed(picture: np.ndarray, side: int) -> np.ndarray:
    return cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)


def _normalised(pictures: list[np.ndarray], statistics: torch.Tensor) -> torch.Tensor:
    pixels = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 255
    return (pixels - statistics[0][:, None, None]) / statistics[1][:, None, None]


def trained_sam2(steps: int = 200) -> Sam2Model:
    """Answers a click on a disc with the disc, in one of its three masks."""
    torch.manual_seed(0)
    model = Sam2Model(Sam2Config(**sam2_parts())).train()
    optimiser = torch.optim.AdamW(model.parameters(), 2e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, total_steps=steps)
    scenes, numbers = _scenes(SIDE, 0), np.random.default_rng(1)
    for _ in range(steps):
        pictures, points, targets = [], [], []
        for _ in range(8):
            rgb, masks = next(scenes)
            pictures.append(_squashed(rgb, SIDE))
            squashed = [_squashed(mask.astype(np.float32), SIDE) for mask in masks]
            clicks = []
            for mask in squashed:
                y, x = np.nonzero(mask > 0.5)
                pick = numbers.integers(len(x))
                clicks.append([[float(x[pick]), float(y[pick])]])
            points.append(clicks)
            targets.append([_squashed(mask, SIDE // 4) for mask in squashed])
        answer = model(pixel_values=_normalised(pictures, _IMAGENET), input_points=torch.tensor(points))
        target = torch.from_numpy(np.array(targets))[:, :, None].expand_as(answer.pred_masks)
        loss = functional.binary_cross_entropy_with_logits(answer.pred_masks, target, reduction="none").mean((-2, -1))
        soft = answer.pred_masks.sigmoid()
        shared = (soft * target).sum((-2, -1))
        dice = 1 - (2 * shared + 1) / (soft.sum((-2, -1)) + target.sum((-2, -1)) + 1)
        hard = answer.pred_masks.detach() > 0
        both, either = (hard & (target > 0.5)).sum((-2, -1)), (hard | (target > 0.5)).sum((-2, -1))
        judged = functional.mse_loss(answer.iou_scores, both / either.clamp(min=1))
        (loss + dice).min(-1).values.mean().add(judged).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad()
    return model.eval()


def _spread(text_model: Any) -> None:
    """Tokens further apart than a fresh CLIP has them, which would take long to tell two words apart."""
    torch.nn.init.normal_(text_model.embeddings.token_embedding.weight, std=0.5)


def trained_clipseg(tokenizer: Any, steps: int = 150) -> CLIPSegForImageSegmentation:
    """“red” and “blue” are hot where the discs of these colours are. Sees pictures fitted into its square, as asked."""
    torch.manual_seed(0)
    model = CLIPSegForImageSegmentation(clipseg_config(len(tokenizer))).train()
    _spread(model.clip.text_model)
    optimiser = torch.optim.AdamW(model.parameters(), 5e-3)
    scenes = _scenes(64, 0)
    words = tokenizer(["red", "blue"], padding=True, return_tensors="pt")
    for _ in range(steps):
        pictures, targets = [], []
        for _ in range(8):
            rgb, masks = next(scenes)
            pictures.append(_squashed(rgb, 64))
            targets.append([_squashed(mask.astype(np.float32), 64) for mask in masks])
        pixels = _normalised(pictures, _IMAGENET).repeat_interleave(2, 0)
        # get_conditional_embeddings computes without gradients, as the authors kept CLIP frozen
        wanted = model.clip.get_text_features(**words).pooler_output.repeat(8, 1)
        logits = model(pixel_values=pixels, conditional_embeddings=wanted).logits
        target = torch.from_numpy(np.array(targets)).flatten(0, 1)
        functional.binary_cross_entropy_with_logits(logits, target).backward()
        optimiser.step()
        optimiser.zero_grad()
    return model.eval()


def trained_owlv2(tokenizer: Any, steps: int = 250) -> Owlv2ForObjectDetection:
    """Puts a box around the disc of the colour that is named. Pictures are padded into its square, as they should."""
    torch.manual_seed(0)
    model = Owlv2ForObjectDetection(owlv2_config(len(tokenizer))).train()
    _spread(model.owlv2.text_model)
    for layer in (*model.box_head.modules(), *model.class_head.modules()):
        if isinstance(layer, torch.nn.Linear):  # a fresh head's boxes are saturated, hence without gradients
            torch.nn.init.normal_(layer.weight, std=0.05)
            torch.nn.init.zeros_(layer.bias)
    optimiser = torch.optim.AdamW(model.parameters(), 2e-3)
    scenes, side, patches = _scenes(96, 0), 96, 8
    texts = [f"a photo of a {name}" for name in COLOURS]
    words = tokenizer(texts, padding="max_length", max_length=16, return_tensors="pt")
    middle = (torch.arange(patches) + 0.5) / patches
    grid = torch.stack(torch.meshgrid(middle, middle, indexing="xy"), -1).reshape(-1, 2)
    for _ in range(steps):
        pictures, boxes = [], []
        for _ in range(8):
            rgb, masks = next(scenes)
            longest = max(rgb.shape[:2])
            padding = ((0, longest - rgb.shape[0]), (0, longest - rgb.shape[1]), (0, 0))
            pictures.append(_squashed(np.pad(rgb, padding), side))
            corners = [cv2.boundingRect(mask.astype(np.uint8)) for mask in masks]
            boxes.append(
                [[(x + w / 2) / longest, (y + h / 2) / longest, w / longest, h / longest] for x, y, w, h in corners]
            )
        target = torch.tensor(boxes)
        answer = model(pixel_values=_normalised(pictures, _CLIP), **{k: v.repeat(8, 1) for k, v in words.items()})
        centre, half = target[:, None, :, :2], target[:, None, :, 2:] / 2
        inside = ((grid[None, :, None] - centre).abs() < half.clamp(min=0.5 / patches)).all(-1).float()
        scored = functional.binary_cross_entropy_with_logits(answer.logits, inside)
        away = (answer.pred_boxes[:, :, None] - target[:, None]).abs().mean(-1)
        (scored + 5 * (away * inside).sum() / inside.sum()).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()
    return model.eval()
