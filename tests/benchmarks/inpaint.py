"""Filling holes measured against what was there: our engines beside four well-known ones, in one run.

    python -m tests.benchmarks.inpaint                              # some ten minutes on two cores
    python -m tests.benchmarks.inpaint --pictures 2 --masks thin text --engines auto fsr
    python -m tests.benchmarks.inpaint --pictures 40 --side 320 --save folder

Pictures are the shared photos that nothing here was trained on, or scikit-image's where those are absent: the middle
`--side` pixels at their own sharpness. Masks are drawn with the published seeds below: irregular ones in bins of the
share they take, LaMa's thin, medium and thick sets (Suvorov et al. 2022; windows of 512-pixel masks), writing and
scratches. Every engine fills the same picture and hole, one after the other.

PSNR (dB, RGB), SSIM (grey) and L1 (% of the range) are taken in the hole. "perceptual" is LPIPS-like without learned
weights: responses of oriented first and second Gaussian derivatives at three scales (`training.features`), their mean
absolute difference over the whole picture in percent of their mean in the true one. On wide holes PSNR rewards blur
and even SSIM says little: "detail", the filling's fine detail as a share of the truth's, shows how much is lost; look
at the pictures. "best peer" is the best PSNR among the four.
Memory is the peak above what the process held before its second filling, in a process of its own.
"""

from __future__ import annotations

import argparse
import multiprocessing
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import skimage.data
import torch
from skimage.metrics import structural_similarity
from skimage.restoration import inpaint_biharmonic

from models.geometry import Extent
from models.inpainting.choose import available_engines
from models.inpainting.filling import AUTO, fill_hole
from models.progress import SILENT
from models.training.features import OrientedFeatures
from models.training.masks import shapes, strokes
from tests.shared_material import SHARED

SEED = 20_240
BIHARMONIC = "biharmonic"
PEERS = ("telea", "navier-stokes", "fsr", BIHARMONIC)
OURS = ("rfr", "patchmatch", "fused", "blended", AUTO)
_SKIMAGE = ("astronaut", "coffee", "chelsea", "rocket")
_BINS = ((0.01, 0.1), (0.1, 0.2), (0.2, 0.3), (0.3, 0.4), (0.4, 0.5), (0.5, 0.6))
_TRIES = 200
_FINE = 1.5  # pixels; detail is what a Gaussian of this deviation removes

Draw = Callable[[np.random.Generator, Extent], np.ndarray]


class Score(NamedTuple):
    """One filling; all but `perceptual` and `seconds` in the hole."""

    psnr: float
    ssim: float
    l1: float
    perceptual: float
    detail: float
    seconds: float


def _irregular(rng: np.random.Generator, extent: Extent, least: float, most: float) -> np.ndarray:
    for _ in range(_TRIES):
        mask = strokes.irregular(rng, extent, float(rng.uniform(least, most)))
        if least <= mask.mean() <= most:
            return mask
    raise ValueError(f"no irregular mask of {least} to {most} within {_TRIES} tries")


def _lama(rng: np.random.Generator, extent: Extent, recipe: strokes.LamaRecipe) -> np.ndarray:
    """A window of a mask of the published size, as wide strokes there are what "wide" means."""
    canvas = Extent(max(strokes.LAMA_SIDE, extent.width), max(strokes.LAMA_SIDE, extent.height))
    for _ in range(_TRIES):
        mask = strokes.lama(rng, canvas, recipe)
        x, y = rng.integers(canvas.width - extent.width + 1), rng.integers(canvas.height - extent.height + 1)
        window = mask[y : y + extent.height, x : x + extent.width]
        if 0.01 <= window.mean() <= 0.5:
            return np.ascontiguousarray(window)
    raise ValueError(f"no window with a hole within {_TRIES} tries")


MASKS: dict[str, Draw] = {
    "scratches": shapes.scratches,
    "text": shapes.text,
    **{name: partial(_lama, recipe=recipe) for name, recipe in strokes.LAMA_SETS.items()},
    **{
        f"{round(100 * least)}-{round(100 * most)} %": partial(_irregular, least=least, most=most)
        for least, most in _BINS
    },
}


def pictures(most: int, side: int) -> Iterator[tuple[str, np.ndarray]]:
    """Names and side×side×3 uint8 RGB middles of photos."""
    if SHARED is not None:
        paths = sorted((SHARED / "eval" / "regions").glob("*.jpg"))
        for path in paths[:: max(1, len(paths) // most)][:most]:
            yield path.stem, _middle(cv2.cvtColor(np.asarray(cv2.imread(str(path))), cv2.COLOR_BGR2RGB), side)
    else:
        for name in _SKIMAGE[:most]:
            yield name, _middle(np.ascontiguousarray(getattr(skimage.data, name)()[..., :3]), side)


def _middle(photo: np.ndarray, side: int) -> np.ndarray:
    height, width = (min(side, length) // 16 * 16 for length in photo.shape[:2])
    y, x = (photo.shape[0] - height) // 2, (photo.shape[1] - width) // 2
    return np.ascontiguousarray(photo[y : y + height, x : x + width])


def fill(name: str, damaged: np.ndarray, hole: np.ndarray) -> tuple[np.ndarray, str]:
    """The filling, and the engine that made it."""
    if name == BIHARMONIC:  # scikit-image as it comes, without our tiles
        filled = inpaint_biharmonic(damaged, hole > 0, split_into_regions=True, channel_axis=-1)
        return np.rint(filled.clip(0, 1) * 255).astype(np.uint8), name
    done = fill_hole(damaged, hole, seed=1, progress=SILENT, engine=name)
    return done.image, done.engine


def measured(
    truth: np.ndarray, result: np.ndarray, hole: np.ndarray, seconds: float, features: OrientedFeatures
) -> Score:
    inside = hole > 0
    difference = truth.astype(np.float64) - result
    grey, filled = (cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in (truth, result))
    ssim = np.asarray(structural_similarity(grey, filled, full=True, gaussian_weights=True)[1])
    fine = [(g - cv2.GaussianBlur(g, (0, 0), _FINE))[inside].std() for g in (grey.astype(float), filled.astype(float))]
    with torch.inference_mode():
        real, made = (
            features(torch.from_numpy(picture).permute(2, 0, 1)[None].float() / 255) for picture in (truth, result)
        )
    apart = sum(float((a - b).abs().mean()) for a, b in zip(real, made, strict=True))
    return Score(
        float(10 * np.log10(255**2 / max(np.mean(difference[inside] ** 2), 1e-6))),
        float(ssim[inside].mean()),
        float(100 * np.abs(difference[inside]).mean() / 255),
        100 * apart / max(sum(float(a.mean()) for a in real), 1e-9),
        float(fine[1] / max(fine[0], 1e-3)),
        seconds,
    )


def compare(names: Sequence[str], kinds: Sequence[str], most: int, side: int, save: Path | None) -> None:
    """Print one table: each row a mask set and an engine."""
    features = OrientedFeatures()
    print(
        f"{'masks':>10} {'engine':>14} {'PSNR':>6} {'SSIM':>6} {'L1 %':>5} {'perceptual':>10} {'detail':>6} {'s':>6} "
        f"{'vs best peer':>12} {'vs best':>7}  chosen"
    )
    for kind in kinds:
        scores: dict[str, list[Score]] = defaultdict(list)
        chosen: dict[str, int] = defaultdict(int)
        for number, (label, picture) in enumerate(pictures(most, side)):
            rng = np.random.default_rng((SEED, list(MASKS).index(kind), number))
            hole = MASKS[kind](rng, Extent.of(picture))
            damaged = np.where(hole[..., None] > 0, 0, picture).astype(np.uint8)
            for name in names:
                start = time.perf_counter()
                result, engine = fill(name, damaged, hole)
                seconds = time.perf_counter() - start
                scores[name].append(measured(picture, result, hole, seconds, features))
                if name == AUTO:
                    chosen[engine] += 1
                if save is not None:
                    cv2.imwrite(str(save / f"{kind}_{label}_{name}.png"), result[..., ::-1])
        means = {name: Score(*np.mean(np.array(rows), axis=0)) for name, rows in scores.items()}
        peers = [mean.psnr for name, mean in means.items() if name in PEERS]
        best = max(mean.psnr for mean in means.values())
        for name, mean in means.items():
            gain = f"{mean.psnr - max(peers):+12.2f}" if peers else f"{'':>12}"
            told = ", ".join(f"{engine} {count}" for engine, count in chosen.items()) if name == AUTO else ""
            print(
                f"{kind:>10} {name:>14} {mean.psnr:6.2f} {mean.ssim:6.3f} {mean.l1:5.2f} {mean.perceptual:10.2f} "
                f"{mean.detail:6.2f} {mean.seconds:6.2f} {gain} {mean.psnr - best:+7.2f}  {told}",
                flush=True,
            )


def _peak(name: str, side: int, told: Connection) -> None:
    _, picture = next(pictures(1, side))
    hole = _irregular(np.random.default_rng(SEED), Extent.of(picture), 0.1, 0.2)
    damaged = np.where(hole[..., None] > 0, 0, picture).astype(np.uint8)
    fill(name, damaged, hole)  # what is loaded and compiled once does not count
    before, highest, finished = _resident(), 0, threading.Event()

    def watch() -> None:
        nonlocal highest
        while not finished.wait(0.005):
            highest = max(highest, _resident())

    watcher = threading.Thread(target=watch)
    watcher.start()
    fill(name, damaged, hole)
    finished.set()
    watcher.join()
    told.send(max(0, highest - before))


def _resident() -> int:
    """Bytes of this process that are in memory now."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * 4096


def memory(names: Sequence[str], side: int) -> None:
    """Print what one filling of a 10-20 % mask takes at its height."""
    context = multiprocessing.get_context("spawn")
    for name in names:
        listener, speaker = context.Pipe(duplex=False)
        process = context.Process(target=_peak, args=(name, side, speaker))
        process.start()
        speaker.close()
        try:
            print(f"{side} px, 10-20 %: {name:>14} {listener.recv() / 2**20:6.0f} MiB", flush=True)
        except EOFError:
            raise SystemExit(f"measuring {name} failed") from None
        finally:
            process.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=6)
    parser.add_argument("--side", type=int, default=256, help="pixels of the middle that is used")
    ours = [name for name in OURS if name == AUTO or name in available_engines()]
    parser.add_argument("--engines", nargs="+", default=[*ours, *PEERS])
    parser.add_argument("--masks", nargs="+", choices=list(MASKS), default=list(MASKS))
    parser.add_argument("--no-memory", action="store_true")
    parser.add_argument("--save", type=Path, help="folder for the fillings")
    options = parser.parse_args()
    if options.save is not None:
        options.save.mkdir(parents=True, exist_ok=True)
    small = np.random.default_rng(0).integers(0, 255, (96, 96, 3)).astype(np.uint8)
    for name in options.engines:  # compile before the clock runs
        fill(name, small, shapes.scratches(np.random.default_rng(0), Extent.of(small)))
    compare(options.engines, options.masks, options.pictures, options.side, options.save)
    if not options.no_memory:
        memory(options.engines, options.side)


if __name__ == "__main__":
    main()
