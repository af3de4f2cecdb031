"""A small server that speaks OpenAI's chat protocol over loopback, streaming tool calls included.

It follows a script: one entry per model call, either text to say, a list of (tool, arguments) to call, one of the
faults below, or a function of the request that gives one of these. What it was sent is kept in `requests`.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Garbled:
    """A call of a tool with these very characters as its arguments.

    `identity` None: a call without an id. `cut_off`: the server says that the answer reached its limit of tokens.
    """

    name: str
    arguments: str
    identity: str | None = "call_1"
    cut_off: bool = False


@dataclass(frozen=True)
class Refusal:
    """A refusal, in the field that the protocol has for it."""

    text: str


@dataclass(frozen=True)
class HangsUp:
    """Some words, and then the connection is gone."""

    text: str = "I will"


@dataclass(frozen=True)
class Fault:
    """An HTTP error with a message."""

    status: int
    message: str


Plain = str | list[tuple[str, dict[str, Any]]] | Garbled | Refusal | HangsUp | Fault
Reply = Plain | Callable[[dict[str, Any]], Plain]


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
                if callable(reply):
                    reply = reply(body)
                if isinstance(reply, Fault):
                    self._send(reply.status, {"error": {"message": reply.message, "code": None, "type": "error"}})
                elif body.get("stream"):
                    self._stream(body["model"], reply)
                else:
                    self._whole(body["model"], reply)

            def _whole(self, model: str, reply: Plain) -> None:
                message: dict[str, Any] = {"role": "assistant", "content": None}
                for delta in _deltas(reply):
                    message |= {key: value for key, value in delta.items() if key != "tool_calls"}
                    if "tool_calls" in delta:
                        message["tool_calls"] = [
                            {key: value for key, value in call.items() if key != "index"}
                            for call in delta["tool_calls"]
                        ]
                choice = {"index": 0, "message": message, "finish_reason": _reason(reply)}
                usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
                self._send(200, _base(model, "chat.completion") | {"choices": [choice], "usage": usage})

            def _send(self, status: int, content: dict[str, Any]) -> None:
                data = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def _stream(self, model: str, reply: Plain) -> None:
                self.send_response(200)
                self.send_header("content-type", "text/event-stream")
                self.send_header("connection", "close")
                if isinstance(reply, HangsUp):
                    self.send_header("content-length", "100000")  # so that the missing end is noticed
                self.end_headers()
                self.close_connection = True
                self._event(model, {"role": "assistant", "content": ""})
                for delta in _deltas(reply):
                    for piece in _pieces(delta):
                        self._event(model, piece)
                if isinstance(reply, HangsUp):
                    return
                self._event(model, {}, _reason(reply))
                self.wfile.write(b"data: [DONE]\n\n")

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


def _deltas(reply: Plain) -> list[dict[str, Any]]:
    """What a message consists of; calls with all their arguments."""
    match reply:
        case str() | HangsUp():
            return [{"content": reply if isinstance(reply, str) else reply.text}]
        case Refusal(text):
            return [{"refusal": text}]
        case Garbled(name, arguments, identity, _):
            call: dict[str, Any] = {"index": 0, "type": "function", "function": {"name": name, "arguments": arguments}}
            return [{"tool_calls": [call if identity is None else call | {"id": identity}]}]
        case list():
            calls = []
            for index, (name, arguments) in enumerate(reply):
                identity = f"call_{name}_{time.monotonic_ns()}"
                function = {"name": name, "arguments": json.dumps(arguments)}
                calls.append({"index": index, "id": identity, "type": "function", "function": function})
            return [{"tool_calls": calls}] if calls else []
        case _:
            raise TypeError(f"not to be said: {reply!r}")


def _pieces(delta: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A message's part as a server streams it: words one by one, arguments in pieces."""
    for key in ("content", "refusal"):
        for word in delta.get(key, "").split(" ") if delta.get(key) else ():
            yield {key: word + " "}
    for call in delta.get("tool_calls", ()):
        text = call["function"]["arguments"]
        yield {"tool_calls": [call | {"function": call["function"] | {"arguments": ""}}]}
        for start in range(0, len(text), 7):
            yield {"tool_calls": [{"index": call["index"], "function": {"arguments": text[start : start + 7]}}]}


def _reason(reply: Plain) -> str:
    if isinstance(reply, Garbled) and reply.cut_off:
        return "length"
    return "tool_calls" if isinstance(reply, list | Garbled) else "stop"
