"""A diffusion model on disk, looked at without loading it: what it is, whether it is whole, how large it is."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.errors import BadInputError, UnavailableError
from models.inpainting.diffusion.families import Family, family_of, unknown_family

INDEX = "model_index.json"
_PICKLES = (".bin", ".pt", ".pth", ".ckpt")
_WEIGHTLESS = ("scheduler", "tokenizer", "feature_extractor", "processor", "image_processor")
_NEEDED = {
    "scheduler": ("scheduler_config.json",),
    "tokenizer": ("tokenizer.json", "vocab.json", "vocab.txt", "spiece.model", "tokenizer.model"),
}  # one of these must be there
_CHECKER = "safety_checker"
_LONGEST_HEADER = 100_000_000  # bytes, the format's own limit


@dataclass(frozen=True)
class Folder:
    """A folder in the layout that diffusers saves and the hub keeps.

    `networks` is the number of parameters by component, of the files that will be read. `variant` is the "fp16" of file
    names, or None. `without` are components that the index names and the folder may lack. `file` is a single file that
    holds all the weights, for a folder that only says how to read it; `channels` is what its network takes in.
    """

    path: Path
    family: Family
    networks: Mapping[str, int]
    variant: str | None = None
    without: tuple[str, ...] = ()
    file: Path | None = None
    channels: int = 4

    @property
    def origin(self) -> Path:
        """The file that changes when the model does."""
        return self.file or self.path / INDEX


def inspect(path: Path) -> Folder:
    """Look at a folder. UnavailableError: missing, partial or unsafe. BadInputError: it does not say what it is."""
    if not path.is_dir():
        raise UnavailableError(f"There is no diffusion model in {path}; give a folder that holds {INDEX}.")
    name, parts = components(path)
    networks: dict[str, int] = {}
    variants: set[str | None] = set()
    without = []
    for component in parts:
        folder = path / component
        if component == _CHECKER and not _safetensors(folder):
            without.append(component)
            continue
        if not folder.is_dir():
            raise UnavailableError(f"The model in {path} is not whole: {component} is missing; download it again.")
        kind = component.rstrip("_0123456789")
        if kind in _NEEDED and not any((folder / name).is_file() for name in _NEEDED[kind]):
            raise UnavailableError(
                f"The model in {path} is not whole: {component} has no {_NEEDED[kind][0]}; download it again."
            )
        if kind in _WEIGHTLESS:
            continue
        files, variant = _weights(path, component)
        networks[component] = sum(parameters(file) for file in files)
        variants.add(variant)
    if not networks:
        raise UnavailableError(f"The model in {path} has no weights; download it again.")
    family = family_of(name) or unknown_family(name)
    return Folder(path, family, networks, "fp16" if "fp16" in variants else None, tuple(without))


def parameters(file: Path) -> int:
    """How many numbers a safetensors file holds, from its header alone. Raises UnavailableError when it is cut off."""
    return sum(math.prod(shape) for shape in tensors(file).values())


def tensors(file: Path) -> dict[str, tuple[int, ...]]:
    """The names and shapes in a safetensors file, from its header alone. Raises UnavailableError when it is cut off."""
    try:
        with file.open("rb") as stream:
            (length,) = struct.unpack("<Q", stream.read(8))
            if length > min(_LONGEST_HEADER, file.stat().st_size):
                raise ValueError("no safetensors header")
            header = json.loads(stream.read(length))
        entries = {name: value for name, value in header.items() if name != "__metadata__"}
        end = 8 + length + max((value["data_offsets"][1] for value in entries.values()), default=0)
        if file.stat().st_size < end:
            raise ValueError("shorter than its header says")
        found = {name: tuple(int(side) for side in value["shape"]) for name, value in entries.items()}
        kinds = {value["dtype"] for name, value in entries.items() if len(found[name]) > 1}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, struct.error) as error:
        raise UnavailableError(
            f"{file.name} in {file.parent} is damaged or only partly there; download the model again."
        ) from error
    # Positions are whole numbers in some files; weights never are, unless somebody packed them.
    if kinds and all(kind.startswith(("I", "U")) for kind in kinds):
        raise UnavailableError(
            f"{file.name} in {file.parent} is packed for another program ({', '.join(sorted(kinds))}); get the "
            "model in half or single precision."
        )
    return found


def components(path: Path) -> tuple[str, list[str]]:
    """The pipeline's class, and the names of its parts: what the index says. Raises as `inspect` does."""
    index = _index(path)
    name = index.get("_class_name")
    if not isinstance(name, str) or not name.endswith("Pipeline"):
        raise BadInputError(f"{path / INDEX} does not say which pipeline it is; give another folder.")
    return name, _components(index)


def _index(path: Path) -> dict[str, Any]:
    try:
        index = json.loads((path / INDEX).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UnavailableError(
            f"{path} has no {INDEX}, so it is no diffusion model; give the folder that holds it."
        ) from error
    except (OSError, ValueError) as error:
        raise UnavailableError(f"{path / INDEX} is damaged; download the model again.") from error
    if not isinstance(index, dict):
        raise UnavailableError(f"{path / INDEX} is damaged; download the model again.")
    return index


def _components(index: Mapping[str, Any]) -> list[str]:
    """The names of the parts that the index says are there: [library, class] pairs, neither of them null."""
    return [
        name
        for name, value in index.items()
        if not name.startswith("_") and isinstance(value, list) and len(value) == 2 and all(value)
    ]


def _weights(path: Path, component: str) -> tuple[list[Path], str | None]:
    """The files that will be read for a component, and their variant. Raises UnavailableError when one is missing."""
    folder = path / component
    files = _safetensors(folder)
    if not files:
        if any(file.suffix in _PICKLES for file in folder.iterdir()):
            raise UnavailableError(
                f"{component} of the model in {path} is only there as a pickle, which can run any program; "
                "get its safetensors file."
            )
        raise UnavailableError(f"The model in {path} is not whole: {component} has no weights; download it again.")
    if not (folder / "config.json").is_file():
        raise UnavailableError(f"The model in {path} is not whole: {component} has no config.json; download it again.")
    for listing in sorted(folder.glob("*.safetensors.index*.json")):
        for shard in _shards(listing):
            if not (folder / shard).is_file():
                raise UnavailableError(
                    f"The model in {path} is not whole: {component}/{shard} is missing; download it again."
                )
    half = [file for file in files if ".fp16" in file.name]
    plain = [file for file in files if file not in half and ".non_ema" not in file.name]
    return (half, "fp16") if half else (plain or files, None)


def _shards(listing: Path) -> set[str]:
    try:
        return set(json.loads(listing.read_text(encoding="utf-8"))["weight_map"].values())
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise UnavailableError(f"{listing} is damaged; download the model again.") from error


def _safetensors(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.safetensors")) if folder.is_dir() else []
