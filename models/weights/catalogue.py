"""What can be downloaded, read from `catalogue.toml` beside this file. Reading it touches no network.

A file's `sha256` and `size` are there when a public list quotes them for the pinned revision. Where they are None,
the store takes the publisher's own digest for that file at that revision from the source when it downloads, checks
the bytes against it and records it; every later load is checked against the record. A hub source without a
`revision` is resolved to a commit at the first download, and stays with that commit.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from models.errors import BadInputError

_DATA = Path(__file__).with_name("catalogue.toml")
WEIGHT_SUFFIXES = (".safetensors", ".pt", ".pth", ".bin")


class Purpose(StrEnum):
    """What a model does in this house. `models/segmentation/stages.py` holds the matching protocols."""

    PROPOSALS = "proposals"
    TEXT_RANKING = "text ranking"
    DETECTION = "detection"
    PROMPTED_SEGMENTATION = "prompted segmentation"
    HEAT_MAP = "heat map"
    INPAINTING = "inpainting network"
    ADAPTER = "few-step adapter"
    DIFFUSION = "diffusion preset"


class Commercial(StrEnum):
    """Whether the licence lets a person earn money with the model."""

    YES = "yes"
    NO = "no"
    CONDITIONS = "conditions"


@dataclass(frozen=True)
class Licence:
    """The terms of the weights. `gated`: the publisher grants access person by person, so a token is needed."""

    name: str
    commercial: Commercial
    link: str
    gated: bool = False
    note: str = ""


@dataclass(frozen=True)
class Source:
    """Where files come from: a Hugging Face repository (`hub`, at a commit), or a folder at an address (`url`)."""

    hub: str | None = None
    revision: str | None = None
    url: str | None = None

    def __post_init__(self) -> None:
        if (self.hub is None) == (self.url is None):
            raise ValueError("a source is either a hub repository or an address")

    def __str__(self) -> str:
        return f"huggingface.co/{self.hub}" if self.hub else str(self.url)


@dataclass(frozen=True)
class WeightFile:
    """One file of a model. `path` is relative, with forward slashes; `size` in bytes. None: not known beforehand.

    An `optional` file is downloaded when the source has it, and not missed when it has not.
    """

    path: str
    size: int | None = None
    sha256: str | None = None
    optional: bool = False

    def __post_init__(self) -> None:
        parts = PurePosixPath(self.path).parts
        if not parts or self.path.startswith("/") or ".." in parts or "\\" in self.path:
            raise ValueError(f"{self.path!r} is no path inside a model's folder")


@dataclass(frozen=True)
class Model:
    """One entry. `memory_mb` is our estimate of what running it takes (weights and activations), RAM or GPU alike.

    `packages` must be installed beside ours to run it. `fallback` sources hold the same bytes, and are asked when the
    first one is gone; only files whose sha256 is in the catalogue may come from there.
    """

    id: str
    title: str
    purpose: Purpose
    better: str
    source: Source
    files: tuple[WeightFile, ...]
    licence: Licence
    memory_mb: int
    gpu_recommended: bool = False
    packages: tuple[str, ...] = ()
    fallback: tuple[Source, ...] = ()

    @property
    def size(self) -> int:
        """Bytes to download, as far as they are known beforehand (the weights themselves always are)."""
        return sum(file.size or 0 for file in self.files)

    @property
    def weights(self) -> WeightFile:
        """The largest file: the one a loader that takes a single file wants."""
        return max(self.files, key=lambda file: file.size or 0)


@cache
def catalogue() -> dict[str, Model]:
    """Every model by id, in the order of the file: by purpose, lightest first."""
    entries = tomllib.loads(_DATA.read_text(encoding="utf-8"))["model"]
    return {model.id: model for model in map(parse, entries)}


def parse(entry: dict[str, Any]) -> Model:
    """A [[model]] table as a Model. Raises ValueError, KeyError or TypeError when a field is missing or wrong."""
    return Model(
        **{
            **entry,
            "purpose": Purpose(entry["purpose"]),
            "source": Source(**entry["source"]),
            "files": tuple(WeightFile(**file) for file in entry["files"]),
            "licence": Licence(**{**entry["licence"], "commercial": Commercial(entry["licence"]["commercial"])}),
            "packages": tuple(entry.get("packages", ())),
            "fallback": tuple(Source(**source) for source in entry.get("fallback", ())),
        }
    )


def find(models: dict[str, Model], model_id: str) -> Model:
    """The entry of that id. Raises BadInputError, naming near ids, when there is none."""
    if model_id in models:
        return models[model_id]
    near = get_close_matches(model_id, models, n=3, cutoff=0.4) or sorted(models)
    raise BadInputError(f"There is no model called “{model_id}”; did you mean {' or '.join(near)}?")
