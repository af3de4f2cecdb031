"""Our whole edit of a 12-megapixel photo beside the plain diffusers call on the whole picture, in one run.

    python -m tests.benchmarks.diffusion                              # CPU: a model of a few million random numbers
    python -m tests.benchmarks.diffusion --model klein
    python -m tests.benchmarks.diffusion --device cuda --published    # the published sizes, random numbers
    python -m tests.benchmarks.diffusion --edits 20 --sides 512 1024 1536

The weights are random: seconds and memory do not depend on them, and pictures say nothing. Both use one pipeline
object, the same steps, seed and words. "Plain" shrinks the whole photo to the given longer side, calls the pipeline and
enlarges what comes. "Ours" crops, fills before, paints at the model's own size, matches, blends and pastes at full
size. They take turns, so a busy machine slows both; seconds are the best of the repeats, processor time beside them.
"Pixels in the hole" is how many the model painted there: what detail the edit can have. PSNR is against the photo
outside the mask. Memory is the peak above what the process held with the model loaded. Growth is measured over further
edits of ours. Goals: at most 0.25× the time of a plain call with as many pixels in the hole; klein's edit of a crop of
1 megapixel in under a second on an H200; no growth.
"""

from __future__ import annotations

import argparse
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np
import skimage.data
import torch

from models.geometry import Bounds, Extent
from models.inpainting.commission import Commission
from models.inpainting.diffusion import Diffusion
from models.inpainting.diffusion.folder import inspect
from models.inpainting.diffusion.kept import KEPT
from models.inpainting.diffusion.loading import quiet
from models.inpainting.diffusion.window import window, working
from models.progress import SILENT
from tests.models.inpainting.diffusion.tiny_pipelines import (
    KLEIN_PUBLISHED,
    SD_PUBLISHED,
    KleinSize,
    SDSize,
    tiny_klein,
    tiny_sd,
)

PHOTO = Extent(4000, 3000)
HOLE = Bounds(1800, 1500, 2060, 1760)  # 0.6 % of the photo
SD_MIDDLE = SDSize((32, 64, 64, 64), (96, 192), 1, 8, 4, 64)
KLEIN_MIDDLE = KleinSize((16, 32, 64, 64), 1, 8, 8, 2, 4, 6, 32, (8, 8, 8, 8), 32, 64)
STEPS = {"sd": 6, "klein": 4}
WORDS = "a teapot"


@dataclass
class Row:
    """One way to make the edit."""

    name: str
    run: Callable[[], np.ndarray]
    in_hole: int
    seconds: float = float("inf")
    spent: float = float("inf")
    peak: int = 0
    psnr: float = 0.0


def photo() -> np.ndarray:
    """A photo of twelve megapixels: a smaller one enlarged, with a camera's noise."""
    large = cv2.resize(skimage.data.coffee(), tuple(PHOTO), interpolation=cv2.INTER_CUBIC).astype(np.float32)
    large += np.random.default_rng(0).normal(0, 2.0, large.shape).astype(np.float32)
    return np.rint(large).clip(0, 255).astype(np.uint8)


def build(model: str, folder: Path, *, published: bool) -> None:
    """Write the random model as a folder in the real layout."""
    dtype = torch.bfloat16 if published else torch.float32
    if model == "sd":
        tiny_sd(folder, SD_PUBLISHED if published else SD_MIDDLE, dtype)
    else:
        tiny_klein(folder, KLEIN_PUBLISHED if published else KLEIN_MIDDLE, dtype)


def plainly(pipe: Any, image: np.ndarray, hole: np.ndarray, side: int, steps: int) -> np.ndarray:
    """The whole photo shrunk to `side`, painted, enlarged."""
    from PIL import Image

    extent = Extent.of(image)
    small = extent.fit_within(side)
    small = Extent(small.width // 16 * 16, small.height // 16 * 16)
    shown = cv2.resize(image, tuple(small), interpolation=cv2.INTER_AREA)
    mask = cv2.resize((hole * 255).astype(np.uint8), tuple(small), interpolation=cv2.INTER_NEAREST)
    with quiet():
        made = pipe(
            prompt=WORDS,
            image=Image.fromarray(shown),
            mask_image=Image.fromarray(mask),
            width=small.width,
            height=small.height,
            num_inference_steps=steps,
            strength=1.0,
            generator=torch.Generator("cpu").manual_seed(0),
            output_type="np",
        ).images[0]
    return np.rint(cv2.resize(made, tuple(extent), interpolation=cv2.INTER_CUBIC) * 255).clip(0, 255).astype(np.uint8)


def held(device: str) -> int:
    """Bytes that are taken now: on the device, or by this process."""
    if device == "cuda":
        return torch.cuda.memory_allocated()
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * 4096


def measured(device: str, run: Callable[[], np.ndarray]) -> tuple[np.ndarray, float, float, int]:
    """The result, seconds by the clock and of the processor, and the peak of memory above what was held before."""
    before, highest, finished = held(device), 0, threading.Event()

    def watch() -> None:
        nonlocal highest
        while not finished.wait(0.01):
            highest = max(highest, held("cpu"))

    watcher = threading.Thread(target=watch)
    if device == "cuda":
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
    else:
        watcher.start()
    start, start_spent = time.perf_counter(), time.process_time()
    made = run()
    if device == "cuda":
        torch.cuda.synchronize()
    seconds, spent = time.perf_counter() - start, time.process_time() - start_spent
    finished.set()
    if device == "cuda":
        return made, seconds, spent, torch.cuda.max_memory_allocated() - before
    watcher.join()
    return made, seconds, spent, max(0, highest - before)


def psnr(made: np.ndarray, image: np.ndarray, outside: np.ndarray) -> float:
    """In dB over the pixels outside; infinite when none of them moved."""
    error = float(np.mean((made[outside].astype(np.float64) - image[outside]) ** 2))
    return float("inf") if error == 0 else 10 * float(np.log10(255**2 / error))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", choices=["sd", "klein"], default="sd")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--published", action="store_true", help="the published sizes instead of a few million numbers")
    parser.add_argument("--sides", type=int, nargs="*", default=[512, 1024], help="longer sides of the plain call")
    parser.add_argument("--repeat", type=int, default=2)
    parser.add_argument("--edits", type=int, default=20, help="further edits, to see memory grow")
    options = parser.parse_args()
    image, steps = photo(), STEPS[options.model]
    hole = np.zeros((PHOTO.height, PHOTO.width), np.float32)
    hole[HOLE.slices] = 1
    outside = hole == 0
    with TemporaryDirectory() as place:
        folder = Path(place) / "model"
        build(options.model, folder, published=options.published)
        family, networks = inspect(folder).family, inspect(folder).networks
        engine = Diffusion(str(folder), Commission(WORDS, steps=steps, strength=1.0), device=options.device)
        engine.fill(image, hole, seed=0, progress=SILENT)  # loads, and warms up
        pipe = next(iter(KEPT)).pipe
        work = working(window(HOLE, PHOTO).extent, family.native, family.multiple)
        rows = [Row("ours", lambda: engine.fill(image, hole, seed=0, progress=SILENT), _seen(work.scale))]
        for side in options.sides:
            rows.append(
                Row(
                    f"plain, {side} pixels",
                    lambda side=side: plainly(pipe, image, hole, side, steps),
                    _seen(side / PHOTO.width),
                )
            )
        for _ in range(options.repeat):
            for row in rows:
                made, seconds, spent, peak = measured(options.device, row.run)
                row.seconds, row.spent = min(row.seconds, seconds), min(row.spent, spent)
                row.peak, row.psnr = max(row.peak, peak), psnr(made, image, outside)
        where = torch.cuda.get_device_name() if options.device == "cuda" else f"CPU, {torch.get_num_threads()} threads"
        numbers = ", ".join(f"{name} {count / 1e6:.1f} M" for name, count in networks.items())
        print(f"{family.title} ({numbers}), {steps} steps; photo 4000×3000, hole 260×260; {where}")
        for row in rows:
            print(
                f"{row.name:<20} {row.seconds:8.2f} s  ours/it {rows[0].seconds / row.seconds:5.2f}×   processor "
                f"{row.spent:8.2f} s {rows[0].spent / row.spent:5.2f}×   peak {row.peak / 2**20:6.0f} MiB "
                f"{rows[0].peak / max(1, row.peak):5.2f}×   in the hole {row.in_hole:>7} pixels   "
                f"outside {row.psnr:.1f} dB",
                flush=True,
            )
        if options.edits:
            after = []
            for number in range(options.edits):
                engine.fill(image, hole, seed=number, progress=SILENT)
                after.append(held(options.device))
            settled = after[min(2, len(after) - 1)]
            print(
                f"{options.edits} further edits: {settled / 2**20:.0f} MiB after the third, "
                f"{after[-1] / 2**20:.0f} MiB after the last ({(after[-1] - settled) / 2**20:+.0f} MiB)"
            )


def _seen(scale: float) -> int:
    return round(HOLE.area * scale**2)


if __name__ == "__main__":
    main()
