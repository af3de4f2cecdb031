"""What can go wrong at a service or on the way: one sentence each, no hang, no key anywhere, the picture as it was."""

from __future__ import annotations

import base64
import io
import json
import logging
import threading
import time
import traceback
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from models.errors import BadInputError, CancelledError, PentimentoError, UnavailableError
from models.inpainting.remote.engine import OpenAI
from models.inpainting.remote.service import ADDRESS, KEY, QUALITY
from models.progress import SILENT, Progress
from tests.models.inpainting.remote.conftest import SECRET
from tests.models.inpainting.remote.image_server import (
    ImageServer,
    Received,
    Reply,
    Script,
    answer,
    edits,
    painted,
    png,
    refuses,
)

Serve = Callable[..., ImageServer]
# Servers and proxies repeat what they were sent; some with the key.
_ECHO = f"Incorrect key {SECRET} for ../etc/passwd"


def _said(data: object) -> Script:
    return lambda received: Reply(200, json.dumps(data).encode())


def _as_b64(data: bytes) -> Script:
    return _said({"data": [{"b64_json": base64.b64encode(data).decode()}]})


def _cut_picture(received: Received) -> Reply:
    made = png(painted(received))
    return _as_b64(made[: len(made) // 2])(received)


def _bomb() -> bytes:
    """A picture of 400 million pixels in a few kilobytes."""
    target = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(target, "PNG")
    return target.getvalue()


_SITUATIONS: dict[str, tuple[Script, str]] = {
    "wrong key": (refuses(401, "invalid_api_key", _ECHO), "does not accept the key; check PENTIMENTO_IMAGE_API_KEY"),
    "no right to the model": (refuses(403, "model_not_found", _ECHO), "does not let this key paint"),
    "not verified": (refuses(403, "", "Your organization must be verified to use it"), "only for verified"),
    "no such model": (refuses(404, "model_not_found", _ECHO), "has no model gpt-image-2.5-sunburst"),
    "moderation": (
        refuses(400, "moderation_blocked", "rejected by the safety system. safety_violations=[violence]"),
        "refuses to paint this by its own rules (violence)",
    ),
    "content policy": (refuses(400, "content_policy_violation", _ECHO), "refuses to paint this by its own rules"),
    "size not taken": (refuses(400, "invalid_value", _ECHO, "size"), "did not take the request (400: its size"),
    "unknown complaint": (refuses(422, _ECHO, _ECHO, _ECHO), "did not take the request (422)"),
    "too large": (refuses(413, "", _ECHO), "too large"),
    "no credit": (refuses(429, "insufficient_quota", _ECHO, retry_after_ms="1"), "no credit left"),
    "busy for long": (refuses(429, "rate_limit_exceeded", _ECHO, retry_after="900"), "Try again in 15 minutes"),
    "always busy": (refuses(429, "rate_limit_exceeded", _ECHO, retry_after_ms="1"), "Try again in a minute"),
    "broken server": (refuses(500, "server_error", _ECHO, retry_after_ms="1"), "has a fault (500)"),
    "redirect": (refuses(307, "", "", location="http://elsewhere.example/"), "sent on to another address"),
    "a web page": (lambda received: Reply(200, b"<html>Sign in</html>"), "holds no picture"),
    "no data": (_said({"created": 1, "data": []}), "holds no picture"),
    "a list": (_said([1, 2]), "holds no picture"),
    "not base64": (_said({"data": [{"b64_json": "…"}]}), "holds no picture"),
    "no picture": (_as_b64(b"\x89PNG\r\n\x1a\nnonsense"), "is no whole picture"),
    "half a picture": (_cut_picture, "is no whole picture"),
    "another shape": (lambda received: answer(painted(received)[:, :300]), "which does not fit"),
    "a bomb": (_as_b64(_bomb()), "it is not used"),
    "another address": (_said({"data": [{"url": "http://169.254.169.254/latest"}]}), "another address"),
    "a file": (_said({"data": [{"url": "file:///etc/passwd"}]}), "another address"),
    "vanished": (_said({"data": [{"url": "/made.png"}]}), "another address"),
    "half an answer": (lambda received: Reply(200, b"x" * 1000, cut=True), "broke off"),
}


def everything_in(error: BaseException) -> str:
    """The error as it would be printed, with all that hangs on it."""
    return "".join(traceback.format_exception(error)) + repr(error) + repr(error.__context__) + repr(error.__cause__)


@pytest.mark.parametrize("name", _SITUATIONS)
def test_one_sentence(
    name: str, serve: Serve, photo: np.ndarray, hole: np.ndarray, caplog: pytest.LogCaptureFixture
) -> None:
    script, expected = _SITUATIONS[name]
    server = serve(script)
    before = photo.copy()
    started = time.monotonic()
    with caplog.at_level(logging.DEBUG), pytest.raises(UnavailableError) as caught:
        OpenAI().fill(photo, hole, seed=0, progress=SILENT, prompt="a ball")
    told = str(caught.value)
    assert expected in told
    assert server.host in told
    assert told.endswith(".")
    assert len(told) < 260
    assert "passwd" not in told
    assert SECRET not in everything_in(caught.value)
    assert SECRET not in caplog.text
    assert len(server.orders) <= 4
    assert time.monotonic() - started < 30
    assert np.array_equal(photo, before)


def test_only_passing_faults_are_asked_again(serve: Serve, photo: np.ndarray, hole: np.ndarray) -> None:
    """A refusal costs one request, a fault four at most."""
    for name, most in (("moderation", 1), ("wrong key", 1), ("busy for long", 1), ("broken server", 4)):
        server = serve(_SITUATIONS[name][0])
        with pytest.raises(UnavailableError):
            OpenAI().fill(photo, hole, seed=0, progress=SILENT, prompt="a ball")
        assert len(server.orders) == most, name


def test_a_slow_server_is_given_up_after_a_while(serve: Serve, photo: np.ndarray, hole: np.ndarray) -> None:
    server = serve(lambda received: Reply(200, b"{}", delay=20))
    with pytest.raises(UnavailableError, match=r"did not paint within 1 seconds.*may be billed"):
        OpenAI(patience=1.0).fill(photo, hole, seed=0, progress=SILENT, prompt="a ball")
    assert len(server.orders) == 1, "what may be billed is not asked for twice"


def test_stopping_hangs_up_at_once(serve: Serve, photo: np.ndarray, hole: np.ndarray) -> None:
    server = serve(lambda received: Reply(200, b"{}", delay=30))
    stop = threading.Event()

    def listen(fraction: float, label: str) -> None:
        if server.orders:
            stop.set()

    started = time.monotonic()
    with pytest.raises(CancelledError):
        OpenAI().fill(photo, hole, seed=0, progress=Progress(listen, stop.is_set), prompt="a ball")
    assert time.monotonic() - started < 15
    assert server.hung_up.wait(5), "the connection is closed, so that the server may stop as well"


def test_stopping_before_anything_is_sent(serve: Serve, photo: np.ndarray, hole: np.ndarray) -> None:
    server = serve(edits)
    with pytest.raises(CancelledError):
        OpenAI().fill(photo, hole, seed=0, progress=Progress(is_cancelled=lambda: True), prompt="a ball")
    assert not server.orders


def test_a_server_that_is_not_there(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, photo: np.ndarray, hole: np.ndarray
) -> None:
    serve(edits)
    monkeypatch.setenv(ADDRESS, "http://127.0.0.1:9/v1")
    with pytest.raises(UnavailableError, match=r"127\.0\.0\.1:9 could not be reached"):
        OpenAI().fill(photo, hole, seed=0, progress=SILENT, prompt="a ball")


def test_no_key(photo: np.ndarray, hole: np.ndarray) -> None:
    with pytest.raises(UnavailableError, match=f"needs a key: set {KEY}"):
        OpenAI().fill(photo, hole, seed=0, progress=SILENT, prompt="a ball")


@pytest.mark.parametrize("address", ["nonsense", "ftp://example.org", "http://", "http://[::1", "http://a:b/v1"])
def test_an_address_that_is_none(
    address: str, monkeypatch: pytest.MonkeyPatch, photo: np.ndarray, hole: np.ndarray
) -> None:
    monkeypatch.setenv(ADDRESS, address)
    with pytest.raises(BadInputError, match="is no web address"):
        OpenAI().fill(photo, hole, seed=0, progress=SILENT, prompt="a ball")
    assert not OpenAI().is_available


def test_a_quality_that_is_none(monkeypatch: pytest.MonkeyPatch, photo: np.ndarray, hole: np.ndarray) -> None:
    monkeypatch.setenv(QUALITY, "best")
    with pytest.raises(BadInputError, match="low, medium, high"):
        OpenAI().fill(photo, hole, seed=0, progress=SILENT, prompt="a ball")


def test_no_mask(serve: Serve, photo: np.ndarray, hole: np.ndarray) -> None:
    server = serve(edits)
    with pytest.raises(PentimentoError):
        OpenAI().fill(photo, np.zeros_like(hole), seed=0, progress=SILENT, prompt="a ball")
    assert not server.orders


def test_a_mask_of_one_pixel_and_of_everything(serve: Serve, photo: np.ndarray, hole: np.ndarray) -> None:
    serve(edits)
    one = np.zeros_like(hole)
    one[100, 100] = 1.0
    filled = OpenAI().fill(photo, one, seed=0, progress=SILENT, prompt="a ball")
    assert np.array_equal(filled[one == 0], photo[one == 0])
    OpenAI().fill(photo, np.ones_like(hole), seed=0, progress=SILENT, prompt="a ball")


def test_two_thousand_words(serve: Serve, photo: np.ndarray, hole: np.ndarray) -> None:
    server = serve(edits)
    OpenAI().fill(photo, hole, seed=0, progress=SILENT, prompt="a very red ball " * 500)
    assert len(server.orders[0].fields["prompt"]) < 5000


def test_it_works_inside_a_running_event_loop(serve: Serve, photo: np.ndarray, hole: np.ndarray) -> None:
    """As in a notebook, or in a server's own handler."""
    import asyncio

    serve(edits)

    async def handler() -> np.ndarray:
        return OpenAI().fill(photo, hole, seed=0, progress=SILENT, prompt="a ball")

    assert np.array_equal(asyncio.run(handler())[hole == 0], photo[hole == 0])
