"""`train`: a filling network on one's own pictures. Under torchrun the same command trains on several processes."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from models.progress import Progress
from ui.commands.exits import one_sentence

commands = typer.Typer(no_args_is_help=True, help="Train networks on your own pictures.")

Out = Annotated[Path, typer.Option("--out", help="Folder of the run: checkpoints, log.jsonl, sheet.png, weights.")]


@commands.command()
def rfr(
    out: Out,
    data: Annotated[list[Path] | None, typer.Option("--data", help="Folder of pictures; may be repeated.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where the run in --out stopped.")] = False,
    initial: Annotated[
        Path | None, typer.Option("--init", help="Weights to begin with: .safetensors, or a published .pth.")
    ] = None,
    width: Annotated[int | None, typer.Option(help="Feature channels, a multiple of 8; published: 64.")] = None,
    kernel: Annotated[int | None, typer.Option(help="7, or 5 for smaller holes.")] = None,
    recurrences: Annotated[int | None, typer.Option(min=1, help="How often features are reasoned about.")] = None,
    prefill: Annotated[
        str | None, typer.Option(help="Learn to improve what this engine fills: blended, fsr, telea, navier-stokes …")
    ] = None,
    prefill_windows: Annotated[
        int | None, typer.Option(min=1, help="Windows of 256 pixels that are filled once for that.")
    ] = None,
    size: Annotated[int | None, typer.Option(help="Side of a crop in pixels, a multiple of 16.")] = None,
    batch: Annotated[int | None, typer.Option(min=1, help="Crops per process and step.")] = None,
    steps: Annotated[int | None, typer.Option(min=0, help="Steps of the first phase.")] = None,
    finetune_steps: Annotated[int | None, typer.Option(min=0, help="Steps after it, batch norms frozen.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Of the first phase.")] = None,
    finetune_rate: Annotated[float | None, typer.Option(help="Of the second phase.")] = None,
    warmup: Annotated[int | None, typer.Option(min=0, help="Steps over which the rate rises.")] = None,
    start: Annotated[str | None, typer.Option(help="random, or smooth: for short runs, with --steps 0.")] = None,
    decay: Annotated[str | None, typer.Option(help="constant (as published) or cosine, within each phase.")] = None,
    ema: Annotated[float | None, typer.Option(help="Decay of the weights' moving average.")] = None,
    clip: Annotated[float | None, typer.Option(help="Largest norm of a step's gradient.")] = None,
    procedural: Annotated[float | None, typer.Option(min=0, max=1, help="Share of drawn pictures.")] = None,
    colour: Annotated[bool | None, typer.Option(help="Vary light and colour of the pictures.")] = None,
    holes: Annotated[str | None, typer.Option(help="Kinds of holes and their shares: 'thin=3,text=1,blob=1'.")] = None,
    drawings: Annotated[str | None, typer.Option(help="Kinds of drawn pictures: 'leaves=4,lines=1'.")] = None,
    loss: Annotated[str | None, typer.Option(help="Weights of the losses: 'hole=6,style=0'.")] = None,
    precision: Annotated[str | None, typer.Option(help="auto, float32 or bfloat16.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Repeats a run.")] = None,
    minutes: Annotated[float | None, typer.Option(help="Stop after this long, with a checkpoint.")] = None,
    save_minutes: Annotated[float, typer.Option(help="Time between checkpoints.")] = 5.0,
    log_every: Annotated[int, typer.Option(min=1, help="Steps between lines of the log.")] = 50,
    sheet_every: Annotated[int, typer.Option(min=1, help="Steps between sample sheets.")] = 1000,
    held_out: Annotated[int, typer.Option(min=1, help="Pictures kept for the sheet and the validation.")] = 32,
    workers: Annotated[int, typer.Option(min=0, help="Processes that cut crops and draw holes.")] = 0,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads of the CPU; all of them unless told.")] = None,
    part_size: Annotated[float | None, typer.Option(min=0.01, help="Largest file in MiB; larger are divided.")] = None,
    slim: Annotated[bool, typer.Option(help="Checkpoints of averaged half-precision weights alone.")] = False,
    vgg: Annotated[Path | None, typer.Option(help="torchvision's VGG16 weights, for the perceptual losses.")] = None,
    cache: Annotated[Path | None, typer.Option(help="Folder for decoded pictures; in --out unless told.")] = None,
    longest: Annotated[int, typer.Option(min=64, help="Larger pictures are shrunk to this, in pixels.")] = 1024,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, mps.")] = "auto",
) -> None:
    """Train RFR-Net. Settings that are not given are the paper's, or those of the run that is resumed."""
    import torch

    from models.training.loop import RunOptions
    from models.training.plan import LossWeights, parse_shares
    from models.training.starting import TrainingRequest, train

    if threads is not None:
        torch.set_num_threads(threads)
    with one_sentence(), stoppable() as progress:
        given: dict[str, Any] = {
            "width": width, "kernel": kernel, "recurrences": recurrences, "prefill": prefill,
            "prefill_windows": prefill_windows, "size": size, "batch": batch, "steps": steps,
            "finetune_steps": finetune_steps, "learning_rate": learning_rate, "finetune_rate": finetune_rate,
            "warmup": warmup, "start": start, "decay": decay, "ema": ema, "clip": clip,
            "procedural": procedural, "colour": colour,
            "precision": precision, "seed": seed,
            "holes": None if holes is None else parse_shares(holes),
            "drawings": None if drawings is None else parse_shares(drawings),
            "loss": None if loss is None else LossWeights.parse(loss),
        }  # fmt: skip
        options = RunOptions(
            minutes=minutes,
            save_minutes=save_minutes,
            log_every=log_every,
            sheet_every=sheet_every,
            held_out=held_out,
            workers=workers,
            part_mib=part_size,
            slim=slim,
        )
        request = TrainingRequest(
            out,
            data or (),
            {name: value for name, value in given.items() if value is not None},
            options,
            resume=resume,
            initial=initial,
            vgg=vgg,
            device=device,
            cache=cache,
            longest=longest,
        )
        outcome = train(request, progress, typer.echo)
    if outcome.leads:
        state = "finished" if outcome.finished else "to be resumed"
        typer.echo(f"{outcome.step} steps, {state}; {outcome.psnr:.2f} dB in held-out holes; {outcome.checkpoint}")


@commands.command()
def concepts(
    out: Annotated[Path, typer.Option("--out", help="Where to write the weights, ending in .safetensors.")],
    data: Annotated[Path, typer.Option("--data", help="COCO JSON: outlined, named things; LVIS is written so too.")],
    images: Annotated[Path, typer.Option("--images", help="Folder of its pictures.")],
    clip: Annotated[str | None, typer.Option("--clip", help="Id or folder of the CLIP to see with.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where the run of --out stopped.")] = False,
    heads: Annotated[int | None, typer.Option(min=1, help="Attention heads.")] = None,
    head: Annotated[int | None, typer.Option(min=1, help="Channels of a head.")] = None,
    layers: Annotated[int | None, typer.Option(min=1, help="Transformer blocks.")] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Steps of the whole run.")] = None,
    batch: Annotated[int | None, typer.Option(min=1, help="Places a step.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="At its highest.")] = None,
    warmup: Annotated[int | None, typer.Option(min=0, help="Steps over which the rate rises.")] = None,
    ema: Annotated[float | None, typer.Option(help="Decay of the weights' moving average.")] = None,
    looks: Annotated[int | None, typer.Option(min=1, help="Times each place is looked at, marked differently.")] = None,
    template: Annotated[str | None, typer.Option(help="How phrases are put to CLIP, with {}.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Repeats a run.")] = None,
    minutes: Annotated[float | None, typer.Option(help="Stop after this long, to be resumed.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, mps.")] = "auto",
) -> None:
    """Train the concept diffusion that `suggest --concepts` draws from (Brush2Prompt). Needs a CLIP."""
    from models.prompting.diffusion.training import ConceptPlan, train_concepts
    from models.segmentation.clip_ranker import ClipRanker
    from models.training.distributed import choose_device
    from tools.selections.coco_examples import CocoExamples

    with one_sentence(), stoppable() as progress:
        given: dict[str, Any] = {
            "heads": heads, "head": head, "layers": layers, "steps": steps, "batch": batch,
            "learning_rate": learning_rate, "warmup": warmup, "ema": ema, "looks": looks,
            "template": template, "seed": seed,
        }  # fmt: skip
        plan = ConceptPlan(**{name: value for name, value in given.items() if value is not None})
        where = choose_device(device)
        standing = train_concepts(
            CocoExamples(data, images),
            ClipRanker(_clip_folder(clip), str(where)),
            out,
            plan,
            resume=resume,
            minutes=minutes,
            device=where,
            progress=progress,
            say=typer.echo,
        )
    typer.echo(f"{standing.step} steps, {'finished' if standing.finished else 'to be resumed'}; {standing.file}")
    if standing.hits is not None:
        typer.echo(
            f"In held-out pictures the right phrase is among five in {standing.hits:.0%} of the places; "
            f"among the five most common ones it is in {standing.common:.0%}."
        )


def _clip_folder(named: str | None) -> Path:
    """The folder of the CLIP that was named, by id or path; of the best that is here when none was."""
    from models.errors import UnavailableError
    from models.weights.store import Store

    if named is not None and Path(named).is_dir():
        return Path(named)
    store = Store.default()
    if named is not None:
        return store.folder(named)
    here = [one for one in ("clip-vit-l14", "clip-vit-b32") if store.is_here(one)]
    if not here:
        raise UnavailableError("Concepts are learned in the space of a CLIP model; download one on the Models page.")
    return store.folder(here[0])


@commands.command()
def blend(
    target: Annotated[Path, typer.Argument(metavar="WEIGHTS.npz")],
    data: Annotated[list[Path] | None, typer.Option("--data", help="Folder of pictures; may be repeated.")] = None,
    cache: Annotated[Path, typer.Option(help="Folder for decoded pictures and filled windows.")] = Path("blend-cache"),
    windows: Annotated[int, typer.Option(min=2, help="Windows of 256 pixels to learn from.")] = 1500,
    steps: Annotated[int, typer.Option(min=1, help="Steps of the network that weighs.")] = 8000,
    holes: Annotated[str | None, typer.Option(help="Kinds of holes and their shares: 'thin=3,text=1'.")] = None,
    procedural: Annotated[float, typer.Option(min=0, max=1, help="Share of drawn pictures.")] = 0.05,
    held_out: Annotated[int, typer.Option(min=0, help="Pictures that are left out.")] = 48,
    workers: Annotated[int, typer.Option(min=0, help="Processes that fill windows.")] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Repeats a run.")] = 0,
) -> None:
    """Learn how much the engine `blended` trusts each way of continuing a rim; minutes on a processor."""
    from models.errors import BadInputError
    from models.training.blending import HOLES, learn, prepare
    from models.training.plan import parse_shares

    with one_sentence(), stoppable() as progress:
        if target.suffix != ".npz":
            raise BadInputError("Weights of the engine blended are written as .npz; end the name so.")
        shares = HOLES if holes is None else parse_shares(holes)
        found = prepare(
            data or (), cache, windows, holes=shares, procedural=procedural, held_out=held_out, workers=workers,
            seed=seed, progress=progress.part(0.0, 0.6),
        )  # fmt: skip
        learn(found, steps=steps, seed=seed, progress=progress.part(0.6, 1.0), say=typer.echo).save(target)


@commands.command()
def export(
    out: Out,
    target: Annotated[Path, typer.Argument(metavar="WEIGHTS.safetensors")],
    part_size: Annotated[float | None, typer.Option(min=0.01, help="Largest file in MiB; larger are divided.")] = None,
    widest: Annotated[int | None, typer.Option(min=8, help="Pixels across; wider holes are filled reduced.")] = None,
) -> None:
    """Write the averaged weights of a run's newest checkpoint in half precision, for the app."""
    from models.errors import BadInputError
    from models.training import checkpoints, loop

    with one_sentence():
        newest = checkpoints.newest(out / "checkpoints")
        if newest is None:
            raise BadInputError(f"There is no training run in {out}.")
        if target.suffix != ".safetensors":
            raise BadInputError("Weights are written as safetensors; end the name in .safetensors.")
        loop.export(checkpoints.load(newest), target, part_mib=part_size, widest=widest)


@contextmanager
def stoppable() -> Iterator[Progress]:
    """A progress that Ctrl-C or a termination stops between two steps, so that a checkpoint is left."""
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield Progress(is_cancelled=stop.is_set)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@commands.command()
def reader(
    target: Annotated[Path, typer.Argument(metavar="WEIGHTS.npz")],
    fair: Annotated[
        list[Path], typer.Option("--rows", help="Labelled requests the grammar was not tuned on; may be repeated.")
    ],
    tuned: Annotated[
        list[Path] | None, typer.Option("--tuned", help="Labelled requests it was tuned on; may be repeated.")
    ] = None,
    first: Annotated[
        Path | None,
        typer.Option("--first", help="What the grammar made of those before that (JSON lines of id, plan)."),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(
            "--without",
            help="One network more, that does not see these files of --rows (names, comma between); the choice between "
            "both readings is learned on them. An empty name: it sees all.",
        ),
    ] = None,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the rows, each time varied.")] = 24,
    seed: Annotated[int, typer.Option(min=0, help="Repeats a run.")] = 0,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads of the CPU; all of them unless told.")] = None,
) -> None:
    """Train the reader that stands beside the offline planner's grammar, on labelled requests (JSON lines)."""
    import torch

    from agent.reader_training.fitting import Fit
    from agent.reader_training.training import Request, train_reader

    if threads is not None:
        torch.set_num_threads(threads)
    with one_sentence():
        how = Fit(epochs=epochs, seed=seed)
        apart = [[name for name in names.split(",") if name] for names in without or [fair[0].stem]]
        train_reader(Request(tuned or (), fair, first, apart, how), target, typer.echo)
    typer.echo(f"Written: {target}")
