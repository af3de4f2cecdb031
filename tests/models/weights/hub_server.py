"""A loopback server that speaks what Hugging Face and its file network speak, and can misbehave on request."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

COMMIT = "c0ffee" + "0" * 34
_LARGE = (".safetensors", ".pt")  # what git LFS keeps


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def git_id(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


@dataclass
class Fault:
    """What to do instead, for the next `times` requests whose path ends so."""

    status: int | None = None
    cut: int | None = None
    """Bytes of the body after which the connection is cut."""
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1


@dataclass
class Asked:
    path: str
    headers: dict[str, str]
    status: int = 0


class HubServer:
    def __init__(self, server: ThreadingHTTPServer) -> None:
        self._server = server
        self.files: dict[str, dict[str, bytes]] = {}
        self.faults: dict[str, Fault] = {}
        self.asked: list[Asked] = []
        self.gated: dict[str, str] = {}  # repository: the token that opens it
        self.rate: float | None = None  # bytes a second
        self.listed = True  # whether the list of files says the digests
        self.linked = True  # whether answers carry X-Linked-Etag
        self.ranges = True
        self.tagged = True
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def network(self) -> str:
        """The file network: another host as far as access headers are concerned."""
        return f"http://localhost:{self._server.server_port}"

    def paths(self, part: str) -> list[Asked]:
        return [one for one in self.asked if part in one.path]

    def fault(self, path: str) -> Fault | None:
        with self._lock:
            for ending, fault in self.faults.items():
                if path.endswith(ending) and fault.times > 0:
                    fault.times -= 1
                    return fault
        return None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: HubServer

    def log_message(self, format: str, *args: Any) -> None:
        del format, args

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self._asked = Asked(path, {name.lower(): value for name, value in self.headers.items()})
        self.hub.asked.append(self._asked)
        fault = self.hub.fault(path)
        if fault and fault.status:
            return self._send(fault.status, fault.body or b"", fault.headers)
        if found := re.fullmatch(r"/api/models/([^/]+/[^/]+)/(revision|tree)/([^/]+)", path):
            return self._api(found[1], found[2])
        if found := re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
            return self._resolve(found[1], found[2], found[3], fault)
        if found := re.fullmatch(r"/(?:files|release)/([^/]+/[^/]+)/(.+)", path):
            data = self.hub.files.get(found[1], {}).get(found[2])
            return self._send(404, b"") if data is None else self._file(data, fault)
        return self._send(404, b"")

    do_HEAD = do_GET  # noqa: N815 - the name that http.server looks for

    def _api(self, repository: str, what: str) -> None:
        files = self.hub.files.get(repository)
        if files is None:
            return self._send(401, b"", {"X-Error-Code": "RepoNotFound"})
        if what == "revision":
            return self._send(200, json.dumps({"sha": COMMIT}).encode())
        entries = []
        for name, data in files.items():
            entry: dict[str, Any] = {"type": "file", "path": name, "size": len(data)}
            if self.hub.listed:
                entry["oid"] = git_id(data)
                if name.endswith(_LARGE):
                    entry["lfs"] = {"oid": sha256(data), "size": len(data), "pointerSize": 130}
            entries.append(entry)
        return self._send(200, json.dumps(entries).encode())

    def _resolve(self, repository: str, commit: str, name: str, fault: Fault | None) -> None:
        token = self.hub.gated.get(repository)
        if token and self.headers.get("Authorization") != f"Bearer {token}":
            return self._send(401, b"", {"X-Error-Code": "GatedRepo"})
        data = self.hub.files.get(repository, {}).get(name)
        if data is None or commit not in (COMMIT, "main"):
            return self._send(404, b"", {"X-Error-Code": "EntryNotFound"})
        if not name.endswith(_LARGE):
            return self._file(data, fault, {"X-Repo-Commit": COMMIT})
        headers = {"Location": f"{self.hub.network}/files/{repository}/{name}", "X-Repo-Commit": COMMIT}
        if self.hub.linked:
            headers |= {"X-Linked-Etag": f'"{sha256(data)}"', "X-Linked-Size": str(len(data))}
        return self._send(302, b"", headers)

    def _file(self, data: bytes, fault: Fault | None, headers: dict[str, str] | None = None) -> None:
        body = fault.body if fault and fault.body is not None else data
        tag = f'"{git_id(body) if headers else "tag-" + sha256(body)[:8]}"'
        sent = dict(headers or {}) | ({"ETag": tag} if self.hub.tagged else {}) | {"Accept-Ranges": "bytes"}
        sent |= fault.headers if fault else {}
        start, condition = 0, self.headers.get("If-Range")
        span = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if span and self.hub.ranges and condition in (None, tag):
            start = int(span[1])
            if start >= len(body):
                return self._send(416, b"", {"Content-Range": f"bytes */{len(body)}"})
            sent["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
            return self._send(206, body[start:], sent, fault.cut if fault else None)
        return self._send(200, body, sent, fault.cut if fault else None)

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None, cut: int | None = None) -> None:
        self._asked.status = status
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        try:
            self._pour(body if cut is None else body[:cut])
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        if cut is not None:
            self.close_connection = True
            self.connection.close()

    def _pour(self, body: bytes) -> None:
        if self.hub.rate is None:
            self.wfile.write(body)
            return
        step = max(1, int(self.hub.rate / 50))
        for start in range(0, len(body), step):
            self.wfile.write(body[start : start + step])
            self.wfile.flush()
            time.sleep(step / self.hub.rate if self.hub.rate else 0)


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        del request, client_address  # cut connections are what some tests are about


@contextmanager
def hub_server() -> Iterator[HubServer]:
    handler = type("Handler", (_Handler,), {})
    server = _Quiet(("127.0.0.1", 0), handler)
    hub = HubServer(server)
    handler.hub = hub
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
