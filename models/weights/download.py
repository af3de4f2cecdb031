"""A whole model, file after file, from the first of its sources that has it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from models.errors import UnavailableError
from models.progress import Progress
from models.weights import hub
from models.weights.catalogue import Model, Source, WeightFile
from models.weights.digests import Digest
from models.weights.failures import (
    NoRoomError,
    RefusedError,
    SourceGoneError,
    UnreachableError,
    is_no_room,
)
from models.weights.record import Checked
from models.weights.transfer import Fetched, Wanted, fetch

_MARGIN = 64_000_000  # bytes of the disk that stay free
_TIMEOUT = httpx.Timeout(15.0)  # seconds without an answer or a byte, then the transfer is taken up anew


@dataclass(frozen=True)
class Piece:
    """One file that is to come: as the catalogue has it, completed by what the publisher says of it."""

    file: WeightFile
    size: int | None
    digests: tuple[Digest, ...]

    @property
    def checked(self) -> Checked:
        """What its bytes will be compared with."""
        return Checked.CATALOGUE if self.file.sha256 else Checked.PUBLISHER


class Download:
    """The download of one model, with its unfinished files below `parts`.

    `keep` is called for every complete and checked file, and has to take it from there.
    """

    def __init__(
        self,
        model: Model,
        parts: Path,
        keep: Callable[[WeightFile, Fetched, Checked], None],
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.model = model
        self.parts = parts
        self._keep = keep
        self._pause = pause
        self._headers = _access(model)

    def commit(self, client: httpx.Client, known: str | None) -> str | None:
        """The commit to take: the pinned one, the one taken before, else what the main branch is at now."""
        source = self.model.source
        if source.hub is None or source.revision or known:
            return source.revision or known
        return hub.commit_of(client, source.hub, self._headers)

    def run(self, client: httpx.Client, commit: str | None, missing: list[WeightFile], progress: Progress) -> None:
        """Bring the missing files. Raises one of `failures`, CancelledError, or OSError from the disk."""
        pieces = self._pieces(client, commit, missing)
        self._make_room(pieces)
        total = sum(piece.size or 0 for piece in pieces) or 1
        done = 0
        for piece in pieces:
            share = progress.part(done / total, min(1.0, (done + (piece.size or 0)) / total))
            self._bring(client, piece, commit, share)
            done += piece.size or 0

    def _pieces(self, client: httpx.Client, commit: str | None, missing: list[WeightFile]) -> list[Piece]:
        source = self.model.source
        said: Mapping[str, hub.Published] | None = None
        # One question for the sizes and digests that the catalogue does not have.
        if source.hub and commit and any(file.size is None or file.sha256 is None for file in missing):
            said = hub.listing(client, source.hub, commit, self._headers)
        pieces = []
        for file in missing:
            if said is not None and file.path not in said and file.optional:
                continue
            told = (said or {}).get(file.path, hub.Published())
            known = Digest(file.sha256) if file.sha256 else None
            digests = tuple(digest for digest in (known, told.digest) if digest is not None)
            pieces.append(Piece(file, file.size if file.size is not None else told.size, digests))
        return pieces

    def _make_room(self, pieces: list[Piece]) -> None:
        self.parts.mkdir(parents=True, exist_ok=True)
        here = sum(file.stat().st_size for file in self.parts.rglob("*") if file.is_file())
        needed = sum(piece.size or 0 for piece in pieces) - here + _MARGIN
        free = shutil.disk_usage(self.parts).free
        if needed > free:
            raise NoRoomError(self.parts.parent, needed, free)

    def _bring(self, client: httpx.Client, piece: Piece, commit: str | None, progress: Progress) -> None:
        # Another source is only asked for bytes that the catalogue itself can vouch for.
        sources = (self.model.source, *(self.model.fallback if piece.file.sha256 else ()))
        failure: UnavailableError | None = None
        for source in sources:
            wanted = self._wanted(source, piece, commit)
            named = _named(progress, piece.file.path)
            try:
                fetched = fetch(client, wanted, named, self._pause)
            except (SourceGoneError, UnreachableError) as error:
                # The first source's word counts: it is the one the person has heard of.
                failure = failure or error
                continue
            self._keep(piece.file, fetched, piece.checked)
            return
        if piece.file.optional and isinstance(failure, SourceGoneError):
            return
        raise failure or UnavailableError(f"{self.model.title} has no source.")

    def _wanted(self, source: Source, piece: Piece, commit: str | None) -> Wanted:
        path = piece.file.path
        if source.hub:
            # A fallback repository is asked at its own commit, never at that of the first.
            at = source.revision or (commit if source is self.model.source else None) or "main"
            address = hub.file_address(source.hub, at, path)
        else:
            address = f"{source.url}/{path}"
        headers = self._headers if source.hub else {}
        return Wanted(address, str(source), self.parts / f"{path}.part", piece.size, piece.digests, headers)


def _named(progress: Progress, name: str) -> Progress:
    """A progress whose labels begin with the file's name."""
    return Progress(lambda done, label: progress.on_report(done, f"{name}, {label}"), progress.is_cancelled)


def _access(model: Model) -> dict[str, str]:
    """The header that says who asks: only for gated models, from HF_TOKEN or `hf auth login`, never kept by us."""
    if not (model.licence.gated and model.source.hub):
        return {}
    from huggingface_hub import get_token

    token = get_token()
    if not token:
        raise RefusedError(
            f"{model.title} is only given to people whom its publisher has granted access: ask for it at "
            f"{model.licence.link}, then log in with `hf auth login` or set HF_TOKEN, and download it again."
        )
    return {"Authorization": f"Bearer {token}"}


@contextmanager
def new_client() -> Iterator[httpx.Client]:
    """A client that follows redirects; httpx itself keeps access headers from going to another host."""
    with httpx.Client(timeout=_TIMEOUT, follow_redirects=True, headers={"User-Agent": "pentimento"}) as client:
        yield client


def said_kindly(error: OSError, root: Path) -> UnavailableError:
    """A fault of the disk, as a sentence."""
    if is_no_room(error):
        return NoRoomError(root, _MARGIN, shutil.disk_usage(root).free)
    return UnavailableError(
        f"The folder {root} cannot be written ({error.strerror or error}); choose another one with PENTIMENTO_MODELS."
    )
