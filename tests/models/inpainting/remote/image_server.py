"""A small server that speaks OpenAI's image API over loopback, and paints.

It follows a script: one entry per request, the last one again and again. What it was sent is kept in `orders`.
"""

from __future__ import annotations

import base64
import io
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import cv2
import numpy as np
from PIL import Image

COLOUR = (40, 90, 200)  # of the disc that it paints


@dataclass
class Received:
    """One multipart request: its path, its headers, its text fields, its files by field name, and all its bytes."""

    path: str
    headers: dict[str, str]
    fields: dict[str, str]
    files: dict[str, list[tuple[str, bytes]]]
    raw: bytes

    def picture(self, field_name: str = "image") -> np.ndarray:
        """The first file of a field as an array."""
        return np.asarray(Image.open(io.BytesIO(self.files[field_name][0][1])))


@dataclass
class Reply:
    """An answer: its status, its body, headers; `delay` seconds before it; `cut` sends half of it and hangs up."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    cut: bool = False


Script = Callable[[Received], Reply]


class ImageServer:
    """A running server; `url` is what goes into the base URL."""

    def __init__(self, *script: Script) -> None:
        self.script = list(script)
        self.orders: list[Received] = []
        self.fetched: list[dict[str, str]] = []  # headers of GET requests
        self.files: dict[str, bytes] = {}
        self.hung_up = threading.Event()  # the client closed the connection while it waited
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: Any) -> None:
                """Stay silent."""

            def do_GET(self) -> None:
                outer.fetched.append(dict(self.headers))
                data = outer.files.get(self.path)
                self._send(Reply(200, data) if data is not None else Reply(404))

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["content-length"]))
                received = _received(self.path, dict(self.headers), raw)
                outer.orders.append(received)
                script = outer.script.pop(0) if len(outer.script) > 1 else outer.script[0]
                reply = script(received)
                if reply.delay and self._left_within(reply.delay):
                    outer.hung_up.set()
                    return
                self._send(reply)

            def _left_within(self, seconds: float) -> bool:
                """Whether the client hangs up before the time is over."""
                self.connection.settimeout(0.05)
                until = time.monotonic() + seconds
                while time.monotonic() < until:
                    try:
                        if self.connection.recv(1) == b"":
                            return True
                    except TimeoutError:
                        continue
                    except OSError:
                        return True
                self.connection.settimeout(None)
                return False

            def _send(self, reply: Reply) -> None:
                self.send_response(reply.status)
                for name, value in {"content-type": "application/json", **reply.headers}.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body[: len(reply.body) // 2] if reply.cut else reply.body)
                if reply.cut:
                    self.close_connection = True

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.host = f"127.0.0.1:{self._server.server_address[1]}"
        self.url = f"http://{self.host}/v1"

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def image_server(*script: Script) -> Iterator[ImageServer]:
    """A server for the length of a with-block."""
    server = ImageServer(*script)
    try:
        yield server
    finally:
        server.close()


def painted(received: Received, drift: tuple[float, float, float] = (0.0, 0.0, 1.0), tint: int = 0) -> np.ndarray:
    """The picture with a disc in the middle of the masked part; `drift` is how far everything moves right and down,
    in pixels, and how much it is zoomed; `tint` is added to every sample."""
    image = received.picture().copy()
    allowed = received.picture("mask")[..., 3] == 0
    rows, columns = np.flatnonzero(allowed.any(axis=1)), np.flatnonzero(allowed.any(axis=0))
    middle = (int(columns.mean()), int(rows.mean()))
    cv2.circle(image, middle, int(min(rows.size, columns.size) * 0.4), COLOUR, -1, cv2.LINE_AA)
    x, y, zoom = drift
    moved = cv2.warpAffine(
        image,
        np.array([[zoom, 0, x], [0, zoom, y]], np.float32),
        (image.shape[1], image.shape[0]),
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.clip(moved.astype(np.int32) + tint, 0, 255).astype(np.uint8)


def edits(received: Received) -> Reply:
    """A faithful painter."""
    return answer(painted(received))


def drifting(received: Received) -> Reply:
    """A painter that moves, zooms and brightens what it should leave alone."""
    return answer(painted(received, (9.0, -6.0, 1.015), tint=12))


def answer(image: np.ndarray, **more: Any) -> Reply:
    """The reply with a picture in it, as OpenAI gives it."""
    made = {"b64_json": base64.b64encode(png(image)).decode()}
    usage = {"input_tokens": 300, "output_tokens": 1000, "total_tokens": 1300}
    return Reply(200, json.dumps({"created": 1, "data": [made], "usage": usage} | more).encode())


def png(image: np.ndarray) -> bytes:
    """An array as PNG."""
    target = io.BytesIO()
    Image.fromarray(image).save(target, "PNG")
    return target.getvalue()


def refuses(status: int, code: str, message: str, param: str | None = None, **headers: str) -> Script:
    """An error as OpenAI words it."""
    body = {"error": {"message": message, "type": "image_generation_user_error", "param": param, "code": code}}
    return lambda received: Reply(
        status, json.dumps(body).encode(), {k.replace("_", "-"): v for k, v in headers.items()}
    )


def _received(path: str, headers: dict[str, str], raw: bytes) -> Received:
    content_type = next(value for name, value in headers.items() if name.lower() == "content-type")
    message = BytesParser(policy=HTTP).parsebytes(f"content-type: {content_type}\r\n\r\n".encode() + raw)
    fields: dict[str, str] = {}
    files: dict[str, list[tuple[str, bytes]]] = {}
    for part in message.iter_parts():  # type: ignore[attr-defined]
        name = str(part.get_param("name", header="content-disposition")).removesuffix("[]")
        content = bytes(part.get_payload(decode=True))
        if part.get_filename():
            files.setdefault(name, []).append((str(part.get_filename()), content))
        else:
            fields[name] = content.decode()
    return Received(path, headers, fields, files, raw)
