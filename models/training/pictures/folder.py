"""Photos of folders, decoded once into one memory-mapped file that every worker and process shares."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from models.errors import BadInputError
from models.progress import SILENT, Progress

SUFFIXES = frozenset(Image.registered_extensions()) & {
    ".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".ppm", ".pgm", ".gif", ".jp2", ".avif",
}  # fmt: skip
_SMALLEST_SIDE = 32  # pixels; there is nothing to learn from less
_VERSION = 2  # of the cache's layout


@dataclass(frozen=True)
class Photos:
    """Decoded photos in one file, opened anew in every process; see `load_photos`.

    `places` are (first byte, height, width) of each photo in `file`; `skipped` counts files that could not be used.
    """

    file: Path
    places: tuple[tuple[int, int, int], ...]
    skipped: int = 0

    def __len__(self) -> int:
        return len(self.places)

    def photo(self, index: int) -> np.ndarray:
        """The photo at `index`: H×W×3 uint8 sRGB, upright, read-only, mapped from the file."""
        start, height, width = self.places[index]
        return np.memmap(self.file, np.uint8, "r", offset=start, shape=(height, width, 3))

    def split(self, held_out: int) -> tuple[Photos, Photos]:
        """Those to train on, and about `held_out` others evenly from all of them (never more than a tenth).

        With fewer than ten photos both are all of them: then there is nothing to spare.
        """
        count = min(held_out, len(self) // 10)
        if count == 0:
            return self, self
        chosen = set(np.linspace(0, len(self) - 1, count).astype(int).tolist())
        rest = tuple(place for number, place in enumerate(self.places) if number not in chosen)
        held = tuple(self.places[number] for number in sorted(chosen))
        return replace(self, places=rest), replace(self, places=held)


def find_pictures(folders: Sequence[Path]) -> list[Path]:
    """Every picture file below the folders, sorted; raises BadInputError for a folder that is not there."""
    found: set[Path] = set()
    for folder in folders:
        if folder.is_file() and folder.suffix.lower() in SUFFIXES:
            found.add(folder)
        elif folder.is_dir():
            found.update(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
        else:
            raise BadInputError(f"There is no folder of pictures at {folder}.")
    return sorted(found)


def load_photos(
    folders: Sequence[Path], cache: Path, *, longest: int = 1024, progress: Progress = SILENT, read_only: bool = False
) -> Photos:
    """Decode the folders' pictures into `cache` (a folder), or open what an earlier call left there.

    Pictures longer than `longest` are shrunk; files that cannot be read are skipped and counted. The cache is made
    anew when a file came, went or changed. With `read_only` only an existing cache is opened: for the other
    processes of a distributed run. Raises BadInputError when no usable picture is found.
    """
    paths = find_pictures(folders)
    fingerprint = _fingerprint(paths, longest)
    samples, index = cache / f"photos-{fingerprint}.u8", cache / f"photos-{fingerprint}.json"
    if not index.is_file():
        if read_only:
            raise BadInputError(f"The decoded pictures in {cache} are missing or out of date.")
        _decode(paths, longest, samples, index, progress)
    told = json.loads(index.read_text())
    if not told["places"]:
        raise BadInputError("None of the files there is a picture that can be read.")
    places = tuple((int(start), int(height), int(width)) for start, height, width in told["places"])
    return Photos(samples, places, int(told["skipped"]))


def _fingerprint(paths: Iterable[Path], longest: int) -> str:
    told = hashlib.sha256(f"{_VERSION} {longest}".encode())
    for path in paths:
        status = path.stat()
        told.update(f"{path.resolve()}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return told.hexdigest()[:16]


def _decode(paths: Sequence[Path], longest: int, samples: Path, index: Path, progress: Progress) -> None:
    """Write samples first and the index last, each under its name only when complete."""
    samples.parent.mkdir(parents=True, exist_ok=True)
    places: list[tuple[int, int, int]] = []
    unfinished = samples.with_suffix(".part")
    with unfinished.open("wb") as target:
        for number, path in enumerate(paths):
            progress.report(number / len(paths), f"decoding {path.name}")
            photo = _read(path, longest)
            if photo is not None:
                places.append((target.tell(), photo.shape[0], photo.shape[1]))
                target.write(photo.tobytes())
    unfinished.replace(samples)
    described = index.with_suffix(".part")
    described.write_text(json.dumps({"places": places, "skipped": len(paths) - len(places)}))
    described.replace(index)


def _read(path: Path, longest: int) -> np.ndarray | None:
    """The upright picture, or None for a file that is broken, too small, or too large to be sensible."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as image:
                image.draft("RGB", (longest, longest))  # JPEG: decode at a half or quarter where that is enough
                upright = ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None
    if min(upright.size) < _SMALLEST_SIDE:
        return None
    upright.thumbnail((longest, longest), Image.Resampling.BOX, reducing_gap=None)
    return np.asarray(upright)
