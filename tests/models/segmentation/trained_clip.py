"""A tiny CLIP that has learned the names of drawn shapes and their colours, and that other words name none of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from transformers import CLIPModel, CLIPTokenizer

from models.geometry import Extent
from models.segmentation.crops import CropCutter, View
from models.segmentation.recognition.names import NAMES, NOTHING, TEMPLATES
from tests.models.segmentation.named_shapes import COLOURS, SHAPES, Named, shapes_picture
from tests.models.segmentation.tiny_clip import tiny_clip

_SIDE = 32
_WORDS = ("a", "photo", "of", "the", "close-up", *SHAPES, *COLOURS, "background")
# Never shown in training, as a name of anything or of nothing.
UNHEARD = ("giraffe", "zebra", "bottle", "umbrella")


def trained_clip(folder: Path, steps: int = 450, batch: int = 64) -> Path:
    """Train on crops as the ranker cuts them, against captions; saved as transformers saves. Half a minute."""
    tiny_clip(folder, dim=64, side=_SIDE, patch=4, words=_WORDS)
    model, tokenizer = CLIPModel.from_pretrained(folder).train(), CLIPTokenizer.from_pretrained(folder)
    torch.manual_seed(1)
    rng = np.random.default_rng(1)
    with torch.no_grad():
        model.logit_scale.fill_(float(np.log(20.0)))
    pixels, shapes, colours = _crops(rng, 120)
    strange = [name for name in (*NAMES, *NOTHING) if name not in UNHEARD + SHAPES + ("background",)]
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=steps, pct_start=0.1)
    named = [*SHAPES, "background"]
    coloured = [f"{colour} {shape}" for colour in COLOURS for shape in SHAPES]
    for step in range(steps):
        picked = torch.from_numpy(rng.integers(len(pixels), size=batch))
        others = list(rng.choice(strange, 16, replace=False)) + [_gibberish(rng) for _ in range(8)]
        with_colour = step % 3 == 2
        texts = (coloured if with_colour else named) + others
        target = shapes[picked]
        if with_colour:
            target = torch.where(target < len(SHAPES), colours[picked] * len(SHAPES) + target, -100)
        template = TEMPLATES[step % len(TEMPLATES)] if step % 5 else "{}"
        read = tokenizer([template.format(text) for text in texts], padding=True, return_tensors="pt")
        logits = model(pixel_values=pixels[picked], **read).logits_per_image
        loss = torch.nn.functional.cross_entropy(logits, target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        with torch.no_grad():
            model.logit_scale.clamp_(max=float(np.log(100.0)))
    model.eval().save_pretrained(folder)
    return folder


def _crops(rng: np.random.Generator, pictures: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Both views of all proposals of many pictures; the numbers of their shapes (the last: ground) and colours."""
    pixels, shapes, colours = [], [], []
    for seed in range(pictures):
        extent = Extent(int(rng.integers(160, 400)), int(rng.integers(120, 300)))
        things = []
        for _ in range(6):
            radius = int(rng.integers(10, 45))
            x, y = rng.integers(radius, extent.width - radius), rng.integers(radius, extent.height - radius)
            clear = all(np.hypot(x - one.x, y - one.y) > radius + one.radius for one in things)
            if clear:
                things.append(Named(str(rng.choice(SHAPES)), str(rng.choice(list(COLOURS))), int(x), int(y), radius))
        rgb, proposals = shapes_picture(things, extent, seed, turned=0.3)
        cutter = CropCutter(
            rgb, _SIDE, (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711), torch.device("cpu")
        )
        for view in View:
            pixels += list(cutter.crops(proposals, view, 64))
            shapes += [SHAPES.index(thing.shape) for thing in things] + [len(SHAPES)]
            colours += [list(COLOURS).index(thing.colour) for thing in things] + [0]
    return torch.cat(pixels), torch.tensor(shapes), torch.tensor(colours)


def _gibberish(rng: np.random.Generator) -> str:
    return "".join(rng.choice(list("abcdefghijklmnopqrstuvwxyz"), int(rng.integers(3, 11))))
