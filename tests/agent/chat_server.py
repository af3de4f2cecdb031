"""A small server that speaks OpenAI's chat protocol over loopback, streaming tool calls included.

It follows a script: one entry per model call, either text to say or a list of (tool, arguments) to call.
What it was sent is kept in `requests`.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = str | list[tuple[str, dict[str, Any]]]


class ChatServer:
    """A running server; `url` is what goes into `base_url`."""

    def __init__(self, script: Sequence[Reply]) -> None:
        self.script = list(script)
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: Any) -> None:
                """Stay silent."""

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                outer.requests.append(body)
                outer.headers.append(dict(self.headers))
                reply = outer.script.pop(0) if outer.script else "That is all."
                if body.get("stream"):
                    self._stream(body["model"], reply)
                else:
                    self._whole(body["model"], reply)

            def _whole(self, model: str, reply: Reply) -> None:
                message: dict[str, Any] = {"role": "assistant", "content": reply if isinstance(reply, str) else None}
                if not isinstance(reply, str):
                    message["tool_calls"] = [_call(name, arguments) for name, arguments in reply]
                choice = {"index": 0, "message": message, "finish_reason": _reason(reply)}
                usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
                data = json.dumps(_base(model, "chat.completion") | {"choices": [choice], "usage": usage}).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def _stream(self, model: str, reply: Reply) -> None:
                self.send_response(200)
                self.send_header("content-type", "text/event-stream")
                self.send_header("connection", "close")
                self.end_headers()
                self._event(model, {"role": "assistant", "content": ""})
                if isinstance(reply, str):
                    for word in reply.split(" "):
                        self._event(model, {"content": word + " "})
                else:
                    for index, (name, arguments) in enumerate(reply):
                        call = _call(name, arguments)
                        text = call["function"]["arguments"]
                        call["function"]["arguments"] = ""
                        self._event(model, {"tool_calls": [{"index": index, **call}]})
                        for start in range(0, len(text), 7):  # arguments arrive in pieces
                            piece = {"index": index, "function": {"arguments": text[start : start + 7]}}
                            self._event(model, {"tool_calls": [piece]})
                self._event(model, {}, _reason(reply))
                self.wfile.write(b"data: [DONE]\n\n")
                self.close_connection = True

            def _event(self, model: str, delta: dict[str, Any], reason: str | None = None) -> None:
                choice = {"index": 0, "delta": delta, "finish_reason": reason}
                data = _base(model, "chat.completion.chunk") | {"choices": [choice]}
                self.wfile.write(b"data: " + json.dumps(data).encode() + b"\n\n")
                self.wfile.flush()

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def chat_server(script: Sequence[Reply]) -> Iterator[ChatServer]:
    """A server for the length of a with-block."""
    server = ChatServer(script)
    try:
        yield server
    finally:
        server.close()


def _base(model: str, kind: str) -> dict[str, Any]:
    return {"id": "chat-1", "object": kind, "created": int(time.time()), "model": model}


def _call(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    identity = f"call_{name}_{time.monotonic_ns()}"
    return {"id": identity, "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}


def _reason(reply: Reply) -> str:
    return "stop" if isinstance(reply, str) else "tool_calls"
