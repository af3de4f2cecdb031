"""Downloads outside the page's script: they survive reruns and closed tabs, and each model comes only once."""

from __future__ import annotations

import threading

from agent.jobs import Job
from models.weights.store import Store


class Downloads:
    """One per process: the store, and the last download of every model that was begun here."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()

    def start(self, model_id: str) -> Job:
        """Begin a download, or come back to the one that runs."""
        with self._lock:
            job = self._jobs.get(model_id)
            if job is None or job.state != "running":
                job = Job(lambda job: self._bring(model_id, job))
                self._jobs[model_id] = job
                job.start()
        return job

    def job(self, model_id: str) -> Job | None:
        """The last download of a model that was begun here; finished ones stay until they are forgotten."""
        with self._lock:
            return self._jobs.get(model_id)

    def forget(self, model_id: str) -> None:
        """Drop what a finished download left to say."""
        with self._lock:
            job = self._jobs.get(model_id)
            if job is not None and job.state != "running":
                del self._jobs[model_id]

    def running(self) -> list[str]:
        """The models that are coming now, by this process."""
        with self._lock:
            return [model_id for model_id, job in self._jobs.items() if job.state == "running"]

    def _bring(self, model_id: str, job: Job) -> None:
        self.store.download(model_id, job.as_progress)
