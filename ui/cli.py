"""The command line: `pentimento edit photo.jpg "remove the car" -o out.jpg`, and the rest of the house.

Exit codes: 0 done, 2 bad input (one sentence on standard error), 3 an answer is needed (the question is printed).
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from models.errors import UnavailableError
from ui.commands.exits import BAD_INPUT, one_sentence
from ui.commands.training import commands as training_commands
from ui.commands.weights import commands as weights_commands

NEEDS_ANSWER = 3

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Say what to change in a photo; it changes exactly there and nowhere else.",
)
app.add_typer(training_commands, name="train")
app.add_typer(weights_commands, name="models")

Output = Annotated[Path, typer.Option("-o", "--output", help="Where to write the result.")]
MaskFile = Annotated[Path | None, typer.Option("--mask", help="Mask picture, 255 = may change.")]
PointText = Annotated[str | None, typer.Option("--point", help="X,Y of a click, in pixels.")]
BoxText = Annotated[str | None, typer.Option("--box", help="X0,Y0,X1,Y1 of a loose box, in pixels.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Repeats a result that involves chance.")]


def _to_standard_error(text: str) -> None:
    typer.echo(text, err=True)


def ask(question: str) -> typer.Exit:
    """Print a question; the exit to raise."""
    typer.echo(question)
    return typer.Exit(NEEDS_ANSWER)


@app.command()
def edit(
    source: Annotated[Path, typer.Argument(metavar="IN", help="The picture.")],
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What to change.")],
    output: Output,
    mask: MaskFile = None,
    point: PointText = None,
    box: BoxText = None,
    planner: Annotated[str, typer.Option(help="offline, or PROVIDER:MODEL.")] = "offline",
    seed: Seed = 0,
    report: Annotated[Path | None, typer.Option(help="Write a JSON report here.")] = None,
    reference: Annotated[
        list[Path] | None, typer.Option(help="Another picture to take things from, called picture 2; may repeat.")
    ] = None,
    allow_upload: Annotated[
        bool,
        typer.Option(
            "--allow-upload",
            help="Let a painting service be sent the part of the picture around the place it paints, if one is needed; "
            "what leaves is said before. Without it nothing is ever sent.",
        ),
    ] = False,
) -> None:
    """Edit a picture by saying what should change."""
    from ui.commands.editing import edit_picture

    with one_sentence():
        outcome = edit_picture(
            source,
            text,
            output,
            mask=mask,
            point=point,
            box=box,
            planner=planner,
            seed=seed,
            report=report,
            references=reference or (),
            allow_upload=allow_upload,
            warn=_to_standard_error,
        )
    if outcome.question:
        raise ask(outcome.question)
    typer.echo(outcome.message)


@app.command()
def plan(
    text: Annotated[str | None, typer.Argument(metavar="TEXT", help="One request.")] = None,
    rows: Annotated[Path | None, typer.Option("--input", help="JSON lines with id, text, context.")] = None,
    output: Annotated[Path | None, typer.Option("--output", help="Where to write id, plan lines.")] = None,
    planner: Annotated[str, typer.Option(help="offline, or PROVIDER:MODEL.")] = "offline",
) -> None:
    """Show the steps a request is read as, without touching a picture."""
    from ui.commands.planning import plan_rows, plan_text

    with one_sentence():
        if rows is not None and output is not None:
            typer.echo(f"{plan_rows(rows, output, planner)} requests planned.", err=True)
        elif text is not None and rows is None and output is None:
            typer.echo(json.dumps({"plan": plan_text(text, planner)}, ensure_ascii=False))
        else:
            raise UnavailableError("Give one TEXT, or both --input and --output.")


@app.command()
def segment(
    source: Annotated[Path, typer.Argument(metavar="IN")],
    output: Output,
    text: Annotated[str | None, typer.Option(help="What to find, in words.")] = None,
    point: PointText = None,
    without: Annotated[list[str] | None, typer.Option("--not", help="X,Y that must not be selected.")] = None,
    box: BoxText = None,
    background: Annotated[bool, typer.Option("--background", help="Everything but the subject.")] = False,
    brush: Annotated[Path | None, typer.Option(help="A roughly painted mask to refine.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,
) -> None:
    """Find something in a picture and write its mask (8-bit, 255 = selected)."""
    from ui.commands.selecting import segment_picture

    with one_sentence():
        found = segment_picture(
            source,
            output,
            text=text,
            point=point,
            without=without or [],
            box=box,
            background=background,
            brush=brush,
        )
    if as_json:
        typer.echo(json.dumps(found.as_dict(), ensure_ascii=False))
    if found.question:
        if as_json:
            raise typer.Exit(NEEDS_ANSWER)
        raise ask(found.question)


@app.command()
def inpaint(
    source: Annotated[Path, typer.Argument(metavar="IN")],
    mask: Annotated[Path, typer.Argument(metavar="MASK", help="255 = fill here.")],
    output: Output,
    engine: Annotated[
        str, typer.Option(help="auto, or the name of an engine such as patchmatch, diffusion:fast or openai.")
    ] = "auto",
    prompt: Annotated[str | None, typer.Option(help="What should be there; for engines that can paint.")] = None,
    examples: Annotated[
        Path | None, typer.Option("--from", metavar="MASK", help="255 = fill with copies of this part alone.")
    ] = None,
    seed: Seed = 0,
) -> None:
    """Fill the masked part from its surroundings, or from the part that --from marks."""
    from ui.commands.editing import inpaint_picture

    with one_sentence():
        told = inpaint_picture(
            source, mask, output, engine=engine, seed=seed, examples=examples, prompt=prompt, warn=_to_standard_error
        )
        typer.echo(told)


@app.command()
def suggest(
    source: Annotated[Path, typer.Argument(metavar="IN")],
    mask: Annotated[Path, typer.Argument(metavar="MASK", help="255 = the place.")],
    count: Annotated[int, typer.Option("--count", min=1, max=50, help="How many ideas.")] = 5,
    planner: Annotated[
        str, typer.Option(help="offline, or PROVIDER:MODEL that sees, to have it phrase them.")
    ] = "offline",
    concepts: Annotated[
        Path | None, typer.Option("--concepts", help="Weights of `train concepts`, to have it imagine them.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print phrase, thing, score and why as JSON.")] = False,
) -> None:
    """Say what could be in a marked place, best first."""
    from ui.commands.suggesting import suggest_for

    with one_sentence():
        ideas = suggest_for(source, mask, count=count, planner=planner, concepts=concepts)
    typer.echo(json.dumps(ideas.as_dict(), ensure_ascii=False) if as_json else "\n".join(ideas.lines))


@app.command()
def recolor(
    source: Annotated[Path, typer.Argument(metavar="IN")],
    mask: Annotated[Path, typer.Argument(metavar="MASK", help="255 = recolour here.")],
    colour: Annotated[str, typer.Argument(metavar="COLOUR", help="'navy blue', '#1F3A93', 'darker'.")],
    output: Output,
) -> None:
    """Give the masked part another colour; shading, highlights and texture stay."""
    from ui.commands.editing import recolor_picture

    with one_sentence():
        typer.echo(recolor_picture(source, mask, colour, output, warn=_to_standard_error))


@app.command()
def batch(
    recipe: Annotated[Path, typer.Argument(metavar="RECIPE.json", help="A list of edits, or a report of `edit`.")],
    source: Annotated[Path, typer.Argument(metavar="IN_DIR")],
    target: Annotated[Path, typer.Argument(metavar="OUT_DIR")],
    engine: Annotated[str, typer.Option(help="local (processes) or ray.")] = "local",
    workers: Annotated[int, typer.Option(min=1, help="How many pictures at a time.")] = max(
        1, (os.cpu_count() or 2) // 2
    ),
) -> None:
    """Perform the same edits on every picture of a folder."""
    from ui.commands.batching import run_batch

    with one_sentence():
        summary = run_batch(recipe, source, target, engine=engine, workers=workers, say=typer.echo)
    typer.echo(summary.sentence)
    if summary.failed:
        raise typer.Exit(BAD_INPUT)


@app.command()
def mcp() -> None:
    """Serve the edits to other agents over the Model Context Protocol (standard input and output)."""
    from ui.mcp_server import serve

    serve()


@app.command(name="app", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def run_app(
    context: typer.Context,
    port: Annotated[int, typer.Option(help="Port on this machine.")] = 8501,
    address: Annotated[str, typer.Option(help="Address to listen on; loopback unless told otherwise.")] = "127.0.0.1",
) -> None:
    """Open the app in the browser."""
    script = Path(__file__).resolve().parents[1] / "streamlit_app.py"
    quiet = ["--browser.gatherUsageStats=false", "--server.headless=true"]  # also where no config file is beside us
    options = [f"--server.port={port}", f"--server.address={address}", *quiet, *context.args]
    typer.echo(f"Pentimento: http://{address}:{port}")
    os.chdir(script.parent)
    os.execv(sys.executable, [sys.executable, "-m", "streamlit", "run", str(script), *options])


def main() -> None:
    """Entry point of the `pentimento` command."""
    app()


if __name__ == "__main__":
    main()
