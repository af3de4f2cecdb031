"""Jobs: what a person may see of one while it runs, and that nothing of it is left when it is over."""

from __future__ import annotations

import io
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from agent.jobs import Job
from agent.planners import choose_planner
from agent.studio import Studio
from models.errors import CancelledError
from models.progress import Progress
from tools.checking.trial import Limited
from tools.pictures.picture import Picture

RED = np.full((300, 1200, 3), (220, 30, 30), np.uint8)


def look(progress: Progress, seen: np.ndarray = RED) -> None:
    assert progress.on_preview is not None
    progress.on_preview(seen)


def test_the_newest_preview_is_small_and_gone_with_the_step() -> None:
    sizes: list[tuple[int, int]] = []
    colours: list[np.ndarray] = []
    after: list[bytes | None] = []

    def work(job: Job) -> None:
        within = Limited(job.as_progress.part(0.2, 0.4).part(0.0, 0.5), time.monotonic, 60.0).progress
        look(within, RED[::-1] // 2)
        look(within)
        assert job.preview is not None
        with Image.open(io.BytesIO(job.preview)) as image:
            sizes.append(image.size)
            colours.append(np.asarray(image).reshape(-1, 3).mean(axis=0))
        job.performed({"op": "insert"})
        after.append(job.preview)
        look(within)

    job = Job(work).start()
    assert job.wait(20)
    assert job.state == "done", job.error
    assert sizes == [(400, 100)]
    assert np.abs(colours[0] - RED[0, 0]).max() < 4
    assert after == [None]
    assert job.preview is None
    assert job.events == [{"step": {"op": "insert"}}]


def test_nothing_is_shown_of_what_was_stopped() -> None:
    painting, go_on = threading.Event(), threading.Event()
    late: list[bytes | None] = []

    def work(job: Job) -> None:
        look(job.as_progress)
        painting.set()
        go_on.wait(20)
        look(job.as_progress)
        late.append(job.preview)
        with pytest.raises(CancelledError):
            job.as_progress.check()
        job.as_progress.check()

    job = Job(work).start()
    assert painting.wait(20)
    assert job.preview is not None
    job.cancel()
    assert job.preview is None
    go_on.set()
    assert job.wait(20)
    assert (job.state, late, job.preview) == ("cancelled", [None], None)


def test_a_painting_is_seen_to_emerge(painter_here: Path, tmp_path: Path) -> None:
    del painter_here
    photo = Picture(np.ascontiguousarray(data.coffee()[60:300, 120:480]))
    conversation = Studio(tmp_path / "home", choose_planner("offline")).create_from(photo, "coffee.png")
    strokes = {"width": 360, "height": 240, "items": [{"kind": "box", "box": [20, 30, 89, 99]}]}
    seen: set[bytes] = set()
    job = conversation.say("put a teapot here", strokes=strokes)
    while not job.wait(0.002):
        if preview := job.preview:
            seen.add(preview)
    assert job.state == "done", job.text
    assert len(seen) > 1, "it changed while it was painted"
    for preview in seen:
        with Image.open(io.BytesIO(preview)) as image:
            assert image.size == (360, 240)
    assert job.preview is None
    conversation.close()
