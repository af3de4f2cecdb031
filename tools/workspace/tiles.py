"""A version's pixels as stored tiles: put together, cut out, and patched where they changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from models.errors import BadInputError
from models.geometry import Bounds, Extent
from tools.workspace import grid
from tools.workspace.store import DIGEST_BYTES, DamagedObjectError, ObjectStore
from tools.workspace.tree import Version


@dataclass(frozen=True)
class Patch:
    """New samples for a rectangle: `pixels` is h×w×C of the parent's depth.

    C may be 3 where the parent has alpha: the alpha then stays.
    """

    bounds: Bounds
    pixels: np.ndarray


def split(joined: bytes) -> list[bytes]:
    """The digests of a row."""
    return [joined[at : at + DIGEST_BYTES] for at in range(0, len(joined), DIGEST_BYTES)]


def dtype_of(version: Version) -> np.dtype:
    """uint8 or uint16."""
    return np.dtype(np.uint8 if version.bit_depth == 8 else np.uint16)


@contextmanager
def _damage_of(version: Version) -> Iterator[None]:
    """Turn damage on the disk into a sentence about the version."""
    try:
        yield
    except DamagedObjectError as error:
        raise BadInputError(
            f"Version {version.number} is damaged on the disk and cannot be shown; the others can, go to one of them."
        ) from error


def put(store: ObjectStore, pixels: np.ndarray) -> list[bytes]:
    """Store all tiles of H×W×C samples; their digests."""
    return store.put_all_samples(pixels[place.slices] for place in grid.tile_bounds(Extent.of(pixels)))


def assemble(store: ObjectStore, version: Version, digests: list[bytes]) -> np.ndarray:
    """All H×W×C samples. Raises BadInputError when any are damaged."""
    pixels = np.empty((version.extent.height, version.extent.width, version.channels), dtype_of(version))
    with _damage_of(version):
        tiles = store.all_samples(digests)
        for place, tile in zip(grid.tile_bounds(version.extent), tiles, strict=True):
            pixels[place.slices] = tile
    return pixels


def cut(store: ObjectStore, version: Version, digests: list[bytes], bounds: Bounds) -> np.ndarray:
    """The h×w×C samples inside bounds that lie in the picture, from the tiles there.

    Raises BadInputError when one of those is damaged.
    """
    samples = np.empty((bounds.height, bounds.width, version.channels), dtype_of(version))
    touched = list(grid.touched(version.extent, bounds))
    with _damage_of(version):
        tiles = store.all_samples(digests[index] for index, _ in touched)
        for (_, place), tile in zip(touched, tiles, strict=True):
            there, here = _shared(bounds, place), _shared(place, bounds)
            samples[there] = tile[here]
    return samples


def _shared(frame: Bounds, other: Bounds) -> tuple[slice, slice]:
    """Where the overlap of the two lies inside `frame`."""
    return frame.intersection(other).shifted(-frame.x0, -frame.y0).slices


def check_patch(version: Version, patch: Patch) -> None:
    """Raise BadInputError when the patch does not fit the version."""
    pixels, bounds = patch.pixels, patch.bounds
    if pixels.ndim != 3 or pixels.dtype != dtype_of(version) or pixels.shape[2] not in (3, version.channels):
        raise BadInputError("The patch has another depth or other channels than the picture.")
    if bounds.clipped(version.extent) != bounds or pixels.shape[:2] != (bounds.height, bounds.width):
        raise BadInputError("The patch does not lie inside the picture.")


def apply(
    store: ObjectStore, version: Version, digests: list[bytes], patch: Patch, pixels: np.ndarray | None
) -> tuple[list[bytes], list[bytes]]:
    """Store the tiles that the patch changes; the digests of all tiles afterwards, and of the changed ones.

    `pixels` are the version's samples if they are in memory. Raises BadInputError when a tile is damaged.
    """
    channels = patch.pixels.shape[2]
    changed: list[int] = []

    def new_tiles() -> Iterator[np.ndarray]:
        for index, place in grid.touched(version.extent, patch.bounds):
            tile = store.samples(digests[index]) if pixels is None else pixels[place.slices]
            here, there = _shared(place, patch.bounds), _shared(patch.bounds, place)
            if not np.array_equal(tile[here][..., :channels], patch.pixels[there]):
                tile = tile.copy()
                tile[here][..., :channels] = patch.pixels[there]
                changed.append(index)
                yield tile

    with _damage_of(version):
        fresh = store.put_all_samples(new_tiles())
    after = list(digests)
    for index, digest in zip(changed, fresh, strict=True):
        after[index] = digest
    return after, fresh


def painted(pixels: np.ndarray, patch: Patch) -> np.ndarray:
    """A copy, read-only, of H×W×C samples with the patch in place."""
    after = pixels.copy()
    after[patch.bounds.slices][..., : patch.pixels.shape[2]] = patch.pixels
    after.setflags(write=False)
    return after
