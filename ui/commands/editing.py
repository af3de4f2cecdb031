"""`edit`, `inpaint` and `recolor`."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.errors import BadInputError
from models.geometry import Extent
from models.inpainting.choose import engine_named
from models.inpainting.commission import Commission
from models.inpainting.filling import AUTO
from models.inpainting.painters import choose_painter, is_painter, notice_of
from models.mask import Mask
from models.mask import bounds as bounds_of
from tools.edits.catalogue import request_for
from tools.edits.consent import FOR_GOOD, Consent
from tools.edits.request import StepReport
from tools.pictures.picture import Picture
from tools.pictures.reading import open_picture
from tools.pictures.writing import check_target, save_picture
from tools.workspace.workspace import Workspace
from ui.commands.inputs import box_from, mask_from, point_from
from ui.commands.once import keep_mask, opened_once

if TYPE_CHECKING:
    from agent.conversation import Conversation, Question

_PLACE = "drawn"  # the selection that the mask is kept under
_EXAMPLES = "examples"  # the selection that `--from` is kept under


@dataclass(frozen=True)
class Outcome:
    """How an edit ended: what to say, or what to ask."""

    message: str
    question: str | None = None


def edit_picture(
    source: Path,
    text: str,
    output: Path,
    *,
    mask: Path | None,
    point: str | None,
    box: str | None,
    planner: str,
    seed: int,
    report: Path | None,
    references: Sequence[Path] = (),
    allow_upload: bool = False,
    warn: Callable[[str], None] = print,
) -> Outcome:
    """One message about one picture, through the same conversation that the app holds.

    `references` are attached to it in their order: the first is "picture 2". Nothing is written when a question is open
    or nothing could be done. `allow_upload`: painting services may be sent parts of the picture. `warn` is told what
    the formats gave up, and what is sent, before. Raises PentimentoError.
    """
    from agent.planners import choose_planner  # only here is anything said: the other commands need no planner
    from agent.studio import Studio

    if sum(given is not None for given in (mask, point, box)) > 1:
        raise BadInputError("Give one of --mask, --point and --box.")
    picture = open_picture(source)
    check_target(output)
    if report is not None:
        _check_report(report, apart_from=(source, output, *references))
    attachments = [(one.name, _bytes_of(one)) for one in references]
    chosen = choose_planner(planner)
    with tempfile.TemporaryDirectory(prefix="pentimento-") as home:
        conversation = Studio(Path(home), chosen, keeps_versions=False).create_from(picture, source.name)
        if allow_upload:
            conversation.allow_sending(warn)
        exact = mask_from(mask, picture.extent) if mask else None
        strokes = _strokes(point, box, picture.extent)
        job = conversation.say(text, mask=exact, strokes=strokes, attachments=attachments, seed=seed)
        job.wait()
        steps = [event["step"] for event in job.events if "step" in event]
        _write_report(report, conversation, text, steps, job.text)
        asked = conversation.question
        if asked is not None or any(step["op"] == "clarify" for step in steps):
            return Outcome(job.text, _on_command_line(asked) if asked else job.text)
        if job.state == "failed" or (steps and all("error" in step for step in steps)) or not steps:
            raise BadInputError(job.error or job.text)
        _save(conversation.workspace, picture, output, warn)
        return Outcome(job.text)


def _on_command_line(asked: Question) -> str:
    return asked.text.replace(FOR_GOOD, "Say --allow-upload to agree.") if asked.consent else asked.text


def inpaint_picture(
    source: Path,
    mask: Path,
    output: Path,
    *,
    engine: str,
    seed: int,
    examples: Path | None = None,
    prompt: str | None = None,
    warn: Callable[[str], None] = print,
) -> str:
    """Fill exactly the masked pixels, from `examples` (a mask) alone where given; returns one sentence.

    `prompt` says what should be there, to engines that can paint. To name one that sends a part of the picture away is
    to agree to that; `warn` is told what is sent, before.
    """
    picture = open_picture(source)
    check_target(output)
    hole = mask_from(mask, picture.extent)
    if prompt is not None and not is_painter(engine):
        engine = _painter_for(prompt, engine, picture, hole)
    notice = notice_of(engine, bounds_of(hole), picture.extent)
    if notice:
        warn(f"{notice}.")
    arguments = {"value": engine, "seed": seed, "prompt": prompt}
    report = _perform_masked(picture, mask, output, "inpaint", arguments, examples=examples, warn=warn)
    return f"Filled {report.mask_area} pixels with {report.engine}: {(report.verdict or '').rstrip('.')}."


def recolor_picture(source: Path, mask: Path, colour: str, output: Path, *, warn: Callable[[str], None] = print) -> str:
    """Recolour exactly the masked pixels; returns one sentence. `warn` is told what the formats gave up."""
    picture = open_picture(source)
    check_target(output)
    report = _perform_masked(picture, mask, output, "recolor", {"value": colour}, warn=warn)
    return f"Recoloured {report.mask_area} pixels: {colour}."


def _painter_for(prompt: str, engine: str, picture: Picture, hole: Mask) -> str:
    """The engine that paints the prompt where none was named; one that only copies would leave it unsaid and undone."""
    if engine != AUTO:
        engine_named(engine)
        raise BadInputError(f"The engine {engine} cannot paint from words; leave out --prompt or --engine.")
    return choose_painter(picture.pixels[..., :3], hole, Commission(prompt=prompt)).name


def _bytes_of(reference: Path) -> bytes:
    try:
        return reference.read_bytes()
    except OSError as error:
        raise BadInputError(f"{reference} could not be read: {error.strerror}.") from error


def _strokes(point: str | None, box: str | None, extent: Extent) -> dict[str, Any] | None:
    if point is not None:
        return {"items": [{"kind": "point", "point": list(point_from(point, extent)), "positive": True}]}
    if box is not None:
        bounds = box_from(box, extent)
        return {"items": [{"kind": "box", "box": [bounds.x0, bounds.y0, bounds.x1 - 1, bounds.y1 - 1]}]}
    return None


def _perform_masked(
    picture: Picture,
    mask: Path,
    output: Path,
    op: str,
    arguments: dict[str, Any],
    *,
    examples: Path | None = None,
    warn: Callable[[str], None],
) -> StepReport:
    with opened_once(picture, output.name) as context:
        name = keep_mask(context, mask_from(mask, picture.extent), _PLACE)
        if examples is not None:
            source = keep_mask(context, mask_from(examples, picture.extent), _EXAMPLES)
            arguments = {**arguments, "source": source}
        report = request_for(op, {"selection": name, **arguments}).perform(
            replace(context, consent=Consent(given=True))
        )
        _save(context.workspace, picture, output, warn)
        return report


def _save(workspace: Workspace, opened: Picture, output: Path, warn: Callable[[str], None]) -> None:
    """Save the present version; tell what opening the file and saving it changed in all of the picture."""
    for notice in (*opened.notices, *save_picture(workspace.picture(), output)):
        warn(notice)


def _check_report(report: Path, *, apart_from: Sequence[Path]) -> None:
    """Raise BadInputError now, before any work, when the report could not be written or would overwrite a picture."""
    if report.is_dir():
        raise BadInputError(f"{report} is a folder; give the report a file name.")
    if not report.parent.is_dir():
        raise BadInputError(f"The folder {report.parent} does not exist; make it first.")
    if any(report.resolve() == other.resolve() for other in apart_from):
        raise BadInputError(f"The report would overwrite the picture {report}; give it another name.")


def _write_report(
    path: Path | None, conversation: Conversation, text: str, steps: list[dict[str, Any]], message: str
) -> None:
    if path is None:
        return
    kept = ("op", "engine", "selection", "mask_area", "outside_max_diff", "seconds", "verdict", "error")
    told = [{key: step.get(key) for key in kept if key != "error" or "error" in step} for step in steps]
    for step, line in zip(steps, told, strict=True):
        details = {key: step[key] for key in ("check", "retry") if key in step}
        if details:
            line["details"] = details
    content = {"plan": conversation.plan_for(text), "steps": told, "message": message}
    try:
        path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise BadInputError(f"The report could not be written to {path}: {error.strerror}.") from error
