"""One request to the service: sent once the person let it, given up when they stop, never longer than patience lasts.

Retries are those of the `openai` package: after 408, 409, 429 and 5xx and where there was no connection, at the moment
that Retry-After names, and never after a cut off answer.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import logging
import math
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from models.errors import PentimentoError, UnavailableError
from models.geometry import Extent
from models.inpainting.remote.failures import as_mapping, in_words, no_picture, picture_elsewhere
from models.inpainting.remote.service import Service, origin_of
from models.progress import Progress

if TYPE_CHECKING:
    import httpx2

_log = logging.getLogger(__name__)
PATIENCE = 300.0  # seconds: the service's largest pictures take one or two minutes
_CONNECTING = 10.0  # seconds
_AGAIN = 3  # further attempts
_MOST_BYTES = 64 * 1024 * 1024  # of an answer
_POLL = 0.1  # seconds between two looks whether to stop
_HALFWAY = 30.0  # seconds after which the bar stands at about two thirds


@dataclass(frozen=True)
class Order:
    """What is sent: the words, the size wanted, the picture and its mask as PNG, and pictures to take things from."""

    words: str
    size: Extent
    picture: bytes
    mask: bytes
    references: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What came: an encoded picture, and how many tokens the service counted, None when it did not say."""

    picture: bytes
    tokens: int | None


def ask(service: Service, order: Order, progress: Progress, patience: float = PATIENCE) -> Answer:
    """Send an order and wait for the picture, `patience` seconds at most.

    Raises CancelledError within a moment (what was sent cannot be called back), and UnavailableError with one sentence
    for everything that goes wrong at the service or on the way.
    """
    key = service.key()
    failure: PentimentoError | None = None
    try:
        return _stoppable(lambda: _asked(service, key, order, patience), progress, service.host)
    except PentimentoError:
        raise
    except Exception as error:  # noqa: BLE001 - the client has several error families, below it those of two libraries
        _log.warning("%s failed: %s", service.host, type(error).__name__)
        failure = in_words(error, service, patience)
    # Raised here, the client's error with its request and its headers is no part of it.
    raise failure


def _stoppable(work: Callable[[], Coroutine[Any, Any, Answer]], progress: Progress, host: str) -> Answer:
    """Run a coroutine in a thread of its own; a wish to stop cancels it, which closes its connection."""
    stop = threading.Event()

    async def watched() -> Answer:
        task = asyncio.ensure_future(work())
        while not task.done():
            await asyncio.wait({task}, timeout=_POLL)
            if stop.is_set():
                task.cancel()
        return await task

    with ThreadPoolExecutor(1, "remote-painting") as pool:
        future = pool.submit(lambda: asyncio.run(watched()))
        started = time.monotonic()
        try:
            while not wait([future], timeout=_POLL).done:
                waited = time.monotonic() - started
                progress.report(1.0 - math.exp(-waited / _HALFWAY), f"waiting for {host}, {waited:.0f} s")
        except BaseException:
            stop.set()
            raise
        return future.result()


async def _asked(service: Service, key: str, order: Order, patience: float) -> Answer:
    import httpx2
    from openai import AsyncOpenAI, DefaultAsyncHttpxClient

    # A redirect would hand the picture to an address that nobody allowed.
    plain = DefaultAsyncHttpxClient(follow_redirects=False)
    timeout = httpx2.Timeout(patience, connect=min(_CONNECTING, patience))
    client = AsyncOpenAI(api_key=key, base_url=service.address, http_client=plain, timeout=timeout, max_retries=_AGAIN)
    async with client, asyncio.timeout(patience):
        pictures = [("picture.png", order.picture, "image/png")]
        pictures += [(f"reference-{at}.png", data, "image/png") for at, data in enumerate(order.references, 1)]
        asked = client.images.with_streaming_response.edit(
            model=service.model,
            image=pictures if order.references else pictures[0],
            mask=("mask.png", order.mask, "image/png"),
            prompt=order.words,
            size=f"{order.size.width}x{order.size.height}",
            quality=service.quality,  # type: ignore[arg-type]  # checked when the service was configured
            n=1,
        )
        async with asked as response:
            body = await _read(response.iter_bytes(), service.host)
        return await _answer(body, service, plain)


async def _answer(body: bytes, service: Service, plain: httpx2.AsyncClient) -> Answer:
    try:
        told = as_mapping(json.loads(body))
    except ValueError:
        raise no_picture(service.host) from None
    made = told.get("data")
    first = as_mapping(made[0]) if isinstance(made, list) and made else {}
    total = as_mapping(told.get("usage")).get("total_tokens")
    tokens = total if isinstance(total, int) and total >= 0 else None
    encoded, address = first.get("b64_json"), first.get("url")
    if isinstance(encoded, str):
        return Answer(_decoded(encoded, service.host), tokens)
    if isinstance(address, str) and address.startswith("data:"):
        return Answer(_decoded(address.partition(",")[2], service.host), tokens)
    if not isinstance(address, str):
        raise no_picture(service.host)
    if origin_of(address) != service.origin:
        raise picture_elsewhere(service.host)
    # The same server as was asked: it has seen the picture anyway. Without the key: addresses are logged and shared.
    async with plain.stream("GET", address) as fetched:
        if fetched.status_code != 200:
            raise no_picture(service.host)
        return Answer(await _read(fetched.aiter_bytes(), service.host), tokens)


async def _read(pieces: Any, host: str) -> bytes:
    """All of a body, up to a bound."""
    read = bytearray()
    async for piece in pieces:
        read += piece
        if len(read) > _MOST_BYTES:
            raise UnavailableError(f"{host} sent more than a picture can be; nothing was changed.")
    return bytes(read)


def _decoded(text: str, host: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise no_picture(host) from None
