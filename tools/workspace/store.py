"""Content-addressed objects on disk: tiles of samples, masks and whole files, each under its own digest.

An object never changes, so equal tiles of any two versions are one file. A file appears whole (written beside,
flushed, renamed) or not at all, and what is read is checked against its name.

Samples are coded as differences (green from red and blue, as in the WebP lossless format's subtract-green
transform; then each pixel from its left neighbour), 16-bit ones split into high and low bytes, and compressed
with Zstandard (RFC 8878).
"""

from __future__ import annotations

import hashlib
import os
import secrets
import struct
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import zstandard

DIGEST_BYTES = 20
_LEVEL = 1  # higher ones gain nothing on photographs' differences and take twice as long
_MAGIC = b"PNT1"
_HEADER = struct.Struct("<4sBBxxII")  # magic, bytes a sample (0: a file), channels, height, width
_PART = ".part"
_AT_ONCE = 32
_THREADS = 4


class DamagedObjectError(Exception):
    """An object is missing, or its contents are not those it was stored with."""


class ObjectStore:
    """Objects in a folder of its own. Safe to use from several threads and processes.

    What `put` returns is on the disk, except that its directory entry may not be: call `flush` before
    anything durable mentions the digest. All that costs waiting for the disk; without `durable` nobody waits, and
    what was stored may be lost with the machine's power, though not with the process.
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self._folder = folder
        self._durable = durable
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="tiles")
        make_private_folder(folder)

    def close(self) -> None:
        """Stop the threads."""
        self._pool.shutdown()

    # ---- samples

    def put_samples(self, samples: np.ndarray) -> bytes:
        """Store H×W×C uint8 or uint16 samples; the digest (20 bytes) they can be had back under."""
        samples = np.ascontiguousarray(samples)
        height, width, channels = samples.shape
        header = _HEADER.pack(_MAGIC, samples.dtype.itemsize, channels, height, width)
        digest = _digest(header, samples)
        if not self._is_sound(digest):
            self._write(digest, header + zstandard.ZstdCompressor(level=_LEVEL).compress(_differences(samples)))
        return digest

    def put_all_samples(self, arrays: Iterable[np.ndarray]) -> list[bytes]:
        """`put_samples` of many arrays, a few at a time, side by side."""
        digests: list[bytes] = []
        waiting: list[np.ndarray] = []
        for array in arrays:
            waiting.append(array)
            if len(waiting) == _AT_ONCE:
                digests += self._pool.map(self.put_samples, waiting)
                waiting.clear()
        return digests + list(self._pool.map(self.put_samples, waiting))

    def samples(self, digest: bytes) -> np.ndarray:
        """The H×W×C samples stored under the digest. Raises DamagedObjectError."""
        header, body = self._read(digest)
        _, size, channels, height, width = _HEADER.unpack(header)
        if size not in (1, 2):
            raise DamagedObjectError(f"{digest.hex()} holds no samples")
        count = height * width * channels
        data = _decompressed(body, count * size, digest)
        samples = _sums(data, (height, width, channels), size)
        if _digest(header, samples) != digest:
            raise DamagedObjectError(f"{digest.hex()} holds other samples than it was stored with")
        return samples

    def all_samples(self, digests: Iterable[bytes]) -> Iterator[np.ndarray]:
        """`samples` of many digests, in their order, decoded side by side a few at a time."""
        batch: list[bytes] = []
        for digest in digests:
            batch.append(digest)
            if len(batch) == _AT_ONCE:
                yield from self._pool.map(self.samples, batch)
                batch.clear()
        yield from self._pool.map(self.samples, batch)

    # ---- files

    def put_bytes(self, data: bytes) -> bytes:
        """Store a file's bytes as they are; its digest."""
        header = _HEADER.pack(_MAGIC, 0, 0, 0, 0)
        digest = _digest(header, data)
        if not self._is_sound(digest):
            self._write(digest, header + data)
        return digest

    def bytes(self, digest: bytes) -> bytes:
        """The bytes stored under the digest. Raises DamagedObjectError."""
        header, body = self._read(digest)
        if _digest(header, body) != digest:
            raise DamagedObjectError(f"{digest.hex()} holds other bytes than it was stored with")
        return body

    # ---- housekeeping

    def flush(self, digests: Iterable[bytes]) -> None:
        """Make sure that the objects' names are on the disk too."""
        if not self._durable:
            return
        folders = {self._path(digest).parent for digest in digests}
        list(self._pool.map(flush_folder, folders))
        flush_folder(self._folder)

    def remove_all_but(self, needed: set[bytes]) -> int:
        """Delete every other object and what crashes left half written; how many bytes that freed.

        No one may be storing objects meanwhile.
        """
        freed = 0
        for path in self._folder.glob("*/*"):
            if path.name.endswith(_PART) or bytes.fromhex(path.parent.name + path.name) not in needed:
                freed += path.stat().st_size
                path.unlink()
        return freed

    def _path(self, digest: bytes) -> Path:
        name = digest.hex()
        return self._folder / name[:2] / name[2:]

    def _read(self, digest: bytes) -> tuple[bytes, bytes]:
        try:
            data = self._path(digest).read_bytes()
        except OSError as error:
            raise DamagedObjectError(f"{digest.hex()} cannot be read") from error
        if len(data) < _HEADER.size or data[:4] != _MAGIC:
            raise DamagedObjectError(f"{digest.hex()} is no object")
        return data[: _HEADER.size], data[_HEADER.size :]

    def _is_sound(self, digest: bytes) -> bool:
        """Whether the object is there already, undamaged: a new version must not lean on a rotten one."""
        if not self._path(digest).exists():
            return False
        try:
            header, _ = self._read(digest)
            _ = self.samples(digest) if _HEADER.unpack(header)[1] else self.bytes(digest)
        except DamagedObjectError:
            return False
        return True

    def _write(self, digest: bytes, data: bytes) -> None:
        path = self._path(digest)
        make_private_folder(path.parent)
        write_private(path, data, durable=self._durable)


def make_private_folder(folder: Path) -> None:
    """Create a folder that only its owner may enter; its parents as usual."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)


def write_private(path: Path, data: bytes, *, durable: bool) -> None:
    """Put a file that only its owner may read in place, whole; with `durable`, its contents on the disk first."""
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(6)}{_PART}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def flush_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _digest(header: bytes, contents: np.ndarray | bytes) -> bytes:
    hashed = hashlib.blake2b(header, digest_size=DIGEST_BYTES)
    hashed.update(contents.data if isinstance(contents, np.ndarray) else contents)
    return hashed.digest()


def _decompressed(body: bytes, size: int, digest: bytes) -> bytes:
    try:
        data = zstandard.ZstdDecompressor().decompress(body, max_output_size=size)
    except (zstandard.ZstdError, MemoryError) as error:
        raise DamagedObjectError(f"{digest.hex()} cannot be decompressed") from error
    if len(data) != size:
        raise DamagedObjectError(f"{digest.hex()} has another length than it says")
    return data


def _differences(samples: np.ndarray) -> bytes:
    """What is left of samples once their neighbours are known, modulo the type's range."""
    coded = samples.copy()
    if samples.shape[2] >= 3:
        coded[..., 0] -= samples[..., 1]
        coded[..., 2] -= samples[..., 1]
    coded[:, 1:] -= coded[:, :-1].copy()
    if coded.dtype == np.uint16:
        planes = np.ascontiguousarray(coded.astype("<u2", copy=False)).view(np.uint8).reshape(-1, 2)
        return planes.T.tobytes()
    return coded.tobytes()


def _sums(data: bytes, shape: tuple[int, int, int], size: int) -> np.ndarray:
    """The inverse of `_differences`."""
    if size == 2:
        planes = np.frombuffer(data, np.uint8).reshape(2, -1)
        coded = planes[0] | (planes[1].astype(np.uint16) << 8)
    else:
        coded = np.frombuffer(data, np.uint8)
    samples = np.add.accumulate(coded.reshape(shape), axis=1, dtype=coded.dtype)
    if shape[2] >= 3:
        samples[..., 0] += samples[..., 1]
        samples[..., 2] += samples[..., 1]
    return samples
