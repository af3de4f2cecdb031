"""Runs compiled kernels over fixed chunks of an index range, on all cores.

numba's own `parallel=True` is not used: it takes twice as long to compile, its default thread layer must
not be entered from two Python threads at once, and its chunks depend on the number of cores. Ours never
do, so a seed gives the same picture on every machine.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from types import TracebackType
from typing import Any

import numba

from models.progress import SILENT, Progress

_SMALLEST_CHUNK = 1024
_MOST_CHUNKS = 16


class Workers:
    """A pool of threads for the time of one completion; use it as a context manager."""

    def __init__(self, progress: Progress = SILENT, threads: int | None = None) -> None:
        self._progress = progress
        self._threads = threads or numba.config.NUMBA_NUM_THREADS  # type: ignore[attr-defined]
        self._pool: ThreadPoolExecutor | None = None

    def __enter__(self) -> Workers:
        if self._threads > 1:
            self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="patchmatch")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def check(self) -> None:
        """Raise CancelledError when the person has asked to stop."""
        self._progress.check()

    def run(self, kernel: Callable[..., Any], count: int, *arguments: Any, chunks: int | None = None) -> None:
        """Call `kernel(start, stop, *arguments)` for consecutive stretches of range(count).

        How the range is cut depends on `count` (or `chunks`) alone. Kernels must not read what another
        stretch writes. Raises CancelledError between stretches.
        """
        pieces = chunks or min(max(count // _SMALLEST_CHUNK, 1), _MOST_CHUNKS)
        edges = [count * piece // pieces for piece in range(pieces + 1)]
        spans = [(start, stop) for start, stop in pairwise(edges) if start < stop]

        def work(span: tuple[int, int]) -> None:
            self.check()
            kernel(span[0], span[1], *arguments)

        if self._pool is None or len(spans) == 1:
            for span in spans:
                work(span)
        else:
            list(self._pool.map(work, spans))
