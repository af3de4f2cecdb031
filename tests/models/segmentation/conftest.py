from pathlib import Path

import pytest
from filelock import FileLock

from tests.models.segmentation.tiny_fastsam import trained_fastsam


@pytest.fixture(scope="session")
def trained_fastsam_file(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A FastSAM that knows drawn things; trained once per test run (half a minute), whatever the number of workers."""
    folder = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        folder = folder.parent  # the workers of pytest-xdist have one each in it
    path = folder / "FastSAM-drawn.pt"
    with FileLock(path.with_suffix(".lock")):
        if not path.exists():
            trained_fastsam(path)
    return path
