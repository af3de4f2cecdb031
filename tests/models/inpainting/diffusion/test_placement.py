"""The ways a pipeline can lie in memory, really laid out and run: the painting is the same in all of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from models.inpainting.diffusion.folder import inspect
from models.inpainting.diffusion.loading import Recipe, load
from models.inpainting.diffusion.memory import Layout, Placement
from models.inpainting.diffusion.painting import Wish, paint
from models.progress import SILENT


@pytest.mark.parametrize("name", ["sd", "sdxl", "flux-fill", "klein"])
def test_offloading_changes_no_sample(tiny: Callable[[str], Path], name: str) -> None:
    """Networks and layers really come and go, with the main memory as the device they come to."""
    folder = inspect(tiny(name))
    picture = np.random.default_rng(0).random((128, 160, 3)).astype(np.float32)
    mask = np.zeros((128, 160), np.float32)
    mask[40:80, 40:90] = 1
    wish = Wish("a teapot", "ugly", seed=3, steps=2, guidance=folder.family.guidance_scale, strength=0.9)
    recipe = Recipe(folder.origin, folder.origin.stat().st_mtime_ns, "cpu")
    painted = []
    for placement in Placement:
        pipe = load(folder, recipe, Layout(placement, tiled=False, bytes_needed=0))
        painted.append(paint(pipe, folder.family, picture, mask, wish, SILENT))
        assert np.array_equal(paint(pipe, folder.family, picture, mask, wish, SILENT), painted[-1]), placement
    assert painted[0].shape == picture.shape
    assert painted[0].dtype == np.float32
    assert all(np.allclose(one, painted[0], atol=1e-5) for one in painted), "but for the last bits of a sum"
    tiled = load(folder, recipe, Layout(Placement.WHOLE, tiled=True, bytes_needed=0))
    in_tiles = paint(tiled, folder.family, picture, mask, wish, SILENT)
    assert not np.array_equal(in_tiles, painted[0]), "the picture is larger than a tile"
    assert np.abs(in_tiles - painted[0]).mean() < 0.1
