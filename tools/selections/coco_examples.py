"""Pictures with outlined and named things from a COCO file and its folder of pictures, one thing at a time.

What is read is what annotators wrote, of any size: unlike `coco_reading`, which takes one open picture's regions.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from models.errors import BadInputError, UnavailableError
from models.geometry import Extent
from models.prompting.diffusion.rows import Example
from tools.pictures.profiles import to_srgb_preview
from tools.pictures.reading import open_picture
from tools.selections.coco_reading import selected_by

_PHRASES = ("phrase", "caption")  # keys of an annotation that say it better than its category
_LONGEST_PHRASE = 120
_LEAST = 0.0005  # of the picture: what is smaller is a dot to every model


class CocoExamples:
    """Implements `Examples`. A thing's phrase is its annotation's "phrase" or "caption", else its category's name with
    an article. Crowds and dots are left out. Raises BadInputError when the file is none of COCO's kind."""

    def __init__(self, data: Path, images: Path) -> None:
        """`data` is the JSON file, `images` the folder that its file names are in."""
        if not images.is_dir():
            raise BadInputError(f"There is no folder {images}.")
        try:
            raw = data.read_bytes()
            content = json.loads(raw)
            files = {
                one["id"]: (str(one["file_name"]), int(one["width"]), int(one["height"])) for one in content["images"]
            }
            names = {one["id"]: str(one["name"]) for one in content.get("categories", [])}
            wanted = [one for one in content["annotations"] if _is_usable(one, files)]
        except OSError as error:
            raise UnavailableError(f"{data} cannot be read.") from error
        except (ValueError, KeyError, TypeError) as error:
            raise BadInputError(
                f"{data} is no COCO file: it needs images and annotations with their fields."
            ) from error
        if not wanted:
            raise BadInputError(f"{data} names no regions to learn from.")
        wanted.sort(key=lambda one: str(files[one["image_id"]][0]))  # a picture's regions together: it is read once
        self._folder, self._files, self._names, self._wanted = images, files, names, wanted
        self._numbers = {identity: number for number, identity in enumerate(files)}
        self._identity = hashlib.sha256(raw + str(images.resolve()).encode()).hexdigest()[:16]
        self._open: tuple[Any, np.ndarray] | None = None

    def __len__(self) -> int:
        return len(self._wanted)

    def __getitem__(self, index: int) -> Example:
        one = self._wanted[index]
        identity = one["image_id"]
        rgb = self._picture(identity)
        mask = selected_by(one, Extent.of(rgb)).astype(np.float32)
        return Example(rgb, mask, self._phrase(one), self._numbers[identity])

    def identity(self) -> str:
        """A digest of the file and the folder's name."""
        return self._identity

    def _picture(self, identity: Any) -> np.ndarray:
        if self._open is None or self._open[0] != identity:
            name, width, height = self._files[identity]
            path = (self._folder / name).resolve()
            if not path.is_relative_to(self._folder.resolve()) or not path.is_file():
                raise BadInputError(f"There is no {name} in {self._folder}.")
            rgb = to_srgb_preview(open_picture(path))
            if Extent.of(rgb) != Extent(width, height):
                raise BadInputError(f"{name} is of another size than its file says.")
            self._open = identity, rgb
        return self._open[1]

    def _phrase(self, annotation: dict[str, Any]) -> str:
        told = next((annotation[key] for key in _PHRASES if isinstance(annotation.get(key), str)), None)
        if told is not None and told.strip():
            return " ".join(told.split())[:_LONGEST_PHRASE]
        name = " ".join(self._names.get(annotation.get("category_id"), "thing").split())[:_LONGEST_PHRASE]
        return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def _is_usable(annotation: dict[str, Any], files: dict[Any, tuple[str, int, int]]) -> bool:
    if annotation.get("iscrowd") or annotation["image_id"] not in files:
        return False
    _, width, height = files[annotation["image_id"]]
    area = annotation.get("area")
    return not isinstance(area, int | float) or area >= _LEAST * width * height
