"""Files that are either there in full or not at all, in parts where one file would be too large."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save

from models.errors import BadInputError

_PART = re.compile(r"\.part-(\d+)-of-(\d+)$")


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A scratch folder that becomes `target` on leaving without an error, replacing what was there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        yield scratch
        scratch.chmod(0o755)
        if target.exists():
            old = scratch.with_name(scratch.name + "-old")
            target.rename(old)
            scratch.rename(target)
            shutil.rmtree(old)
        else:
            scratch.rename(target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def write_whole(data: bytes, target: Path) -> None:
    """Write beside the target and rename, so that a reader never sees half a file."""
    unfinished = target.with_name(f".{target.name}-{os.getpid()}")
    unfinished.write_bytes(data)
    unfinished.replace(target)


def write_parts(data: bytes, target: Path, part_mib: float | None) -> None:
    """Write `target`, or `target.part-01-of-04` … of at most `part_mib` MiB each; joined in order they are the file.

    What an earlier call left under that name is removed.
    """
    most = len(data) if part_mib is None else int(part_mib * 2**20)
    count = max(1, -(-len(data) // max(1, most)))
    names = [f"{target.name}.part-{number:02d}-of-{count:02d}" for number in range(1, count + 1)]
    names = names if count > 1 else [target.name]
    for number, name in enumerate(names):
        write_whole(data[number * most : (number + 1) * most], target.with_name(name))
    for old in [target, *target.parent.glob(f"{target.name}.part-*")]:
        if old.name not in names:
            old.unlink(missing_ok=True)


def read_parts(target: Path) -> bytes:
    """The bytes of `target`, in one file or in parts; raises BadInputError when it, or a part, is missing."""
    if target.is_file():
        return target.read_bytes()
    found = {path: _PART.search(path.name) for path in sorted(target.parent.glob(f"{target.name}.part-*"))}
    numbers = {path: (int(match[1]), int(match[2])) for path, match in found.items() if match}
    counts = {count for _, count in numbers.values()}
    if not numbers:
        raise BadInputError(f"There is no {target}.")
    if len(counts) != 1 or {number for number, _ in numbers.values()} != set(range(1, max(counts) + 1)):
        raise BadInputError(f"Parts of {target} are missing, or parts of several files lie together.")
    return b"".join(path.read_bytes() for path, _ in sorted(numbers.items(), key=lambda item: item[1]))


def exists(target: Path) -> bool:
    """Whether the file, or a part of it, is there."""
    return target.is_file() or any(target.parent.glob(f"{target.name}.part-*"))


def write_weights(
    weights: Mapping[str, torch.Tensor],
    target: Path,
    *,
    told: Mapping[str, str],
    half: bool = False,
    part_mib: float | None = None,
) -> None:
    """A safetensors file with `told` as its metadata; with `half`, floating-point weights as float16."""
    tensors = {}
    for name, value in weights.items():
        stored = value.detach().cpu().contiguous()
        tensors[name] = stored.half() if half and stored.is_floating_point() else stored.clone()
    write_parts(save(tensors, metadata=dict(told)), target, part_mib)


def read_weights(target: Path) -> dict[str, torch.Tensor]:
    """What `write_weights` wrote, in its own precision; raises BadInputError for anything else."""
    try:
        return load(read_parts(target))
    except SafetensorError as error:
        raise BadInputError(f"{target} is no safetensors file, or is damaged.") from error
