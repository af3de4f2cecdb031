"""Work outside the page's script: it survives reruns and closed tabs, reports progress, and can be stopped."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable
from typing import Any, Literal

from models.errors import CancelledError, PentimentoError
from models.progress import Progress

State = Literal["running", "done", "failed", "cancelled"]
_log = logging.getLogger(__name__)


class Job:
    """One turn of a conversation, running in a thread of its own.

    Every attribute may be read from any thread at any time. `events` only grows: {"step": …} when an edit has
    been performed, {"tool": …} when one begins.
    """

    def __init__(self, work: Callable[[Job], None]) -> None:
        self.id = uuid.uuid4().hex[:12]
        self.state: State = "running"
        self.progress = 0.0
        self.label = ""
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

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end; whether it came within `timeout` seconds."""
        return self._finished.wait(timeout)

    @property
    def as_progress(self) -> Progress:
        """The progress that the work reports into."""
        return Progress(self._report, self._stop.is_set)

    @property
    def cancelled(self) -> bool:
        """Whether the person has asked to stop."""
        return self._stop.is_set()

    def _report(self, fraction: float, label: str) -> None:
        self.progress, self.label = fraction, label or self.label

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
            self._finished.set()
