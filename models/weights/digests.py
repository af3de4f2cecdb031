"""Digests of files: sha256, and the id that git gives a file, which Hugging Face sends for its small files."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from models.progress import SILENT, Progress

_BLOCK = 1 << 20  # bytes read at a time
_SHA256, _GIT = re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class Digest:
    """Lower-case hex of 64 characters (sha256) or 40 (the SHA-1 that git gives a file's content)."""

    hex: str

    @classmethod
    def read(cls, text: str | None) -> Digest | None:
        """A digest from an ETag, an LFS oid or a cache file's name; None when it is something else."""
        bare = (text or "").removeprefix("W/").strip('"').lower()
        return cls(bare) if _SHA256.fullmatch(bare) or _GIT.fullmatch(bare) else None

    @property
    def is_sha256(self) -> bool:
        """Whether it is a sha256 rather than a git id."""
        return len(self.hex) == 64


@dataclass(frozen=True)
class Fingerprint:
    """Both digests of a file, from one reading."""

    sha256: str
    git: str

    def fits(self, digest: Digest) -> bool:
        """Whether these are the bytes that `digest` was taken of."""
        return digest.hex == (self.sha256 if digest.is_sha256 else self.git)


def fingerprint(path: Path, progress: Progress = SILENT) -> Fingerprint:
    """Read a file once. Raises OSError when it cannot be read, CancelledError when the person stops it."""
    size, done = path.stat().st_size, 0
    sha256 = hashlib.sha256()
    git = hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)  # git's own id; it guards no secret
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            sha256.update(block)
            git.update(block)
            done += len(block)
            progress.report(done / size if size else 1.0, f"checking {path.name}")
    return Fingerprint(sha256.hexdigest(), git.hexdigest())
