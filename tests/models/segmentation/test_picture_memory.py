"""What models said of a picture: bounded in memory, whole on disk or recomputed."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from models.geometry import Extent
from models.segmentation.picture_memory import PictureMemory, Seen, file_identity, picture_key
from models.segmentation.proposals import Proposals
from tests.models.segmentation.named_shapes import Named, shapes_picture

RGB, PROPOSALS = shapes_picture([Named("star", "red", 60, 60, 40), Named("circle", "blue", 200, 120, 33)])
EMBEDDINGS = np.random.default_rng(0).normal(size=(3, 16)).astype(np.float32)


def same(first: Proposals, second: Proposals) -> bool:
    alike = all(
        a.box == b.box and np.array_equal(a.inside, b.inside) and a.score == b.score
        for a, b in zip(first, second, strict=True)
    )
    return alike and (first.extent, first.working) == (second.extent, second.working)


def test_another_process_reads_what_was_kept(tmp_path: Path) -> None:
    PictureMemory().put("k", Seen(PROPOSALS, EMBEDDINGS), tmp_path / "seen")
    seen = PictureMemory().get("k", tmp_path / "seen")
    assert seen is not None
    assert same(seen.proposals, PROPOSALS)
    assert seen.proposals[0].inside.dtype == bool
    assert seen.embeddings is not None
    assert np.array_equal(seen.embeddings, EMBEDDINGS)
    assert [path.suffix for path in (tmp_path / "seen").iterdir()] == [".seen"]


def test_nothing_found_is_remembered_too(tmp_path: Path) -> None:
    nothing = Proposals(Extent(40, 30), Extent(40, 30))
    PictureMemory().put("k", Seen(nothing), tmp_path)
    seen = PictureMemory().get("k", tmp_path)
    assert seen is not None
    assert len(seen.proposals) == 0
    assert seen.embeddings is None


@pytest.mark.parametrize("harm", ["cut", "flip", "empty", "other format", "no json"])
def test_a_damaged_file_is_as_good_as_none(harm: str, tmp_path: Path) -> None:
    PictureMemory().put("k", Seen(PROPOSALS, EMBEDDINGS), tmp_path)
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    flipped = bytearray(whole)
    flipped[-20] ^= 1
    path.write_bytes(
        {
            "cut": whole[:-7],
            "flip": bytes(flipped),
            "empty": b"",
            "other format": whole.replace(b'"format": "1"', b'"format": "0"'),
            "no json": b"\xff\xfe" + whole,
        }[harm]
    )
    assert PictureMemory().get("k", tmp_path) is None


def test_memory_is_bounded_and_drops_what_was_used_longest_ago() -> None:
    size = Seen(PROPOSALS).nbytes
    memory = PictureMemory(largest_bytes=2 * size)
    for key in ("a", "b"):
        memory.put(key, Seen(PROPOSALS))
    assert memory.get("a") is not None
    memory.put("c", Seen(PROPOSALS))
    assert memory.get("b") is None
    assert memory.get("a") is not None
    assert memory.get("c") is not None


def test_the_folder_is_bounded(tmp_path: Path) -> None:
    PictureMemory().put("a", Seen(PROPOSALS), tmp_path)
    size = (tmp_path / "a.seen").stat().st_size
    os.utime(tmp_path / "a.seen", (1, 1))
    small = PictureMemory(folder_bytes=int(1.5 * size))
    small.put("b", Seen(PROPOSALS), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["b.seen"]


def test_a_folder_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    memory = PictureMemory()
    memory.put("k", Seen(PROPOSALS), tmp_path / "file" / "seen")
    assert memory.get("k") is not None


def test_keys_follow_pixels_shape_and_models() -> None:
    keys = [
        picture_key(RGB, "m"),
        picture_key(RGB, "n"),
        picture_key(RGB, "m", "r"),
        picture_key(RGB[:, ::-1], "m"),
        picture_key(RGB.transpose(1, 0, 2).reshape(RGB.shape), "m"),
        picture_key(np.zeros((2, 8, 3), np.uint8), "m"),
        picture_key(np.zeros((8, 2, 3), np.uint8), "m"),
    ]
    assert len(set(keys)) == len(keys)
    assert picture_key(RGB.copy(), "m") == keys[0]


def test_a_file_is_known_by_its_ends(tmp_path: Path) -> None:
    path = tmp_path / "w"
    path.write_bytes(b"a" * (3 << 20))
    first = file_identity(path)
    path.write_bytes(b"a" * (3 << 20) + b"b")
    assert file_identity(path) != first
