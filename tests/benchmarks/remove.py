"""Filling holes: the chosen engine and PatchMatch beside OpenCV's fillers, on the same pictures and masks.

    python -m tests.benchmarks.remove [--sizes 512 1024] [--large] [--pictures 3] [--engines chosen telea ...]
                                   [--masks strokes object ...] [--save folder]

PSNR and SSIM are taken in the hole against what was there before. On large holes they reward blur (see
"detail": the filling's fine detail as a share of the original's); look at the pictures (`--save`).
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import skimage.data
from skimage.metrics import structural_similarity

from models.inpainting.choose import built_in_engines, choose_engine
from models.progress import SILENT
from tests.shared_material import SHARED

CHOSEN = "chosen"
_SKIMAGE = ("astronaut", "coffee", "chelsea", "rocket")


class Score(NamedTuple):
    """One filling, measured in the hole."""

    psnr: float
    ssim: float
    detail: float
    seconds: float


def pictures(most: int) -> Iterator[tuple[str, np.ndarray]]:
    """Names and H×W×3 uint8 RGB photos: scikit-image's, then the shared ones where they are."""
    for name in _SKIMAGE[:most]:
        yield name, np.ascontiguousarray(getattr(skimage.data, name)()[..., :3])
    if SHARED is not None:
        for path in sorted((SHARED / "eval" / "regions").glob("*.jpg"))[:: max(1, 40 // most)][:most]:
            yield path.stem, cv2.cvtColor(np.asarray(cv2.imread(str(path))), cv2.COLOR_BGR2RGB)


def square(picture: np.ndarray, side: int) -> np.ndarray:
    """The middle square, `side` pixels wide."""
    short = min(picture.shape[:2])
    y, x = (picture.shape[0] - short) // 2, (picture.shape[1] - short) // 2
    method = cv2.INTER_AREA if short > side else cv2.INTER_CUBIC
    return cv2.resize(picture[y : y + short, x : x + short], (side, side), interpolation=method)


def scratches(side: int, rng: np.random.Generator) -> np.ndarray:
    """About 3 % of the picture under lines up to 4 pixels wide (at 512)."""
    mask = np.zeros((side, side), np.uint8)
    while mask.mean() < 0.03:
        start, end = rng.integers(0, side, 2), rng.integers(0, side, 2)
        cv2.line(mask, start.tolist(), end.tolist(), 1, max(1, int(rng.integers(1, 5) * side / 512)))
    return mask


def strokes(side: int, rng: np.random.Generator, share: float = 0.05) -> np.ndarray:
    """About `share` of the picture under brush strokes, 2 to 5.5 % of its side across."""
    mask = np.zeros((side, side), np.uint8)
    while mask.mean() < share:
        here = rng.integers(0, side, 2)
        for _ in range(4):
            there = np.clip(here + rng.normal(0, 0.1 * side, 2), 0, side - 1).astype(int)
            cv2.line(mask, here.tolist(), there.tolist(), 1, int(rng.integers(side // 50, side // 18)))
            here = there
    return mask


def spots(side: int, rng: np.random.Generator) -> np.ndarray:
    """Ten small things, 3 to 7 % of the picture's side across."""
    mask = np.zeros((side, side), np.uint8)
    for _ in range(10):
        centre = (rng.uniform(0.1, 0.9, 2) * side).astype(int).tolist()
        axes = np.rint(rng.uniform(0.015, 0.035, 2) * side).astype(int).tolist()
        cv2.ellipse(mask, centre, axes, float(rng.uniform(0, 180)), 0, 360, 1, -1)
    return mask


def lettering(side: int, rng: np.random.Generator) -> np.ndarray:
    """Lines of writing over the whole picture."""
    mask = np.zeros((side, side), np.uint8)
    thickness = max(1, round(3 * side / 512))
    for y in range(side // 8, side, side // 5):
        start = (int(rng.integers(0, side // 12)), y)
        cv2.putText(mask, "Sample copyright text", start, cv2.FONT_HERSHEY_SIMPLEX, 1.35 * side / 512, 1, thickness)
    return mask


def blob(side: int, rng: np.random.Generator, share: float = 0.03) -> np.ndarray:
    """One ellipse over `share` of the picture."""
    mask = np.zeros((side, side), np.uint8)
    stretch = rng.uniform(0.6, 1.6)
    radius = side * np.sqrt(share / np.pi)
    centre = rng.uniform(0.3, 0.7, 2) * side
    axes = (round(radius * stretch), round(radius / stretch))
    cv2.ellipse(mask, centre.astype(int).tolist(), axes, float(rng.uniform(0, 180)), 0, 360, 1, -1)
    return mask


MASKS = {
    "scratches": scratches,
    "lettering": lettering,
    "strokes": strokes,
    "strokes 20%": partial(strokes, share=0.2),
    "spots": spots,
    "object": blob,
}
PEERS = ("telea", "navier-stokes")


def measured(truth: np.ndarray, result: np.ndarray, hole: np.ndarray, seconds: float) -> Score:
    """PSNR (dB, RGB), SSIM (grey) and share of fine detail inside the hole."""
    inside = hole > 0
    error = np.mean((truth.astype(np.float64) - result)[inside] ** 2)
    grey, filled = (cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in (truth, result))
    ssim = np.asarray(structural_similarity(grey, filled, full=True, gaussian_weights=True)[1])
    fine = [(g - cv2.GaussianBlur(g, (0, 0), 1.5))[inside].std() for g in (grey.astype(float), filled.astype(float))]
    psnr = 10 * np.log10(255**2 / max(error, 1e-6))
    return Score(float(psnr), float(ssim[inside].mean()), float(fine[1] / max(fine[0], 1e-3)), seconds)


def timed_fill(name: str, picture: np.ndarray, hole: np.ndarray) -> tuple[np.ndarray, float]:
    """The filling and its seconds; the time of the choice is part of `chosen`."""
    mask = hole.astype(np.float32)
    damaged = np.where(hole[..., None] > 0, 0, picture).astype(np.uint8)
    start = time.perf_counter()
    engine = built_in_engines()[choose_engine(damaged, mask).name if name == CHOSEN else name]
    result = engine.fill(damaged, mask, seed=1, progress=SILENT)
    return result, time.perf_counter() - start


def compare(sides: list[int], engines: list[str], most: int, kinds: list[str], save: Path | None) -> None:
    """Print one table: each row a mask and size, each engine's means, and what it gains on the peers in this run."""
    gains = "".join(f" {'vs ' + peer:>22}" for peer in PEERS) + " (dB, SSIM, time)"
    print(f"{'mask':>11} {'side':>5} {'engine':>14} {'PSNR':>6} {'SSIM':>6} {'detail':>6} {'s':>7}{gains}")
    for side in sides:
        for kind in kinds:
            scores: dict[str, list[Score]] = defaultdict(list)
            for number, (label, photo) in enumerate(pictures(most)):
                picture = square(photo, side)
                hole = MASKS[kind](side, np.random.default_rng([side, number]))
                for name in engines:
                    result, seconds = timed_fill(name, picture, hole)
                    scores[name].append(measured(picture, result, hole, seconds))
                    if save is not None:
                        cv2.imwrite(str(save / f"{kind}_{side}_{label}_{name}.png"), result[..., ::-1])
            means = {name: Score(*np.mean(np.array(rows), axis=0)) for name, rows in scores.items()}
            for name, mean in means.items():
                print(
                    f"{kind:>11} {side:>5} {name:>14} {mean.psnr:6.2f} {mean.ssim:6.3f} {mean.detail:6.2f} "
                    f"{mean.seconds:7.2f}" + "".join(gain(mean, means.get(peer)) for peer in PEERS),
                    flush=True,
                )


def gain(mean: Score, peer: Score | None) -> str:
    """What is won in dB and SSIM, and how many times the peer's seconds it took."""
    if peer is None:
        return " " * 23
    ratio = mean.seconds / max(peer.seconds, 1e-9)
    return f"  {mean.psnr - peer.psnr:+5.2f} {mean.ssim - peer.ssim:+6.3f} {ratio:7.1f}x"


def large(engines: list[str]) -> None:
    """Seconds of wall and of processor on 12 megapixels, 3 % of it one hole, and PSNR."""
    name, photo = next(iter(pictures(1)))
    picture = cv2.resize(photo, (4000, 3000), interpolation=cv2.INTER_CUBIC)
    hole = np.zeros((3000, 4000), np.uint8)
    cv2.ellipse(hole, (2100, 1400), (420, 273), 20, 0, 360, 1, -1)
    inside = hole > 0
    for engine in engines:
        before = time.process_time()
        result, seconds = timed_fill(engine, picture, hole)
        busy = time.process_time() - before
        psnr = 10 * np.log10(255**2 / np.mean((picture.astype(np.float32) - result)[inside] ** 2))
        print(
            f"12 MP {name}, 3 % in one hole: {engine:>14} {psnr:6.2f} dB {seconds:7.2f} s, {busy:6.2f} s of processor",
            flush=True,
        )


def main() -> None:
    """Read the arguments and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="*", default=[512, 1024])
    parser.add_argument("--large", action="store_true", help="also time 12 megapixels")
    parser.add_argument("--pictures", type=int, default=3, help="of each collection")
    parser.add_argument("--engines", nargs="+", default=[CHOSEN, "patchmatch", *PEERS])
    parser.add_argument("--masks", nargs="+", choices=sorted(MASKS), default=list(MASKS))
    parser.add_argument("--save", type=Path, help="folder for the fillings")
    arguments = parser.parse_args()
    if arguments.save is not None:
        arguments.save.mkdir(parents=True, exist_ok=True)
    small = np.random.default_rng(0).integers(0, 255, (96, 96, 3)).astype(np.uint8)
    for name in arguments.engines:  # compile before the clock runs
        timed_fill(name, small, blob(96, np.random.default_rng(0)))
    compare(arguments.sizes, arguments.engines, arguments.pictures, arguments.masks, arguments.save)
    if arguments.large:
        large([name for name in arguments.engines if name not in ("fsr", "fused")])


if __name__ == "__main__":
    main()
