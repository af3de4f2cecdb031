"""How one model stands on this machine, and the sentences that say so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from models.weights.amounts import readable
from models.weights.catalogue import Model
from models.weights.record import Checked


class State(StrEnum):
    """How much of a model is here."""

    ABSENT = "absent"
    PARTIAL = "partial"
    PRESENT = "present"
    DAMAGED = "damaged"


class Place(StrEnum):
    """Where a model lies."""

    OWN = "own folder"
    CACHE = "Hugging Face cache"
    LOCAL = "your folder"


@dataclass(frozen=True)
class Status:
    """One model on this machine.

    `here` is bytes. `checked` says what the files were compared with (the weakest of them), and is None while some
    file has not been read since it came or changed. `busy`: some process, perhaps this one, is downloading it now.
    `problem` is a sentence when the model is damaged, and empty otherwise.
    """

    model: Model
    state: State
    place: Place | None = None
    folder: Path | None = None
    here: int = 0
    revision: str | None = None
    checked: Checked | None = None
    busy: bool = False
    problem: str = ""

    @property
    def size(self) -> int:
        """Bytes of the whole model as far as the catalogue knows; never less than what is here."""
        return max(self.model.size, self.here)


def damage(model: Model, place: Place, path: Path) -> str:
    """What is wrong with a file whose bytes are not the recorded ones, and what helps."""
    again = f"`pentimento models download {model.id}`"
    if place is Place.LOCAL:
        return (
            f"{path} has changed since you pointed at it; if that was you, run "
            f"`pentimento models use {model.id} {path.parent}` again."
        )
    if place is Place.CACHE:
        return (
            f"{path.name} in the Hugging Face cache is damaged; delete it with `hf cache rm model/{model.source.hub}`, "
            f"or get a copy of our own with {again}."
        )
    return f"{path.name} is damaged; get it again with {again}."


def outdated(model: Model) -> str:
    """What to do when our files are of another version than the catalogue's."""
    return f"What is here is of an earlier version; get the current one with `pentimento models download {model.id}`."


def why_unusable(status: Status) -> str:
    """Why a model that is not present and whole cannot be loaded, with the exact command that helps."""
    model, command = status.model, f"`pentimento models download {status.model.id}`"
    if status.state is State.DAMAGED:
        return f"{model.title} cannot be used: {status.problem}"
    if status.state is State.PARTIAL:
        return (
            f"{model.title} is only partly here ({readable(status.here)} of {readable(status.size)}); "
            f"go on with {command} or on the Models page."
        )
    return (
        f"{model.title} is not on this machine; get it with {command} ({readable(model.size)}, "
        f"{model.licence.name}) or on the Models page."
    )


def cannot_remove(status: Status) -> str:
    """Why there is nothing of ours to delete."""
    model = status.model
    if status.place is Place.CACHE:
        return (
            f"{model.title} lies in the Hugging Face cache, which other programs use as well, so it was left there; "
            f"`hf cache rm model/{model.source.hub}` deletes it."
        )
    return f"{model.title} is not here, so there is nothing to remove."
