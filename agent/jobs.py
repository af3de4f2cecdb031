"""Work outside the page's script: it survives reruns and closed tabs, reports progress, and can be stopped."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable
from typing import Any, Literal

import cv2
import numpy as np

from models.errors import CancelledError, PentimentoError
from models.geometry import Extent
from models.progress import Progress

_LONGEST_PREVIEW = 400  # pixels: it is shown about half as large, beside the words
_JPEG = [cv2.IMWRITE_JPEG_QUALITY, 82]

State = Literal["running", "done", "failed", "cancelled"]
_log = logging.getLogger(__name__)


class Job:
    """One turn of a conversation, running in a thread of its own.

    Every attribute may be read from any thread at any time. `events` only grows: {"step": …} when an edit has
    been performed, {"tool": …} when one begins. `preview` is what a painter has painted so far, as a JPEG of at most
    400 pixels; None while nothing is being painted. It is kept nowhere else.
    """

    def __init__(self, work: Callable[[Job], None]) -> None:
        self.id = uuid.uuid4().hex[:12]
        self.state: State = "running"
        self.progress = 0.0
        self.label = ""
        self.preview: bytes | None = None
        self.text = ""
        self.error: str | None = None
        self.events: list[dict[str, Any]] = []
        self._work = work
        self._stop = threading.Event()
        self._finished = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"job-{self.id}", daemon=True)

    def start(self) -> Job:
        """Begin; returns itself."""
        self._thread.start()
        return self

    def cancel(self) -> None:
        """Ask the work to stop. It does so at its next report of progress, and commits nothing."""
        self._stop.set()
        self.preview = None

    def performed(self, step: dict[str, Any]) -> None:
        """Say that an edit has been performed, or what kept it from being; what it looked like on the way is over."""
        self.preview = None
        self.events.append({"step": step})

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end; whether it came within `timeout` seconds."""
        return self._finished.wait(timeout)

    @property
    def as_progress(self) -> Progress:
        """The progress that the work reports into."""
        return Progress(self._report, self._stop.is_set, self._show)

    @property
    def cancelled(self) -> bool:
        """Whether the person has asked to stop."""
        return self._stop.is_set()

    def _report(self, fraction: float, label: str) -> None:
        self.progress, self.label = fraction, label or self.label

    def _show(self, seen: np.ndarray) -> None:
        size = Extent.of(seen).fit_within(_LONGEST_PREVIEW)
        small = cv2.resize(seen, tuple(size), interpolation=cv2.INTER_AREA)
        encoded, data = cv2.imencode(".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR), _JPEG)
        self.preview = data.tobytes() if encoded and not self.cancelled else None

    def _run(self) -> None:
        try:
            self._work(self)
            self.state = "done"
        except CancelledError as error:
            self.state, self.error = "cancelled", str(error)
        except PentimentoError as error:
            self.state, self.error = "failed", str(error)
        except Exception:  # noqa: BLE001 - the thread's last line: the person must hear of it, the log has the rest
            _log.exception("a job failed")
            self.state, self.error = "failed", "Something went wrong on our side."
        finally:
            self.preview = None
            self._finished.set()
