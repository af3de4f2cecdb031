"""The parts of Hugging Face's web interface that a download needs: the commit of a branch, and a list of files.

Described at https://huggingface.co/docs/hub/api. Files that git LFS keeps are published with their sha256, small ones
with the id git gives their content.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from models.weights.digests import Digest
from models.weights.failures import RefusedError, SourceGoneError, UnreachableError

_MOVABLE = "main"  # the branch that is resolved to a commit where the catalogue pins none


def endpoint() -> str:
    """Where the hub is: HF_ENDPOINT (a mirror, a company's own), else huggingface.co."""
    return (os.environ.get("HF_ENDPOINT") or "https://huggingface.co").rstrip("/")


def file_address(repository: str, commit: str, path: str) -> str:
    """Where one file of a repository at a commit is fetched from."""
    return f"{endpoint()}/{repository}/resolve/{commit}/{quote(path)}"


@dataclass(frozen=True)
class Published:
    """What the source says of one file."""

    size: int | None = None
    digest: Digest | None = None


def published(headers: Mapping[str, str]) -> Published:
    """What the headers of one answer say of the file: the linked file's digest and size before the answer's own."""
    digest = Digest.read(headers.get("x-linked-etag"))
    if digest is None and "x-repo-commit" in headers:  # only the hub's own ETag is a digest of the content
        digest = Digest.read(headers.get("etag"))
    size = headers.get("x-linked-size", "")
    return Published(int(size) if size.isdigit() else None, digest)


def commit_of(client: httpx.Client, repository: str, headers: Mapping[str, str]) -> str:
    """The commit that the repository's main branch is at now. Raises as `refusal` says."""
    answer = _ask(client, f"{endpoint()}/api/models/{repository}/revision/{_MOVABLE}", repository, headers)
    commit = answer.get("sha") if isinstance(answer, dict) else None
    if not isinstance(commit, str) or not commit:
        raise UnreachableError(f"{repository} did not say which version it is at; try again later.")
    return commit


def listing(client: httpx.Client, repository: str, commit: str, headers: Mapping[str, str]) -> dict[str, Published]:
    """Every file of a repository at a commit. Raises as `refusal` says."""
    address = f"{endpoint()}/api/models/{repository}/tree/{commit}?recursive=true"
    answer = _ask(client, address, repository, headers)
    entries = [entry for entry in answer if isinstance(entry, dict)] if isinstance(answer, list) else []
    return {str(entry.get("path")): _entry(entry) for entry in entries if entry.get("type") == "file"}


def _entry(entry: dict[str, Any]) -> Published:
    large = entry.get("lfs") or {}
    return Published(large.get("size", entry.get("size")), Digest.read(large.get("oid", entry.get("oid"))))


def _ask(client: httpx.Client, address: str, repository: str, headers: Mapping[str, str]) -> Any:
    try:
        answer = client.get(address, headers=dict(headers))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise unreachable(endpoint()) from error
    if refused := refusal(answer, repository):
        raise refused
    try:
        return answer.json()
    except ValueError as error:
        raise unreachable(endpoint()) from error


def unreachable(source: str) -> UnreachableError:
    """The sentence for a source that does not answer."""
    host = httpx.URL(source).host or source if "://" in source else source.split("/")[0]
    return UnreachableError(
        f"{host} cannot be reached, so nothing was downloaded; what came so far is kept. Check the network and "
        "try again."
    )


def refusal(answer: httpx.Response, source: str) -> SourceGoneError | RefusedError | UnreachableError | None:
    """What an answer's status means, as the error to raise; None when the answer is good."""
    status, reason = answer.status_code, answer.headers.get("x-error-code", "")
    if answer.is_success:
        return None
    # The hub answers 401 for repositories that do not exist, so that private ones cannot be guessed.
    if status in (404, 410) or reason in ("RepoNotFound", "EntryNotFound", "RevisionNotFound"):
        return SourceGoneError(f"{source} does not have this file any more (it answered {status}).")
    if status in (401, 403):
        return RefusedError(
            f"{source} refused access (it answered {status}); ask for access on its page, log in with `hf auth login` "
            "or set HF_TOKEN, and try again."
        )
    return UnreachableError(f"{source} has a fault of its own now (it answered {status}); try again later.")
