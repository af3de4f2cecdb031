"""Training places, looked at once by CLIP and kept on disk: steps then cost the small network alone."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
import torch

from models.errors import BadInputError
from models.mask import Mask
from models.progress import SILENT, Progress
from models.prompting.diffusion.conditions import BOX, CELL, CELLS, SeesPatches, Sights, sights_of
from models.prompting.diffusion.outlines import as_marked
from models.training import files

_ARRAYS = ("whole", "patches", "outline", "box", "phrase", "group")
_AT_ONCE = 32
_HELD = 20  # every so many-th picture is kept for looking how well it goes


class Example(NamedTuple):
    """One thing in one picture: H×W×3 uint8 sRGB, H×W float32, a noun phrase, and which picture it is of."""

    rgb: np.ndarray
    mask: Mask
    phrase: str
    picture: int


class Examples(Protocol):
    """A set of examples, read when they are asked for."""

    def __len__(self) -> int:
        """How many there are."""
        ...

    def __getitem__(self, index: int) -> Example:
        """One of them. Raises BadInputError when its picture cannot be read, IndexError beyond the end."""
        ...

    def identity(self) -> str:
        """A short digest of what is in the set."""
        ...


@dataclass(frozen=True)
class Rows:
    """What CLIP saw of every example, several times with differently marked places.

    Arrays have one row per look: `whole` and `patches` float16, `outline` and `box` as in `Sights`, `phrase` the
    number of a phrase (−1: the picture could not be read), `group` that of the picture. `phrases` are the phrases, the
    most frequent first.
    """

    whole: np.ndarray
    patches: np.ndarray
    outline: np.ndarray
    box: np.ndarray
    phrase: np.ndarray
    group: np.ndarray
    phrases: tuple[str, ...]

    @property
    def training(self) -> np.ndarray:
        """The numbers of the rows to train on."""
        return np.flatnonzero((self.phrase >= 0) & ~self._held())

    @property
    def held_out(self) -> np.ndarray:
        """The numbers of the rows of pictures that are never trained on."""
        return np.flatnonzero((self.phrase >= 0) & self._held())

    @property
    def unreadable(self) -> int:
        """How many looks failed."""
        return int(np.count_nonzero(self.phrase < 0))

    def sights(self, numbers: np.ndarray) -> Sights:
        """The conditions of some rows."""
        parts = (self.whole, self.patches, self.outline, self.box)
        return Sights(*(torch.from_numpy(np.asarray(part[numbers], np.float32)) for part in parts))

    def _held(self) -> np.ndarray:
        few = len(np.unique(self.group)) < 2 * _HELD
        return np.zeros(len(self.group), bool) if few else self.group % _HELD == _HELD - 1


def look_at_all(
    examples: Examples, clip: SeesPatches, folder: Path, *, looks: int, seed: int, progress: Progress = SILENT
) -> Rows:
    """Look at every example `looks` times, or take what an earlier run left in `folder` for the same question.

    Raises BadInputError when there is nothing to learn from, CancelledError when progress says so.
    """
    if len(examples) == 0 or looks < 1:
        raise BadInputError("There is nothing to train on.")
    question = f"1:{examples.identity()}:{clip.identity()}:{looks}:{seed}"
    asked = hashlib.sha256(question.encode()).hexdigest()
    told = folder / "rows.json"
    if not (told.is_file() and json.loads(told.read_text(encoding="utf-8")).get("asked") == asked):
        with files.new_folder(folder) as scratch:
            _look(examples, clip, scratch, looks, seed, asked, progress)
    return _opened(folder)


def _look(
    examples: Examples, clip: SeesPatches, folder: Path, looks: int, seed: int, asked: str, progress: Progress
) -> None:
    total = len(examples) * looks
    numbers: dict[str, int] = {}
    stores: Mapping[str, np.ndarray] = {}
    for numbered in _batched(range(len(examples)), max(1, _AT_ONCE // looks)):
        progress.report(numbered[0] / len(examples), "looking at the pictures")
        places, rows, phrases, groups = [], [], [], []
        for index in numbered:
            row = slice(index * looks, (index + 1) * looks)
            try:
                one = examples[index]
            except BadInputError:  # one broken file among many does not end a run; it is counted
                one = None
            usable = one is not None and bool(np.any(one.mask >= 0.5))
            phrases.append((row, numbers.setdefault(one.phrase, len(numbers)) if one is not None and usable else -1))
            groups.append((row, one.picture if one is not None else -1))
            if one is not None and usable:
                dice = np.random.default_rng((seed, index))
                places += [(one.rgb, as_marked(one.mask, dice)) for _ in range(looks)]
                rows.append(row)
        seen = sights_of(clip, places) if places else None
        if seen is not None and not stores:
            stores = _made(folder, total, seen)
        if stores:
            for at, row in enumerate(rows):
                part = slice(at * looks, (at + 1) * looks)
                for name in Sights._fields:
                    stores[name][row] = getattr(seen, name)[part].numpy()
            for name, values in (("phrase", phrases), ("group", groups)):
                for row, value in values:
                    stores[name][row] = value
    if not stores:
        raise BadInputError("None of the pictures could be read, or no region selects anything.")
    _by_frequency(stores["phrase"], numbers)
    for store in stores.values():
        if isinstance(store, np.memmap):
            store.flush()
    order = sorted(numbers, key=lambda phrase: numbers[phrase])
    (folder / "rows.json").write_text(json.dumps({"asked": asked, "phrases": order}), encoding="utf-8")


def _by_frequency(column: np.ndarray, numbers: dict[str, int]) -> None:
    """Number the phrases anew, the most frequent first."""
    counts = Counter(column[column >= 0].tolist())
    order = sorted(numbers, key=lambda phrase: (-counts[numbers[phrase]], phrase))
    new = {numbers[phrase]: at for at, phrase in enumerate(order)}
    table = np.array([new[old] for old in range(len(numbers))] + [-1], np.int32)
    column[:] = table[column]
    numbers.update({phrase: at for at, phrase in enumerate(order)})


def _made(folder: Path, total: int, seen: Sights) -> Mapping[str, np.ndarray]:
    shapes = {
        "whole": (np.float16, seen.whole.shape[1:]),
        "patches": (np.float16, seen.patches.shape[1:]),
        "outline": (np.float16, (CELLS**2, CELL**2)),
        "box": (np.float32, (BOX,)),
        "phrase": (np.int32, ()),
        "group": (np.int64, ()),
    }
    made = {
        name: np.lib.format.open_memmap(folder / f"{name}.npy", mode="w+", dtype=kind, shape=(total, *shape))
        for name, (kind, shape) in shapes.items()
    }
    made["phrase"][:] = -1
    return made


def _opened(folder: Path) -> Rows:
    arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in _ARRAYS}
    phrases = json.loads((folder / "rows.json").read_text(encoding="utf-8"))["phrases"]
    return Rows(**arrays, phrases=tuple(phrases))


def _batched(numbers: Iterable[int], size: int) -> Iterable[list[int]]:
    batch: list[int] = []
    for number in numbers:
        batch.append(number)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
