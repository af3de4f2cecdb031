"""Which predictor is chosen, from what is downloaded and what the machine can run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from models.prompting.choose import Suggesters
from models.prompting.in_context import ContextSuggester
from models.segmentation.choose import Plan, Predictors, best_predictor
from models.segmentation.clip_ranker import ClipRanker
from models.segmentation.learned_predictor import LearnedPredictor
from models.segmentation.weight_free import WeightFreePredictor
from models.weights.machine import Accelerator, Machine
from models.weights.store import Store
from tests.models.segmentation.tiny_clip import tiny_clip
from tests.models.segmentation.tiny_fastsam import tiny_fastsam
from tests.models.segmentation.tiny_segmenters import tiny_grounding_dino, tiny_sam2

_GB = 1_000_000_000
LAPTOP = Machine(cores=4, memory=16 * _GB, free_memory=8 * _GB, free_disk=100 * _GB)
SMALL = Machine(cores=2, memory=2 * _GB, free_memory=_GB, free_disk=100 * _GB)
WORKSTATION = Machine(16, 64 * _GB, 32 * _GB, 100 * _GB, (Accelerator("cuda", "some GPU", 24 * _GB, 20 * _GB),))


def stored(folder: Path, *models: str) -> Store:
    """A store to which folders were pointed out that look like these models from outside."""
    store = Store(folder / "models", cache=folder / "hub")
    for model in models:
        place = folder / model
        place.mkdir()
        (place / store.model(model).weights.path).write_bytes(b"weights")
        (place / "config.json").write_text("{}", encoding="utf-8")
        store.use_folder(model, place)
    return store


@pytest.mark.parametrize(
    ("machine", "models", "expected"),
    [
        (LAPTOP, (), Plan()),
        (LAPTOP, ("fastsam-s",), Plan(proposer="fastsam-s")),
        (LAPTOP, ("clip-vit-b32",), Plan()),
        (LAPTOP, ("fastsam-s", "clip-vit-b32"), Plan(proposer="fastsam-s", ranker="clip-vit-b32")),
        (LAPTOP, ("fastsam-x", "fastsam-s"), Plan(proposer="fastsam-s")),
        (WORKSTATION, ("fastsam-x", "fastsam-s"), Plan(proposer="fastsam-x", device="cuda")),
        (
            LAPTOP,
            ("fastsam-s", "clip-vit-b32", "sam2.1-large", "sam2.1-tiny"),
            Plan(proposer="fastsam-s", ranker="clip-vit-b32", segmenter="sam2.1-tiny"),
        ),
        (
            WORKSTATION,
            ("sam2.1-large", "sam2.1-tiny", "grounding-dino-tiny", "clip-vit-b32"),
            Plan(segmenter="sam2.1-large", detector="grounding-dino-tiny", device="cuda"),
        ),
        (
            LAPTOP,
            ("sam2.1-tiny", "clip-vit-b32"),
            Plan(ranker="clip-vit-b32", segmenter="sam2.1-tiny", grid=True),
        ),
        (LAPTOP, ("sam3", "fastsam-s", "clip-vit-b32"), Plan("fastsam-s", "clip-vit-b32", "sam3")),
        (LAPTOP, ("sam3",), Plan(concepts="sam3", segmenter="sam3")),
        (
            WORKSTATION,
            ("sam3", "fastsam-x", "clip-vit-b32", "clipseg"),
            Plan("fastsam-x", None, "sam3", None, "sam3", device="cuda"),
        ),
        (SMALL, ("sam3", "fastsam-x", "fastsam-s"), Plan(proposer="fastsam-s")),
        (LAPTOP, ("clipseg",), Plan(heat="clipseg")),
    ],
)
def test_plans(machine: Machine, models: tuple[str, ...], expected: Plan, tmp_path: Path) -> None:
    predictors = Predictors(stored(tmp_path, *models), machine, packages=lambda name: True)
    assert predictors.plan() == expected
    assert predictors.reason.endswith(".")


def test_without_ultralytics_fastsam_takes_no_part(tmp_path: Path) -> None:
    store = stored(tmp_path, "fastsam-s", "sam2.1-tiny", "clip-vit-b32")
    plan = Predictors(store, LAPTOP, packages=lambda name: name != "ultralytics").plan()
    assert plan == Plan(ranker="clip-vit-b32", segmenter="sam2.1-tiny", grid=True)


def test_with_nothing_downloaded_it_is_the_weight_free_one(tmp_path: Path) -> None:
    predictor, reason = best_predictor(Store(tmp_path / "models", cache=tmp_path / "hub"))
    assert type(predictor) is WeightFreePredictor
    assert "download" in reason


def test_with_nothing_downloaded_neither_torch_nor_transformers_is_imported(tmp_path: Path) -> None:
    program = (
        "import sys, numpy as np\n"
        "from agent.studio import Studio\n"
        "from models.segmentation.choose import best_predictor\n"
        "from models.weights.store import Store\n"
        "Studio()\n"
        "predictor, _ = best_predictor(Store.default())\n"
        "predictor.set_image(np.zeros((60, 80, 3), np.uint8))\n"
        "predictor.from_words('the red ball')\n"
        "print(predictor.name, [name for name in ('torch', 'transformers', 'ultralytics') if name in sys.modules])\n"
    )
    environment = {**os.environ, "PENTIMENTO_HOME": str(tmp_path), "HF_HUB_CACHE": str(tmp_path / "hub")}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=False, timeout=120
    )
    assert done.stdout.strip() == "weight-free []", done.stderr


@pytest.fixture
def downloaded(tmp_path: Path) -> Store:
    """A store with a tiny FastSAM and a tiny CLIP in it."""
    store = Store(tmp_path / "models", cache=tmp_path / "hub")
    (tmp_path / "fastsam").mkdir()
    tiny_fastsam(tmp_path / "fastsam" / "FastSAM-s.pt")
    store.use_folder("fastsam-s", tmp_path / "fastsam")
    store.use_folder("clip-vit-b32", tiny_clip(tmp_path / "clip"))
    return store


def test_loaded_models_are_shared_and_loaded_once(downloaded: Store) -> None:
    predictors = Predictors(downloaded, LAPTOP)
    first, second = predictors(), predictors()
    assert isinstance(first, LearnedPredictor)
    assert isinstance(second, LearnedPredictor)
    assert first._stages is second._stages
    assert first.name == "fastsam+clip"
    assert "FastSAM" in predictors.reason
    assert "CLIP" in predictors.reason
    rgb = np.random.default_rng(0).integers(0, 256, (90, 120, 3), dtype=np.uint8)
    first.set_image(rgb)
    found = first.from_words("the dog")
    assert found.found or found.question


def test_ideas_come_from_the_clip_that_finds_things(downloaded: Store) -> None:
    predictors = Predictors(downloaded, LAPTOP)
    suggesters = Suggesters(downloaded, machine=LAPTOP, shared=predictors.ranker)
    ideas = suggesters()
    assert isinstance(ideas, ContextSuggester)
    predictor = predictors()
    assert isinstance(predictor, LearnedPredictor)
    assert ideas._clip is predictor._stages.ranker, "the same weights are in memory once"
    picture = np.random.default_rng(0).integers(0, 256, (90, 120, 3), dtype=np.uint8)
    place = np.zeros((90, 120), np.float32)
    place[30:60, 40:80] = 1.0
    assert len(ideas.suggest(picture, place, 3)) == 3
    assert predictors.ranker("clip-vit-l14", "cpu") is None
    downloaded.remove("fastsam-s")
    assert predictors.ranker("clip-vit-b32", "cpu") is None, "alone it takes no part in finding"


def test_names_are_encoded_once_for_a_machine(downloaded: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    Predictors(downloaded, LAPTOP)()
    monkeypatch.setattr(ClipRanker, "_encoded_texts", lambda *_: pytest.fail("the names were encoded again"))
    assert Predictors(downloaded, LAPTOP)().name == "fastsam+clip"


def test_a_damaged_model_is_left_out_and_named(downloaded: Store, tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    for path in (tmp_path / "clip").iterdir():
        (tmp_path / "broken" / path.name).write_bytes(path.read_bytes())
    (tmp_path / "broken" / "model.safetensors").write_bytes(b"not a model")
    downloaded.use_folder("clip-vit-b32", tmp_path / "broken")
    predictors = Predictors(downloaded, LAPTOP)
    predictor = predictors()
    assert predictor.name == "fastsam"
    assert "download it again" in predictors.reason


def test_what_is_downloaded_meanwhile_is_noticed(downloaded: Store, tmp_path: Path) -> None:
    predictors = Predictors(downloaded, LAPTOP)
    before = predictors.plan()
    assert predictors().name == "fastsam+clip"
    downloaded.remove("clip-vit-b32")
    assert predictors.plan() != before
    assert predictors().name == "fastsam"
    downloaded.use_folder("sam2.1-tiny", tiny_sam2(tmp_path / "sam"))
    downloaded.use_folder("grounding-dino-tiny", tiny_grounding_dino(tmp_path / "dino"))
    made = predictors()
    assert "grounding-dino" in made.name
    assert "sam" in made.name
