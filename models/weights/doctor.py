"""One look at everything: what is here, what this machine can run, and what to download for what."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Sequence
from dataclasses import dataclass

from models.progress import SILENT, Progress
from models.weights.amounts import readable
from models.weights.catalogue import Model, Purpose
from models.weights.machine import Fit, Machine, is_offline, this_machine
from models.weights.status import Place, State, Status
from models.weights.store import Store

PURPOSES = {
    Purpose.PROPOSALS: "Finding every thing in a picture",
    Purpose.TEXT_RANKING: "Understanding what words mean",
    Purpose.DETECTION: "Finding things by a description",
    Purpose.PROMPTED_SEGMENTATION: "Cutting out what you click or box",
    Purpose.HEAT_MAP: "Finding stuff without outlines",
    Purpose.INPAINTING: "Filling holes with a trained network",
    Purpose.ADAPTER: "Painting in few steps",
    Purpose.DIFFUSION: "Painting new things into a picture",
}
"""What each purpose is for, in plain words."""

_CONSEQUENCES = {
    "ultralytics": "AGPL-3.0: whoever serves or passes on this program together with it has to offer the source of both"
}


@dataclass(frozen=True)
class Package:
    """An optional package that some models need. `version` is None when it is not installed."""

    name: str
    version: str | None
    needed_by: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """What is there, and what its licence means."""
        terms = _CONSEQUENCES.get(self.name, "")
        if self.version:
            return f"{self.name} {self.version} is installed" + (f" ({terms})." if terms else ".")
        return (
            f"{self.name} is not installed, and {' and '.join(self.needed_by)} cannot run without it: "
            f"`pip install 'pentimento[{self.name}]'`" + (f" ({terms})." if terms else ".")
        )


@dataclass(frozen=True)
class Advice:
    """For one purpose: what is used now, and what would be better and runs well on this machine."""

    purpose: Purpose
    have: Status | None
    get: Model | None

    @property
    def sentence(self) -> str:
        """In plain words."""
        if self.have is not None and self.have.place is not None:
            where = "" if self.have.place is Place.OWN else f" (from {_where(self.have.place)})"
            better = f"; {self.get.title} would be better: {_command(self.get)}" if self.get else ""
            return f"{self.have.model.title} is here{where}{better}."
        if self.get is None:
            return "Nothing in the catalogue runs well on this machine."
        return (
            f"{self.get.title} is missing: {_command(self.get)} ({readable(self.get.size)}, {self.get.licence.name})."
        )


@dataclass(frozen=True)
class Report:
    """Everything `models doctor` says."""

    machine: Machine
    statuses: tuple[Status, ...]
    packages: tuple[Package, ...]
    advice: tuple[Advice, ...]
    used: int
    offline: bool

    @property
    def problems(self) -> list[str]:
        """A sentence for every damaged model."""
        return [f"{one.model.title}: {one.problem}" for one in self.statuses if one.state is State.DAMAGED]


def examine(store: Store, progress: Progress = SILENT) -> Report:
    """Look at the store and the machine. Reads model files that are new or were touched; asks nobody.

    Raises CancelledError.
    """
    total = len(store.models)
    statuses = [
        store.verify(model_id, progress.part(number / total, (number + 1) / total))
        for number, model_id in enumerate(store.models)
    ]
    machine = this_machine(store.root)
    return Report(
        machine,
        tuple(statuses),
        packages(store),
        tuple(advise(statuses, machine)),
        sum(store.disk_use().values()),
        is_offline(),
    )


def packages(store: Store) -> tuple[Package, ...]:
    """The optional packages that models of this store need."""
    names = {name: None for model in store.models.values() for name in model.packages}
    return tuple(
        Package(name, _version(name), tuple(one.title for one in store.models.values() if name in one.packages))
        for name in names
    )


def advise(statuses: Sequence[Status], machine: Machine) -> list[Advice]:
    """For each purpose in the catalogue the best that is here, and the best that would run well and is better.

    Within a purpose the catalogue goes from lightest to best. A gated model is never advised: who wants it has to
    ask its publisher first.
    """
    found = []
    for purpose in dict.fromkeys(one.model.purpose for one in statuses):
        ladder = [one for one in statuses if one.model.purpose is purpose]
        have = next((one for one in reversed(ladder) if one.state is State.PRESENT), None)
        above = ladder[ladder.index(have) + 1 :] if have else ladder
        fitting = [one.model for one in above if machine.fit(one.model) is Fit.WELL and not one.model.licence.gated]
        # On a CPU the light one is enough; with a GPU the best that fits costs no patience.
        if machine.accelerators:
            get = fitting[-1] if fitting else None
        else:
            get = fitting[0] if fitting and have is None else None
        found.append(Advice(purpose, have, get))
    return found


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _command(model: Model) -> str:
    return f"`pentimento models download {model.id}`"


def _where(place: Place) -> str:
    return "the Hugging Face cache" if place is Place.CACHE else "your own folder"
