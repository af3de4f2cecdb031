"""The table itself: every entry is complete, pinned, honest about what is not known, and reachable only on request."""

from __future__ import annotations

import re
from typing import Any

import pytest

from models.weights.catalogue import Commercial, Model, Purpose, Source, WeightFile, catalogue, parse
from tests.models.weights.published_models import entry

MODELS = catalogue()


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_every_entry_can_be_told_and_checked(model: Model) -> None:
    assert re.fullmatch(r"[a-z0-9.-]+", model.id)
    assert model.better.endswith(".")
    assert model.licence.link.startswith("https://")
    assert model.licence.commercial is Commercial.YES or model.licence.note
    assert model.memory_mb * 1_000_000 > model.size, "running it takes more than its file"
    assert model.weights.size, "the size of the weights is known before anything is asked"
    assert model.weights.sha256, "and so is their digest"
    if model.source.hub:
        assert re.fullmatch(r"[0-9a-f]{40}", model.source.revision or ""), "pinned to a commit"
        assert model.weights.path.endswith(".safetensors"), "safetensors where the source has them"
    else:
        assert all(file.sha256 and file.size for file in model.files), "a plain address vouches for nothing"


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_digests_look_like_digests_and_paths_stay_inside(model: Model) -> None:
    for file in model.files:
        assert file.sha256 is None or re.fullmatch(r"[0-9a-f]{64}", file.sha256)
    assert len({file.path for file in model.files}) == len(model.files)


def test_the_models_that_the_finding_of_things_needs_are_there() -> None:
    assert {
        "fastsam-s",
        "fastsam-x",
        "clip-vit-b32",
        "sam2.1-tiny",
        "sam2.1-large",
        "sam3",
        "grounding-dino-tiny",
        "owlv2-base",
        "clipseg",
    } <= set(MODELS)
    assert {model.purpose for model in MODELS.values()} >= {
        Purpose.PROPOSALS,
        Purpose.TEXT_RANKING,
        Purpose.DETECTION,
        Purpose.PROMPTED_SEGMENTATION,
        Purpose.HEAT_MAP,
    }
    assert MODELS["sam3"].licence.gated
    assert MODELS["fastsam-s"].packages == ("ultralytics",)


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../x.pt", "a/../../x", "a\\b"])
def test_paths_outside_the_folder_are_refused(path: str) -> None:
    with pytest.raises(ValueError, match="no path inside"):
        WeightFile(path)


def test_a_source_is_one_thing() -> None:
    with pytest.raises(ValueError, match="either"):
        Source()
    with pytest.raises(ValueError, match="either"):
        Source(hub="a/b", url="https://example.org")


@pytest.mark.parametrize(
    "change", [{"purpose": "magic"}, {"colour": "red"}, {"source": {}}, {"licence": {"name": "MIT"}}]
)
def test_a_wrong_entry_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        entry(**change)


def test_an_entry_needs_all_its_fields() -> None:
    with pytest.raises((TypeError, KeyError)):
        parse({"id": "half"})
