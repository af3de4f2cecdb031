"""COCO files there and back, against a decoder of its own, and whatever else people may drop on the picture."""

from __future__ import annotations

import json
from typing import Any

import cv2
import numpy as np
import pytest
from skimage.measure import points_in_poly

from models.errors import BadInputError
from models.geometry import Extent
from tools.selections import rle
from tools.selections.coco import NamedMask, coco_json
from tools.selections.coco_reading import read_coco
from tools.selections.mask_files import WrongSizeError
from tools.selections.polygons import filled, united

EXTENT = Extent(60, 40)


def _blob(seed: int, height: int = 40, width: int = 60) -> np.ndarray:
    noise = np.random.default_rng(seed).random((height, width)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), (0.5, 1.5, 4.0)[seed % 3])
    return (smooth > np.median(smooth)).astype(np.float32)


def _decoded_by_the_book(text: str, height: int, width: int) -> np.ndarray:
    """The decoder of the COCO API's C code, statement by statement, as an independent reading of the format."""
    counts: list[int] = []
    at = 0
    while at < len(text):
        value, shift, more = 0, 0, True
        while more:
            code = ord(text[at]) - 48
            value |= (code & 0x1F) << 5 * shift
            more = bool(code & 0x20)
            at += 1
            shift += 1
            if not more and code & 0x10:
                value |= -1 << 5 * shift
        if len(counts) > 2:
            value += counts[-2]
        counts.append(value)
    mask, position, inside = np.zeros(height * width, bool), 0, False
    for run in counts:
        mask[position : position + run] = inside
        position, inside = position + run, not inside
    assert position == height * width
    return mask.reshape((width, height)).T


def _file(annotations: list[dict[str, Any]], **more: Any) -> bytes:
    content = {
        "images": [{"id": 7, "file_name": "photos/dog.jpg", "width": EXTENT.width, "height": EXTENT.height}],
        "categories": [{"id": 1, "name": "dog"}, {"id": 2, "name": "red ball"}],
        "annotations": [{"image_id": 7, "category_id": 1, **one} for one in annotations],
    }
    return json.dumps({**content, **more}).encode()


def _area(data: bytes, extent: Extent = EXTENT, title: str = "dog.jpg") -> int:
    return int(np.count_nonzero(read_coco(data, extent, title).regions[0].mask >= 0.5))


SQUARE = [10, 10, 30, 10, 30, 30, 10, 30]
HOLE = [15, 15, 20, 15, 20, 20, 15, 20]


@pytest.mark.parametrize("outlines", [False, True])
@pytest.mark.parametrize("seed", range(9))
def test_what_is_written_is_read_back_exactly(seed: int, outlines: bool) -> None:
    mask = _blob(seed)
    data = coco_json([NamedMask("dog", mask), NamedMask("dog 2", 1 - mask)], EXTENT, "dog.jpg", outlines=outlines)
    read = read_coco(data, EXTENT, "dog.jpg").regions
    assert [region.name for region in read] == ["dog", "dog"]
    assert np.array_equal(read[0].mask, mask)
    assert np.array_equal(read[1].mask, 1 - mask)


@pytest.mark.parametrize("seed", range(6))
def test_compressed_run_lengths_are_those_of_the_coco_api(seed: int) -> None:
    mask = _blob(seed) > 0
    text = rle.compress(rle.encode(mask))
    assert np.array_equal(_decoded_by_the_book(text, *mask.shape), mask)
    assert rle.decompress(text) == rle.encode(mask)


def test_known_run_lengths() -> None:
    """A 3×3 mask whose code is worked out by hand: down the columns, outside first."""
    mask = np.array([[0, 1, 1], [0, 1, 0], [0, 0, 0]], bool)
    assert rle.encode(mask) == [3, 2, 1, 1, 2]
    assert rle.compress([3, 2, 1, 1, 2]) == "321O1", "from the fourth on, the difference to the one two before"
    assert rle.encode(~mask) == [0, 3, 2, 1, 1, 2]


def test_boxes_and_areas_are_those_of_the_mask() -> None:
    mask = np.zeros((40, 60), np.float32)
    mask[5:15, 20:50] = 1
    mask[5, 20] = 0.4
    one = json.loads(coco_json([NamedMask("dog 3", mask)], EXTENT, "x.png"))["annotations"][0]
    assert one["bbox"] == [20, 5, 30, 10]
    assert one["area"] == 299, "less than half selected is not selected"
    assert one["segmentation"]["size"] == [40, 60]


def test_categories_are_names_without_their_numbers() -> None:
    written = json.loads(coco_json([NamedMask(n, _blob(1)) for n in ("dog", "cat", "dog 2")], EXTENT, "x.png"))
    assert [one["name"] for one in written["categories"]] == ["dog", "cat"]
    assert [one["category_id"] for one in written["annotations"]] == [1, 2, 1]


def test_polygons_are_filled_where_pixel_centres_lie_inside() -> None:
    _, inside = filled(np.array([[10, 10], [30, 10], [30, 30], [10, 30]], float), EXTENT)
    assert inside.sum() == 400
    wild = np.random.default_rng(3).uniform(0, 40, (30, 2))
    box, own = filled(wild, EXTENT)
    rows, columns = np.indices((box.height, box.width))
    centres = np.stack([columns.ravel() + box.x0 + 0.5, rows.ravel() + box.y0 + 0.5], axis=1)
    assert np.array_equal(own.ravel(), points_in_poly(centres, wild)), "even-odd, also where it crosses itself"


def test_parts_holes_and_duplicates_of_a_polygon() -> None:
    assert _area(_file([{"segmentation": [SQUARE]}])) == 400
    assert _area(_file([{"segmentation": [SQUARE, [40, 5, 50, 5, 50, 15, 40, 15]]}])) == 500
    assert _area(_file([{"segmentation": [SQUARE, HOLE]}])) == 375, "a part inside another is a hole"
    assert _area(_file([{"segmentation": [SQUARE, HOLE], "area": 400}])) == 400, "unless its area says otherwise"
    assert _area(_file([{"segmentation": [SQUARE, SQUARE]}])) == 400
    island = [17, 17, 19, 17, 19, 19, 17, 19]
    assert _area(_file([{"segmentation": [SQUARE, HOLE, island]}])) == 379
    overlapping = united([np.array(SQUARE, float).reshape(-1, 2), np.array(SQUARE, float).reshape(-1, 2) + 10], EXTENT)
    assert overlapping.sum() == 700


def test_runs_crowds_and_bare_boxes_are_read() -> None:
    mask = _blob(4) > 0
    counts = rle.encode(mask)
    assert _area(_file([{"iscrowd": 1, "segmentation": {"size": [40, 60], "counts": counts}}])) == mask.sum()
    assert _area(_file([{"segmentation": {"size": [40, 60], "counts": rle.compress(counts)}}])) == mask.sum()
    assert _area(_file([{"segmentation": [], "bbox": [10, 10, 20, 20]}])) == 400
    assert _area(_file([{"segmentation": [[-1.5, 10, 10, 10, 10, 20, -1.5, 20]]}])) == 100, "a little outside is cut"


def test_names_and_empty_entries() -> None:
    found = read_coco(
        _file([{"segmentation": [SQUARE]}, {"segmentation": [SQUARE], "category_id": 2}, {"segmentation": [[5] * 6]}]),
        EXTENT,
        "dog.jpg",
    )
    assert [region.name for region in found.regions] == ["dog", "red ball"]
    assert found.empty == 1


def test_the_open_picture_is_found_by_name_then_by_size() -> None:
    images = [
        {"id": 7, "file_name": "a/dog.jpg", "width": 60, "height": 40},
        {"id": 8, "file_name": "cat.jpg", "width": 60, "height": 40},
    ]
    both = [{"segmentation": [SQUARE]}, {"image_id": 8, "segmentation": [HOLE]}]
    assert _area(_file(both, images=images)) == 400
    assert _area(_file(both, images=images), title="Cat.png") == 25, "whatever the case and the ending"
    with pytest.raises(BadInputError, match="could be bird"):
        read_coco(_file(both, images=images), EXTENT, "bird.jpg")
    with pytest.raises(BadInputError, match="no regions for cat"):
        read_coco(_file([both[0]], images=images), EXTENT, "cat.jpg")
    results = json.dumps([{"image_id": 1, "category_id": 1, "segmentation": [SQUARE], "score": 0.9}]).encode()
    assert _area(results) == 400, "a bare list of results about one picture"


def test_another_size_is_scaled_when_asked() -> None:
    data, twice = _file([{"segmentation": [SQUARE]}]), Extent(120, 80)
    with pytest.raises(WrongSizeError) as caught:
        read_coco(data, twice, "dog.jpg")
    assert caught.value.scalable
    mask = read_coco(data, twice, "dog.jpg", scale=True).regions[0].mask
    assert mask.shape == (80, 120)
    assert np.count_nonzero(mask >= 0.5) == pytest.approx(1600, rel=0.05)
    with pytest.raises(WrongSizeError) as caught:
        read_coco(data, Extent(100, 100), "dog.jpg", scale=True)
    assert not caught.value.scalable


_RLE = {"size": [40, 60], "counts": [0, 2400]}
HOSTILE: dict[str, bytes] = {
    "not json": b"\x89PNG",
    "a number": b"42",
    "deep": b'{"annotations":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "no annotations": b'{"images": []}',
    "annotations of text": b'{"images": [], "annotations": ["x"]}',
    "NaN": _file([{"segmentation": [SQUARE]}]).replace(b"10", b"NaN", 1),
    "infinite": _file([{"segmentation": [SQUARE]}]).replace(b"30,", b"1e999,", 1),
    "many digits": _file([{"segmentation": [SQUARE]}]).replace(b"30,", b"9" * 5000 + b",", 1),
    "huge integer": _file([{"segmentation": [SQUARE]}]).replace(b"30,", b"9" * 400 + b",", 1),
    "far outside": _file([{"segmentation": [[-500, 0, 10, 0, 10, 10]]}]),
    "beyond": _file([{"segmentation": [[0, 0, 9000, 0, 10, 10]]}]),
    "two corners": _file([{"segmentation": [[0, 0, 10, 10]]}]),
    "odd": _file([{"segmentation": [[0, 0, 10, 0, 10, 10, 3]]}]),
    "text for a coordinate": _file([{"segmentation": [["a", 0, 10, 0, 10, 10]]}]),
    "true for a coordinate": _file([{"segmentation": [[True, 0, 10, 0, 10, 10]]}]),
    "a text": _file([{"segmentation": "everything"}]),
    "nothing": _file([{"segmentation": None}]),
    "negative box": _file([{"bbox": [10, 10, -5, 5]}]),
    "short runs": _file([{"segmentation": {**_RLE, "counts": [0, 5]}}]),
    "negative runs": _file([{"segmentation": {**_RLE, "counts": [-5, 2405]}}]),
    "runs of text": _file([{"segmentation": {**_RLE, "counts": ["0", "2400"]}}]),
    "huge runs": _file([{"segmentation": {**_RLE, "counts": [10**30]}}]),
    "broken string": _file([{"segmentation": {**_RLE, "counts": "o" * 50}}]),
    "cut string": _file([{"segmentation": {**_RLE, "counts": "0P"}}]),
    "strange characters": _file([{"segmentation": {**_RLE, "counts": "\u2603\x01"}}]),
    "no counts": _file([{"segmentation": {"size": [40, 60]}}]),
    "another size": _file([{"segmentation": {"size": [4000000, 60], "counts": [0, 2400]}}]),
    "huge picture": _file([], images=[{"id": 7, "file_name": "dog.jpg", "width": 10**9, "height": 10**8}]),
    "negative picture": _file([], images=[{"id": 7, "file_name": "dog.jpg", "width": -60, "height": 40}]),
    "fractional picture": _file([], images=[{"id": 7, "file_name": "dog.jpg", "width": 60.5, "height": 40}]),
    "category of nothing": _file([{"segmentation": [SQUARE]}], categories=[{"id": 1, "name": None}]),
    "category of signs": _file([{"segmentation": [SQUARE]}], categories=[{"id": 1, "name": "\u0000??"}]),
    "all empty": _file([{"segmentation": [[5] * 6]}]),
    "too many": _file([{"segmentation": [SQUARE]}] * 301),
    "not utf-8": b'{"annotations": "\xff\xfe"}',
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_files_are_one_sentence(kind: str) -> None:
    with pytest.raises(BadInputError) as caught:
        read_coco(HOSTILE[kind], EXTENT, "dog.jpg")
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) < 160
