"""Learning what scratches and dust look like, from such drawn over photos: the judges of `models.filters`.

python -m models.training.blemishes dust specks.npz --data photos/ --pictures 150
python -m models.training.blemishes scratches scratches.npz --data photos/ --pictures 150
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn

from models.filters.judging import Judge
from models.filters.scratches import lines_of
from models.filters.specks import lightness_of, spots_of
from models.training.pictures.folder import find_pictures

_SIDE = 512  # pixels
_HIDDEN = 16
_RATE = 1e-2
_STEPS = 800
_MOSTLY = 0.4  # share of a spot's pixels under drawn dust from which it is dust
_ALMOST_ALL = 0.7  # share of a line's pixels near drawn scratches from which it is one


def draw_dust(rng: np.random.Generator, photo: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The photo (H×W×3 uint8) with bright or dark specks over it, and where: H×W bool."""
    height, width = photo.shape[:2]
    cover = np.zeros((height, width), np.uint8)
    for _ in range(int(rng.integers(10, 120))):
        centre = (int(rng.integers(width)), int(rng.integers(height)))
        axes = (int(rng.integers(1, 5)), int(rng.integers(1, 4)))
        cv2.ellipse(cover, centre, axes, float(rng.uniform(0, 180)), 0, 360, int(rng.integers(130, 256)), -1)
    share = cv2.GaussianBlur(cover, (0, 0), float(rng.uniform(0.4, 0.9))).astype(np.float32) / 255
    level = rng.uniform(205, 255) if rng.random() < 0.6 else rng.uniform(0, 40)
    dusty = np.rint(photo * (1 - share[..., None]) + level * share[..., None]).astype(np.uint8)
    return dusty, share > 0.2


def draw_scratches(rng: np.random.Generator, photo: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The photo (H×W×3 uint8) with bright or dark scratches over it, and where: H×W bool."""
    height, width = photo.shape[:2]
    share = np.zeros((height, width), np.float32)
    for _ in range(int(rng.integers(1, 12))):
        length, t = rng.uniform(0.1, 1.1) * max(height, width), np.linspace(-0.5, 0.5, 40)
        angle, middle = rng.uniform(0, np.pi), rng.uniform(0.05, 0.95, 2) * (width, height)
        bow = length * (rng.normal(0, 0.03) * 4 * t**2 + rng.normal(0, 0.01) * 8 * t**3)
        way, aside = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
        points = np.rint(8 * (middle + length * t[:, None] * way + bow[:, None] * aside)).astype(np.int32)[:, None]
        line = np.zeros((height, width), np.uint8)
        cv2.polylines(line, [points], False, 255, int(rng.integers(1, 4)), cv2.LINE_AA, 3)
        share = np.maximum(share, line.astype(np.float32) / 255 * rng.uniform(0.35, 1.0))
    level = rng.uniform(205, 255) if rng.random() < 0.6 else rng.uniform(0, 40)
    return np.rint(photo * (1 - share[..., None]) + level * share[..., None]).astype(np.uint8), share > 0.2


def lessons(kind: str, photos: Iterable[np.ndarray], rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Measures of everything that was found (N×F float32), and whether it is drawn damage (N bool)."""
    told, true = [], []
    for photo in photos:
        damaged, where = (draw_dust if kind == "dust" else draw_scratches)(rng, photo)
        near = cv2.dilate(where.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
        lightness = lightness_of(damaged)
        for turned in (lightness, 1 - lightness):
            if kind == "dust":
                spots = spots_of(turned, damaged)
                size = np.bincount(spots.labels.ravel())
                hit = np.bincount(spots.labels.ravel(), where.ravel(), minlength=len(size)) / np.maximum(size, 1)
                told.extend(spots.told)
                true.extend(hit[spots.numbers] > _MOSTLY)
            else:
                for line in lines_of(turned):
                    told.append(line.told)
                    true.append(near[line.mask > 0].mean() > _ALMOST_ALL)
    return np.array(told, np.float32), np.array(true, bool)


def learn(told: np.ndarray, true: np.ndarray, seed: int, steps: int = _STEPS) -> Judge:
    """A network that tells the true ones."""
    mean, deviation = told.mean(0), told.std(0) + np.float32(1e-4)
    inputs = torch.from_numpy(((told - mean) / deviation).clip(-6, 6).astype(np.float32))
    wanted = torch.from_numpy(true.astype(np.float32))
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        net = nn.Sequential(nn.Linear(inputs.shape[1], _HIDDEN), nn.ReLU(), nn.Linear(_HIDDEN, 1))
    optimiser = torch.optim.Adam(net.parameters(), _RATE, weight_decay=1e-4)
    rates = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for _ in range(steps):
        loss = nn.functional.binary_cross_entropy_with_logits(net(inputs)[:, 0], wanted)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        rates.step()
    values = [parameter.detach().numpy().T.copy() for parameter in net.parameters()]
    return Judge(mean, deviation, values[0], values[1], values[2][:, 0], values[3])


def photos_of(folders: Sequence[Path], count: int, rng: np.random.Generator) -> Iterable[np.ndarray]:
    """`count` pictures of the folders drawn by lot: H×W×3 uint8 RGB, the longer side 512 pixels."""
    paths = find_pictures(folders)
    for number in rng.permutation(len(paths))[:count]:
        read = cv2.imread(str(paths[number]))
        if read is not None:
            scale = _SIDE / max(read.shape[:2])
            method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
            yield cv2.cvtColor(cv2.resize(read, None, fx=scale, fy=scale, interpolation=method), cv2.COLOR_BGR2RGB)


def main() -> None:
    """Read the arguments, learn, write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=["dust", "scratches"])
    parser.add_argument("out", type=Path)
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--pictures", type=int, default=150)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    told, true = lessons(options.kind, photos_of(options.data, options.pictures, rng), rng)
    judge = learn(told, true, options.seed)
    right = judge.likelihood(told) >= 0.5
    print(f"{len(true)} found, {true.sum()} of them damage; of those called damage {true[right].mean():.2f} are.")
    np.savez_compressed(options.out, **judge._asdict())


if __name__ == "__main__":
    main()
