"""What the machine can run, and what is advised for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.weights.catalogue import Purpose, catalogue
from models.weights.doctor import advise, packages
from models.weights.machine import Accelerator, Fit, Machine, is_offline, this_machine
from models.weights.status import Place, State, Status
from models.weights.store import Store

GB = 1_000_000_000
LAPTOP = Machine(4, 16 * GB, 8 * GB, 100 * GB)
TINY = Machine(1, 1 * GB, GB // 2, 10 * GB)
STATION = Machine(16, 64 * GB, 60 * GB, 900 * GB, (Accelerator("cuda", "H", 24 * GB, 20 * GB),))
MODELS = catalogue()


def standing(here: str = "") -> list[Status]:
    return [
        Status(model, State.PRESENT if model.id in here.split() else State.ABSENT, Place.OWN)
        for model in MODELS.values()
    ]


def advised(machine: Machine, here: str = "") -> dict[Purpose, str | None]:
    return {one.purpose: one.get.id if one.get else None for one in advise(standing(here), machine)}


@pytest.mark.parametrize(
    ("machine", "model", "fit"),
    [
        (LAPTOP, "clip-vit-b32", Fit.WELL),
        (LAPTOP, "sam2.1-large", Fit.SLOW),
        (TINY, "sam2.1-large", Fit.TOO_BIG),
        (STATION, "sam3", Fit.WELL),
    ],
)
def test_fit(machine: Machine, model: str, fit: Fit) -> None:
    assert machine.fit(MODELS[model]) is fit


def test_a_laptop_is_advised_the_light_ones_and_a_gpu_the_best() -> None:
    assert advised(LAPTOP)[Purpose.PROPOSALS] == "fastsam-s"
    assert advised(LAPTOP)[Purpose.PROMPTED_SEGMENTATION] == "sam2.1-tiny"
    assert advised(STATION)[Purpose.PROPOSALS] == "fastsam-x"
    assert advised(STATION)[Purpose.PROMPTED_SEGMENTATION] == "sam2.1-large", "sam3 is gated"
    assert advised(TINY)[Purpose.PROMPTED_SEGMENTATION] is None


def test_who_has_one_is_only_advised_a_better_one_with_a_gpu() -> None:
    assert advised(LAPTOP, "fastsam-s")[Purpose.PROPOSALS] is None
    assert advised(STATION, "fastsam-s")[Purpose.PROPOSALS] == "fastsam-x"
    assert advised(STATION, "fastsam-x")[Purpose.PROPOSALS] is None


def test_this_machine_is_measured(tmp_path: Path) -> None:
    machine = this_machine(tmp_path / "not" / "there" / "yet")
    assert machine.cores >= 1
    assert 0 < machine.free_memory <= machine.memory
    assert machine.free_disk > 0
    assert "CPU core" in machine.summary


def test_the_licence_of_a_package_is_told(tmp_path: Path) -> None:
    (package,) = packages(Store(tmp_path))
    assert package.name == "ultralytics"
    assert "AGPL-3.0" in package.sentence
    assert "FastSAM small" in package.needed_by


@pytest.mark.parametrize(("value", "offline"), [("1", True), ("true", True), ("0", False), ("", False)])
def test_the_offline_switch(monkeypatch: pytest.MonkeyPatch, value: str, offline: bool) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", value)
    assert is_offline() is offline
