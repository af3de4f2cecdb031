"""`batch`: the same edits on every picture of a folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from models.errors import BadInputError, PentimentoError, UnavailableError
from tools.edits.catalogue import request_for
from tools.pictures.reading import open_picture
from tools.pictures.writing import PICTURE_SUFFIXES, check_target, save_picture
from ui.commands.once import opened_once

_LOG = "batch.jsonl"


@dataclass(frozen=True)
class Result:
    """What became of one picture: an empty error when it was written."""

    name: str
    error: str = ""
    steps: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Summary:
    """How a batch ended."""

    done: int
    skipped: int
    failed: int

    @property
    def sentence(self) -> str:
        """One line for a person."""
        return f"{self.done} done, {self.skipped} already there, {self.failed} failed."


def run_batch(
    recipe: Path, source: Path, target: Path, *, engine: str, workers: int, say: Callable[[str], None]
) -> Summary:
    """Perform a recipe on every picture of `source`, writing the same names into `target`.

    Pictures whose result is already there are left alone, so a stopped batch goes on where it was. One bad
    picture does not stop the rest; `batch.jsonl` in the target records every step. Raises BadInputError.
    """
    edits = read_recipe(recipe)
    perform = _engine(engine)
    if not source.is_dir():
        raise BadInputError(f"{source} is not a folder.")
    if target.resolve() == source.resolve():
        raise BadInputError("The results need a folder of their own; the originals stay untouched.")
    pictures = sorted(path for path in source.iterdir() if path.suffix.lower() in PICTURE_SUFFIXES and path.is_file())
    if not pictures:
        raise BadInputError(f"{source} holds no pictures.")
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInputError(f"{target} cannot be made: {error.strerror}.") from error
    waiting = [path for path in pictures if not (target / path.name).exists()]
    jobs = [(str(path), str(target / path.name), edits) for path in waiting]
    failed = 0
    with (target / _LOG).open("a", encoding="utf-8") as log:
        for number, result in enumerate(perform(jobs, workers), start=1):
            failed += bool(result.error)
            entry = {"name": result.name, "error": result.error or None, "steps": result.steps}
            log.write(json.dumps(entry, ensure_ascii=False) + "\n")
            log.flush()
            say(f"{number}/{len(jobs)} {result.name}: {result.error or 'done'}")
    return Summary(len(jobs) - failed, len(pictures) - len(waiting), failed)


def read_recipe(path: Path) -> list[dict[str, Any]]:
    """The edits of a recipe file: a list of steps, or any JSON object with one under "edits" or "plan".

    Every step is checked before any work begins. Raises BadInputError.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise BadInputError(f"{path} is not a readable JSON recipe.") from error
    steps = content.get("edits", content.get("plan")) if isinstance(content, dict) else content
    if not (isinstance(steps, list) and steps and all(isinstance(step, dict) for step in steps)):
        raise BadInputError(f"{path} holds no list of edits.")
    edits = []
    for step in steps:
        arguments = {key: value for key, value in step.items() if key != "op" and value is not None}
        edits.append(request_for(str(step.get("op")), arguments).as_dict())
    return edits


def edit_file(source: str, target: str, edits: Sequence[dict[str, Any]]) -> Result:
    """Perform the edits on one file; never raises for what a picture can cause."""
    name = Path(source).name
    try:
        picture = open_picture(Path(source))
        check_target(Path(target))
        with opened_once(picture, name) as context:
            steps = []
            for number, edit in enumerate(edits, start=1):
                arguments = {key: value for key, value in edit.items() if key != "op"}
                context.going.expect((str(later["op"]), later) for later in edits[number:])
                steps.append(request_for(edit["op"], arguments).perform(context).as_dict())
            save_picture(context.workspace.picture(), Path(target))
        return Result(name, steps=tuple(steps))
    except PentimentoError as error:
        return Result(name, str(error))


Job = tuple[str, str, list[dict[str, Any]]]


def _engine(name: str) -> Callable[[Sequence[Job], int], Iterator[Result]]:
    if name == "local":
        return _local
    if name == "ray":
        if find_spec("ray") is None:
            raise UnavailableError("The ray engine needs the 'ray' extra of this package.")
        return _ray
    raise BadInputError(f"The engine is 'local' or 'ray', not {name!r}.")


def _local(jobs: Sequence[Job], workers: int) -> Iterator[Result]:
    if workers == 1:
        for job in jobs:
            yield edit_file(*job)
        return
    # spawned, not forked: the numeric libraries' threads do not survive a fork
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for future in as_completed([pool.submit(edit_file, *job) for job in jobs]):
            yield future.result()


def _ray(jobs: Sequence[Job], workers: int) -> Iterator[Result]:
    import ray  # pyright: ignore[reportMissingImports]

    ray.init(num_cpus=workers, include_dashboard=False, log_to_driver=False, configure_logging=False)
    try:
        remote = ray.remote(edit_file)
        waiting = [remote.remote(*job) for job in jobs]
        while waiting:
            ready, waiting = ray.wait(waiting)
            yield ray.get(ready[0])
    finally:
        ray.shutdown()
