"""What models said of a picture, kept by what is in the picture: in memory, and in a folder if there is one.

The first stage costs seconds; it depends on the pixels, the weights and the settings alone. A file is written whole
or not at all, names its version, and is recomputed when it cannot be read: nothing here is the only copy of anything.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import threading
import zlib
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np

from models.geometry import Bounds, Extent
from models.segmentation.proposals import Proposal, Proposals

_FORMAT = "1"
_SUFFIX = ".seen"
_MEMORY_BYTES = 96 << 20
_FOLDER_BYTES = 64 << 20


@dataclass(frozen=True)
class Seen:
    """Proposals of a picture, or their embeddings by a ranker: float32, proposals × width."""

    proposals: Proposals
    embeddings: np.ndarray | None = None

    @property
    def nbytes(self) -> int:
        """Bytes in memory, about."""
        masks = sum(proposal.inside.nbytes + 200 for proposal in self.proposals)
        return masks + (self.embeddings.nbytes if self.embeddings is not None else 0)


@runtime_checkable
class Remembering(Protocol):
    """A predictor that can keep what models said of its pictures beside them."""

    def remember_in(self, folder: Path) -> None:
        """Use this folder from now on; it is made when it is needed."""
        ...


class PictureMemory:
    """Seen pictures by key, the ones used longest ago dropped first. Thread-safe; may be shared by predictors."""

    def __init__(self, largest_bytes: int = _MEMORY_BYTES, folder_bytes: int = _FOLDER_BYTES) -> None:
        """`largest_bytes` bounds what is held in memory, `folder_bytes` what lies in any one folder."""
        self._largest, self._folder_bytes = largest_bytes, folder_bytes
        self._held: OrderedDict[str, Seen] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str, folder: Path | None = None) -> Seen | None:
        """What is known under a key; from the folder when memory has it no more."""
        with self._lock:
            seen = self._held.get(key)
            if seen is not None:
                self._held.move_to_end(key)
                return seen
        seen = _read(folder / (key + _SUFFIX)) if folder is not None else None
        if seen is not None:
            self._hold(key, seen)
        return seen

    def put(self, key: str, seen: Seen, folder: Path | None = None) -> None:
        """Keep it, in the folder too if there is one. A folder that cannot be written is done without."""
        self._hold(key, seen)
        if folder is None:
            return
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(folder / (key + _SUFFIX), seen)
            _prune(folder, self._folder_bytes)
        except OSError:  # a full or read-only disk costs time, not an answer
            return

    def _hold(self, key: str, seen: Seen) -> None:
        with self._lock:
            self._held[key] = seen
            self._held.move_to_end(key)
            held = sum(kept.nbytes for kept in self._held.values())
            while self._held and held > self._largest:
                _, dropped = self._held.popitem(last=False)
                held -= dropped.nbytes


def picture_key(rgb: np.ndarray, *identities: str) -> str:
    """Equal for equal H×W×3 uint8 pictures looked at by models of equal identities."""
    taken = hashlib.blake2b(digest_size=20)
    taken.update(f"{_FORMAT}|{rgb.shape}|{'|'.join(identities)}|".encode())
    taken.update(np.ascontiguousarray(rgb).data)
    return taken.hexdigest()


def file_identity(*paths: Path) -> str:
    """A digest of files' names, sizes, and first and last mebibytes: weights differ there when they differ."""
    taken = hashlib.sha256()
    for path in sorted(paths):
        size = path.stat().st_size
        taken.update(f"{path.name}:{size}:".encode())
        with path.open("rb") as stream:
            taken.update(stream.read(1 << 20))
            stream.seek(max(0, size - (1 << 20)))
            taken.update(stream.read())
    return taken.hexdigest()[:16]


def _write(path: Path, seen: Seen) -> None:
    """A line of JSON, then zlib-packed bytes: mask bits, then embeddings; their digest is in the line."""
    items = seen.proposals.items
    bits = [np.packbits(item.inside, axis=None) for item in items]
    body = np.concatenate(bits).tobytes() if bits else b""
    shape = None
    if seen.embeddings is not None:
        shape = list(seen.embeddings.shape)
        body += np.ascontiguousarray(seen.embeddings, "<f4").tobytes()
    packed = zlib.compress(body, 1)
    head = {
        "format": _FORMAT,
        "sha256": hashlib.sha256(packed).hexdigest(),
        "extent": list(seen.proposals.extent),
        "working": list(seen.proposals.working),
        "boxes": [list(item.box) for item in items],
        "scores": [item.score for item in items],
        "embeddings": shape,
    }
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with unfinished.open("wb") as stream:
            stream.write(json.dumps(head).encode() + b"\n" + packed)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def _read(path: Path) -> Seen | None:
    """None when it is not there, of another format, or damaged in any way."""
    try:
        line, _, packed = path.read_bytes().partition(b"\n")
        head = json.loads(line)
        if head["format"] != _FORMAT or hashlib.sha256(packed).hexdigest() != head["sha256"]:
            return None
        os.utime(path)  # pruning goes by when a file was used last
        return _unpacked(head, zlib.decompress(packed))
    except (OSError, ValueError, KeyError, TypeError, zlib.error):
        return None


def _unpacked(head: dict, body: bytes) -> Seen:
    """Raises ValueError, KeyError or TypeError when head and body do not fit."""
    items, at = [], 0
    for corners, score in zip(head["boxes"], head["scores"], strict=True):
        box = Bounds(*corners)
        count = (box.area + 7) // 8
        inside = np.unpackbits(np.frombuffer(body, np.uint8, count, at), count=box.area)
        items.append(Proposal(box, inside.reshape(box.height, box.width).astype(bool), float(score)))
        at += count
    embeddings = None
    if head["embeddings"] is not None:
        rows, width = head["embeddings"]
        embeddings = np.frombuffer(body, "<f4", rows * width, at).reshape(rows, width).astype(np.float32)
    return Seen(Proposals(Extent(*head["extent"]), Extent(*head["working"]), tuple(items)), embeddings)


def _prune(folder: Path, most_bytes: int) -> None:
    """Delete the files used longest ago until the rest fits."""
    files = sorted(folder.glob("*" + _SUFFIX), key=lambda path: -path.stat().st_mtime)
    total = 0
    for path in files:
        total += path.stat().st_size
        if total > most_bytes:
            path.unlink(missing_ok=True)
