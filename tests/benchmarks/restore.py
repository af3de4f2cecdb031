"""Scratches and dust, drawn over photos: how much is found, how much else, and how well it is mended.

    python -m tests.benchmarks.restore [--side 512] [--save folder]

Recall: share of the drawn damage's pixels that the mask covers. Precision: share of the mask within 2 pixels of
drawn damage. On clean photos: share of the picture that is wrongly marked. PSNR (dB) is taken over the damage and all
that was marked, before and after the repair, beside OpenCV's Telea filler on the very same mask.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import skimage.data

from models.filters.scratches import find_scratches
from models.inpainting.filling import fill_hole
from models.mask import grow
from models.progress import SILENT

PHOTOS = ("astronaut", "coffee", "chelsea", "rocket", "camera", "brick", "grass", "gravel", "moon", "coins")
_NEAR = 2  # pixels


def photo(name: str, side: int) -> np.ndarray:
    """H×W×3 uint8, its longer side `side` pixels."""
    picture = getattr(skimage.data, name)()
    picture = np.dstack([picture] * 3) if picture.ndim == 2 else picture[..., :3]
    scale = side / max(picture.shape[:2])
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=method)


def scratches(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Cover H×W float32 in [0, 1] of about eight lines, nearly straight, 1 to 3 pixels wide, some faint or broken."""
    height, width = shape[:2]
    cover = np.zeros((height, width), np.float32)
    for _ in range(8):
        angle, length = rng.uniform(0, np.pi), rng.uniform(0.25, 1.0) * max(height, width)
        middle = rng.uniform(0.15, 0.85, 2) * (width, height)
        along = np.linspace(-0.5, 0.5, 40)[:, None] * length
        bend = rng.normal(0, 0.03) * length * (4 * np.linspace(-0.5, 0.5, 40)[:, None] ** 2)
        way, side = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
        points = np.rint(8 * (middle + along * way + bend * side)).astype(np.int32)[:, None]
        line = np.zeros((height, width), np.uint8)
        cv2.polylines(line, [points], False, 255, int(rng.integers(1, 4)), cv2.LINE_AA, 3)
        cover = np.maximum(cover, line.astype(np.float32) / 255 * rng.uniform(0.45, 1.0))
    return cover


def dust(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Cover H×W float32 in [0, 1] of sixty specks, 2 to 6 pixels across."""
    height, width = shape[:2]
    cover = np.zeros((height, width), np.uint8)
    for _ in range(60):
        centre = (int(rng.integers(4, width - 4)), int(rng.integers(4, height - 4)))
        axes = (int(rng.integers(1, 4)), int(rng.integers(1, 3)))
        cv2.ellipse(cover, centre, axes, float(rng.uniform(0, 180)), 0, 360, int(rng.integers(150, 256)), -1)
    return cv2.GaussianBlur(cover, (0, 0), 0.6).astype(np.float32) / 255


DAMAGES: dict[str, Callable[[tuple[int, ...], np.random.Generator], np.ndarray]] = {
    "scratches": scratches,
    "dust": dust,
}


def damaged(clean: np.ndarray, cover: np.ndarray, level: float) -> np.ndarray:
    """The photo with the damage in one grey level over it."""
    return np.rint(clean * (1 - cover[..., None]) + level * cover[..., None]).astype(np.uint8)


def psnr(clean: np.ndarray, result: np.ndarray, where: np.ndarray) -> float:
    """In dB, over the pixels of `where`."""
    error = np.mean((clean[where].astype(np.float64) - result[where]) ** 2)
    return float(10 * np.log10(255**2 / max(error, 1e-3)))


def measured(clean: np.ndarray, bad: np.ndarray, cover: np.ndarray) -> tuple[list[float], np.ndarray]:
    """Recall, precision, PSNR damaged, mended, by Telea; and the mended photo."""
    found = find_scratches(bad)
    hurt = cover > 0.2
    near = cv2.dilate(hurt.astype(np.uint8), np.ones((2 * _NEAR + 1, 2 * _NEAR + 1), np.uint8)) > 0
    marked = found > 0
    recall = float(np.mean(marked[hurt]))
    precision = float(np.mean(near[marked])) if marked.any() else 1.0
    where = hurt | marked
    mended, telea = bad, bad
    if marked.any():
        hole = grow(found, 1)
        mended = fill_hole(bad, hole, seed=0, progress=SILENT).image
        telea = cv2.inpaint(bad, (hole > 0).astype(np.uint8), 3, cv2.INPAINT_TELEA)
    return [recall, precision, *(psnr(clean, one, where) for one in (bad, mended, telea))], mended


def main() -> None:
    """Read the arguments and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--side", type=int, default=512)
    parser.add_argument("--save", type=Path, help="folder for damaged and mended photos")
    arguments = parser.parse_args()
    if arguments.save is not None:
        arguments.save.mkdir(parents=True, exist_ok=True)
    print(f"{'damage':>10} {'photo':>10} {'recall':>7} {'precis.':>7} {'damaged':>8} {'mended':>7} {'Telea':>7}")
    for kind, draw in DAMAGES.items():
        rows = []
        for number, name in enumerate(PHOTOS):
            clean = photo(name, arguments.side)
            rng = np.random.default_rng([number, len(kind)])
            cover = draw(clean.shape, rng)
            bad = damaged(clean, cover, 240.0 if number % 3 else 12.0)
            row, mended = measured(clean, bad, cover)
            rows.append(row)
            _print(kind, name, row)
            if arguments.save is not None:
                marked = np.where(find_scratches(bad)[..., None] > 0, np.array([255, 0, 0], np.uint8), bad)
                cv2.imwrite(str(arguments.save / f"{kind}_{name}.png"), np.hstack([bad, marked, mended])[..., ::-1])
        _print(kind, "mean", [float(mean) for mean in np.mean(rows, axis=0)])
    wrong = {name: float(find_scratches(photo(name, arguments.side)).mean()) for name in PHOTOS}
    print("clean photos, wrongly marked: " + ", ".join(f"{name} {share:.2%}" for name, share in wrong.items()))


def _print(kind: str, name: str, row: list[float]) -> None:
    recall, precision, bad, mended, telea = row
    print(f"{kind:>10} {name:>10} {recall:7.2f} {precision:7.2f} {bad:8.2f} {mended:7.2f} {telea:7.2f}", flush=True)


if __name__ == "__main__":
    main()
