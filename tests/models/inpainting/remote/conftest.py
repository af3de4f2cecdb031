"""A photo, a hole in it, and the key that must never turn up anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import numpy as np
import pytest
from skimage import data

from models.inpainting.remote.service import ADDRESS, OWN_KEY
from tests.models.inpainting.remote.image_server import ImageServer, Script, image_server

SECRET = "sk-proj-4f9aZZtopsecret0123456789"


@pytest.fixture
def photo() -> np.ndarray:
    return data.astronaut()


@pytest.fixture
def hole() -> np.ndarray:
    mask = np.zeros((512, 512), np.float32)
    mask[180:330, 300:430] = 1.0
    return mask


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., ImageServer]]:
    """Starts a server that follows a script, and points the settings at it."""
    with ExitStack() as stack:

        def start(*script: Script) -> ImageServer:
            server = stack.enter_context(image_server(*script))
            monkeypatch.setenv(ADDRESS, server.url)
            monkeypatch.setenv(OWN_KEY, SECRET)
            return server

        yield start
