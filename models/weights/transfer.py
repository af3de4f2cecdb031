"""One file from one address to one place: in pieces, resumable, and only kept when its digest is right.

Resuming follows RFC 9110, sections 13.1.5 (If-Range) and 14 (Range): what is there already is asked for from its end
on, and only if the file at the source is still the one it was.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from models.progress import Progress
from models.weights.amounts import readable
from models.weights.digests import Digest, Fingerprint, fingerprint
from models.weights.failures import UnreachableError, WrongBytesError
from models.weights.hub import Published, published, refusal, unreachable

_ATTEMPTS = 4  # in a row without a single new byte
_PAUSE = 0.5  # seconds before the second attempt; doubled each time
_CHECKING = 0.97  # of the bar: the rest is reading the file once more
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")


@dataclass(frozen=True)
class Wanted:
    """A file to fetch. `digests`: all that its bytes must fit. `source` is how it is called in a sentence."""

    address: str
    source: str
    part: Path
    size: int | None = None
    digests: tuple[Digest, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def tag(self) -> Path:
        """Where the ETag of the partial file is kept."""
        return self.part.with_name(f"{self.part.name}.etag")


@dataclass(frozen=True)
class Fetched:
    """A complete file whose bytes fit every digest that was asked for, and the publisher's if it sent one."""

    part: Path
    fingerprint: Fingerprint
    size: int


class _InterruptedError(Exception):
    """The answer ended too early, or was a passing fault. What came is kept."""


def fetch(
    client: httpx.Client, wanted: Wanted, progress: Progress, pause: Callable[[float], None] = time.sleep
) -> Fetched:
    """Fetch a file, going on after what an earlier call left in `wanted.part`.

    Raises SourceGoneError, RefusedError, UnreachableError, WrongBytesError (each leaves the partial file as it is
    useful: thrown away only for wrong bytes), CancelledError, and OSError from the disk.
    """
    wanted.part.parent.mkdir(parents=True, exist_ok=True)
    digests, stitched = _receive(client, wanted, progress.part(0.0, _CHECKING), pause)
    try:
        return _checked(wanted, digests, progress.part(_CHECKING, 1.0))
    except WrongBytesError:
        if not stitched:
            raise
    # The pieces may have been of different files; a transfer of the whole tells.
    digests, _ = _receive(client, wanted, progress.part(0.0, _CHECKING), pause)
    return _checked(wanted, digests, progress.part(_CHECKING, 1.0))


def discard(wanted: Wanted) -> None:
    """Throw away what came so far."""
    wanted.part.unlink(missing_ok=True)
    wanted.tag.unlink(missing_ok=True)


def _have(wanted: Wanted) -> int:
    return wanted.part.stat().st_size if wanted.part.exists() else 0


def _receive(
    client: httpx.Client, wanted: Wanted, progress: Progress, pause: Callable[[float], None]
) -> tuple[tuple[Digest, ...], bool]:
    """Bring the partial file to its full length.

    Returns every digest that its bytes must fit, and whether it was put together of several transfers.
    """
    if wanted.size is not None and _have(wanted) > wanted.size:
        discard(wanted)
    fruitless, stitched = 0, _have(wanted) > 0
    while not (wanted.digests and wanted.part.exists() and _have(wanted) == wanted.size):
        before = _have(wanted)
        try:
            said = _attempt(client, wanted, progress)
            return ((*wanted.digests, said.digest) if said.digest else wanted.digests), stitched
        except (httpx.TransportError, httpx.TooManyRedirects, httpx.InvalidURL, _InterruptedError) as error:
            stitched = stitched or _have(wanted) > 0
            fruitless = 1 if _have(wanted) > before else fruitless + 1
            if fruitless == _ATTEMPTS:
                passing = error.__cause__ if isinstance(error, _InterruptedError) else None
                raise passing if isinstance(passing, UnreachableError) else unreachable(wanted.address) from error
        _rest(_PAUSE * 2 ** (fruitless - 1), progress, pause)
    return wanted.digests, stitched


def _attempt(client: httpx.Client, wanted: Wanted, progress: Progress) -> Published:
    """One request, from the end of what is there. What the source says of the file."""
    start = _have(wanted)
    headers = {**wanted.headers, "Accept-Encoding": "identity"}
    if start:
        headers["Range"] = f"bytes={start}-"
        if wanted.tag.exists():
            headers["If-Range"] = wanted.tag.read_text(encoding="ascii")
    progress.check()
    with client.stream("GET", wanted.address, headers=headers) as answer:
        if answer.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            discard(wanted)  # what is here is longer than the file there, so it is no beginning of it
            raise _InterruptedError
        if refused := refusal(answer, wanted.source):
            if isinstance(refused, UnreachableError):
                raise _InterruptedError from refused
            raise refused
        said = _said(answer)
        whole = _whole_size(answer, start) or said.size
        if wanted.size is not None and whole is not None and whole != wanted.size:
            discard(wanted)
            raise _wrong(wanted, f"it has {readable(whole)} instead of {readable(wanted.size)}")
        if not _continues(answer, start):
            discard(wanted)
            if answer.status_code == httpx.codes.PARTIAL_CONTENT:
                raise _InterruptedError  # a piece from elsewhere in the file is of no use
            start = 0
        tag = answer.headers.get("etag", "")
        if tag.startswith('"') and tag.isascii():  # only a strong one promises equal bytes
            wanted.tag.write_text(tag, encoding="ascii")
        have = _write(answer, wanted, start, whole or wanted.size, progress)
    if whole is not None and have < whole:
        raise _InterruptedError
    return said


def _write(answer: httpx.Response, wanted: Wanted, start: int, whole: int | None, progress: Progress) -> int:
    """Append the body to the partial file; its new size."""
    have = start
    with wanted.part.open("ab") as file:
        for piece in answer.iter_bytes():
            file.write(piece)
            have += len(piece)
            if whole is not None and have > whole:
                discard(wanted)
                raise _wrong(wanted, "more came than was announced")
            label = f"{readable(have)} of {readable(whole)}" if whole else readable(have)
            progress.report(have / whole if whole else 0.0, label)
    return have


def _said(answer: httpx.Response) -> Published:
    """What the source says of the file, from the redirects on the way as well: the hub's own answer is one."""
    found = [published(one.headers) for one in (*answer.history, answer)]
    return Published(
        next((one.size for one in found if one.size is not None), None),
        next((one.digest for one in found if one.digest is not None), None),
    )


def _whole_size(answer: httpx.Response, start: int) -> int | None:
    span = _RANGE.fullmatch(answer.headers.get("content-range", ""))
    if span and span[2] != "*":
        return int(span[2])
    length = answer.headers.get("content-length", "")
    if not length.isdigit() or "content-encoding" in answer.headers:
        return None
    return int(length) + (start if answer.status_code == httpx.codes.PARTIAL_CONTENT else 0)


def _continues(answer: httpx.Response, start: int) -> bool:
    """Whether the body goes on where the partial file ends."""
    if answer.status_code != httpx.codes.PARTIAL_CONTENT:
        return start == 0
    span = _RANGE.fullmatch(answer.headers.get("content-range", ""))
    return span is not None and int(span[1]) == start


def _checked(wanted: Wanted, digests: tuple[Digest, ...], progress: Progress) -> Fetched:
    if not digests:
        raise WrongBytesError(f"{wanted.source} gives no checksum for {wanted.part.name}, so it cannot be trusted.")
    found = fingerprint(wanted.part, progress)
    if not all(found.fits(digest) for digest in digests):
        discard(wanted)
        raise _wrong(wanted, "its checksum is not the published one")
    wanted.tag.unlink(missing_ok=True)
    return Fetched(wanted.part, found, wanted.part.stat().st_size)


def _wrong(wanted: Wanted, why: str) -> WrongBytesError:
    return WrongBytesError(
        f"What came from {wanted.source} is not the file that was published ({why}), so it was thrown away; "
        "try again, and if it stays so the network or the source changes it."
    )


def _rest(seconds: float, progress: Progress, pause: Callable[[float], None]) -> None:
    """Wait in small steps, so that a wish to stop is heard."""
    while seconds > 0:
        progress.check()
        pause(min(0.2, seconds))
        seconds -= 0.2
