"""A process that edits a workspace without end, to be killed: prints each version once it is acknowledged."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from models.geometry import Bounds, Extent
from tools.workspace.workspace import Patch, Workspace


def patch_of(seed: int, extent: Extent) -> Patch:
    """Noise in a rectangle, both told by the seed."""
    rng = np.random.default_rng(seed)
    x0, y0 = int(rng.integers(0, extent.width - 1)), int(rng.integers(0, extent.height - 1))
    bounds = Bounds(x0, y0, x0 + int(rng.integers(1, 400)), y0 + int(rng.integers(1, 400))).clipped(extent)
    return Patch(bounds, rng.integers(0, 256, (bounds.height, bounds.width, 3), np.uint8))


def main(folder: str, first_seed: str, count: str) -> None:
    """Commit `count` patches, each seeded one higher."""
    with Workspace.open(Path(folder)) as workspace:
        for seed in range(int(first_seed), int(first_seed) + int(count)):
            made = workspace.commit(
                patch_of(seed, workspace.head.extent), edit={"seed": seed}, message=f"Noise {seed}."
            )
            sys.stdout.write(f"{made.id} {seed}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
