"""The last look at a plan: pronouns resolved, and a question where the target or the picture is in doubt."""

from __future__ import annotations

import re
from dataclasses import replace as changed

from agent.offline import (
    picture,
)
from agent.offline import vocabulary as v
from agent.offline.history import Conversation
from agent.offline.steps import Step

_NEEDS_TARGET = frozenset("remove recolor replace move resize_object segment redact_text".split())


NEVER_OF_A_THING = frozenset("crop outpaint style background_remove background_replace".split())


PERSON = frozenset("him her he she them they".split())


def completed(steps: list[Step], past: Conversation, has_selection: bool) -> tuple[list[Step], str]:
    """The steps with their pronouns resolved; a question instead where the picture or the target is in doubt."""
    done: list[Step] = []
    why = ""
    told = picture.description(past)
    for step in steps:
        step = _resolved(step, past, has_selection)
        if step.op == "clarify" and has_selection and not step.target:
            step = Step("clarify", "this")
        if step.op in _NEEDS_TARGET and step.target is None:
            step = (
                Step("remove", "this")
                if has_selection and step.op == "remove"
                else changed(step, target="this")
                if has_selection
                else Step("clarify")
            )
            why = "target"
        elif (
            step.op == "insert"
            and step.value
            and past.last
            and past.last.op == "insert"
            and (
                count := re.fullmatch(
                    r"(?P<n>(?:another|one|two|three|four|five|some|a few|a couple|\d+)(?: more)?|more)(?: ones?)?",
                    step.value,
                    re.I,
                )
            )
        ):
            step = changed(
                step, target=step.target or past.last.target, value=f"{count['n']} {past.focus or ''}".strip()
            )
        elif (
            step.op == "recolor"
            and past.last
            and past.last.op == "recolor"
            and re.fullmatch(
                r"(?:the )?same(?: colou?r| shade| tone| one)?|that colou?r|the same as (?:that|before)",
                step.value or "",
                re.I,
            )
        ):
            step = changed(step, value=past.last.value)
        elif (
            step.op == "insert"
            and step.value
            and re.fullmatch(
                r"(?:something|anything|stuff|things?|some things?|it|that|this|them|one)(?: (?:cool|nice|fun|"
                r"else|interesting|new))?",
                step.value,
                re.I,
            )
        ) or (
            step.target
            and re.fullmatch(
                r"(?:something|stuff|things?|anything|part|parts|some|some things?|one|thing in the image)",
                step.target,
                re.I,
            )
            and step.op in ("remove", "replace", "recolor", "blur", "segment", "move")
        ):
            step, why = Step("clarify"), "target"
        elif (
            told
            and step.target
            and step.op not in ("insert", "clarify", "undo", "other", "crop", "outpaint")
            and not past.edits
        ) and (problem := picture.doubt(step.target, told)):
            step, why = Step("clarify", step.target), problem
        done.append(step)
    if all(step.op == "clarify" for step in done):
        return done[:1], why
    return [step for step in done if step.op != "clarify"], why


def _resolved(step: Step, past: Conversation, has_selection: bool) -> Step:
    target = step.target
    if (
        target is not None
        and re.fullmatch(
            r"(?:the )?(?:selected|highlighted|marked|circled|chosen) (?:area|region|part|object|thing|"
            r"one)|selection|this (?:one|thing|object|area|part|bit|region|spot)|this",
            target,
            re.I,
        )
        and has_selection
    ):
        return changed(step, target="this")
    if (
        target is None
        and has_selection
        and step.op
        in (
            "recolor",
            "remove",
            "blur",
            "resize_object",
            "segment",
            "move",
            "replace",
            "redact_text",
            "adjust",
            "restore",
        )
    ):
        return changed(step, target="this")
    if target is None or not v.is_pronoun(target):
        return step
    if has_selection:
        return changed(step, target="this" if step.op not in NEVER_OF_A_THING else None)
    focus = past.focus
    if step.op in NEVER_OF_A_THING:
        return changed(step, target=None)
    if step.op == "rotate":
        return changed(step, target=focus if past.last and past.last.op in ("insert", "replace", "move") else None)
    if step.op == "other":
        return changed(step, target=focus or target)
    if past.last and past.last.op == "background_replace" and step.op in ("adjust", "restore", "blur"):
        return changed(step, target="background")
    if step.op in ("adjust", "restore", "blur"):
        thing = (
            focus
            if (
                past.last
                and past.last.op
                not in ("remove", "remove_text", "background_remove", "style", "crop", "rotate", "outpaint")
                and past.edits
                and past.last.target is not None
            )
            or (past.last and past.last.op in ("insert", "replace"))
            else None
        )
        return changed(step, target=thing)
    if (
        step.op == "recolor"
        and past.last
        and past.last.op in ("background_remove", "background_replace")
        and step.value
    ):
        return Step("background_replace", None, step.value)
    if focus is None:
        return step if target.lower() in PERSON else changed(step, target=None)
    if target.lower() in PERSON and step.op == "insert":
        return step
    if step.op == "recolor" and past.last and past.last.op == "background_replace" and focus == "background":
        return Step("background_replace", None, step.value)
    return changed(step, target=focus)
