"""`pentimento models`: list, download, remove, use, doctor."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from models.weights.store import Store
from ui.commands.exits import one_sentence

STOPPED = 130  # what a shell calls a command that was interrupted

commands = typer.Typer(no_args_is_help=True, help="Models that make it better: list, download, remove, doctor.")
ModelId = Annotated[str, typer.Argument(metavar="ID", help="As `models list` shows it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@commands.command(name="list")
def list_models(as_json: AsJson = False) -> None:
    """Every model: what it makes better, its size, its licence, whether it is here. Asks nobody."""
    from ui.commands import weights_told

    store = Store.default()
    if as_json:
        typer.echo(json.dumps([weights_told.status_as_json(one) for one in store.statuses()], ensure_ascii=False))
    else:
        weights_told.list_models(Console(), store)


@commands.command()
def download(
    model: ModelId,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Accept the licence and the size without being asked.")
    ] = False,
) -> None:
    """Download a model, after showing its licence and size; goes on where an earlier download stopped."""
    from ui.commands import weights_told

    with one_sentence():
        try:
            typer.echo(
                weights_told.download_model(Console(), Store.default(), model, lambda text: yes or typer.confirm(text))
            )
        except KeyboardInterrupt as interrupt:
            typer.echo("Stopped; what came is kept, and the next download goes on from there.", err=True)
            raise typer.Exit(STOPPED) from interrupt


@commands.command()
def remove(model: ModelId) -> None:
    """Delete a downloaded model. The Hugging Face cache and folders of your own are left as they are."""
    with one_sentence():
        typer.echo(Store.default().remove(model))


@commands.command()
def use(model: ModelId, folder: Annotated[Path, typer.Argument(metavar="FOLDER")]) -> None:
    """Use a model that lies in a folder of your own, where it is."""
    with one_sentence():
        status = Store.default().use_folder(model, folder)
        typer.echo(f"{status.model.title} is used from {status.folder}.")


@commands.command()
def doctor(as_json: AsJson = False) -> None:
    """What is here, what this machine can run, and what to download for what. Asks nobody."""
    from ui.commands import weights_told

    console, store = Console(stderr=as_json), Store.default()
    report = weights_told.diagnose(console, store)
    if as_json:
        typer.echo(json.dumps(weights_told.report_as_json(report, store.root), ensure_ascii=False))
    else:
        weights_told.show_report(console, report, store.root)
