"""Reading the regions of one picture out of a COCO JSON file that anybody may have written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, NoReturn

import numpy as np

from models.errors import BadInputError
from models.geometry import Bounds, Extent
from models.mask import resize
from tools.pictures.limits import DEFAULT_LIMITS
from tools.selections import rle
from tools.selections.coco import NamedMask
from tools.selections.mask_files import WrongSizeError, same_shape
from tools.selections.names import clean
from tools.selections.polygons import Outline, united

MOST_BYTES = 30_000_000
_MOST_REGIONS = 300
_LARGEST = 1e9  # of any number: infinities and what is no number compare as larger
_MOST_CORNERS = 200_000
_OUTSIDE = 0.01  # of the longer side: by how much a region may stick out, as annotators' boxes do


@dataclass(frozen=True)
class Annotations:
    """What a file says about one picture: its regions, and how many of its entries select nothing."""

    regions: tuple[NamedMask, ...]
    empty: int = 0


def read_coco(data: bytes, extent: Extent, title: str, *, scale: bool = False) -> Annotations:
    """The regions of the picture called `title` of size `extent`, in the file's order.

    The picture is found by its file name, or else by its size. Raises BadInputError, with one sentence, when the file
    cannot be read, says nothing about this picture, or anything in it is wrong; and WrongSizeError when it is about
    the same picture at another size, unless it may `scale`.
    """
    content = _parsed(data)
    annotations = _dicts(content if isinstance(content, list) else _got(content, "annotations"), "annotations")
    image = _image(content, annotations, extent, title, scale)
    own = [one for one in annotations if image.identity is None or one.get("image_id") == image.identity]
    if not own:
        raise BadInputError(f"That file has no regions for {title}.")
    if len(own) > _MOST_REGIONS:
        raise BadInputError(f"That file has {len(own)} regions for this picture; I take at most {_MOST_REGIONS}.")
    names = _categories(content)
    regions, empty = [], 0
    for one in own:
        selected = selected_by(one, image.extent)
        if not selected.any():
            empty += 1
            continue
        identity = one.get("category_id")
        name = names.get(identity, "region") if isinstance(identity, int) else "region"
        regions.append(NamedMask(name, resize(selected.astype(np.float32), extent)))
    if not regions:
        raise BadInputError("Every region in that file is empty.")
    return Annotations(tuple(regions), empty)


@dataclass(frozen=True)
class _Image:
    identity: int | str | None
    extent: Extent


def _parsed(data: bytes) -> Any:
    if len(data) > MOST_BYTES:
        raise BadInputError(
            f"That file is {len(data) / 1e6:.0f} MB; I read COCO files up to {MOST_BYTES / 1e6:.0f} MB."
        )

    def refuse(constant: str) -> NoReturn:
        raise BadInputError(f"That file holds {constant} where a number should be.")

    try:
        content = json.loads(data.decode("utf-8-sig"), parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise BadInputError("That file is no COCO JSON; it cannot be read.") from error
    if not isinstance(content, dict | list):
        raise BadInputError("That file is no COCO JSON: it holds no annotations.")
    return content


def _got(content: dict[str, Any], key: str) -> Any:
    if key not in content:
        raise BadInputError(f"That file is no COCO JSON: it has no {key}.")
    return content[key]


def _dicts(value: Any, what: str) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise BadInputError(f"The {what} of that file are not a list of entries, as COCO has them.")
    return value


def _image(content: Any, annotations: Sequence[dict[str, Any]], extent: Extent, title: str, scale: bool) -> _Image:
    """The entry of the open picture."""
    entries = _dicts(content.get("images", []), "images") if isinstance(content, dict) else []
    if not entries:  # a list of results, without pictures: it must be about one
        if len({repr(one.get("image_id")) for one in annotations}) > 1:
            raise BadInputError("That file is about several pictures and names none of them; export one picture's.")
        return _Image(None, extent)
    images = [(_Image(entry.get("id"), _extent(entry)), str(entry.get("file_name", ""))) for entry in entries]
    called = [image for image, name in images if _stem(name) == _stem(title)]
    fitting = [image for image, _ in images if image.extent == extent]
    best = [image for image in called if image.extent == extent] or called or fitting
    if not best and len(images) == 1:
        best = [images[0][0]]
    if not best:
        raise BadInputError(f"None of the {len(images)} pictures in that file is {title}, or of its size.")
    if len(best) > 1:
        raise BadInputError(f"{len(best)} pictures in that file could be {title}; export its regions alone.")
    if best[0].extent != extent:
        scalable = same_shape(best[0].extent, extent)
        if not (scale and scalable):
            raise WrongSizeError(best[0].extent, extent, scalable)
    return best[0]


def _extent(entry: dict[str, Any]) -> Extent:
    extent = Extent(_whole(entry.get("width")), _whole(entry.get("height")))
    DEFAULT_LIMITS.check_extent(extent, "A picture in that file")
    return extent


def _whole(value: Any) -> int:
    number = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LARGEST
    if not number or value != round(value):
        raise BadInputError("A picture in that file has no size in whole pixels.")
    return int(value)


def _stem(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).stem.casefold()


def _categories(content: Any) -> dict[int, str]:
    entries = _dicts(content.get("categories", []), "categories") if isinstance(content, dict) else []
    names: dict[int, str] = {}
    for entry in entries:
        identity, name = entry.get("id"), entry.get("name")
        if not isinstance(identity, int) or not isinstance(name, str):
            raise BadInputError("A category in that file has no number or no name.")
        names[identity] = clean(name)
    return names


def selected_by(annotation: dict[str, Any], extent: Extent) -> np.ndarray:
    """One annotation's pixels, H×W bool, by outline, run lengths or box. Raises BadInputError when it has none."""
    segmentation = annotation.get("segmentation")
    if isinstance(segmentation, dict):
        return _from_runs(segmentation, extent)
    if isinstance(segmentation, list) and segmentation:
        area = annotation.get("area")
        known = float(area) if isinstance(area, int | float) and 0 < area < _LARGEST else None
        return united(_outlines(segmentation, extent), extent, known)
    if segmentation in (None, []):
        return _from_box(annotation.get("bbox"), extent)
    raise BadInputError("A region in that file is neither an outline nor run lengths.")


def _from_runs(segmentation: dict[str, Any], extent: Extent) -> np.ndarray:
    counts, size = segmentation.get("counts"), segmentation.get("size")
    if size != [extent.height, extent.width]:
        raise BadInputError("A mask in that file is of another size than its picture.")
    if isinstance(counts, str):
        counts = rle.decompress(counts)
    if not isinstance(counts, list):
        raise BadInputError("A mask in that file has no run lengths.")
    return rle.decode(counts, extent.height, extent.width)


def _outlines(segmentation: list[Any], extent: Extent) -> list[Outline]:
    flats = segmentation if isinstance(segmentation[0], list) else [segmentation]
    outlines = []
    for flat in flats:
        if not isinstance(flat, list) or len(flat) < 6 or len(flat) % 2 or len(flat) > 2 * _MOST_CORNERS:
            raise BadInputError("An outline in that file is not a list of at least three corners, x, y, x, y ….")
        outlines.append(np.array(_inside(flat, extent), np.float64).reshape(-1, 2))
    return outlines


def _from_box(box: Any, extent: Extent) -> np.ndarray:
    """A rectangle, for annotations that have nothing finer."""
    if not isinstance(box, list) or len(box) != 4:
        raise BadInputError("A region in that file has no outline, no run lengths and no box.")
    x, y, width, height = _inside([*box[:2], 0, 0], extent)[:2] + [_number(value) for value in box[2:]]
    if width < 0 or height < 0:
        raise BadInputError("A box in that file has a negative size.")
    x1, y1 = _inside([x + width, y + height], extent)
    selected = np.zeros((extent.height, extent.width), bool)
    selected[Bounds(round(x), round(y), round(x1), round(y1)).clipped(extent).slices] = True
    return selected


def _inside(flat: Sequence[Any], extent: Extent) -> list[float]:
    """Coordinates x, y, x, y …; those that stick out a little are as they are, others are refused."""
    beyond = max(2.0, _OUTSIDE * max(extent))
    numbers = [_number(value) for value in flat]
    limits = extent.width, extent.height
    if any(not -beyond <= value <= limits[index % 2] + beyond for index, value in enumerate(numbers)):
        raise BadInputError("A region in that file lies outside its picture.")
    return numbers


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _LARGEST:
        raise BadInputError("That file holds something else where a coordinate should be.")
    return float(value)
