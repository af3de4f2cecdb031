"""The same edit again with other luck: sibling versions to choose from."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from models.errors import BadInputError
from tools.edits.context import EditContext
from tools.edits.rehearsal import rehearsing
from tools.edits.request import EditRequest, StepReport
from tools.grounding import remembered
from tools.selections.carrying import in_frame
from tools.workspace.tree import Version

VARIATION = "variation"  # in a version's report: its number among its siblings, from 1
GROUP = "variations_of"  # in a version's report: the version they are variations of
_BY_CHANCE = frozenset("remove remove_text inpaint move resize_object insert replace outpaint".split())
_MOST = 6
_SEED_STEP = 7919  # a prime: sets of variations do not meet
_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "a few": 3, "some": 3, "several": 3,
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "last": -1,
}  # fmt: skip
_LIKE = re.compile(r"\b(?:like|similar to)\b", re.IGNORECASE)
_CHOSEN = re.compile(r"^(?:variation|number|option|the)\b", re.IGNORECASE)
_ASKED = re.compile(r"\b(?:variation|variant|version|alternative|other|option|way|more)s?\b", re.IGNORECASE)

RequestOf = Callable[[Version], EditRequest]


def performed(context: EditContext, value: str, request_of: RequestOf) -> StepReport | None:
    """What a `redo` with these words does about variations; None when the words are about something else."""
    number = _number(value)
    if _LIKE.search(value):
        return _shown(context, _chosen(context, number or 1), 3, request_of)
    if _CHOSEN.search(value) and number is not None:
        version = context.workspace.go_to(_chosen(context, number).id)
        return StepReport("redo", f"Took number {_place(version)}.", "history", outside_max_diff=0, version=version.id)
    if _ASKED.search(value):
        return _shown(context, context.workspace.head, min(_MOST, abs(number or 3)), request_of)
    return None


def _shown(context: EditContext, like: Version, count: int, request_of: RequestOf) -> StepReport:
    """Make `count` siblings of a version from other seeds; the current version stays where it is."""
    started, workspace, head = context.clock(), context.workspace, context.workspace.head
    if like.parent is None or like.edit.get("op") not in _BY_CHANCE:
        raise BadInputError(
            "Nothing in the last change was left to chance, so it would come out the same; say what should differ."
        )
    parent = workspace.version(like.parent)
    kept = remembered(workspace, like.id)
    mask = None if kept is None else in_frame(workspace, kept, parent)
    request = request_of(like)
    group = str((like.report or {}).get(GROUP, like.id))
    seeds = _fresh_seeds(context, like, count)
    seen = [workspace.picture(like.id).pixels]
    with rehearsing(context, parent) as rehearsal:
        if mask is not None:
            rehearsal.keep("target", mask, exact=bool(kept and kept.origin.get("exact")))
        done = []
        for index, seed in enumerate(seeds):
            rehearsal.start_over()
            part = context.progress.part(index / count, (index + 1) / count)
            varied = request.model_copy(update={"seed": seed})
            one = rehearsal.perform(varied, "target" if mask is not None else None, part)
            pixels = rehearsal.picture(one).pixels
            if not any(np.array_equal(pixels, other) for other in seen):
                seen.append(pixels)
                done.append(one)
        if not done:
            raise BadInputError("It comes out the same every time, for there is only one way to fill that place.")
        made = [
            rehearsal.commit(one, parent.id, {VARIATION: place, GROUP: group})
            for place, one in enumerate(done, start=1)
        ]
    workspace.go_to(head.id)
    last = "the second one" if len(made) > 1 else "the first one"
    message = f"Here are {len(made)} variations, 1 to {len(made)}: click one, or say “{last}”."
    details = {"variations": [version.id for version in made]}
    seconds = context.clock() - started
    return StepReport(
        "redo", message, "variations", outside_max_diff=0, seconds=seconds, version=head.id, details=details
    )


def _fresh_seeds(context: EditContext, like: Version, count: int) -> list[int]:
    """Seeds that no sibling has had, the same ones for the same history."""
    siblings = context.workspace.children(like.parent or "")
    used = {int(one.edit.get("seed", 0)) for one in siblings}
    seed, fresh = int(like.edit.get("seed", 0)), []
    while len(fresh) < count:
        seed = (seed + _SEED_STEP) % 2**31
        if seed not in used:
            fresh.append(seed)
    return fresh


def _chosen(context: EditContext, number: int) -> Version:
    """The variation of that number among those shown last. Raises BadInputError when there is none."""
    shown = [version for version in context.workspace.versions() if VARIATION in (version.report or {})]
    if not shown:
        raise BadInputError("There are no variations to choose from yet; ask for some: “show me three”.")
    last = [shown[-1]]
    for version in reversed(shown[:-1]):
        if _place(version) >= _place(last[-1]):
            break
        last.append(version)
    last.reverse()
    wanted = len(last) if number == -1 else number
    if not 1 <= wanted <= len(last):
        raise BadInputError(f"There are {len(last)} variations; say a number from 1 to {len(last)}.")
    return last[wanted - 1]


def _place(version: Version) -> int:
    return int((version.report or {}).get(VARIATION, 0))


def _number(text: str) -> int | None:
    """The number that words say: "three variations", "the second one", "like 2"."""
    digits = re.search(r"\d+", text)
    if digits:
        return int(digits[0])
    matches = ((re.search(rf"\b{word}\b", text.lower()), value) for word, value in _NUMBERS.items())
    found = [(match.start(), value) for match, value in matches if match]
    return min(found)[1] if found else None
