"""Tiny models, made once for a run, and a picture with a hole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import skimage.data

from models.inpainting.diffusion.kept import KEPT


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a tiny model by its short name; built at the first call."""
    root = tmp_path_factory.mktemp("tiny-diffusion")

    def build(name: str) -> Path:
        from tests.models.inpainting.diffusion.tiny_pipelines import BUILDERS

        folder = root / name
        if not folder.exists():
            BUILDERS[name](folder)
        return folder

    return build


@pytest.fixture
def photo() -> np.ndarray:
    return skimage.data.coffee()[100:260, 150:390]


@pytest.fixture
def hole(photo: np.ndarray) -> np.ndarray:
    mask = np.zeros(photo.shape[:2], np.float32)
    mask[60:110, 90:150] = 1
    return mask


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    KEPT.drop()
