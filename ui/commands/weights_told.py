"""What `pentimento models` prints: tables and bars for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from models.errors import UnavailableError
from models.inpainting.remote.service import told_of_service
from models.progress import Progress as Reports
from models.weights.amounts import readable
from models.weights.catalogue import Commercial, Licence, Model
from models.weights.doctor import PURPOSES, Report, examine
from models.weights.status import Place, State, Status
from models.weights.store import Store

_COMMERCIAL = {
    Commercial.YES: "commercial use allowed",
    Commercial.NO: "no commercial use",
    Commercial.CONDITIONS: "commercial use under conditions",
}

_ID_WIDTH, _SIZE_WIDTH = 22, 7  # characters


def list_models(console: Console, store: Store) -> None:
    """Print every model, by what it is for."""
    for purpose, statuses in groupby(store.statuses(), key=lambda status: status.model.purpose):
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), expand=True, pad_edge=False)
        for width in (_ID_WIDTH, None, _SIZE_WIDTH, 24, 22):
            table.add_column(
                width=width, ratio=None if width else 1, justify="right" if width == _SIZE_WIDTH else "left"
            )
        for status in statuses:
            model = status.model
            terms = licence_in_short(model.licence)
            table.add_row(f"  {model.id}", model.better, readable(model.size), terms, standing(status))
        console.print(f"[bold]{PURPOSES[purpose]}[/bold]")
        console.print(table, highlight=False)
        console.print()


def licence_in_short(licence: Licence) -> str:
    """The licence's name, and the words a person must not miss."""
    warnings = {Commercial.NO: ", non-commercial", Commercial.CONDITIONS: ", conditions", Commercial.YES: ""}
    return f"{licence.name}{warnings[licence.commercial]}{', on request' if licence.gated else ''}"


def licence_in_full(model: Model) -> str:
    """The terms of a model, in a sentence or two."""
    licence = model.licence
    gated = " Its publisher grants access on request." if licence.gated else ""
    note = f" {licence.note}" if licence.note else ""
    return f"Licence: {licence.name}, {_COMMERCIAL[licence.commercial]} ({licence.link}).{note}{gated}"


def standing(status: Status) -> str:
    """Whether a model is here, in a few words."""
    if status.busy:
        return f"coming, {readable(status.here)} so far"
    match status.state:
        case State.PRESENT:
            return "yes" if status.place is Place.OWN else f"yes, {status.place}"
        case State.PARTIAL:
            return f"partly, {readable(status.here)}"
        case State.DAMAGED:
            return "damaged"
        case _:
            return "no"


def download_model(console: Console, store: Store, model_id: str, agree: Callable[[str], bool]) -> str:
    """Show the terms and the size, ask, download; one sentence on the outcome.

    Raises BadInputError for an unknown id, UnavailableError when it cannot be had, CancelledError when stopped.
    """
    status, model = store.status(model_id), store.model(model_id)
    if status.state is State.PRESENT:
        return f"{model.title} is here already: {store.folder(model_id)}"
    left = model.size - status.here
    rest = f", {readable(left)} of them still to come" if status.state is State.PARTIAL and left > 0 else ""
    console.print(f"{model.title}: {model.better}", highlight=False)
    console.print(licence_in_full(model), highlight=False, soft_wrap=True)
    console.print(f"Size: {readable(model.size)}{rest}, from {model.source} into {store.root}", highlight=False)
    if not agree(f"Download {model.title}?"):
        raise UnavailableError("Nothing was downloaded.")
    with _bar(console, model.title) as reports:
        folder = store.download(model_id, reports)
    checked = store.status(model_id).checked
    return f"{model.title} is here, every byte checked against the {checked}’s digest: {folder}"


def diagnose(console: Console, store: Store) -> Report:
    """Examine store and machine, with a bar while files are read."""
    with _bar(console, "Checking") as reports:
        return examine(store, reports)


def show_report(console: Console, report: Report, root: Path) -> None:
    """Print one screen: the machine, what is here, what to get for what."""
    here = [one for one in report.statuses if one.state is State.PRESENT]
    facts = Table.grid(padding=(0, 2))
    facts.add_row("[bold]Machine[/bold]", report.machine.summary)
    facts.add_row(
        "[bold]Models[/bold]", f"{len(here)} of {len(report.statuses)} here · {readable(report.used)} in {root}"
    )
    for package in report.packages:
        facts.add_row("[bold]Package[/bold]", package.sentence)
    facts.add_row("[bold]Service[/bold]", told_of_service())
    if report.offline:
        facts.add_row("[bold]Network[/bold]", "HF_HUB_OFFLINE is set, so nothing is downloaded; what is here works.")
    for problem in report.problems:
        facts.add_row("[bold red]Damaged[/bold red]", problem)
    console.print(facts, highlight=False)
    console.print()
    advice = Table.grid(padding=(0, 2))
    for one in report.advice:
        mark = "[green]✓[/green]" if one.have else "·"
        advice.add_row(mark, PURPOSES[one.purpose], one.sentence)
    console.print(Padding(advice, (0, 0, 1, 0)), highlight=False)
    console.print("Nothing of this is needed: without any model, words and clicks are understood by classical vision.")


def status_as_json(status: Status) -> dict[str, Any]:
    """A model and how it stands. A file whose sha256 is null is checked against the publisher's own when it comes."""
    model = status.model
    return {
        "id": model.id,
        "title": model.title,
        "purpose": model.purpose,
        "better": model.better,
        "state": status.state,
        "busy": status.busy,
        "place": status.place,
        "folder": str(status.folder) if status.folder else None,
        "bytes_here": status.here,
        "bytes": model.size,
        "bytes_are_complete": all(file.size is not None for file in model.files if not file.optional),
        "checked_against": status.checked,
        "problem": status.problem or None,
        "source": str(model.source),
        "revision": status.revision,
        "revision_is_pinned": model.source.revision is not None,
        "fallback": [str(source) for source in model.fallback],
        "licence": {
            "name": model.licence.name,
            "commercial": model.licence.commercial,
            "gated": model.licence.gated,
            "link": model.licence.link,
            "note": model.licence.note or None,
        },
        "memory_mb_estimate": model.memory_mb,
        "gpu_recommended": model.gpu_recommended,
        "packages": list(model.packages),
        "files": [
            {
                "path": file.path,
                "bytes": file.size,
                "sha256": file.sha256,
                "digest_from": "catalogue" if file.sha256 else "publisher, at download",
                "optional": file.optional,
            }
            for file in model.files
        ],
    }


def report_as_json(report: Report, root: Path) -> dict[str, Any]:
    """What `models doctor` says, for programs."""
    machine = report.machine
    return {
        "root": str(root),
        "bytes_used": report.used,
        "offline": report.offline,
        "painting_service": told_of_service(),
        "machine": {
            "cores": machine.cores,
            "memory": machine.memory,
            "free_memory": machine.free_memory,
            "free_disk": machine.free_disk,
            "accelerators": [vars(one) for one in machine.accelerators],
        },
        "packages": [{"name": one.name, "version": one.version, "sentence": one.sentence} for one in report.packages],
        "advice": [
            {
                "purpose": one.purpose,
                "have": one.have.model.id if one.have else None,
                "get": one.get.id if one.get else None,
                "sentence": one.sentence,
            }
            for one in report.advice
        ],
        "problems": report.problems,
        "models": [
            {"id": one.model.id, "state": one.state, "place": one.place, "fit": machine.fit(one.model)}
            for one in report.statuses
        ],
    }


@contextmanager
def _bar(console: Console, title: str) -> Iterator[Reports]:
    """A bar that is only drawn on a terminal."""
    columns = (TextColumn("{task.fields[label]}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=1.0, label=title)

        def report(fraction: float, label: str) -> None:
            bar.update(task, completed=fraction, label=label)

        yield Reports(report)
