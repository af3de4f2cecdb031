"""An edit costs about what it changed, on the disk and in memory."""

from __future__ import annotations

import gc
from pathlib import Path

import numpy as np
import psutil
import pytest

from models.geometry import Bounds, Extent
from tests.tools.pictures_drawn import large_photo
from tools.pictures.picture import Picture
from tools.workspace import grid
from tools.workspace.workspace import Patch, Workspace

_ROW_BYTES = 12_000  # a version's list of tiles, its row and SQLite's pages around them


@pytest.mark.slow
def test_a_hundred_small_edits_of_twelve_megapixels(tmp_path: Path):
    root = large_photo()
    rng = np.random.default_rng(0)
    resident, tile_bytes = [], 0
    with Workspace.create(tmp_path / "workspace", Picture(root), name="large") as workspace:
        empty = workspace.disk_bytes()
        assert empty < root.nbytes
        for _ in range(100):
            x, y = int(rng.integers(0, 3900)), int(rng.integers(0, 2900))
            bounds = Bounds(x, y, x + 100, y + 100)
            noise = rng.integers(0, 256, (100, 100, 3), np.uint8)
            workspace.commit(Patch(bounds, noise), edit={"op": "noise"}, message="Noise.")
            tile_bytes += sum(place.area * 3 for _, place in grid.touched(Extent.of(root), bounds))
            gc.collect()
            resident.append(psutil.Process().memory_info().rss)
        assert workspace.disk_bytes() - empty < tile_bytes + 100 * _ROW_BYTES
        assert max(resident[50:]) - max(resident[5:20]) < 20e6
        assert len(workspace.versions()) == 101
        np.testing.assert_array_equal(workspace.picture(workspace.root.id).pixels, root)
