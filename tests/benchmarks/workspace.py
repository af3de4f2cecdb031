"""A workspace beside saving a full PNG for every edit: seconds, bytes on disk and memory.

    python -m tests.benchmarks.workspace [PICTURE] [--edits 100] [--side 200]

Every edit repaints a square of a 12-megapixel picture (a photograph enlarged to that size, with a sensor's noise,
unless a file is given) and makes it durable. Memory is the resident set's growth over the edits.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import psutil

from models.geometry import Bounds
from tests.tools.pictures_drawn import large_photo
from tools.pictures.picture import Picture
from tools.pictures.reading import open_picture
from tools.pictures.writing import save_picture
from tools.workspace.workspace import Patch, Workspace


@dataclass(frozen=True)
class Measured:
    """What a way of keeping versions cost."""

    name: str
    first_seconds: float
    edit_seconds: float
    """Mean of one edit, durable."""
    back_seconds: float
    """One step back, with the pixels in memory afterwards."""
    first_bytes: int
    edit_bytes: float
    memory_bytes: int


def _patches(picture: Picture, edits: int, side: int) -> Iterator[Patch]:
    rng = np.random.default_rng(0)
    for _ in range(edits):
        x = int(rng.integers(0, picture.extent.width - side))
        y = int(rng.integers(0, picture.extent.height - side))
        bounds = Bounds(x, y, x + side, y + side)
        samples = np.ascontiguousarray(picture.pixels[bounds.slices][::-1, ::-1])
        yield Patch(bounds, samples)


def _resident() -> int:
    return psutil.Process().memory_info().rss


def measure_workspace(folder: Path, picture: Picture, edits: int, side: int) -> Measured:
    """Commit to a workspace."""
    start = time.perf_counter()
    workspace = Workspace.create(folder / "workspace", picture, name="benchmark")
    first_seconds, first_bytes = time.perf_counter() - start, workspace.disk_bytes()
    memory = 0
    start = time.perf_counter()
    for number, patch in enumerate(_patches(picture, edits, side)):
        workspace.commit(patch, edit={"op": "benchmark"}, message="An edit.")
        if number == min(5, edits - 1):
            memory = _resident()
    edit_seconds = (time.perf_counter() - start) / edits
    grown = _resident() - memory
    edit_bytes = (workspace.disk_bytes() - first_bytes) / edits
    workspace.undo(min(10, edits))
    start = time.perf_counter()
    workspace.undo()
    _ = workspace.picture().pixels
    back_seconds = time.perf_counter() - start
    workspace.close()
    return Measured("workspace", first_seconds, edit_seconds, back_seconds, first_bytes, edit_bytes, grown)


def _save_fast(picture: Picture, target: Path) -> None:
    """OpenCV's PNG: the fastest around, though not durable and without profile and metadata."""
    cv2.imwrite(str(target), cv2.cvtColor(picture.pixels, cv2.COLOR_RGB2BGR))


def measure_png(
    name: str, save: Callable[[Picture, Path], object], folder: Path, picture: Picture, edits: int, side: int
) -> Measured:
    """Save a PNG of the whole picture after every edit."""
    start = time.perf_counter()
    save(picture, folder / "0.png")
    first_seconds, first_bytes = time.perf_counter() - start, (folder / "0.png").stat().st_size
    current, memory, total = picture, 0, 0
    start = time.perf_counter()
    for number, patch in enumerate(_patches(picture, edits, side), start=1):
        pixels = current.pixels.copy()
        pixels[patch.bounds.slices] = patch.pixels
        current = current.with_pixels(pixels)
        save(current, folder / f"{number}.png")
        total += (folder / f"{number}.png").stat().st_size
        if number == min(5, edits):
            memory = _resident()
    edit_seconds = (time.perf_counter() - start) / edits
    grown = _resident() - memory
    start = time.perf_counter()
    open_picture(folder / f"{edits - 1}.png")
    back_seconds = time.perf_counter() - start
    return Measured(name, first_seconds, edit_seconds, back_seconds, first_bytes, total / edits, grown)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("picture", nargs="?", type=Path)
    parser.add_argument("--edits", type=int, default=100)
    parser.add_argument("--png-edits", type=int, default=8, help="a full PNG takes seconds; a few tell its mean")
    parser.add_argument("--side", type=int, default=200, help="of the repainted square, in pixels")
    asked = parser.parse_args()
    picture = open_picture(asked.picture) if asked.picture else Picture(large_photo())
    print(f"{picture.extent.width}×{picture.extent.height}, squares of {asked.side} pixels, {os.cpu_count()} cores\n")
    ways: list[tuple[Callable[[Path, Picture, int, int], Measured], int]] = [
        (measure_workspace, asked.edits),
        (partial(measure_png, "PNG each", save_picture), asked.png_edits),
        (partial(measure_png, "PNG, OpenCV", _save_fast), asked.png_edits),
    ]
    rows = []
    for measure, edits in ways:
        folder = Path(tempfile.mkdtemp())
        try:
            rows.append(measure(folder, picture, edits, asked.side))
        finally:
            shutil.rmtree(folder)
    heads = ("", "open s", "edit ms", "back ms", "open MB", "edit kB", "memory MB")
    print("{:14s}{:>10s}{:>10s}{:>10s}{:>10s}{:>10s}{:>11s}".format(*heads))
    for row in rows:
        print(
            f"{row.name:14s}{row.first_seconds:10.2f}{1000 * row.edit_seconds:10.1f}{1000 * row.back_seconds:10.1f}"
            f"{row.first_bytes / 1e6:10.1f}{row.edit_bytes / 1e3:10.1f}{row.memory_bytes / 1e6:11.1f}"
        )
    ours = rows[0]
    for row in rows[1:]:
        print(
            f"{'× ours':14s}{row.first_seconds / ours.first_seconds:10.1f}"
            f"{row.edit_seconds / ours.edit_seconds:10.1f}{row.back_seconds / ours.back_seconds:10.1f}"
            f"{row.first_bytes / ours.first_bytes:10.2f}{row.edit_bytes / ours.edit_bytes:10.1f}"
        )


if __name__ == "__main__":
    main()
