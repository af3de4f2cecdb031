"""Tests see nothing of the models and conversations of whoever runs them; trained models are shared between them."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from filelock import FileLock

_WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
if _WORKERS > 1:
    # read by torch, OpenBLAS and numba when they are first imported: side by side, workers share the cores
    for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
        os.environ.setdefault(_threads, str(max(1, (os.cpu_count() or 1) // _WORKERS)))
_HOME = tempfile.TemporaryDirectory(prefix="pentimento-tests-")
os.environ["PENTIMENTO_HOME"] = _HOME.name
os.environ.pop("PENTIMENTO_MODELS", None)
# no test asks a real service, nor bills anybody
for _name in [name for name in os.environ if name.startswith(("OPENAI_", "PENTIMENTO_IMAGE_", "PENTIMENTO_BASE_URL"))]:
    del os.environ[_name]
# read by huggingface_hub when it is first imported
os.environ["HF_HUB_CACHE"] = os.path.join(_HOME.name, "hub")


@pytest.fixture(scope="session")
def trained_clip_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A CLIP that knows shapes and colours by name; trained once per test run, whatever the number of workers."""
    from tests.models.segmentation.trained_clip import trained_clip

    folder = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        folder = folder.parent
    path = folder / "clip-shapes"
    with FileLock(folder / "clip-shapes.lock"):
        if not (path / "trained").exists():
            trained_clip(path)
            (path / "trained").touch()
    return path


@pytest.fixture(scope="session")
def painting_models(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The root of a store in which the painter `diffusion:fast` is here: a tiny model in the real layout, and its LoRA.

    Made once per test run. Its paintings are coloured noise that depends on words, picture and seed.
    """
    from models.weights.store import Store
    from tests.models.inpainting.diffusion.loras import lora_for
    from tests.models.inpainting.diffusion.tiny_pipelines import tiny_sd

    folder = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        folder = folder.parent
    root = folder / "painting-models"
    with FileLock(folder / "painting-models.lock"):
        if not (root / "made").exists():
            tiny_sd(folder / "painter" / "sd")
            adapter = lora_for(folder / "painter" / "sd", "sd", folder / "painter" / "lora")
            store = Store(root, cache=folder / "no-cache")
            store.use_folder("sd15-inpainting", folder / "painter" / "sd")
            store.use_folder("lcm-lora-sd15", adapter.parent)
            (root / "made").touch()
    return root


@pytest.fixture
def painter_here(painting_models: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This installation has one painter, `diffusion:fast`; the root of its store, for PENTIMENTO_MODELS of a child."""
    monkeypatch.setenv("PENTIMENTO_MODELS", str(painting_models))
    return painting_models
