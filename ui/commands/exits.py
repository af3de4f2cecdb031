"""How every command ends when something is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from models.errors import PentimentoError

BAD_INPUT = 2


@contextmanager
def one_sentence() -> Iterator[None]:
    """Turn what a person can cause into one sentence on standard error and exit code 2."""
    try:
        yield
    except PentimentoError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(BAD_INPUT) from error
